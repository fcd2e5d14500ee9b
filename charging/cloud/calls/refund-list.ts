// Refunds for the operator: what is owed, and what was paid.
import type { RefundRecord, RefundsQuery } from '../payment-types.ts';
import type { Page } from '../types.ts';
import type { Work } from '../work.ts';
import { inOrder, limitOf, pageOf } from './paging.ts';
import { refundRecord } from './refunds.ts';

/** Latest owed first. */
export async function listRefunds(work: Work, query: RefundsQuery = {}): Promise<Page<RefundRecord>> {
  const limit = limitOf(query);
  const [, at, station, refund] = /^(\d{1,16})\.(\d{1,10})\.([0-9a-f]{24})$/.exec(query.after ?? '') ?? [];
  const place = refund === undefined ? undefined : [Number(at), Number(station), refund];
  const refunds = work.db
    .selectFrom('refunds')
    .innerJoin('stations', 'stations.number', 'refunds.station')
    .selectAll('refunds')
    .select('stations.id as station_id')
    .where('refunds.done', '=', query.list === 'paid' ? 1 : 0)
    .where('refunds.minor_units', '>', 0);
  const latest = inOrder(refunds, ['refunds.due_at', 'refunds.station', 'refunds.refund'], 'desc', place);
  const rows = await latest.limit(limit + 1).execute();
  const item = (row: (typeof rows)[number]) => refundRecord(work, row, row.station_id);
  return pageOf(rows, limit, item, (row) => `${row.due_at}.${row.station}.${row.refund}`);
}
