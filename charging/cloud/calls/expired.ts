// Vouchers that nobody typed: when none of their digits opens the station any more, by the clock or for its new key, the operator may give the whole of
// the price back. Where no report proves what a station honoured (unused.ts), it is a person's decision, and the audit keeps whose.

import { MOST_UNUSED } from '../../codes/index.ts';
import { tidy } from '../checks.ts';
import type { ReceiptsTable } from '../database/schema.ts';
import { random48 } from '../random.ts';
import { refuse, unknownRequest } from '../refusals.ts';
import { isExpired, isVoid } from '../terms.ts';
import type { Answer, Settlement } from '../types.ts';
import { own, type Work } from '../work.ts';
import { rowsAt } from './lists.ts';
import { keepSettlement } from './receipts.ts';
import { currentTerms, stationByNumber, stationsToday, VOUCHER } from './records.ts';
import { findReservation } from './reservations.ts';

export interface RefundExpiredCall {
  /** The charging request's id. */
  readonly id: string;
  /** Who decided it. */
  readonly by: string;
  /** Why: for the audit. */
  readonly why: string;
}

/** Gives the whole of a voucher back that no station takes any more and nobody claimed. */
export async function refundExpired(work: Work, call: RefundExpiredCall): Promise<Answer<Settlement>> {
  const why = tidy(String(call.why ?? ''), 200).trim();
  if (why === '') return refuse('malformed', 'why: what the audit is to say, 1 to 200 characters.');
  const key = work.shared.ids.rowOf(call.id);
  if (!key) return unknownRequest();
  const reservation = key.what === 'reservation' ? await findReservation(work, key.station, key.item) : undefined;
  const sequence = key.what === 'reservation' ? (reservation?.row.sequence ?? null) : key.item;
  const row =
    sequence === null
      ? undefined
      : await work.db
          .selectFrom('codes')
          .selectAll()
          .where('station', '=', key.station)
          .where('sequence', '=', sequence)
          .executeTakeFirst();
  if (!row || row.kind !== VOUCHER) return unknownRequest();
  const { id } = (await stationByNumber(work, row.station))!;
  const station = (await stationsToday(work, [id])).get(id)!;
  const terms = (await work.shared.terms.get(work.db, [row]))(row);
  const today = await currentTerms(work, station);
  if (!isVoid(terms, today) && !isExpired(terms, row.sequence, station.last ?? row.sequence, work.now)) {
    return refuse(
      'not-expired',
      'The station still takes it, in the digits typed or in those of the rescue. Wait until both are over.',
    );
  }
  const [end] = await rowsAt(work, 'voucher_ends', [row]);
  if (end?.explained === 1) {
    return refuse(
      'code-used',
      'A report of the station says how it ended: nothing of it is left, or that was given back.',
    );
  }
  const receipt: ReceiptsTable = {
    station: row.station,
    sequence: row.sequence,
    unused: MOST_UNUSED,
    refund: row.price,
    client: call.by,
    settled_at: work.now,
    token: own(work, random48),
    source: 'expired',
  };
  const { settlement, again } = await keepSettlement(work, row, terms, receipt);
  if (again)
    return refuse('receipt-settled', 'What was left of this code was given back before.', { settled: settlement });
  work.audits.push({
    action: 'expired-code-refunded',
    client: call.by,
    station: id,
    detail: `request ${call.id}, ${row.quantity * terms.step} ${terms.unit}: ${why}`,
  });
  return settlement;
}
