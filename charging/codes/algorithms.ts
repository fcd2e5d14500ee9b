import type { Algorithm, Bounds, CodeReading, ReceiptReading, Unread } from './algorithm.ts';
import { voucherFormat } from './voucher-format.ts';

/** Every algorithm that a station may speak, by the name that its settings say. */
const ALGORITHMS = Object.freeze({
  compact: voucherFormat('compact', 'long', 'long'),
  long: voucherFormat('long', 'long', 'long'),
  wide: voucherFormat('wide', 'wide-long', 'wide-long'),
}) satisfies Readonly<Record<string, Algorithm>>;

export type AlgorithmName = keyof typeof ALGORITHMS;

/** Their names, to be offered and checked. */
export const ALGORITHM_NAMES = Object.freeze(Object.keys(ALGORITHMS)) as readonly AlgorithmName[];

/** The algorithm of a station whose settings say that name. */
export function algorithmOf(name: AlgorithmName): Algorithm {
  return ALGORITHMS[name];
}

/** What that layout of an algorithm holds; undefined when it has no such layout. */
export function boundsIn({ bounds: { typed, rescue } }: Algorithm, layout: string): Bounds | undefined {
  return [typed, rescue].find((bounds) => bounds.layout === layout);
}

export function isAlgorithmName(name: unknown): name is AlgorithmName {
  return typeof name === 'string' && Object.hasOwn(ALGORITHMS, name);
}

/**
 * What the digits typed on a station's keypad say, before any key is asked.
 * `mistyped`: wrong length or check digit. `unmade`: a payload that no cloud ever makes.
 * @param name how the station's codes are made: `compact` unless given
 * @throws {TypeError} when `entry` is no string
 */
export function readEntry(entry: string, name: AlgorithmName = 'compact'): CodeReading | Unread {
  return algorithmOf(name).read(entry);
}

/**
 * What the digits of any station's receipt say, before any key is asked.
 * @throws {TypeError} when `entry` is no string
 */
export function readReceipt(entry: string): ReceiptReading | Unread {
  const readings = ALGORITHM_NAMES.map((name) => ALGORITHMS[name].readReceipt(entry));
  return readings.find((reading) => reading !== 'mistyped') ?? 'mistyped';
}
