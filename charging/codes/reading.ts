// Taking a code apart again, and holding its tag against a sequence number. What the window is, and whether a number
// was used, is for the station (charging/station/) and the ledger (charging/cloud/) to say.
import { hash, timingSafeEqual } from 'node:crypto';
import { checkKey, checkObject, checkSafe, checkStep, checkString, checkUnit, checkWhole } from './arguments.ts';
import { hasValidCheckDigit } from './damm.ts';
import { hotp } from './hotp.ts';
import { LAYOUTS, type LayoutName, OPERATIONS, type Operation, RECEIPT, SERVICE, type Unit } from './layouts.ts';
import { receiptKey, serviceKey, voucherKey } from './payload.ts';

const SHA256_BLOCK = 64;
const SHA256_BYTES = 32;
const COUNTER_BYTES = 8;

interface Read {
  /** The sequence number modulo `window`. */
  readonly residue: number;
  readonly window: number;
  readonly tag: string;
}
export interface VoucherReading extends Read {
  readonly kind: 'voucher';
  readonly layout: LayoutName;
  /** In steps, 1 to the layout's most. */
  readonly quantity: number;
}
export interface ServiceReading extends Read {
  readonly kind: 'service';
  readonly operation: Operation;
}
export interface ReceiptReading extends Read {
  readonly kind: 'receipt';
  /** In 155ths of what was bought. */
  readonly unused: number;
}
export type CodeReading = VoucherReading | ServiceReading;

/**
 * What the digits typed on a keypad say, before any key is asked.
 * `mistyped`: wrong length or check digit. `unmade`: a payload that no cloud ever makes.
 * @throws {TypeError} when `entry` is no string
 */
export function readEntry(entry: string): CodeReading | 'mistyped' | 'unmade' {
  checkString('entry', entry);
  if (!hasValidCheckDigit(entry)) return 'mistyped';
  if (entry.length === LAYOUTS.compact.digits) return readVoucher('compact', entry);
  if (entry.length === LAYOUTS.long.digits) return readVoucher('long', entry);
  if (entry.length === SERVICE.digits) return readService(entry);
  return 'mistyped';
}

/**
 * What the digits of a station's receipt say, before any key is asked.
 * @throws {TypeError} when `entry` is no string
 */
export function readReceipt(entry: string): ReceiptReading | 'mistyped' | 'unmade' {
  checkString('entry', entry);
  if (entry.length !== RECEIPT.digits || !hasValidCheckDigit(entry)) return 'mistyped';
  const payload = Number(entry.slice(0, RECEIPT.payloadDigits));
  const residue = Math.floor(payload / RECEIPT.radix);
  if (residue >= RECEIPT.window) return 'unmade';
  return {
    kind: 'receipt',
    residue,
    window: RECEIPT.window,
    unused: payload % RECEIPT.radix,
    tag: tagOf(entry, RECEIPT),
  };
}

function readVoucher(layout: LayoutName, entry: string): VoucherReading | 'unmade' {
  const { payloadDigits, window, radix, mostQuantity } = LAYOUTS[layout];
  const payload = Number(entry.slice(0, payloadDigits));
  const residue = Math.floor(payload / radix);
  const quantity = (payload % radix) + 1;
  if (residue >= window || quantity > mostQuantity) return 'unmade';
  return { kind: 'voucher', layout, residue, window, quantity, tag: tagOf(entry, LAYOUTS[layout]) };
}

function readService(entry: string): ServiceReading | 'unmade' {
  const digit = Number(entry[0]);
  const operation = (Object.keys(OPERATIONS) as Operation[]).find((name) => OPERATIONS[name] === digit);
  if (!operation) return 'unmade';
  const residue = Number(entry.slice(1, SERVICE.payloadDigits));
  return { kind: 'service', operation, residue, window: SERVICE.window, tag: tagOf(entry, SERVICE) };
}

function tagOf(entry: string, { payloadDigits, tagDigits }: { payloadDigits: number; tagDigits: number }): string {
  return entry.slice(payloadDigits, payloadDigits + tagDigits);
}

/**
 * The one number from `least` up that leaves `residue` modulo `window`: at most `window` − 1 above it.
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function firstFrom(least: number, residue: number, window: number): number {
  checkSafe('least', least);
  checkWhole('window', window, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('residue', residue, 0, window - 1);
  return least + ((((residue - least) % window) + window) % window);
}

/** Holds codes of one station against its key. Derives a code's key once for any number of sequence numbers. */
export class CodeReader {
  readonly #key: Uint8Array;
  readonly #unit: Unit;
  readonly #step: number;
  #last: { name: string; key: Uint8Array } | undefined;

  /**
   * @param stationKey 32 bytes
   * @param terms what the station sells; `step` in `unit`s
   * @throws {TypeError | RangeError} naming the wrong argument
   */
  constructor(stationKey: Uint8Array, terms: { unit: Unit; step: number }) {
    checkKey('stationKey', stationKey);
    checkObject('terms', terms);
    checkUnit(terms.unit);
    checkStep(terms.step);
    this.#key = stationKey;
    this.#unit = terms.unit;
    this.#step = terms.step;
  }

  /**
   * Whether this station's key made the code for that sequence number. Compares in constant time.
   * @throws {TypeError} naming the wrong argument
   */
  matches(reading: CodeReading | ReceiptReading, sequence: number): boolean {
    checkReading(reading);
    if (typeof sequence !== 'number') throw new TypeError('sequence: a number');
    if (!Number.isSafeInteger(sequence) || sequence < 0 || sequence % reading.window !== reading.residue) return false;
    const expected = hotp(this.#codeKey(reading), sequence, reading.tag.length);
    return timingSafeEqual(Buffer.from(expected), Buffer.from(reading.tag));
  }

  /**
   * The sequence number in `first`…`last` that the code was made for, or `undefined`: a station's look around beyond
   * its window. It goes from `near` outwards, a window at a time in both directions: a tag of six digits fits a number by
   * chance too, and of thousands one that is nearer is the likelier one. Thousands of tags at a time: HMAC (RFC 2104, its
   * pads made once) and RFC 4226's truncation stand here once more, bare, as a sieve before `matches`, which alone
   * decides.
   * @throws {TypeError | RangeError} naming the wrong argument
   */
  find(reading: CodeReading | ReceiptReading, first: number, last: number, near = first): number | undefined {
    checkReading(reading);
    checkSafe('first', first);
    checkSafe('last', last);
    checkSafe('near', near);
    const key = this.#codeKey(reading);
    const tag = Number(reading.tag);
    const modulus = 10 ** reading.tag.length;
    const inner = Buffer.alloc(SHA256_BLOCK + COUNTER_BYTES, 0x36);
    const outer = Buffer.alloc(SHA256_BLOCK + SHA256_BYTES, 0x5c);
    for (const [i, byte] of key.entries()) {
      inner[i]! ^= byte;
      outer[i]! ^= byte;
    }
    const fits = (n: number): boolean => {
      inner.writeUInt32BE(Math.floor(n / 2 ** 32), SHA256_BLOCK);
      inner.writeUInt32BE(n % 2 ** 32, SHA256_BLOCK + 4);
      hash('sha256', inner, 'buffer').copy(outer, SHA256_BLOCK);
      const mac = hash('sha256', outer, 'buffer');
      const truncated = mac.readUInt32BE(mac[SHA256_BYTES - 1]! & 0xf) & 0x7fffffff;
      return truncated % modulus === tag && this.matches(reading, n);
    };
    const least = Math.max(0, first);
    if (last < least) return undefined;
    let ahead = firstFrom(Math.min(Math.max(near, least), last), reading.residue, reading.window);
    let behind = ahead - reading.window;
    while (ahead <= last || behind >= least) {
      if (ahead <= last && fits(ahead)) return ahead;
      if (behind >= least && fits(behind)) return behind;
      ahead += reading.window;
      behind -= reading.window;
    }
    return undefined;
  }

  #codeKey(reading: CodeReading | ReceiptReading): Uint8Array {
    const name = nameOf(reading);
    if (this.#last?.name !== name) this.#last = { name, key: this.#derive(reading) };
    return this.#last.key;
  }

  #derive(reading: CodeReading | ReceiptReading): Uint8Array {
    switch (reading.kind) {
      case 'voucher':
        return voucherKey(this.#key, reading.layout, this.#unit, this.#step, reading.quantity);
      case 'service':
        return serviceKey(this.#key, reading.operation);
      case 'receipt':
        return receiptKey(this.#key, this.#unit, this.#step, reading.unused);
    }
  }
}

const KINDS: readonly string[] = ['voucher', 'service', 'receipt'] satisfies (CodeReading | ReceiptReading)['kind'][];

/** `readEntry` also answers with a word, which a caller may forget to look at. */
function checkReading(reading: CodeReading | ReceiptReading): void {
  if (typeof reading !== 'object' || reading === null || !KINDS.includes(reading.kind)) {
    throw new TypeError('reading: what readEntry or readReceipt gives for a code that is not mistyped or unmade');
  }
}

function nameOf(reading: CodeReading | ReceiptReading): string {
  if (reading.kind === 'voucher') return `voucher ${reading.layout} ${reading.quantity}`;
  return reading.kind === 'service' ? `service ${reading.operation}` : `receipt ${reading.unused}`;
}
