// Which node of the workspace, deployed or not, names which GPIO line.
import { lineKey, rowsOf } from '../../../hardware/gpio/pin.ts';
import { isVariable, isWhere } from './settings.js';
import { text, wordsOf } from './words.js';

/** The tables of the nodes' settings, by type. */
const tables = new Map();

export function knowTable(type, table) {
  tables.set(type, table);
}

/** The lines that a node's settings name. */
function linesOf(node, table) {
  return Object.entries(table).flatMap(([name, { kind, where }]) => {
    const value = String(node[name] || '');
    if ((kind !== 'pin' && kind !== 'lines') || value.trim() === '' || isVariable(value)) return [];
    if (!isWhere(node, where)) return [];
    const written = kind === 'pin' ? rowsOf(value) : value.replace(/\s*:\s*/g, ':').split(/[\s,;]+/);
    return written.filter(Boolean).map((one) => lineKey(one.normalize('NFKC').split(',')[0]));
  });
}

/**
 * Whose each line is, by its key: of every node of the workspace whose station is on the same board, the settings of this dialog
 * among them. Two simulated stations may have lines of one name.
 * @param about `node` whose dialog it is, `table` and `name` of the setting that is not asked about, but for its other rows where
 *   `row` is one of them, `station` as in the dialog
 */
export function linesTaken({ node, table, name, row, station }) {
  const taken = new Map();
  const own = station();
  RED.nodes.eachNode((other) => {
    if (other.id === node.id || !tables.has(other.type) || !onOneBoard(other.station, own)) return;
    for (const line of linesOf(other, tables.get(other.type)))
      taken.set(line, other.name || other._def.label.call(other));
  });
  const prefix = '#node-input-';
  const held = Object.fromEntries(Object.keys(table).map((one) => [one, $(prefix + one).val()]));
  for (const setting of Object.keys(table).filter((one) => one !== name))
    for (const line of linesOf(held, { [setting]: table[setting] }))
      taken.set(line, wordsOf(node.type, `label.${setting}`));
  if (row !== undefined)
    rowsOf(held[name]).forEach((pin, index) => {
      if (index !== row && pin !== '') taken.set(lineKey(pin.split(',')[0]), text('row', { outlet: index + 1 }));
    });
  return taken;
}

function onOneBoard(one, other) {
  if (one === other) return Boolean(one);
  const stations = [one, other].map((id) => RED.nodes.node(id));
  return stations.every((station) => station && station.driver !== 'simulated');
}

/** The name of another node that names one of these lines. */
function takenBy(node, station, lines) {
  const taken = linesTaken({ node, table: {}, station: () => station });
  return lines.map((line) => taken.get(line)).find(Boolean);
}

/** Warns when a GPIO line is used by another node of the same station. */
export function warnTaken(node, table) {
  Object.entries(table).forEach(([name, { kind }]) => {
    if (kind !== 'pin' && kind !== 'lines') return;
    const input = $(`#node-input-${name}`);
    const row = input.closest('.form-row');
    const tip = $('<div class="form-tips" style="margin-bottom: 12px;"></div>').insertAfter(row).hide();
    const look = () => {
      const lines = linesOf({ [name]: input.val() }, { [name]: { kind } });
      const other = takenBy(node, $('#node-input-station').val(), lines);
      tip.text(other ? text('validate.taken', { node: other }) : '').toggle(Boolean(other) && row.is(':visible'));
    };
    input.on('change keyup', look);
    look();
  });
}
