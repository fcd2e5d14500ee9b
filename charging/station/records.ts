// Small rules about a session's record, as the journal keeps it.
import { ALGORITHM_NAMES, type Algorithm, algorithmOf, boundsIn, MOST_UNUSED } from '../codes/index.ts';
import type { SessionRecord, StationSettings, Voucher } from './types.ts';

/** In 155ths: 31 of them left can come out of the division as 30.999999999999996. */
const FLOAT_NOISE = 1e-9;

/** A number may come twice, under a new key: then the session tells. */
export function isSame({ session, voucher }: SessionRecord, other: SessionRecord): boolean {
  return voucher.sequence === other.voucher.sequence && (session === undefined || session === other.session);
}

/** What is left of a voucher, ⌊155 × left ÷ bought⌋: on its receipt and in a report. */
export function unusedOf({ voucher: { amount }, delivered }: SessionRecord): number {
  const left = Math.max(0, amount - delivered);
  return Math.min(MOST_UNUSED, Math.floor((MOST_UNUSED * left) / amount + FLOAT_NOISE));
}

/**
 * The digits for what is left of a voucher, ⌊155 × left ÷ bought⌋; undefined when that is nothing.
 * @param key of the station when the voucher was redeemed
 * @param ours the family of codes that the station has now
 */
export function receiptOfRecord(record: SessionRecord, key: Uint8Array, ours: Algorithm): string | undefined {
  const { voucher } = record;
  const unused = unusedOf(record);
  if (unused < 1) return undefined;
  const { unit, step, sequence } = voucher;
  return familyOf(voucher, ours).make(key, { kind: 'receipt', unit, step, unused })(sequence);
}

/** The family that a voucher was sold under: the station's, unless that was changed meanwhile. */
function familyOf({ layout }: Voucher, ours: Algorithm): Algorithm {
  return [ours, ...ALGORITHM_NAMES.map(algorithmOf)].find((family) => boundsIn(family, layout)) ?? ours;
}

/**
 * A record that the journal may take: nothing below zero or above what was bought, and its receipt if it has ended.
 * @throws {RangeError} when what was delivered is no number
 */
export function checkedRecord(
  record: SessionRecord,
  receiptFor: (record: SessionRecord) => string | undefined,
): SessionRecord {
  const { voucher, delivered, ended, receipt } = record;
  if (!Number.isFinite(delivered)) throw new RangeError(`record.delivered: a number, not ${delivered}`);
  const within = { ...record, delivered: Math.min(Math.max(0, delivered), voucher.amount) };
  const due = ended && !receipt ? receiptFor(within) : undefined;
  return due ? { ...within, receipt: due } : within;
}

/** A station's key as the journal keeps it for a session that is open. */
export function keyText({ key }: Pick<StationSettings, 'key'>): string {
  return Buffer.from(key).toString('hex');
}
