// The receipts that were settled, for the operator: latest first, by station, request and time.
import type { CodesTable, ReceiptsTable } from '../database/schema.ts';
import type { CodeRecord, CodesQuery, Page } from '../types.ts';
import type { Work } from '../work.ts';
import { codeRecords, rowsAt } from './lists.ts';
import { cursorOf, inOrder, limitOf, pageOf } from './paging.ts';
import { requestIdOf } from './records.ts';
import { type Place, periodOf, searchedThrough, soughtBy } from './searching.ts';

type Row = ReceiptsTable & Pick<CodesTable, 'reservation'>;

interface Only {
  readonly stations?: readonly number[];
  readonly at?: Place;
}

/** Latest settled first; `search`, `from` and `to` as for codes, by when it was settled. */
export async function listSettled(work: Work, query: CodesQuery = {}): Promise<Page<CodeRecord>> {
  const limit = limitOf(query);
  const sought = await soughtBy(work, query.search ?? query.station);
  if (sought.what === 'nothing') return { items: [], next: null };
  if (sought.what === 'part') {
    const { rows, next } = await searchedThrough(query, sought.part, {
      read: (after, most) => settledRows(work, query, {}, after, most),
      request: (row) => requestIdOf(work, row),
      mark: placeOf,
    });
    return { items: rows.map(await shown(work, rows)), next };
  }
  const only: Only = {
    ...(sought.what === 'stations' && { stations: sought.stations.map(({ number }) => number) }),
    ...(sought.what === 'request' && { at: sought.at }),
  };
  const rows = await settledRows(work, query, only, query.after, limit + 1);
  return pageOf(rows, limit, await shown(work, rows.slice(0, limit)), placeOf);
}

const placeOf = (row: Row) => `${row.settled_at}.${row.station}.${row.sequence}`;

function settledRows(work: Work, query: CodesQuery, { stations, at }: Only, after: string | undefined, limit: number) {
  const { from, to } = periodOf(query);
  const rows = work.db
    .selectFrom('receipts')
    .innerJoin('codes', (join) =>
      join.onRef('codes.station', '=', 'receipts.station').onRef('codes.sequence', '=', 'receipts.sequence'),
    )
    .selectAll('receipts')
    .select('codes.reservation')
    .$if(from !== undefined, (q) => q.where('receipts.settled_at', '>=', from!))
    .$if(to !== undefined, (q) => q.where('receipts.settled_at', '<', to!))
    .$if(stations !== undefined, (q) => q.where('receipts.station', 'in', stations!))
    .$if(at !== undefined, (q) =>
      q.where('receipts.station', '=', at!.station).where('receipts.sequence', '=', at!.sequence),
    );
  const order = ['receipts.settled_at', 'receipts.station', 'receipts.sequence'] as const;
  return inOrder(rows, order, 'desc', cursorOf(after)).limit(limit).execute();
}

/** How to show each of these receipts: with its code, and where its money goes back to. */
async function shown(work: Work, receipts: readonly Row[]): Promise<(receipt: Row) => CodeRecord> {
  const codes = await rowsAt(work, 'codes', receipts);
  const byKey = new Map(codes.map((row) => [`${row.station}/${row.sequence}`, row]));
  const item = await codeRecords(work, codes);
  const payments = await paymentsOf(work, codes);
  return (receipt) => {
    const row = byKey.get(`${receipt.station}/${receipt.sequence}`)!;
    const payment = payments.get(`${row.station}/${row.reservation}`);
    const by = receipt.client === row.client ? {} : { settledBy: receipt.client };
    return { ...item(row), source: receipt.source, ...by, ...(payment === undefined ? {} : { payment }) };
  };
}

/** The provider's reference of each code that was paid for: where its money goes back to. */
async function paymentsOf(work: Work, codes: readonly CodesTable[]): Promise<Map<string, string>> {
  const paid = codes.filter(({ reservation }) => reservation !== null);
  if (paid.length === 0) return new Map();
  const rows = await work.db
    .selectFrom('reservations')
    .select(['station', 'reservation', 'payment'])
    .where((eb) =>
      eb.or(paid.map(({ station, reservation }) => eb.and({ station, reservation: reservation as number }))),
    )
    .execute();
  return new Map(rows.map(({ station, reservation, payment }) => [`${station}/${reservation}`, payment ?? '']));
}
