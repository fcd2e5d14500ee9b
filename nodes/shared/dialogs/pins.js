// Which node of the workspace, deployed or not, names which GPIO line.
import { lineKey, rowsOf } from '../../../hardware/gpio/pin.ts';
import { isVariable, isWhere } from './settings.js';
import { text } from './words.js';

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

/** The name of another node of the station that names one of these lines. */
function takenBy(node, station, lines) {
  let found;
  RED.nodes.eachNode((other) => {
    if (other.id === node.id || !station || other.station !== station) return;
    const taken = linesOf(other, tables.get(other.type) || {});
    if (lines.some((line) => taken.includes(line))) found = other.name || other.type;
  });
  return found;
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
