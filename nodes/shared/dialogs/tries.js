// The buttons of the rows that have `data-try`: they try it on the node as it is deployed, and say what came of it.
import { outletsOf, prefixOf } from './settings.js';
import { text, wordsOf } from './words.js';

export function showTries(node, type) {
  listOutlets(node, prefixOf(type));
  const name = type.replaceAll(' ', '-');
  $('[data-try]').each(function () {
    const row = $(this);
    const said = row.find('[role=status]');
    row.find('button').on('click', () => {
      said.text('…');
      $.ajax({
        url: ['offline-charging', name, encodeURIComponent(node.id), row.attr('data-try')].join('/'),
        type: 'POST',
        contentType: 'application/json',
        data: JSON.stringify({ typed: row.find('input, select').val() || '' }),
      }).then(
        (tried) => said.text(wordsOf(type, `try.${tried.result}`, tried.values)),
        (answer) => {
          const { code, message } = answer.responseJSON || {};
          const words = code && wordsOf(type, `errors.${code}`);
          said.text(words || message || text(answer.status === 404 ? 'try.deploy' : 'try.refused'));
        },
      );
    });
  });
}

/** Which outlet's it is to be, where the station has several. */
function listOutlets(node, prefix) {
  const lists = $('select[data-outlets]').attr('aria-label', text('outlet'));
  const draw = () => {
    const outlets = outletsOf(node, prefix);
    lists.empty().toggle(outlets > 1);
    for (let outlet = 1; outlet <= outlets; outlet++)
      lists.append($('<option>').val(outlet).text(text('row', { outlet })));
  };
  $(`#${prefix}station`).on('change', draw);
  draw();
}
