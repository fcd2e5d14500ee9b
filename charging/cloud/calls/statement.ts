// What a month brought: codes sold, payments that got none, and what went back. Read in pages of one kind after another.
import type { CodesTable } from '../database/schema.ts';
import type { StatementRow } from '../payment-types.ts';
import type { Page } from '../types.ts';
import { iso, type Work } from '../work.ts';
import { MOST_ITEMS, pageOf } from './paging.ts';
import { requestIdOf, stationById, VOUCHER } from './records.ts';

export interface StatementQuery {
  /** Unix milliseconds; `to` is not included. */
  readonly from: number;
  readonly to: number;
  readonly station?: string | undefined;
  /** Of its stations alone. */
  readonly site?: string | undefined;
  readonly after?: string | undefined;
}
interface Only extends StatementQuery {
  /** The station's number. */
  readonly only: number | undefined;
  /** Where the page before ended: a time, a station's number, and what tells the rows of one time apart. */
  readonly place: readonly [number, number, string] | undefined;
}

const KINDS = ['sale', 'payment', 'refund'] as const;
const READ = { sale: sales, payment: payments, refund: refunds } as const;

/** Oldest first, kind after kind. */
export async function statementPage(work: Work, query: StatementQuery): Promise<Page<StatementRow>> {
  const station = query.station === undefined ? undefined : await stationById(work, query.station);
  if (query.station !== undefined && !station) return { items: [], next: null };
  const [, kind = 'sale', at, number, mark] = /^(\w+)(?:\.(\d+)\.(\d+)\.([0-9a-f]+))?$/.exec(query.after ?? '') ?? [];
  const which = kind as (typeof KINDS)[number];
  const place = mark === undefined ? undefined : ([Number(at), Number(number), mark] as const);
  const page = await READ[which](work, { ...query, only: station?.number, place });
  const following = KINDS[KINDS.indexOf(which) + 1];
  return { items: page.items, next: page.next === null ? (following ?? null) : `${which}.${page.next}` };
}

async function sales(work: Work, { from, to, only, site, place }: Only): Promise<Page<StatementRow>> {
  const rows = await work.db
    .selectFrom('codes')
    .innerJoin('stations', 'stations.number', 'codes.station')
    .leftJoin('reservations', (join) =>
      join
        .onRef('reservations.station', '=', 'codes.station')
        .onRef('reservations.reservation', '=', 'codes.reservation'),
    )
    .selectAll('codes')
    .select(['stations.id', 'stations.name', 'stations.site', 'reservations.payment'])
    .where('issued_at', '>=', from)
    .where('issued_at', '<', to)
    .where('kind', '=', VOUCHER)
    .where('codes.price', '>', 0)
    .$if(only !== undefined, (q) => q.where('codes.station', '=', only!))
    .$if(site !== undefined, (q) => q.where('stations.site', '=', site!))
    .$if(place !== undefined, (q) =>
      q.where((eb) =>
        eb(
          eb.refTuple('issued_at', 'codes.station', 'codes.sequence'),
          '>',
          eb.tuple(place![0], place![1], Number(place![2])),
        ),
      ),
    )
    .orderBy('issued_at')
    .orderBy('codes.station')
    .orderBy('codes.sequence')
    .limit(MOST_ITEMS + 1)
    .execute();
  const termsOf = await work.shared.terms.get(work.db, rows);
  const item = (row: CodesTable & { id: string; name: string; site: string; payment: string | null }): StatementRow => {
    const { unit, step, price } = termsOf(row);
    return {
      ...{
        at: iso(row.issued_at),
        kind: 'sale',
        station: row.id,
        name: row.name,
        site: row.site,
        request: requestIdOf(work, row),
      },
      ...{ amount: row.quantity * step, unit, payment: row.payment ?? '', state: '' },
      money: { minorUnits: row.price ?? 0, currency: price?.currency ?? '' },
    };
  };
  return pageOf(rows, MOST_ITEMS, item, (row) => `${row.issued_at}.${row.station}.${row.sequence}`);
}

async function payments(work: Work, { from, to, only, site, place }: Only): Promise<Page<StatementRow>> {
  const rows = await work.db
    .selectFrom('payments')
    .innerJoin('stations', 'stations.number', 'payments.station')
    .selectAll('payments')
    .select(['stations.id', 'stations.name', 'stations.site'])
    .where('told_at', '>=', from)
    .where('told_at', '<', to)
    .where('outcome', '<>', 'taken')
    .where('minor_units', 'is not', null)
    .$if(only !== undefined, (q) => q.where('payments.station', '=', only!))
    .$if(site !== undefined, (q) => q.where('stations.site', '=', site!))
    .$if(place !== undefined, (q) =>
      q.where((eb) =>
        eb(
          eb.refTuple('told_at', 'payments.station', 'payments.payment'),
          '>',
          eb.tuple(place![0], place![1], Buffer.from(place![2], 'hex').toString()),
        ),
      ),
    )
    .orderBy('told_at')
    .orderBy('payments.station')
    .orderBy('payments.payment')
    .limit(MOST_ITEMS + 1)
    .execute();
  const item = (row: (typeof rows)[number]): StatementRow => ({
    ...{
      at: iso(row.told_at),
      kind: 'payment',
      station: row.id,
      name: row.name,
      site: row.site,
      amount: null,
      unit: '',
      state: '',
    },
    request: work.shared.ids.idOf({ what: 'reservation', station: row.station, item: row.reservation }),
    money: { minorUnits: row.minor_units ?? 0, currency: row.currency ?? '' },
    payment: row.payment,
  });
  return pageOf(
    rows,
    MOST_ITEMS,
    item,
    (row) => `${row.told_at}.${row.station}.${Buffer.from(row.payment).toString('hex')}`,
  );
}

async function refunds(work: Work, { from, to, only, site, place }: Only): Promise<Page<StatementRow>> {
  const rows = await work.db
    .selectFrom('refunds')
    .innerJoin('stations', 'stations.number', 'refunds.station')
    .selectAll('refunds')
    .select(['stations.id', 'stations.name', 'stations.site'])
    .where('done', 'in', [0, 1])
    .where('due_at', '>=', from)
    .where('due_at', '<', to)
    .where('minor_units', '>', 0)
    .$if(only !== undefined, (q) => q.where('refunds.station', '=', only!))
    .$if(site !== undefined, (q) => q.where('stations.site', '=', site!))
    .$if(place !== undefined, (q) =>
      q.where((eb) =>
        eb(eb.refTuple('due_at', 'refunds.station', 'refunds.refund'), '>', eb.tuple(place![0], place![1], place![2])),
      ),
    )
    .orderBy('due_at')
    .orderBy('refunds.station')
    .orderBy('refunds.refund')
    .limit(MOST_ITEMS + 1)
    .execute();
  const item = (row: (typeof rows)[number]): StatementRow => ({
    ...{ at: iso(row.due_at), kind: 'refund', station: row.id, name: row.name, site: row.site, amount: null, unit: '' },
    request: work.shared.ids.idOf(
      row.reservation === null
        ? { what: 'code', station: row.station, item: row.sequence ?? 0 }
        : { what: 'reservation', station: row.station, item: row.reservation },
    ),
    money: { minorUnits: -row.minor_units, currency: row.currency },
    ...{ payment: row.payment ?? '', state: row.state },
  });
  return pageOf(rows, MOST_ITEMS, item, (row) => `${row.due_at}.${row.station}.${row.refund}`);
}
