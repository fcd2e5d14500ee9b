// Vouchers that nobody typed: when none of their digits opens the station any more, by the clock or for its new key, the operator may give the whole of
// the price back. Where no report proves what a station honoured (unused.ts), it is a person's decision, and the audit keeps whose.

import { MOST_UNUSED } from '../../codes/index.ts';
import { tidy } from '../checks.ts';
import { refuse, unknownRequest } from '../refusals.ts';
import { isExpired, isVoid } from '../terms.ts';
import type { Answer, Settlement } from '../types.ts';
import type { Work } from '../work.ts';
import { rowsAt } from './lists.ts';
import { keepSettlement } from './receipts.ts';
import { codeOfRequest, currentTerms, lastDrawn, stationByNumber, termsOf } from './records.ts';

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
  const row = await codeOfRequest(work, call.id);
  if (!row) return unknownRequest();
  const station = (await stationByNumber(work, row.station))!;
  const terms = await termsOf(work, row);
  const today = await currentTerms(work, station);
  const last = (await lastDrawn(work, row.station)) ?? row.sequence;
  if (!isVoid(terms, today) && !isExpired(terms, row.sequence, last, work.now)) {
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
  const what = { unused: MOST_UNUSED, client: call.by, source: 'expired' } as const;
  const { settlement, again } = await keepSettlement(work, row, terms, what);
  if (again)
    return refuse('receipt-settled', 'What was left of this code was given back before.', { settled: settlement });
  work.audits.push({
    action: 'expired-code-refunded',
    client: call.by,
    station: station.id,
    detail: `request ${call.id}, ${row.quantity * terms.step} ${terms.unit}: ${why}`,
  });
  return settlement;
}
