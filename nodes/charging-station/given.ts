// Settings as a dialog stored them: text, or a variable of the environment that Node-RED has put in.
import { NodeFault } from '../shared/road.ts';
import { booleanOf, numberOf, textOf } from '../shared/values.ts';

/** Text that somebody put there; neither empty nor a variable that is not set, which stays as its name. */
export function given(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || text === '' || /^\$\{[^}]*\}$/.test(text) ? undefined : text;
}

export interface Pin {
  readonly line: string;
  readonly activeLow: boolean;
}

/**
 * A GPIO line, by BCM number or name; `GPIO27,active-low` says its level as well, as it does to the relay guard.
 * @param variable the one that the charger's flow takes the level from
 * @throws {NodeFault} `bad-level`, `bad-variable`: a level that is misread would turn its meaning around
 */
export function pin(value: unknown, activeLow: unknown, otherwise = false, variable?: string): Pin | undefined {
  const text = given(activeLow);
  const low = booleanOf(text);
  if (text !== undefined && low === undefined) throw unfit('bad-level', text, 'true, false', variable);
  const [line, level] = (given(value) ?? '').split(',').map((part) => part.trim());
  if (line === undefined || line === '') return undefined;
  if (level !== undefined && level !== 'active-low') throw unfit('bad-level', level, 'active-low');
  return { line, activeLow: level === 'active-low' || (low ?? otherwise) };
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
  if (variable !== undefined && process.env[variable]?.trim() === text) {
    const values = { variable, value, takes };
    return new NodeFault('bad-variable', `The variable ${variable} holds "${value}", but takes: ${takes}.`, { values });
  }
  return new NodeFault(code, `"${value}" can't be: it takes ${takes}.`, { values: { value } });
}
