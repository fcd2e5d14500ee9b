// Codes of every station, made when they are asked for: none is kept. The keys on the way are remembered, because
// deriving one costs as much as the code itself.
import { Cache } from '../cache.ts';
import {
  algorithmOf,
  digitsForReading,
  type LayoutName,
  type Matcher,
  type Operation,
  stationKey,
} from '../codes/index.ts';
import type { StationTerms } from './station-types.ts';

type KeyTerms = Pick<StationTerms, 'unit' | 'step' | 'layout' | 'keyVersion'>;

/** How many keys are kept: some hundred bytes each and their names, some megabytes. */
const MOST_KEYS = 20_000;

export class CodeMaker {
  readonly #masterKey: Uint8Array;
  readonly #stationKeys = new Cache<Uint8Array>(MOST_KEYS);
  /** Makes the codes that grant the same and differ in their number alone. */
  readonly #makers = new Cache<(sequence: number) => string>(MOST_KEYS);

  constructor(masterKey: Uint8Array) {
    this.#masterKey = masterKey;
  }

  stationKey(station: string, keyVersion: number): Uint8Array {
    return this.#stationKeys.getOrMake(`${keyVersion}\0${station}`, () =>
      stationKey(this.#masterKey, station, keyVersion),
    );
  }

  voucher(station: string, terms: KeyTerms, layout: LayoutName, quantity: number, sequence: number) {
    const { unit, step, keyVersion } = terms;
    const make = this.#makers.getOrMake(`${keyVersion}\0${station}\0${layout}\0${unit}\0${step}\0${quantity}`, () => {
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

function shownBoth(code: string): { code: string; display: string } {
  return { code, display: digitsForReading(code) };
}
