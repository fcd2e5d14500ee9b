// The code format, version 1 (docs/code-format.md): what the digits of each kind of code mean, how they are made, and how
// they are taken apart and held against a sequence number. What the window is, and whether a number was used, is for the
// station (charging/station/) and the ledger (charging/cloud/) to say.
import { timingSafeEqual } from 'node:crypto';
import {
  type Algorithm,
  type Bounds,
  type CodeReading,
  type CodeUnit,
  type Grant,
  type LayoutName,
  type Matcher,
  MOST_UNUSED,
  type Operation,
  type ReceiptLayoutName,
  type ReceiptReading,
  type ServiceReading,
  type Unread,
  type VoucherReading,
} from './algorithm.ts';
import {
  checkKey,
  checkName,
  checkObject,
  checkSafe,
  checkSequence,
  checkStep,
  checkString,
  checkUnit,
  checkWhole,
} from './arguments.ts';
import { dammDigit, hasValidCheckDigit } from './damm.ts';
import { HotpKey } from './hotp.ts';
import { derive } from './keys.ts';
import { firstFrom } from './numbering.ts';

export interface Layout {
  /** Length of the whole code, check digit included. */
  readonly digits: number;
  readonly payloadDigits: number;
  readonly tagDigits: number;
  /** M: the payload tells the sequence number modulo this. */
  readonly window: number;
  /** The most steps that one voucher holds. */
  readonly mostQuantity: number;
  /** The payload is `(sequence mod window) × radix + quantity − 1`. */
  readonly radix: number;
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = Object.freeze({
  compact: Object.freeze({ digits: 10, payloadDigits: 3, tagDigits: 6, window: 32, mostQuantity: 31, radix: 31 }),
  long: Object.freeze({ digits: 12, payloadDigits: 4, tagDigits: 7, window: 64, mostQuantity: 155, radix: 156 }),
  wide: Object.freeze({ digits: 12, payloadDigits: 5, tagDigits: 6, window: 1024, mostQuantity: 97, radix: 97 }),
  'wide-long': Object.freeze({
    ...{ digits: 14, payloadDigits: 5, tagDigits: 8 },
    ...{ window: 1024, mostQuantity: 97, radix: 97 },
  }),
});

/** The payload of a receipt is `(sequence mod window) × radix + unused`. */
export const RECEIPTS = Object.freeze({
  long: Object.freeze({ digits: 12, payloadDigits: 4, tagDigits: 7, window: 64, radix: 156 }),
  'wide-long': Object.freeze({ digits: 14, payloadDigits: 6, tagDigits: 7, window: 1024, radix: 156 }),
}) satisfies Readonly<Record<ReceiptLayoutName, object>>;
/** The receipt of 0.1.0. */
export const RECEIPT = RECEIPTS.long;

/** Service operations and their digit on the keypad. */
export const OPERATIONS: Readonly<Record<Operation, number>> = Object.freeze({
  synchronize: 1,
  'clear-lockout': 2,
  'test-relay': 3,
  'end-session': 4,
  'show-report': 5,
});
export const SERVICE = Object.freeze({ digits: 15, payloadDigits: 7, tagDigits: 7, window: 1_000_000 });

/** A family of the format: the layout that customers type, the one for a locked keypad, and that of receipts. */
export function voucherFormat(typed: LayoutName, rescue: LayoutName, receipt: ReceiptLayoutName): Algorithm {
  const bounds = {
    typed: boundsOf(typed),
    rescue: boundsOf(rescue),
    heardWhileLocked: [LAYOUTS[rescue].digits, SERVICE.digits],
    receiptDigits: RECEIPTS[receipt].digits,
  };
  return Object.freeze({
    name: typed,
    bounds: Object.freeze(bounds),
    make: (stationKey: Uint8Array, grant: Grant) =>
      maker(stationKey, grant.kind === 'receipt' ? { ...grant, layout: receipt } : grant),
    read: (entry: string) => readEntry(entry, [typed, rescue]),
    readReceipt: (entry: string) => readReceipt(entry, receipt),
    // A service code names a million numbers, but only as many are in question as for the rescue layout.
    window: (reading: CodeReading) => (reading.kind === 'service' ? LAYOUTS[rescue].window : reading.window),
    matcher: (stationKey: Uint8Array, terms: { unit: CodeUnit; step: number }) => new CodeReader(stationKey, terms),
  });
}

/** A grant of this format: receipts come in a layout as well. */
type FormatGrant =
  | Exclude<Grant, { kind: 'receipt' }>
  | (Extract<Grant, { kind: 'receipt' }> & { readonly layout: ReceiptLayoutName });

function boundsOf(layout: LayoutName): Bounds {
  const { digits, window, mostQuantity } = LAYOUTS[layout];
  return Object.freeze({ layout, digits, window, mostQuantity });
}

/** What a code grants is bound into its key. */
function codeKey(stationKey: Uint8Array, grant: FormatGrant): HotpKey {
  return new HotpKey(derive(stationKey, ...infoOf(grant)));
}

function infoOf(grant: FormatGrant): (string | number)[] {
  switch (grant.kind) {
    case 'voucher':
      return ['voucher', grant.layout, grant.unit, grant.step, grant.quantity];
    case 'receipt':
      return ['receipt', grant.layout, grant.unit, grant.step, grant.unused];
    case 'service':
      return ['service', grant.operation];
  }
}

/** How many digits come before the tag, and how many are the tag. */
function shapeOf(grant: FormatGrant): { readonly payloadDigits: number; readonly tagDigits: number } {
  if (grant.kind === 'voucher') return LAYOUTS[grant.layout];
  return grant.kind === 'receipt' ? RECEIPTS[grant.layout] : SERVICE;
}

function payloadOf(grant: FormatGrant, sequence: number): number {
  switch (grant.kind) {
    case 'voucher': {
      const { window, radix } = LAYOUTS[grant.layout];
      return (sequence % window) * radix + grant.quantity - 1;
    }
    case 'receipt': {
      const { window, radix } = RECEIPTS[grant.layout];
      return (sequence % window) * radix + grant.unused;
    }
    case 'service':
      return OPERATIONS[grant.operation] * SERVICE.window + (sequence % SERVICE.window);
  }
}

function maker(stationKey: Uint8Array, grant: FormatGrant): (sequence: number) => string {
  const key = codeKey(stationKey, grant);
  const { payloadDigits, tagDigits } = shapeOf(grant);
  return (sequence) => {
    const body = String(payloadOf(grant, sequence)).padStart(payloadDigits, '0') + key.tag(sequence, tagDigits);
    return body + dammDigit(body);
  };
}

/**
 * The code that a customer types for a voucher: 10 digits in the `compact` layout, 12 in `long` and `wide`, 14 in
 * `wide-long`.
 * @param stationKey 32 bytes, as `stationKey()` gives them
 * @param terms `step` in `unit`s, `quantity` in steps (1–31 compact, 1–155 long, 1–97 wide), `sequence` a safe integer
 *   from 0
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function voucherCode(
  stationKey: Uint8Array,
  terms: { layout: LayoutName; unit: CodeUnit; step: number; quantity: number; sequence: number },
): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { layout, unit, step, quantity, sequence } = terms;
  checkName('layout', layout, LAYOUTS);
  checkUnit(unit);
  checkStep(step);
  checkWhole('quantity', quantity, 1, LAYOUTS[layout].mostQuantity);
  checkSequence('sequence', sequence);
  return maker(stationKey, { kind: 'voucher', layout, unit, step, quantity })(sequence);
}

/**
 * What a station shows when a voucher ends early: 12 digits, or 14 at a `wide` station.
 * @param terms `unused` in 155ths of what was bought (0–155, rounded down), `sequence` that of the voucher, `layout`
 *   `long` unless given
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function receiptCode(
  stationKey: Uint8Array,
  terms: { unit: CodeUnit; step: number; unused: number; sequence: number; layout?: ReceiptLayoutName },
): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { unit, step, unused, sequence, layout = 'long' } = terms;
  checkName('layout', layout, RECEIPTS);
  checkUnit(unit);
  checkStep(step);
  checkWhole('unused', unused, 0, MOST_UNUSED);
  checkSequence('sequence', sequence);
  return maker(stationKey, { kind: 'receipt', layout, unit, step, unused })(sequence);
}

/**
 * A 15-digit service code.
 * @param terms `operation` by name, `sequence` a number of the station's own that no voucher carries
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function serviceCode(stationKey: Uint8Array, terms: { operation: Operation; sequence: number }): string {
  checkKey('stationKey', stationKey);
  checkObject('terms', terms);
  const { operation, sequence } = terms;
  checkName('operation', operation, OPERATIONS);
  checkSequence('sequence', sequence);
  return maker(stationKey, { kind: 'service', operation })(sequence);
}

function readEntry(entry: string, layouts: readonly LayoutName[]): CodeReading | Unread {
  checkString('entry', entry);
  if (!hasValidCheckDigit(entry)) return 'mistyped';
  if (entry.length === SERVICE.digits) return readService(entry);
  const layout = layouts.find((name) => LAYOUTS[name].digits === entry.length);
  return layout ? readVoucher(layout, entry) : 'mistyped';
}

function readReceipt(entry: string, layout: ReceiptLayoutName): ReceiptReading | Unread {
  checkString('entry', entry);
  const { digits, payloadDigits, window, radix } = RECEIPTS[layout];
  if (entry.length !== digits || !hasValidCheckDigit(entry)) return 'mistyped';
  const payload = Number(entry.slice(0, payloadDigits));
  const residue = Math.floor(payload / radix);
  if (residue >= window) return 'unmade';
  return { kind: 'receipt', layout, residue, window, unused: payload % radix, tag: tagOf(entry, RECEIPTS[layout]) };
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

/** Holds codes of one station against its key. Derives a code's key once for any number of sequence numbers. */
export class CodeReader implements Matcher {
  readonly #key: Uint8Array;
  readonly #unit: CodeUnit;
  readonly #step: number;
  #last: { name: string; key: HotpKey } | undefined;

  /**
   * @param stationKey 32 bytes
   * @param terms what the station sells; `step` in `unit`s
   * @throws {TypeError | RangeError} naming the wrong argument
   */
  constructor(stationKey: Uint8Array, terms: { unit: CodeUnit; step: number }) {
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
    const expected = this.#codeKey(reading).tag(sequence, reading.tag.length);
    return timingSafeEqual(Buffer.from(expected), Buffer.from(reading.tag));
  }

  /**
   * The sequence number in `first`…`last` that the code was made for, or `undefined`: a station's look around beyond
   * its window. It goes from `near` outwards, a window at a time in both directions: a tag of six digits fits a number by
   * chance too, and of thousands one that is nearer is the likelier one.
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
    const fits = (n: number) => key.truncated(n) % modulus === tag;
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

  #codeKey(reading: CodeReading | ReceiptReading): HotpKey {
    const grant = this.#grantOf(reading);
    const name = infoOf(grant).join(' ');
    if (this.#last?.name !== name) this.#last = { name, key: codeKey(this.#key, grant) };
    return this.#last.key;
  }

  #grantOf(reading: CodeReading | ReceiptReading): FormatGrant {
    const [unit, step] = [this.#unit, this.#step];
    switch (reading.kind) {
      case 'voucher':
        return { kind: 'voucher', layout: reading.layout, unit, step, quantity: reading.quantity };
      case 'service':
        return { kind: 'service', operation: reading.operation };
      case 'receipt':
        return { kind: 'receipt', layout: reading.layout, unit, step, unused: reading.unused };
    }
  }
}

const KINDS: readonly string[] = ['voucher', 'service', 'receipt'] satisfies Grant['kind'][];

/** `readEntry` also answers with a word, which a caller may forget to look at. */
function checkReading(reading: CodeReading | ReceiptReading): void {
  if (typeof reading !== 'object' || reading === null || !KINDS.includes(reading.kind)) {
    throw new TypeError('reading: what readEntry or readReceipt gives for a code that is not mistyped or unmade');
  }
}
