// The sentence below a field that says what is wrong with it: for the eye, and for a screen reader a part of the field.
import { BELOW } from './place.js';
import { text } from './words.js';

/**
 * In the theme's colour for errors, or not. What jQuery UI makes of a colour knows no variables: it would take the one that is for
 * editors without them, which cannot be read on a dark ground.
 */
export function colourWrong(element, isWrong) {
  element[0].style.color = isWrong ? 'var(--red-ui-text-color-error, #b72828)' : '';
}

/**
 * @param input what holds the value
 * @param seen the fields in which a person sees it
 * @returns what shows a judgement there: true, or a sentence
 */
export function sentenceBelow(input, seen) {
  const said = $(`<div style="${BELOW} font-size: 12px;">`)
    .attr('id', `${input.attr('id')}-wrong`)
    .hide();
  colourWrong(said, true);
  input.closest('.form-row').append(said);
  seen.attr('aria-describedby', [input.attr('aria-describedby'), said.attr('id')].filter(Boolean).join(' '));
  return (judgement) => {
    const isWrong = judgement !== true;
    said.text((isWrong && judgement) || '').toggle(isWrong);
    seen.not('button').attr('aria-invalid', String(isWrong));
  };
}

/** For each field that can be wrong and is none of the typed inputs, which have their own. */
export function showSentences(node, prefix, except) {
  const { defaults, credentials } = node._def;
  Object.entries({ ...defaults, ...credentials }).forEach(([name, rule]) => {
    const input = $(`#${prefix}${name}`);
    const judged = rule.validate || (rule.type && defaults[name] && configFits);
    if (!judged || name === except || input.length === 0 || input.data('box')) return;
    const show = sentenceBelow(input, input);
    const look = () => show(judged.call(node, input.val(), {}));
    input.on('change input', look);
    look();
  });
}

/** Of a configuration node that is chosen; the editor's own sentence is for tooltips. */
function configFits(id) {
  if (!id || id === '_ADD_') return text('validate.config');
  const config = RED.nodes.node(id);
  return (config && config.valid !== false) || text('validate.configWrong');
}
