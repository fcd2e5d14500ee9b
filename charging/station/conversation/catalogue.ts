// What a language's catalogue holds. The English one (words/en.ts) says which screens there are.

import type { Unit } from '../../codes/index.ts';
import type { FaultCode } from '../faults.ts';
import type { EndReason } from '../types.ts';

export interface Lines {
  readonly lines: readonly string[];
  readonly short: readonly string[];
}

/**
 * A line with a list in it (`{free, plugged, broken}` of numbers) is as long as fits, and left out where the list is empty.
 * `danger`: the same while a fault stands that somebody may be hurt by.
 */
interface Words extends Lines {
  readonly danger?: Lines;
}

export interface FaultWords {
  readonly title: string;
  readonly advice: readonly [string, string];
  /** Of a fault that somebody may be hurt by: what to do or not to do, in a line of 20 columns and one of 16. */
  readonly warning?: readonly [string, string];
  /** The same where it is of one outlet among several. */
  readonly warningAt?: readonly [string, string];
}

/** The same words for a station that sells minutes and for one that sells energy. */
export function inBothUnits<const Name extends string>(name: Name, words: Words) {
  return { [`${name}-min`]: words, [`${name}-Wh`]: words } as Readonly<Record<`${Name}-${Unit}`, Words>>;
}

export type Screens<Name extends string = string> = Readonly<Record<Name, Words>>;

export interface Catalogue<Name extends string = string> {
  readonly screens: Screens<Name>;
  readonly reasons: Readonly<Record<EndReason, string>>;
  readonly faults: Readonly<Record<FaultCode, FaultWords>>;
  /** The unit of minutes behind a number. */
  readonly minutes: string;
}
