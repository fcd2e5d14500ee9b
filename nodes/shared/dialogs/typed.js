// Settings that may come from outside have typed inputs: what is typed, or a variable of the environment. What is saved stays one
// text, `${NAME}` for a variable, which Node-RED puts in when the node starts, from wherever the node is: subflow, group, flow,
// settings, process. So flows that were saved before mean what they meant, and the same flow runs in an older version.
import { sentenceBelow } from './sentences.js';
import { variableIn } from './settings.js';
import { text, wordsOf } from './words.js';

/** For each setting that has a variable. The field that is saved keeps its id, and what listens to it. */
export function showTyped(node, table, prefix) {
  Object.entries(table).forEach(([name, setting]) => {
    const saved = $(`#${prefix}${name}`);
    if (setting.variable !== undefined && setting.kind !== 'switch' && saved.length > 0)
      makeTyped(node, saved, setting, judge(node, name));
  });
}

/** Where each outlet has its own, the text is not typed but a table has it; a field that is not typed is there or not. */
export function typedAsRows(saved, isRows) {
  const types = saved.data('types');
  if (types) types(isRows);
  else saved.toggle(!isRows);
}

/** What is for something else to say is there to be read, and neither typed nor chosen. */
export function lockTyped(saved, isLocked) {
  const lock = saved.data('isLocked', isLocked).data('lock');
  if (lock) lock(isLocked);
}

function judge(node, name) {
  const { validate } = node._def.defaults[name];
  return (value) => (validate ? validate.call(node, value, {}) : true);
}

/** What the editor will write there once the dialog is prepared. */
function wordsAt(element, type) {
  const [, path] = /^(?:\[\w+\])?[^.]+\.(.+)$/.exec(element.attr('data-i18n') ?? '') ?? [];
  return path === undefined ? element.text() : wordsOf(type, path);
}

function makeTyped(node, saved, setting, judged) {
  const own = ownType(node.type, saved, setting);
  const value = String(saved.val() ?? '');
  const variable = variableIn(value);
  const shown = $('<input type="text" style="width: 70%;">').attr('id', `${saved.attr('id')}-typed`);
  // The editor takes a field with such a box right after it for a typed input of its own.
  shown.insertAfter(saved.hide()).val(variable ?? value);
  if (saved.attr('data-i18n')) shown.attr('placeholder', wordsAt(saved, node.type));
  shown.typedInput({ types: [own, 'env'], default: variable === undefined ? own.value : 'env' });
  const box = shown.nextAll('.red-ui-typedInput-container').first();
  saved.data('box', box);
  const say = nameFields(node.type, saved, shown, box);
  saved.data('types', (isRows) => {
    const rows = { value: own.value, label: text('typed.rows'), icon: 'fa fa-table', hasValue: false };
    shown.typedInput('types', [isRows ? rows : own, 'env']);
  });
  saved.data('lock', (isLocked) => {
    // Not disabled as the editor has it: its words are too pale to be read, and a screen reader passes them by.
    const background = isLocked ? 'var(--red-ui-secondary-background-inactive)' : '';
    box.find('input').prop('readonly', isLocked).css({ background, color: 'var(--red-ui-form-text-color)' });
    box
      .find('button')
      .prop('disabled', isLocked)
      .css({ background, cursor: isLocked ? 'default' : '' });
    box.find('.fa-caret-down').css('visibility', isLocked ? 'hidden' : '');
  });
  const last = { [own.value]: variable === undefined ? value : freshOf(own), env: variable ?? setting.variable };
  let type = shown.typedInput('type');
  shown.on('change', () => {
    if (shown.typedInput('type') !== type) {
      type = shown.typedInput('type');
      shown.typedInput('value', last[type]);
    }
    last[type] = shown.typedInput('value');
    hold(saved, type === 'env' ? `\${${last.env.trim()}}` : last[type]);
  });
  shown.on('keyup paste', () => shown.trigger('change'));
  saved.on('change', () => {
    const now = String(saved.val() ?? '');
    const isVariable = variableIn(now) !== undefined;
    if (isVariable !== (type === 'env')) shown.typedInput('type', isVariable ? 'env' : own.value);
    const plain = variableIn(now) ?? now;
    if (shown.typedInput('value') !== plain && !(type === 'env' && !isVariable)) shown.typedInput('value', plain);
    say(judged(now));
  });
}

/** The list's own words; of a text or a number, the editor's icons for them. */
function ownType(type, saved, { kind }) {
  if (saved.is('select')) {
    const options = saved
      .find('option')
      .toArray()
      .filter((option) => variableIn(option.value) === undefined);
    return {
      value: 'choice',
      label: text('typed.choice'),
      icon: 'fa fa-list',
      options: options.map((option) => ({ value: option.value, label: wordsAt($(option), type) })),
    };
  }
  if (kind === 'number') return { value: 'number', label: text('typed.number'), icon: 'red/images/typedInput/09.svg' };
  return { value: 'text', label: text('typed.text'), icon: 'red/images/typedInput/az.svg' };
}

function freshOf({ options }) {
  return options ? options[0].value : '';
}

function hold(saved, value) {
  if (saved.val() === value) return;
  if (saved.is('select') && saved.find('option').filter((_, option) => option.value === value).length === 0)
    saved.append($('<option>').val(value).text(value));
  saved.val(value).trigger('change');
}

/** The label, the hint and what is wrong belong to the fields that are seen. Gives what says the latter. */
function nameFields(type, saved, shown, box) {
  const id = shown.attr('id');
  const label = saved.closest('.form-row').find('label').first();
  label.attr({ id: `${id}-label`, for: `${id}-field` });
  const field = box.find('.red-ui-typedInput-input').attr('id', `${id}-field`);
  const choice = box
    .find('.red-ui-typedInput-option-trigger')
    .attr({ id: `${id}-choice`, 'aria-labelledby': `${id}-label ${id}-choice` });
  box
    .find('.red-ui-typedInput-type-select')
    .attr('aria-label', `${wordsAt(label.find('span'), type)}: ${text('typed.type')}`);
  const say = sentenceBelow(saved, field.add(choice));
  return (judgement) => {
    box.toggleClass('input-error', judgement !== true);
    say(judgement);
  };
}
