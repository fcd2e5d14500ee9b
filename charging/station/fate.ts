// What became of a voucher whose code is typed again.
import type { Algorithm, Matcher } from '../codes/index.ts';
import { recordOfRow, type Tables } from './journal/tables.ts';
import type { SessionRecord } from './types.ts';

/** The row of a voucher's code, in whichever layout it is typed; undefined for any other entry. */
export function fateIn(
  tables: Tables,
  entry: unknown,
  algorithm: Algorithm,
  matcher: Matcher,
  station: string,
): SessionRecord | undefined {
  const reading = typeof entry === 'string' ? algorithm.read(entry) : 'mistyped';
  if (typeof reading === 'string' || reading.kind !== 'voucher') return undefined;
  const { residue, window, quantity } = reading;
  const rows = tables.sessionsOn(residue, window, quantity);
  const row = rows.find(({ sequence }) => matcher.matches(reading, sequence));
  return row && recordOfRow(row, station);
}
