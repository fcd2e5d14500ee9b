// Vouchers that nobody typed: when none of their digits opens the station any more, by the clock or for its new key, the operator may give the whole of
// the price back. Where no report proves what a station honoured (unused.ts), it is a person's decision, and the audit keeps whose.

import { MOST_UNUSED } from '../../codes/index.ts';
import { tidy } from '../checks.ts';
import { findRow } from '../database/rows.ts';
import type { CodesTable } from '../database/schema.ts';
import { refuse, unknownRequest } from '../refusals.ts';
import { isExpired, isVoid } from '../terms.ts';
import type { Answer, Settlement } from '../types.ts';
import type { Work } from '../work.ts';
import { keepSettlement } from './receipts.ts';
import { codeOfRequest, currentTerms, lastDrawn, termsOf } from './records.ts';
import { openIn } from './unused.ts';

export interface RefundExpiredCall {
  /** The charging request's id. */
  readonly id: string;
  /** Who decided it. */
  readonly by: string;
  /** Why: for the audit. */
  readonly why: string;
}

/** After that a report says nothing of what a station does now: one that was lost must not keep a customer's money. */
const BELIEVED_MS = 7 * 86_400_000;

/** Whether a card of the station said lately that it honours the voucher: what is left of it will be known when it ends. */
async function isOpen(work: Work, { station, sequence }: CodesTable): Promise<boolean> {
  const journals = await work.db
    .selectFrom('journals')
    .select('open')
    .where('station', '=', station)
    .where('heard_at', '>', work.now - BELIEVED_MS)
    .execute();
  return journals.some(({ open }) => openIn(open).has(sequence));
}

/** Gives the whole of a voucher back that no station takes any more and nobody claimed. */
export async function refundExpired(work: Work, call: RefundExpiredCall): Promise<Answer<Settlement>> {
  const why = tidy(String(call.why ?? ''), 200).trim();
  if (why === '') return refuse('malformed', 'why: what the audit is to say, 1 to 200 characters.');
  const row = await codeOfRequest(work, call.id);
  if (!row) return unknownRequest();
  const station = (await findRow(work, 'stations', { number: row.station }))!;
  const terms = await termsOf(work, row);
  const today = await currentTerms(work, station);
  const last = (await lastDrawn(work, row.station)) ?? row.sequence;
  if (!isVoid(terms, today) && !isExpired(terms, row.sequence, last, work.now)) {
    return refuse(
      'not-expired',
      'The station still takes it, in the digits typed or in those of the rescue. Wait until both are over.',
    );
  }
  const end = await findRow(work, 'voucher_ends', { station: row.station, sequence: row.sequence });
  if (end?.explained === 1) {
    return refuse(
      'code-used',
      'A report of the station says how it ended: nothing of it is left, or that was given back.',
    );
  }
  if (await isOpen(work, row)) {
    return refuse(
      'code-used',
      'The latest report of the station says that it charges on this code, or waits to. Have a newer one heard, or wait a week.',
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
