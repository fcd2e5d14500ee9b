// Defaults and validators of a node's settings, as its table has them (hardware/settings.ts).
import { isStationId } from '../../../charging/codes/station-id.ts';
import { lineKey, rowsOf } from '../../../hardware/gpio/pin.ts';
import { choicesOf, readNumber } from '../../../hardware/settings.ts';
import { text, wordsOf } from './words.js';

/** The name in `${NAME}`, or in `$(NAME)` as earlier versions of Node-RED have it; undefined for any other text. */
export function variableIn(value) {
  const [, braces, brackets] = /^\$(?:\{([^}]+)\}|\(([^)]+)\))$/.exec(value) || [];
  return braces || brackets;
}

/** A variable of the environment, which Node-RED puts in when the node starts. */
export function isVariable(value) {
  return variableIn(value) !== undefined;
}

/** A station is a configuration node. */
export function prefixOf(type) {
  return type === 'charging station' || type === 'code issuer' ? 'node-config-input-' : 'node-input-';
}

/** For `registerType`: a default and, where something can be wrong, a validator for each setting of the table. */
export function defaultsOf(type, table) {
  const entries = Object.entries(table).map(([name, setting]) => {
    return [name, { ...labelOf(type, name), value: freshOf(setting), ...validatorOf(type, table, name) }];
  });
  return Object.fromEntries(entries);
}

/** What the editor calls the setting where it says on the node what is wrong. */
export function labelOf(type, name) {
  const label = wordsOf(type, `label.${name}`);
  return label === undefined ? {} : { label };
}

function freshOf(setting) {
  if (setting.fresh !== undefined) return setting.fresh;
  if (setting.kind === 'switch') return setting.otherwise;
  if (setting.otherwise !== undefined) return String(setting.otherwise);
  return (choicesOf(setting) || [''])[0];
}

/** In the dialog, if it is open and `prefix` is that of its fields; else as it was saved. */
function held(node, name, prefix) {
  const input = prefix === undefined ? [] : $(`#${prefix}${name}`);
  return input.length > 0 ? input.val() : node[name];
}

/** Whether a provisioning says it in the dialog that is open. */
function isLocked(prefix, name) {
  const input = $(`#${prefix}${name}`);
  return input.length > 0 && input.data('isLocked') === true;
}

/** Whether a setting matters with the choices that are made. */
export function isWhere(node, condition, prefix) {
  if (!condition) return true;
  const choice = held(node, condition.setting, prefix);
  if (condition.not !== undefined) return choice !== condition.not;
  return [condition.is].flat().includes(choice) || (condition.orVariable === true && isVariable(choice));
}

/** Variables of the environment are for the node to judge. The editor hears a sentence only from validators with two parameters. */
function validatorOf(type, table, name) {
  const setting = table[name];
  const prefix = prefixOf(type);
  const judge = judgeOf(type, table, name, prefix);
  if (!judge) return {};
  return {
    validate: function (value, options) {
      return named(judged(this, String(value ?? '').trim()), options);
    },
  };

  function judged(node, plain) {
    if (isVariable(plain) || (setting.kind !== 'number' && !isWhere(node, setting.where, prefix))) return true;
    if (plain === '' && setting.needed) return text('validate.needed');
    const outlets = setting.each ? outletsOf(node, prefix) : 1;
    if (outlets > 1) return !isWhere(node, setting.where, prefix) || rowsFit(plain, setting, outlets);
    return plain === '' || judge.call(node, plain);
  }
}

/** Away from its field a sentence needs the field's name, which the editor then gives. */
function named(judgement, options) {
  return typeof judgement === 'string' && options?.label ? `${options.label}: ${judgement}` : judgement;
}

/** What a text that is not empty must be like: gives true or a sentence. */
function judgeOf(type, table, name, prefix) {
  const setting = table[name];
  switch (setting.kind) {
    case 'number':
      return function (value) {
        const { narrower, leastOfOld } = setting;
        const most = narrower && isWhere(this, narrower, prefix) ? narrower.most : setting.most;
        const isOld = leastOfOld !== undefined && (value === String(this[name]) || isLocked(prefix, name));
        return numberFits(value, { ...setting, most, least: isOld ? leastOfOld : setting.least });
      };
    case 'choice':
      return (value) => setting.choices.includes(value) || text('validate.choice');
    case 'text':
      if (setting.stationId) return (value) => isStationId(value) || text('validate.id');
      if (setting.pattern)
        return (value) => new RegExp(setting.pattern, 'i').test(value) || wordsOf(type, `validate.${name}`);
      break;
  }
  return setting.needed || (setting.each && setting.kind === 'pin') ? () => true : undefined;
}

/**
 * Credentials, with a validator where not any text will do.
 * @param judges by name, instead of a pattern: give true or a sentence
 */
export function secretsOf(type, patterns, judges = {}) {
  const rules = Object.entries(patterns).map(([name, pattern]) => [
    name,
    judges[name] || judgeOfSecret(type, name, pattern),
  ]);
  return Object.fromEntries(
    rules.map(([name, judge]) => [name, { type: 'password', ...(judge && secretRule(type, name, judge)) }]),
  );
}

/** What was stored before comes back as a mark, not as itself. */
function judgeOfSecret(type, name, pattern) {
  if (pattern === '') return undefined;
  const fits = (value) => !value || value === '__PWRD__' || new RegExp(pattern).test(value);
  return (value) => fits(value) || wordsOf(type, `validate.${name}`);
}

function secretRule(type, name, judge) {
  return { ...labelOf(type, name), validate: (value, options) => named(judge(value), options) };
}

function numberFits(value, setting) {
  try {
    readNumber('', setting, { text: value });
    return true;
  } catch {
    return text(setting.whole ? 'validate.whole' : 'validate.number', { least: setting.least, most: setting.most });
  }
}

/** How many outlets the node's station has, as far as its dialog says it; a variable is for the node to judge. */
export function outletsOf(node, prefix) {
  const station = RED.nodes.node?.(held(node, 'station', prefix));
  const outlets = Number(station?.outlets);
  return Number.isInteger(outlets) && outlets > 1 ? outlets : 1;
}

function rowsFit(value, setting, outlets) {
  const rows = rowsOf(value);
  if (rows.length === 0 && setting.each !== 'said') return true;
  const empty = setting.each !== 'where-wired' && rows.includes('');
  if (rows.length !== outlets || empty) return text('validate.rows', { outlets });
  const same = setting.kind === 'pin' ? (row) => lineKey(row.split(',')[0]) : Number;
  const keys = rows.filter(Boolean).map(same);
  if (new Set(keys).size < keys.length) return text('validate.twice');
  if (setting.kind !== 'number') return true;
  return rows.map((row) => numberFits(row, setting)).find((fits) => fits !== true) || true;
}
