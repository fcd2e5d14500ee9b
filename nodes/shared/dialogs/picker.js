// The pin picker: the 40-pin header as buttons, with what is taken and by whom, and what stands on the wires now. A pin that
// is chosen goes into the field, with the level and pull that stand there.
import { lineKey } from '../../../hardware/gpio/pin.ts';
import { HEADER } from '../../../hardware/raspberry-pi/header.ts';
import { linesTaken } from './pins.js';
import { text, wordsOf } from './words.js';

const LOOK_AGAIN_MS = 1000;
let panels = 0;

/**
 * The button that opens it, to stand after a field.
 * @param field the input that holds the pin, or the lines of a keypad
 * @param about `node`, `table`, `name` of the setting, `row` of an outlet where the field is one of several, `station` (gives the id
 *   of the station's node)
 */
export function pickerButton(field, about) {
  panels += 1;
  const id = `offline-charging-header-${panels}`;
  const label = text('picker.open');
  const button = $('<button type="button" class="red-ui-button" style="width: 34px; margin-left: 4px;">')
    .attr({ 'aria-label': label, title: label, 'aria-expanded': 'false', 'aria-controls': id })
    .append('<i class="fa fa-th" aria-hidden="true">');
  let panel;
  const close = (toButton) => {
    panel?.remove();
    panel = undefined;
    button.attr('aria-expanded', 'false');
    if (toButton) button.trigger('focus');
  };
  button.on('click', () => {
    if (panel) return close(true);
    panel = openPanel(id, field, about, close);
    panel.insertAfter(button);
    button.attr('aria-expanded', 'true');
    panel.trigger('drawn');
    return undefined;
  });
  return button.on('offline-charging-close', () => close(false));
}

function openPanel(id, field, about, close) {
  const panel = $('<div role="group" style="margin: 6px 0 10px; max-width: 470px;">')
    .attr({ id, 'aria-label': text('picker.header') })
    .css('margin-left', about.row === undefined ? 104 : 0);
  const said = $('<div role="status" style="margin-bottom: 4px; min-height: 20px;">');
  const grid = $('<div style="display: grid; grid-template-columns: 1fr 1fr; gap: 2px;">');
  const others = $('<div style="display: flex; flex-wrap: wrap; gap: 2px; margin-top: 6px;">');
  panel.append(said, grid, others);
  let now = { lines: [] };
  const choose = (line) => {
    choosePin(field, about, line);
    if (about.table[about.name].kind === 'pin') close(true);
    else draw();
  };
  const draw = () => drawLines({ grid, others }, field, about, now, choose);
  const look = () => {
    // The dialog is gone, or the picker is closed.
    if (!document.body.contains(panel[0])) return;
    $.getJSON(`offline-charging/charging-station/${encodeURIComponent(about.station())}/pins`)
      .then(
        (found) => {
          now = found;
          said.text(text(found.lines.some(({ level }) => level !== undefined) ? 'picker.live' : 'picker.unread'));
        },
        () => {
          now = { lines: [] };
          said.text(text('picker.deploy'));
        },
      )
      .always(() => {
        draw();
        setTimeout(look, LOOK_AGAIN_MS);
      });
  };
  panel.on('keydown', (event) => moveFocus(event, panel, close));
  panel.on('drawn', () => {
    draw();
    look();
    panel.find('button[tabindex=0]').trigger('focus');
  });
  return panel;
}

/** Redrawn in place: the button that has the focus keeps it. */
function drawLines({ grid, others }, field, about, now, choose) {
  const taken = linesTaken(about);
  const chosen = keysIn(field, about);
  const seen = new Map(now.lines.map((one) => [one.line, one]));
  for (const pin of HEADER) drawPin(cellOf(grid, String(pin.pin)), pin, { taken, chosen, seen }, choose);
  const named = now.simulated ? now.lines.filter(({ line }) => !isHeaders(line)) : [];
  for (const { line } of named) drawLine(cellOf(others, line), line, line, { taken, chosen, seen }, choose);
  if (grid.find('[tabindex=0]').length > 0) return;
  const chosenCell = grid.find('[aria-pressed=true]').first();
  const first = chosenCell.length > 0 ? chosenCell : grid.find('[aria-disabled=false]').first();
  first.attr('tabindex', 0);
}

function isHeaders(line) {
  return HEADER.some(({ gpio }) => String(gpio) === line);
}

function cellOf(place, key) {
  const found = place.children().filter((_, cell) => cell.dataset.key === key);
  if (found.length > 0) return found;
  return $('<button type="button" class="red-ui-button" tabindex="-1">')
    .attr('data-key', key)
    .css({
      width: '100%',
      minWidth: '110px',
      height: 'auto',
      textAlign: 'left',
      lineHeight: '20px',
      padding: '1px 6px',
      whiteSpace: 'normal',
    })
    .appendTo(place);
}

function drawPin(cell, { pin, gpio, power, reserved }, state, choose) {
  if (power) drawCell(cell, { name: power, pin, isOff: true, words: power });
  else drawLine(cell, `GPIO${gpio}`, String(gpio), state, choose, { pin, reserved });
}

function drawLine(cell, name, line, { taken, chosen, seen }, choose, { pin, reserved } = {}) {
  const { level, use, function: purpose } = seen.get(line) || {};
  const isChosen = chosen.includes(line);
  const by = taken.get(line) || purpose;
  const isOff = Boolean(reserved || by) && !isChosen;
  const words = stateWords({ reserved, by, isChosen, use });
  drawCell(cell, { name, pin, words, level, isChosen, isOff });
  cell.off('click').on('click', () => {
    if (!isOff) choose(name);
  });
}

/** What the deployed nodes hold may be the line of the very node whose dialog this is: that is told, and hinders nobody. */
function stateWords({ reserved, by, isChosen, use }) {
  if (reserved) return text(`picker.${reserved}`);
  if (by) return text('picker.by', { by });
  if (isChosen) return text('picker.chosen');
  return use ? text('picker.used', { by: wordsOf('charging station', `line.${use}`) }) : text('picker.free');
}

function drawCell(cell, { name, pin, words, level, isChosen = false, isOff }) {
  const number = pin === undefined ? '' : `${pin}`;
  const wire = level === undefined ? '' : text('picker.level', { level });
  const drawn = JSON.stringify([name, words, level, isChosen, isOff]);
  if (cell.attr('data-drawn') === drawn) return;
  cell.attr({
    'data-drawn': drawn,
    'aria-pressed': String(isChosen),
    'aria-disabled': String(isOff),
    'aria-label': [name, pin === undefined ? '' : text('picker.pin', { pin }), words, wire].filter(Boolean).join(', '),
    title: words,
  });
  cell.css({
    opacity: isOff ? 0.75 : 1,
    fontWeight: isChosen ? 'bold' : 'normal',
    cursor: isOff ? 'not-allowed' : 'pointer',
  });
  cell.css('border-style', isChosen ? 'double' : 'solid').css('border-width', isChosen ? '3px' : '1px');
  const mark = $('<span style="float: right; font-family: monospace;">').text(level === undefined ? '' : level);
  const small = $('<span style="font-size: 11px;">').text(` ${name === words ? '' : words}`);
  cell
    .empty()
    .append(
      mark,
      $('<span style="display: inline-block; width: 22px; opacity: 0.75; font-size: 11px;">').text(number),
      document.createTextNode(name),
      small,
    );
}

/** Arrows go over the header as it lies there; Home and End to its ends; Escape closes it. */
function moveFocus(event, panel, close) {
  const cells = panel.find('button');
  const at = cells.index(document.activeElement);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -2, ArrowDown: 2, Home: -at, End: cells.length - 1 - at };
  if (event.key === 'Escape') close(true);
  else if (at < 0 || steps[event.key] === undefined) return;
  else {
    const next = cells.eq(Math.min(Math.max(at + steps[event.key], 0), cells.length - 1));
    cells.attr('tabindex', -1);
    next.attr('tabindex', 0).trigger('focus');
  }
  event.preventDefault();
  event.stopPropagation();
}

function keysIn(field, { table, name }) {
  const value = String(field.val() || '').normalize('NFKC');
  const written = table[name].kind === 'pin' ? [value.split(',')[0]] : value.split(/[\s,;]+/);
  return written.filter((one) => one.trim() !== '').map(lineKey);
}

/** A pin keeps its level and pull; a line of a keypad is added at the end, or taken out again. */
function choosePin(field, { table, name }, line) {
  const value = String(field.val() || '');
  if (table[name].kind === 'pin') field.val([line, ...value.split(',').slice(1)].join(',')).trigger('change');
  else {
    const lines = value.split(/[\s,;]+/).filter(Boolean);
    const rest = lines.filter((one) => lineKey(one) !== lineKey(line));
    field.val((rest.length < lines.length ? rest : [...lines, line]).join(', ')).trigger('change');
  }
}
