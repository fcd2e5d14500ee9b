// The rows of a dialog that is open: which are shown, and tables with a row an outlet.
import { rowsOf } from '../../../hardware/gpio/pin.ts';
import { choicesOf } from '../../../hardware/settings.ts';
import { pickerButton } from './picker.js';
import { BELOW } from './place.js';
import { isVariable, isWhere, outletsOf } from './settings.js';
import { typedAsRows } from './typed.js';
import { text } from './words.js';

/** Shows the rows of what matters with the choices that are made; a bound that follows from a choice is looked at with it. */
export function showRows(node, table, prefix) {
  Object.entries(table).forEach(([name, setting]) => {
    const { where, narrower } = setting;
    const input = $(`#${prefix}${name}`);
    if (narrower) $(`#${prefix}${narrower.setting}`).on('change', () => input.trigger('change'));
    if (input.is('select') && input.val() === null) chooseUnlisted(input, node[name], setting);
    if (!where) return;
    const show = () => {
      input.closest('.form-row').toggle(isWhere(node, where, prefix));
      // What was of no matter may be wrong.
      input.trigger('change');
    };
    $(`#${prefix}${where.setting}`).on('change', show);
    show();
  });
}

/** What was saved and no list has stays; a setting that there was not yet means what it means when nothing is said. */
function chooseUnlisted(select, saved, setting) {
  const value = String(saved ?? '');
  if (value !== '') select.append($('<option>').val(value).text(value)).val(value);
  else select.val(setting.kind === 'level' ? String(setting.otherwise) : choicesOf(setting)[0]);
}

/** What is seen of a setting: its typed input, or the field itself. */
function seenOf(input) {
  return input.data('box') ?? input;
}

/** A button beside each field of pins that shows them on the header. */
export function showPickers(node, table, prefix) {
  Object.entries(table).forEach(([name, { kind }]) => {
    if (kind !== 'pin' && kind !== 'lines') return;
    const input = $(`#${prefix}${name}`);
    const about = { node, table, name, station: () => $(`#${prefix}station`).val() };
    const button = pickerButton(input, about).insertAfter(seenOf(input).css('width', 'calc(70% - 42px)'));
    const show = () => {
      const isHidden = input.data('isTable') || isVariable(input.val());
      if (isHidden) button.trigger('offline-charging-close');
      button.toggle(!isHidden);
    };
    input.add(`#${prefix}station`).on('change', show);
    show();
  });
}

/** Where the station has several outlets, what each has for itself is a table with a row an outlet. */
export function showOutlets(node, table, prefix) {
  Object.entries(table).forEach(([name, { each, kind }]) => {
    if (!each || kind === 'text') return;
    const input = $(`#${prefix}${name}`);
    const rows = $('<div>').attr('data-rows', name).insertAfter(seenOf(input));
    // Below its typed input, or beside the label.
    if (input.data('box')) rows.attr('style', `${BELOW} margin-top: 4px;`);
    else rows.css({ display: 'inline-block', width: '70%', verticalAlign: 'top' });
    rows.hide();
    const about = kind === 'pin' && { node, table, name, station: () => $(`#${prefix}station`).val() };
    const draw = () => {
      const outlets = outletsOf(node, prefix);
      const isTable = outlets > 1 && !isVariable(input.val());
      input.data('isTable', isTable);
      typedAsRows(input, outlets > 1);
      rows.empty().toggle(isTable);
      if (isTable) drawTable(input, rows, outlets, about);
    };
    $(`#${prefix}station`).on('change', draw);
    input.on('change', () => {
      if (input.data('isTable') !== (outletsOf(node, prefix) > 1 && !isVariable(input.val()))) draw();
    });
    draw();
  });
}

function drawTable(input, rows, outlets, about) {
  const said = rowsOf(input.val());
  const fields = Array.from({ length: Math.max(outlets, said.length) }, (_, index) => {
    const label = text('row', { outlet: index + 1 });
    const field = $('<input type="text" style="width: 65%;">')
      .val(said[index] || '')
      .attr('aria-label', label);
    const line = $('<div style="margin-bottom: 4px;">');
    rows.append(line.append($('<span style="display: inline-block; width: 30%;">').text(label), field));
    if (about) field.css('width', 'calc(65% - 42px)').after(pickerButton(field, { ...about, row: index }));
    return field;
  });
  const join = () => {
    const held = fields.map((field) => field.val().trim());
    while (held.length > outlets && held[held.length - 1] === '') held.pop();
    input.val(held.some(Boolean) ? held.join('; ') : '').trigger('change');
  };
  for (const field of fields) field.on('change', join);
}
