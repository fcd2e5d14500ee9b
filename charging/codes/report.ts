// What a station tells the cloud without a network (docs/reports.md): a body of numbers and a seal that only the station
// and the cloud can make. Making, sealing, reading: plain functions over plain data.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkKey, checkObject, checkString, checkWhole } from './arguments.ts';
import { derive } from './keys.ts';

const REPORT_VERSION = 1;
const JOURNAL_BYTES = 4;
const SEAL_BYTES = 16;
/** A station lists so many closed vouchers at most, the newest. A reader takes any count. */
export const MOST_CLOSED_LISTED = 20;
const MOST = Number.MAX_SAFE_INTEGER;
const MOST_DIFFERENCE = 2 ** 52 - 1;
const MOST_UNUSED = 155;

/** Why a voucher ended, by its number in a report. A number that a reader does not know is one of a later version. */
export const END_REASONS = Object.freeze({
  'used-up': 1,
  unplugged: 2,
  'stop-key': 3,
  service: 4,
  full: 5,
  'power-cut': 6,
  fault: 7,
  'handed-back': 8,
  'taken-back': 9,
});
/** What stands at a station or one of its outlets, by its number in a report. */
export const FAULT_NUMBERS = Object.freeze({
  'emergency-stop': 1,
  'residual-current': 2,
  'relay-stuck-on': 3,
  'over-current': 4,
  'over-temperature': 5,
  'guard-lost': 6,
  'relay-unusable': 7,
  'gpio-lost': 8,
  'vehicle-unknown': 9,
  'relay-did-not-close': 10,
  'relay-opened': 11,
  'journal-not-writable': 12,
  'meter-silent': 13,
  'meter-implausible': 14,
});

export interface OpenVoucher {
  readonly sequence: number;
  readonly outlet: number;
  /** In steps. */
  readonly quantity: number;
  /** Seconds at a `min` station, Wh at a `Wh` station. */
  readonly delivered: number;
}
export interface ClosedVoucher extends OpenVoucher {
  /** In 155ths of what was bought, as on its receipt; 0 where it has none. */
  readonly unused: number;
  /** One of `END_REASONS`. */
  readonly reason: number;
  /** From its end to `timeSeconds`; 0 where that cannot be told. */
  readonly minutesAgo: number;
}

/** All numbers are whole, from 0 and below 2⁵³; fractions are rounded down when it is made. */
export interface Report {
  /** Eight hex digits: made at random with the journal, and new with it. */
  readonly journal: string;
  readonly keyVersion: number;
  readonly boot: number;
  /** One more each report. */
  readonly number: number;
  /** The station's time, unix seconds; 0 when its clock is lost. */
  readonly timeSeconds: number;
  /** H, the highest number used. */
  readonly highest: number;
  /** Since the journal began. */
  readonly totals: {
    /** Vouchers closed, whether they are listed here or not. */
    readonly closed: number;
    /** Seconds, or Wh. */
    readonly delivered: number;
    /** Of all meters together; null where there is none. */
    readonly meterWh: number | null;
    readonly relayClosings: number;
    readonly wrongGuesses: number;
    readonly lockouts: number;
  };
  /** Faults standing: `FAULT_NUMBERS`. */
  readonly faults: readonly number[];
  /** The newest first. */
  readonly closed: readonly ClosedVoucher[];
  readonly open: readonly OpenVoucher[];
  /** Unix seconds; 0 at a station that counts. */
  readonly sureTimeSeconds: number;
}

/**
 * Why a text is no report of a station. `malformed`: it is no text of a body and a seal, or its body breaks off.
 * `not-sealed`: this key did not seal it. `other-version`: sealed rightly, in a version that this program does not know.
 */
export type Unreadable = 'malformed' | 'not-sealed' | 'other-version';

/**
 * A report as text, to be put into a link or a QR code: base64url without padding of body and seal. The seal proves who
 * said it and hides nothing.
 * @param stationKey 32 bytes
 * @throws {TypeError | RangeError} naming the wrong number
 */
export function sealReport(stationKey: Uint8Array, report: Report): string {
  checkKey('stationKey', stationKey);
  checkObject('report', report);
  const body = encodeReport(report);
  return Buffer.concat([body, sealOf(stationKey, body)]).toString('base64url');
}

/**
 * What a sealed text says.
 * @param stationKey 32 bytes; a station that had several tries each
 * @throws {TypeError | RangeError} when the key is none or `text` is no string
 */
export function readReport(stationKey: Uint8Array, text: string): Report | Unreadable {
  checkKey('stationKey', stationKey);
  checkString('text', text);
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text || bytes.length <= SEAL_BYTES) return 'malformed';
  const body = bytes.subarray(0, -SEAL_BYTES);
  if (!timingSafeEqual(sealOf(stationKey, body), bytes.subarray(-SEAL_BYTES))) return 'not-sealed';
  if (body[0] !== REPORT_VERSION) return 'other-version';
  return decodeReport(body) ?? 'malformed';
}

function sealOf(stationKey: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', derive(stationKey, 'report', REPORT_VERSION))
    .update(body)
    .digest()
    .subarray(0, SEAL_BYTES);
}

/**
 * The body alone, without a seal.
 * @throws {TypeError | RangeError} naming the wrong number
 */
function encodeReport(report: Report): Buffer {
  const { journal, totals, highest } = report;
  if (typeof journal !== 'string') throw new TypeError('journal: a string of eight hex digits');
  if (!/^[0-9a-f]{8}$/.test(journal)) throw new RangeError('journal: eight hex digits');
  const body = new Writer();
  for (const name of ['keyVersion', 'boot', 'number', 'timeSeconds', 'highest'] as const) body.put(name, report[name]);
  body.put('closed', totals.closed);
  body.put('delivered', totals.delivered);
  body.put('meterWh', totals.meterWh === null ? 0 : Math.floor(totals.meterWh) + 1);
  for (const name of ['relayClosings', 'wrongGuesses', 'lockouts'] as const) body.put(name, totals[name]);
  body.put('faults', report.faults.length);
  for (const fault of report.faults) body.put('fault', fault);
  body.put('closed', report.closed.length);
  let before = highest;
  for (const voucher of report.closed) {
    body.difference('sequence', before, voucher.sequence);
    putVoucher(body, voucher);
    checkWhole('unused', voucher.unused, 0, MOST_UNUSED);
    body.put('unused', voucher.unused);
    body.put('reason', voucher.reason);
    body.put('minutesAgo', voucher.minutesAgo);
    before = voucher.sequence;
  }
  body.put('open', report.open.length);
  for (const voucher of report.open) {
    body.difference('sequence', highest, voucher.sequence);
    putVoucher(body, voucher);
  }
  body.put('sureTimeSeconds', report.sureTimeSeconds);
  return Buffer.concat([Buffer.from([REPORT_VERSION]), Buffer.from(journal, 'hex'), body.bytes()]);
}

function putVoucher(body: Writer, { outlet, quantity, delivered }: OpenVoucher): void {
  body.put('outlet', outlet);
  body.put('quantity', quantity);
  body.put('delivered', delivered);
}

/** What a body says; undefined when it breaks off or a number in it is not written as it should be. */
function decodeReport(body: Uint8Array): Report | undefined {
  const reader = new Reader(body.subarray(1 + JOURNAL_BYTES));
  if (body.length < 1 + JOURNAL_BYTES) return undefined;
  try {
    return read(Buffer.from(body.subarray(1, 1 + JOURNAL_BYTES)).toString('hex'), reader);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Numbers in the order of docs/reports.md: object literals are evaluated from first to last. */
function read(journal: string, from: Reader): Report {
  const head = {
    journal,
    keyVersion: from.number(),
    boot: from.number(),
    number: from.number(),
    timeSeconds: from.number(),
    highest: from.number(),
  };
  const totals = {
    closed: from.number(),
    delivered: from.number(),
    meterWh: orNull(from.number()),
    relayClosings: from.number(),
    wrongGuesses: from.number(),
    lockouts: from.number(),
  };
  const faults = from.list(() => from.number());
  let before = head.highest;
  const closed = from.list(() => {
    before = from.below(before);
    const voucher = { sequence: before, ...readVoucher(from), unused: from.number() };
    if (voucher.unused > MOST_UNUSED) throw new Malformed();
    return { ...voucher, reason: from.number(), minutesAgo: from.number() };
  });
  const open = from.list(() => ({ sequence: from.below(head.highest), ...readVoucher(from) }));
  return { ...head, totals, faults, closed, open, sureTimeSeconds: from.number() };
}

const readVoucher = (from: Reader) => ({ outlet: from.number(), quantity: from.number(), delivered: from.number() });
const orNull = (meterAndOne: number) => (meterAndOne === 0 ? null : meterAndOne - 1);

/** Unsigned LEB128 in its shortest form. */
class Writer {
  readonly #bytes: number[] = [];

  /** Rounds down. */
  put(name: string, value: number): void {
    const whole = typeof value === 'number' ? Math.floor(value) : value;
    checkWhole(name, whole, 0, MOST);
    let left = whole;
    while (left >= 0x80) {
      this.#bytes.push((left % 0x80) + 0x80);
      left = Math.floor(left / 0x80);
    }
    this.#bytes.push(left);
  }

  /** `from` − `to`, zigzag: 2d, or −2d − 1 below zero. */
  difference(name: string, from: number, to: number): void {
    checkWhole(name, to, 0, MOST);
    const d = from - to;
    checkWhole(name, Math.abs(d), 0, MOST_DIFFERENCE);
    this.put(name, d >= 0 ? 2 * d : -2 * d - 1);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

class Malformed extends Error {}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Malformed();
      value += (byte % 0x80) * factor;
      if (factor > MOST || value > MOST) throw new Malformed();
      if (byte < 0x80) {
        // A last byte of 0 says nothing: the same number has a shorter form.
        if (byte === 0 && factor > 1) throw new Malformed();
        return value;
      }
    }
  }

  /** The number that lies a zigzag difference below another. */
  below(from: number): number {
    const zigzag = this.number();
    const to = from - (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
    if (to < 0 || to > MOST) throw new Malformed();
    return to;
  }

  list<T>(item: () => T): T[] {
    const count = this.number();
    // Each takes a byte at least: a count that cannot be is not counted to.
    if (count > this.#bytes.length) throw new Malformed();
    return Array.from({ length: count }, item);
  }
}
