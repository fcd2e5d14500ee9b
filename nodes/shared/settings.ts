// Settings as a dialog stored them: text, or a variable of the environment that Node-RED has put in.
import { type Pin, PinError, readLevel, readLines, readPin } from '../../hardware/gpio/pin.ts';
import { NodeFault } from './handlers.ts';
import { numberOf, textOf } from './values.ts';

/** Text that somebody put there; neither empty nor a variable that is not set, which stays as its name. */
export function given(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text === '' || /^\$\{[^}]*\}$/.test(text) ? undefined : text;
}

/** What a dialog stored of a setting: read by its name, so that a fault can say the label that stands in the dialog. */
type Stored<Setting extends string> = { readonly [name in Setting]?: unknown };

/** The faults of a setting that can't be: only a change of it mends them. */
export const SETTING_FAULTS: ReadonlySet<string> = new Set([
  ...['no-line', 'bad-pin', 'bad-level', 'bad-pull', 'pin-list', 'pin-contradicts'],
  ...['bad-number', 'bad-choice', 'bad-variable'],
]);

export interface PinSettings<Setting extends string> {
  /** The settings that hold the line, its level and its pull. */
  readonly line: Setting;
  readonly activeLow?: Setting;
  readonly pull?: Setting;
  /** RELAY, of RELAY_LINE and its companions: where the charger's flow takes them from. */
  readonly variables: 'RELAY' | 'VEHICLE' | 'FEEDBACK' | 'METER';
  /** The level where nothing says one. */
  readonly otherwise?: boolean;
}

/**
 * A pin, as hardware/gpio/pin.ts reads it. A dialog always holds a level; what is written behind the line goes before it,
 * unless a variable said it: that contradicts.
 * @throws {NodeFault} `bad-pin`, `bad-level`, `bad-pull`, `pin-list`, `pin-contradicts`
 */
export function pin<Setting extends string>(
  config: Stored<Setting>,
  { line, activeLow, pull, variables, otherwise = false }: PinSettings<Setting>,
): Pin | undefined {
  const held = (setting?: Setting) => (setting === undefined ? undefined : given(config[setting]));
  const [text, levelText, pullText] = [held(line), held(activeLow), held(pull)];
  const fromVariable = variableOf(`${variables}_ACTIVE_LOW`, levelText);
  const level = { name: fromVariable ?? activeLow ?? 'level', value: levelText };
  // A dialog's "as it is" says no pull.
  const pullSaid = pullText === 'unset' ? undefined : pullText;
  try {
    return readPin(text, {
      name: variableOf(`${variables}_LINE`, text) ?? line,
      pull: { name: variableOf(`${variables}_PULL`, pullSaid) ?? pull ?? 'pull', value: pullSaid },
      ...(fromVariable ? { level, activeLow: otherwise } : { activeLow: readLevel(level) ?? otherwise }),
    });
  } catch (error) {
    throw asNodeFault(error);
  }
}

/**
 * A pin that must be there.
 * @throws {NodeFault} `no-line`, and as `pin`
 */
export function neededPin<Setting extends string>(config: Stored<Setting>, settings: PinSettings<Setting>): Pin {
  const found = pin(config, settings);
  if (found === undefined) {
    const variable = `${settings.variables}_LINE`;
    const values = { name: settings.line, variable };
    throw new NodeFault('no-line', `No GPIO line is set: neither ${settings.line} nor ${variable}.`, { values });
  }
  return found;
}

/**
 * The lines of a keypad's rows or columns.
 * @throws {NodeFault} `bad-pin`
 */
export function lines<Setting extends string>(config: Stored<Setting>, setting: Setting, variable: string): string[] {
  const text = given(config[setting]);
  try {
    return readLines(text, variableOf(variable, text) ?? setting);
  } catch (error) {
    throw asNodeFault(error);
  }
}

/** A pin's error as a fault that the catalogues have words for. */
export function asNodeFault(error: unknown): unknown {
  if (!(error instanceof PinError)) return error;
  return new NodeFault(error.code, error.message, { values: { ...error.values }, cause: error });
}

/** The variable, where it is what the text came from. */
function variableOf(variable: string | undefined, text: string | undefined): string | undefined {
  return variable !== undefined && text !== undefined && process.env[variable]?.trim() === text ? variable : undefined;
}

export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  readonly whole?: boolean;
  /** The one that the charger's flow takes it from. */
  readonly variable?: string;
}

/**
 * A number, from 0 up unless the range says otherwise.
 * @throws {NodeFault} `bad-number`, `bad-variable`
 */
export function number<Setting extends string>(
  config: Stored<Setting>,
  setting: Setting,
  otherwise: number,
  { least = 0, most = Number.POSITIVE_INFINITY, whole = false, variable }: NumberRange = {},
): number {
  const text = given(config[setting]);
  if (text === undefined) return otherwise;
  const found = numberOf(text);
  if (found === undefined || found < least || found > most || (whole && !Number.isInteger(found)))
    throw unfit('bad-number', text, { setting, takes: range(least, most), ...(variable && { variable }) });
  return found;
}

function range(least: number, most: number): string {
  return most === Number.POSITIVE_INFINITY ? `≥ ${least}` : `${least} … ${most}`;
}

/**
 * One of the names; the first is the default.
 * @param variable the one that the charger's flow takes it from
 * @throws {NodeFault} `bad-choice`, `bad-variable`
 */
export function choice<Setting extends string, T extends string>(
  config: Stored<Setting>,
  setting: Setting,
  names: readonly [T, ...T[]],
  variable?: string,
): T {
  const text = given(config[setting]);
  if (text === undefined) return names[0];
  const found = names.find((name) => name === text);
  if (found === undefined)
    throw unfit('bad-choice', text, { setting, takes: names.join(', '), ...(variable && { variable }) });
  return found;
}

/**
 * A setting that can't be what it is: `bad-variable`, with the variable's name, where that is what holds the text, else
 * `code`.
 */
export function unfit(
  code: string,
  text: string,
  { setting, takes, variable }: { readonly setting: string; readonly takes: string; readonly variable?: string },
): NodeFault {
  const value = text.slice(0, 40);
  if (variableOf(variable, text) !== undefined) {
    const values = { variable, value, takes };
    return new NodeFault('bad-variable', `The variable ${variable} holds "${value}", but takes: ${takes}.`, { values });
  }
  const values = { name: setting, value, takes };
  return new NodeFault(code, `"${value}" can't be in ${setting}: it takes ${takes}.`, { values });
}
