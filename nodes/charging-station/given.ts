// Settings as a dialog stored them: text, or a variable of the environment that Node-RED has put in.
import { type Pin, PinError, readLevel, readLines, readPin } from '../../hardware/gpio/pin.ts';
import { NodeFault } from '../shared/road.ts';
import { numberOf, textOf } from '../shared/values.ts';

/** Text that somebody put there; neither empty nor a variable that is not set, which stays as its name. */
export function given(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text === '' || /^\$\{[^}]*\}$/.test(text) ? undefined : text;
}

export interface PinSettings {
  /** What the dialog holds for the line, and for its level. */
  readonly line: unknown;
  readonly activeLow?: unknown;
  readonly pull?: unknown;
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
export function pin({ line, activeLow, pull, variables, otherwise = false }: PinSettings): Pin | undefined {
  const [text, levelText, pullText] = [given(line), given(activeLow), given(pull)];
  const fromVariable = variableOf(`${variables}_ACTIVE_LOW`, levelText);
  const level = { name: fromVariable ?? 'level', value: levelText };
  try {
    return readPin(text, {
      name: variableOf(`${variables}_LINE`, text) ?? 'line',
      pull: { name: variableOf(`${variables}_PULL`, pullText) ?? 'pull', value: pullText },
      ...(fromVariable ? { level, activeLow: otherwise } : { activeLow: readLevel(level) ?? otherwise }),
    });
  } catch (error) {
    throw asNodeFault(error);
  }
}

/**
 * The lines of a keypad's rows or columns.
 * @throws {NodeFault} `bad-pin`
 */
export function lines(value: unknown, variable: string): string[] {
  const text = given(value);
  try {
    return readLines(text, variableOf(variable, text) ?? 'line');
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

/**
 * A number from `least` up.
 * @param variable the one that the charger's flow takes it from
 * @throws {NodeFault} `bad-number`, `bad-variable`
 */
export function number(value: unknown, otherwise: number, least = 0, variable?: string): number {
  const text = given(value);
  if (text === undefined) return otherwise;
  const found = numberOf(text);
  if (found === undefined || found < least) throw unfit('bad-number', text, `≥ ${least}`, variable);
  return found;
}

/**
 * One of the names; the first is the default.
 * @param variable the one that the charger's flow takes it from
 * @throws {NodeFault} `bad-choice`, `bad-variable`
 */
export function choice<T extends string>(value: unknown, names: readonly [T, ...T[]], variable?: string): T {
  const text = given(value);
  if (text === undefined) return names[0];
  const found = names.find((name) => name === text);
  if (found === undefined) throw unfit('bad-choice', text, names.join(', '), variable);
  return found;
}

/**
 * A setting that can't be what it is: `bad-variable`, with the variable's name, where that is what holds the text, else
 * `code`.
 */
export function unfit(code: string, text: string, takes: string, variable?: string): NodeFault {
  const value = text.slice(0, 40);
  if (variableOf(variable, text) !== undefined) {
    const values = { variable, value, takes };
    return new NodeFault('bad-variable', `The variable ${variable} holds "${value}", but takes: ${takes}.`, { values });
  }
  return new NodeFault(code, `"${value}" can't be: it takes ${takes}.`, { values: { value } });
}
