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

/** A GPIO line, by BCM number or name; `GPIO27,active-low` says its level as well, as it does to the relay guard. */
export function pin(value: unknown, activeLow: unknown, otherwise = false): Pin | undefined {
  const [line, level] = (given(value) ?? '').split(',').map((part) => part.trim());
  if (line === undefined || line === '') return undefined;
  return { line, activeLow: level === 'active-low' || (booleanOf(given(activeLow)) ?? otherwise) };
}

/** A number from `least` up. @throws {NodeFault} `bad-number` */
export function number(value: unknown, otherwise: number, least = 0): number {
  const text = given(value);
  if (text === undefined) return otherwise;
  const found = numberOf(text);
  if (found === undefined || found < least)
    throw new NodeFault('bad-number', `"${text}" is not a number from ${least} up.`);
  return found;
}

/** One of the names; the first is the default. @throws {NodeFault} `bad-choice` */
export function choice<T extends string>(value: unknown, names: readonly [T, ...T[]]): T {
  const text = given(value);
  if (text === undefined) return names[0];
  const found = names.find((name) => name === text);
  if (found === undefined) throw new NodeFault('bad-choice', `"${text}" is none of ${names.join(', ')}.`);
  return found;
}
