import type { Algorithm, Bounds } from './algorithm.ts';
import { voucherFormat } from './voucher-format.ts';

/** Every algorithm that a station may speak, by the name that its settings say. */
export const ALGORITHMS = Object.freeze({
  compact: voucherFormat('compact', 'long'),
  long: voucherFormat('long', 'long'),
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
