// Codes of every station, made when they are asked for: none is kept. The keys on the way are remembered, because
// deriving one costs as much as the code itself.

import { dammDigit } from '../codes/damm.ts';
import { hotp } from '../codes/hotp.ts';
import { CodeReader, digitsForReading, LAYOUTS, type LayoutName, type Operation, stationKey } from '../codes/index.ts';
import { serviceCode } from '../codes/making.ts';
import { voucherKey, voucherPayload } from '../codes/payload.ts';
import type { StationTerms } from './types.ts';

type KeyTerms = Pick<StationTerms, 'unit' | 'step' | 'keyVersion'>;

/** How many keys are kept: 32 bytes each and their names, some megabytes. */
const MOST_KEYS = 20_000;

export class CodeMaker {
  readonly #masterKey: Uint8Array;
  readonly #keys = new Map<string, Uint8Array>();

  constructor(masterKey: Uint8Array) {
    this.#masterKey = masterKey;
  }

  stationKey(station: string, keyVersion: number): Uint8Array {
    return this.#remembered(`${keyVersion}\0${station}`, () => stationKey(this.#masterKey, station, keyVersion));
  }

  voucher(station: string, terms: KeyTerms, layout: LayoutName, quantity: number, sequence: number) {
    const { unit, step, keyVersion } = terms;
    const key = this.#remembered(`${keyVersion}\0${station}\0${layout}\0${unit}\0${step}\0${quantity}`, () =>
      voucherKey(this.stationKey(station, keyVersion), layout, unit, step, quantity),
    );
    const body = voucherPayload(layout, sequence, quantity) + hotp(key, sequence, LAYOUTS[layout].tagDigits);
    return shownBoth(body + dammDigit(body));
  }

  service(station: string, keyVersion: number, operation: Operation, sequence: number) {
    return shownBoth(serviceCode(this.stationKey(station, keyVersion), { operation, sequence }));
  }

  reader(station: string, terms: KeyTerms): CodeReader {
    return new CodeReader(this.stationKey(station, terms.keyVersion), terms);
  }

  #remembered(name: string, derive: () => Uint8Array): Uint8Array {
    const known = this.#keys.get(name);
    if (known) return known;
    const key = derive();
    // The oldest goes: a Map keeps the order of insertion.
    if (this.#keys.size >= MOST_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(name, key);
    return key;
  }
}

function shownBoth(code: string): { code: string; display: string } {
  return { code, display: digitsForReading(code) };
}
