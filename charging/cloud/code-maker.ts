// Codes of every station, made when they are asked for: none is kept. The keys on the way are remembered, because
// deriving one costs as much as the code itself.
import {
  algorithmOf,
  digitsForReading,
  type LayoutName,
  type Matcher,
  type Operation,
  stationKey,
} from '../codes/index.ts';
import type { StationTerms } from './types.ts';

type KeyTerms = Pick<StationTerms, 'unit' | 'step' | 'layout' | 'keyVersion'>;

/** How many keys are kept: some hundred bytes each and their names, some megabytes. */
const MOST_KEYS = 20_000;

export class CodeMaker {
  readonly #masterKey: Uint8Array;
  readonly #stationKeys = new Remembered<Uint8Array>();
  /** Makes the codes that grant the same and differ in their number alone. */
  readonly #makers = new Remembered<(sequence: number) => string>();

  constructor(masterKey: Uint8Array) {
    this.#masterKey = masterKey;
  }

  stationKey(station: string, keyVersion: number): Uint8Array {
    return this.#stationKeys.get(`${keyVersion}\0${station}`, () => stationKey(this.#masterKey, station, keyVersion));
  }

  voucher(station: string, terms: KeyTerms, layout: LayoutName, quantity: number, sequence: number) {
    const { unit, step, keyVersion } = terms;
    const make = this.#makers.get(`${keyVersion}\0${station}\0${layout}\0${unit}\0${step}\0${quantity}`, () => {
      const grant = { kind: 'voucher', layout, unit, step, quantity } as const;
      return algorithmOf(terms.layout).make(this.stationKey(station, keyVersion), grant);
    });
    return shownBoth(make(sequence));
  }

  service(station: string, terms: Pick<KeyTerms, 'layout' | 'keyVersion'>, operation: Operation, sequence: number) {
    const key = this.stationKey(station, terms.keyVersion);
    return shownBoth(algorithmOf(terms.layout).make(key, { kind: 'service', operation })(sequence));
  }

  matcher(station: string, terms: KeyTerms): Matcher {
    return algorithmOf(terms.layout).matcher(this.stationKey(station, terms.keyVersion), terms);
  }
}

class Remembered<T> {
  readonly #kept = new Map<string, T>();

  get(name: string, make: () => T): T {
    const known = this.#kept.get(name);
    if (known) return known;
    const made = make();
    // The oldest goes: a Map keeps the order of insertion.
    if (this.#kept.size >= MOST_KEYS) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(name, made);
    return made;
  }
}

function shownBoth(code: string): { code: string; display: string } {
  return { code, display: digitsForReading(code) };
}
