// What a month brought: codes sold, payments that got none, and what went back. Read in pages of one kind after another.
import { type SelectQueryBuilder, type StringReference, sql } from 'kysely';
import type { CodesTable } from '../database/schema.ts';
import type { StatementRow } from '../payment-types.ts';
import type { Page } from '../types.ts';
import { iso, type Work } from '../work.ts';
import { inOrder, MOST_ITEMS, pageOf } from './paging.ts';
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
  /** Where the page before ended: a time, a station's number, and the mark of the row. */
  readonly place: readonly (number | string)[] | undefined;
}

const KINDS = ['sale', 'payment', 'refund'] as const;
const READ = { sale: sales, payment: payments, refund: refunds } as const;
/** What tells the rows of one time apart, as the cursor has it: a sequence number, a payment's reference, a refund. */
const MARK = { sale: Number, payment: (hex: string) => Buffer.from(hex, 'hex').toString(), refund: String } as const;

/** Oldest first, kind after kind. */
export async function statementPage(work: Work, query: StatementQuery): Promise<Page<StatementRow>> {
  const station = query.station === undefined ? undefined : await stationById(work, query.station);
  if (query.station !== undefined && !station) return { items: [], next: null };
  const [, kind = 'sale', at, number, mark] = /^(\w+)(?:\.(\d+)\.(\d+)\.([0-9a-f]+))?$/.exec(query.after ?? '') ?? [];
  const which = kind as (typeof KINDS)[number];
  const place = mark === undefined ? undefined : [Number(at), Number(number), MARK[which](mark)];
  const page = await READ[which](work, { ...query, only: station?.number, place });
  const following = KINDS[KINDS.indexOf(which) + 1];
  return { items: page.items, next: page.next === null ? (following ?? null) : `${which}.${page.next}` };
}

/** What lies in the period, of the station and the site that are asked for, oldest first: one row more than a page. */
function asked<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  [time, station, mark]: readonly StringReference<DB, TB>[],
  { from, to, only, site, place }: Only,
) {
  const [at, number] = [sql.ref(time!), sql.ref(station!)];
  const wanted = rows
    .where(sql<boolean>`${at} >= ${from} and ${at} < ${to}`)
    .$if(only !== undefined, (q) => q.where(sql<boolean>`${number} = ${only}`))
    .$if(site !== undefined, (q) => q.where(sql<boolean>`stations.site = ${site}`));
  return inOrder(wanted, [time!, station!, mark!], 'asc', place).limit(MOST_ITEMS + 1);
}

const OF_STATION = ['stations.id', 'stations.name', 'stations.site'] as const;
interface OfStation {
  readonly id: string;
  readonly name: string;
  readonly site: string;
}
const shown = (kind: StatementRow['kind'], at: number, { id, name, site }: OfStation) =>
  ({ at: iso(at), kind, station: id, name, site, amount: null, unit: '', state: '' }) as const;

async function sales(work: Work, query: Only): Promise<Page<StatementRow>> {
  const sold = work.db
    .selectFrom('codes')
    .innerJoin('stations', 'stations.number', 'codes.station')
    .leftJoin('reservations', (join) =>
      join
        .onRef('reservations.station', '=', 'codes.station')
        .onRef('reservations.reservation', '=', 'codes.reservation'),
    )
    .selectAll('codes')
    .select([...OF_STATION, 'reservations.payment'])
    .where('kind', '=', VOUCHER)
    .where('codes.price', '>', 0);
  const rows = await asked(sold, ['codes.issued_at', 'codes.station', 'codes.sequence'], query).execute();
  const termsOf = await work.shared.terms.get(work.db, rows);
  const item = (row: CodesTable & OfStation & { payment: string | null }): StatementRow => {
    const { unit, step, price } = termsOf(row);
    return {
      ...shown('sale', row.issued_at, row),
      ...{ request: requestIdOf(work, row), amount: row.quantity * step, unit, payment: row.payment ?? '' },
      money: { minorUnits: row.price ?? 0, currency: price?.currency ?? '' },
    };
  };
  return pageOf(rows, MOST_ITEMS, item, (row) => `${row.issued_at}.${row.station}.${row.sequence}`);
}

async function payments(work: Work, query: Only): Promise<Page<StatementRow>> {
  const told = work.db
    .selectFrom('payments')
    .innerJoin('stations', 'stations.number', 'payments.station')
    .selectAll('payments')
    .select(OF_STATION)
    .where('outcome', '<>', 'taken')
    .where('minor_units', 'is not', null);
  const rows = await asked(told, ['told_at', 'payments.station', 'payments.payment'], query).execute();
  const item = (row: (typeof rows)[number]): StatementRow => ({
    ...shown('payment', row.told_at, row),
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

async function refunds(work: Work, query: Only): Promise<Page<StatementRow>> {
  const owed = work.db
    .selectFrom('refunds')
    .innerJoin('stations', 'stations.number', 'refunds.station')
    .selectAll('refunds')
    .select(OF_STATION)
    .where('done', 'in', [0, 1])
    .where('minor_units', '>', 0);
  const rows = await asked(owed, ['due_at', 'refunds.station', 'refunds.refund'], query).execute();
  const item = (row: (typeof rows)[number]): StatementRow => ({
    ...shown('refund', row.due_at, row),
    request: requestIdOf(work, row),
    money: { minorUnits: -row.minor_units, currency: row.currency },
    ...{ payment: row.payment ?? '', state: row.state },
  });
  return pageOf(rows, MOST_ITEMS, item, (row) => `${row.due_at}.${row.station}.${row.refund}`);
}
