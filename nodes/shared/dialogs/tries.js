// The buttons of the rows that have `data-try`: they try it on the node as it is deployed, and say what came of it.
import { outletsOf, prefixOf } from './settings.js';
import { text, wordsOf } from './words.js';

const STATION = 'charging station';

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
        (tried) => said.text(wordsFor(type, tried)),
        (answer) => {
          const { code, message, values } = answer.responseJSON || {};
          const words = code && faultWords(type, code, values);
          said.text(words || message || text(answer.status === 404 ? 'try.deploy' : 'try.refused'));
        },
      );
    });
  });
}

/** Of the node's own, or of the station's; a setting goes by its label. */
function faultWords(type, code, values) {
  const label = values?.name && wordsOf(type, `label.${values.name}`);
  const name = label ? wordsOf(STATION, 'quoted', { label }) : values?.name;
  return [type, STATION].map((one) => wordsOf(one, `errors.${code}`, { ...values, name })).find(Boolean);
}

/** Of the node's own; where each outlet has something to say, with its number if there are several. */
function wordsFor(type, { result, values, outlets = [] }) {
  const each = outlets.map((one) => wordsFor(type, one));
  const seen = each.length === 1 ? each[0] : each.map((words, index) => `${index + 1}: ${words}`).join(' · ');
  return wordsOf(type, `try.${result}`, { ...values, seen });
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
