// Codes of every station, made when they are asked for: none is kept. The keys on the way are remembered, because
// deriving one costs as much as the code itself.

import { createHmac, createSecretKey } from 'node:crypto';
import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateSync } from 'otplib';
import { dammDigit } from '../codes/damm.ts';
import { CodeReader, digitsForReading, LAYOUTS, type LayoutName, type Operation, stationKey } from '../codes/index.ts';
import { serviceCode } from '../codes/making.ts';
import { voucherKey, voucherPayload } from '../codes/payload.ts';
import type { StationTerms } from './types.ts';

type KeyTerms = Pick<StationTerms, 'unit' | 'step' | 'keyVersion'>;

/** How many keys are kept: 32 bytes each and their names, some megabytes. */
const MOST_KEYS = 20_000;

/**
 * A code's key as OpenSSL keeps it. Handing the bytes over anew for each HMAC costs four times the HMAC, and that is
 * most of what issuing a code costs.
 */
class CodeKey extends NodeCryptoPlugin {
  readonly #bytes: Uint8Array;
  readonly #key;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
    this.#key = createSecretKey(bytes);
  }

  override hmac(_algorithm: string, _key: Uint8Array, data: Uint8Array): Uint8Array {
    return createHmac('sha256', this.#key).update(data).digest();
  }

  /** As `hotp()` of charging/codes, RFC 4226 with SHA-256. */
  tag(counter: number, digits: number): string {
    const secret = this.#bytes;
    return generateSync({ strategy: 'hotp', secret, counter, algorithm: 'sha256', digits, crypto: this });
  }
}

export class CodeMaker {
  readonly #masterKey: Uint8Array;
  readonly #stationKeys = new Remembered<Uint8Array>();
  readonly #codeKeys = new Remembered<CodeKey>();

  constructor(masterKey: Uint8Array) {
    this.#masterKey = masterKey;
  }

  stationKey(station: string, keyVersion: number): Uint8Array {
    return this.#stationKeys.get(`${keyVersion}\0${station}`, () => stationKey(this.#masterKey, station, keyVersion));
  }

  voucher(station: string, terms: KeyTerms, layout: LayoutName, quantity: number, sequence: number) {
    const { unit, step, keyVersion } = terms;
    const key = this.#codeKeys.get(
      `${keyVersion}\0${station}\0${layout}\0${unit}\0${step}\0${quantity}`,
      () => new CodeKey(voucherKey(this.stationKey(station, keyVersion), layout, unit, step, quantity)),
    );
    const body = voucherPayload(layout, sequence, quantity) + key.tag(sequence, LAYOUTS[layout].tagDigits);
    return shownBoth(body + dammDigit(body));
  }

  service(station: string, keyVersion: number, operation: Operation, sequence: number) {
    return shownBoth(serviceCode(this.stationKey(station, keyVersion), { operation, sequence }));
  }

  reader(station: string, terms: KeyTerms): CodeReader {
    return new CodeReader(this.stationKey(station, terms.keyVersion), terms);
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
