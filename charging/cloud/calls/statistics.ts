// Figures for the operator and for metrics: from the day's sums, never by counting the ledger.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { ALGORITHM_NAMES, type Unit } from '../../codes/index.ts';
import type { Tables } from '../database/schema.ts';
import type { Anomaly, DayFigures, Statistics } from '../statistics-types.ts';
import { boundsOf } from '../terms.ts';
import { dayOf, iso, type Work } from '../work.ts';
import { latestCodes, VOUCHER } from './records.ts';
import { silentSince, unexplainedEnds } from './station-health.ts';

const DAYS_30_MS = 30 * 86_400_000;
const MOST_OPEN = 1000;
/** Counted in so many pieces, so that sales go on between them however many there are. */
const PIECES = 48;
const MOST_ANOMALIES = 20;
/** What was odd before that is history. */
const ANOMALY_DAYS = 30;
/** A station is shown from so many on: a few are part of the trade. */
const MANY_SYNCHRONIZATIONS = 3;
const MANY_WRONG = 5;
const MANY_SETTLED = 5;
/** Of what was issued. */
const MUCH_SETTLED = 0.25;
/** A station that charges one vehicle at a time sells no more in a day; counting stops there. */
const MOST_A_DAY = 60;

/** @param query.quick leaves out the one figure that is counted in the codes themselves: seconds, with ten thousand stations */
export async function statistics(
  work: Work,
  { days = 30, quick = false }: { days?: number | undefined; quick?: boolean | undefined } = {},
): Promise<Statistics> {
  const first = dayOf(work.now) - Math.min(Math.max(1, Math.trunc(days) || 1), 3660) + 1;
  return {
    days: await dayFigures(work, first),
    stations: await stationCounts(work),
    outstanding: quick ? null : await outstanding(work),
    waiting: await waiting(work),
    paidWithoutCode: await open(work, 'payments'),
    reports: await reportFigures(work),
    refundsOwed: await open(work, 'refunds'),
    anomalies: await anomalies(work, Math.max(first, dayOf(work.now) - ANOMALY_DAYS + 1)),
  };
}

const SUMS = ['issued', 'amount', 'money', 'settled', 'unused', 'refunded', 'synchronizations', 'services'] as const;

async function dayFigures(work: Work, first: number): Promise<DayFigures[]> {
  const rows = await work.db
    .selectFrom('tallies')
    .where('day', '>=', first)
    .where('station', '=', 0)
    .groupBy(['day', 'unit', 'currency'])
    .orderBy('day')
    .select(['day', 'unit', 'currency'])
    .select(({ fn }) => SUMS.map((name) => fn.sum<number>(name).as(name)))
    .execute();
  return rows.map((row) => ({
    ...row,
    day: iso(row.day * 86_400_000).slice(0, 10),
    unit: row.unit as Unit,
    unused: row.unused / 10_000,
  }));
}

async function stationCounts(work: Work) {
  const { all, retired } = await work.db
    .selectFrom('stations')
    .select(({ fn }) => [fn.count<number>('number').as('all'), fn.count<number>('retired_at').as('retired')])
    .executeTakeFirstOrThrow();
  return { active: all - retired, retired };
}

/** The sum of a count over pieces of the numbers from `first` up, each a statement of its own; the last has no end. */
async function inPieces(
  first: number,
  length: number,
  count: (from: number, to: number) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let piece = 0; piece < PIECES; piece++) {
    const from = first + Math.floor((length * piece) / PIECES);
    const to = first + Math.floor((length * (piece + 1)) / PIECES);
    sum += await count(from, piece === PIECES - 1 ? Number.MAX_SAFE_INTEGER : to);
    await nextTurn();
  }
  return sum;
}

/** Station numbers are random and below this, so that pieces of them are alike. */
const MOST_STATION_NUMBERS = 2 ** 32;

/**
 * Vouchers that a station may still take: not settled or told of in a report, not sold under another key than it has now, and within its rescue
 * layout's window around the clock's slot or the highest number drawn (numbering.ts, `windowAround`). At most a window of
 * codes is read for each of the terms that a station had.
 */
function outstanding(work: Work): Promise<number> {
  const windows = ALGORITHM_NAMES.map((layout) => sql`when ${layout} then ${boundsOf({ layout }).rescue.window}`);
  const whole = (value: RawBuilder<unknown>) => sql`cast(${value} as bigint)`;
  const reference = sql`case t.numbering when 'clock' then ${whole(sql`${work.now}`)} / (1000 * ${whole(sql`t.slot_seconds`)})
    else (select max(sequence) from codes where station = t.station) end`;
  const ofTerms = sql`
    select count(*) from codes c
    left join receipts r on r.station = c.station and r.sequence = c.sequence
    left join voucher_ends e on e.station = c.station and e.sequence = c.sequence
    where c.station = terms.station and c.terms = terms.version and c.kind = ${VOUCHER} and r.station is null and e.station is null
      and c.sequence > terms.reference - terms.size * 3 / 4 and c.sequence <= terms.reference + terms.size / 4`;
  return inPieces(0, MOST_STATION_NUMBERS, async (from, to) => {
    const terms = sql`
      select t.station, t.version, ${reference} as reference,
        ${whole(sql`case t.layout ${sql.join(windows, sql` `)} end`)} as size
      from stations s
      join station_terms today on today.station = s.number and today.version = s.terms
      join station_terms t on t.station = s.number and t.key_version = today.key_version
      where s.number >= ${from} and s.number < ${to}`;
    const counted = sql<{
      count: number;
    }>`select ${whole(sql`coalesce(sum((${ofTerms})), 0)`)} as count from (${terms}) terms`;
    return (await counted.execute(work.db)).rows[0]!.count;
  });
}

function waiting(work: Work): Promise<number> {
  return inPieces(work.now - DAYS_30_MS, DAYS_30_MS, (from, to) =>
    countOf(
      work.db
        .selectFrom('reservations')
        .where('sequence', 'is', null)
        .where('cancelled_at', 'is', null)
        .where('reserved_at', '>=', from)
        .where('reserved_at', '<', to)
        .where((inner) => inner.or([inner('lapses_at', '>', work.now), inner('paid_at', 'is not', null)])),
    ),
  );
}

function open(work: Work, table: 'payments' | 'refunds'): Promise<number> {
  const rows = work.db.selectFrom(table).where('done', '=', 0).select('station').limit(MOST_OPEN);
  return countOf(work.db.selectFrom(rows.as('open')));
}

async function countOf<DB, TB extends keyof DB>(rows: SelectQueryBuilder<DB, TB, object>): Promise<number> {
  const counted = await rows.select(sql<number>`count(*)`.as('count')).executeTakeFirstOrThrow();
  return (counted as { count: number }).count;
}

async function reportFigures(work: Work): Promise<Statistics['reports']> {
  const { missing } = await work.db
    .selectFrom('journals')
    .select(({ fn }) => fn.sum<number | null>('missing').as('missing'))
    .executeTakeFirstOrThrow();
  return {
    ...{ silent: await countOf(silentSince(work)), missing: missing ?? 0 },
    unexplained: await countOf(unexplainedEnds(work)),
    alarms: await countOf(work.db.selectFrom('alarms').where('unseen', '=', 1)),
  };
}

async function anomalies(work: Work, first: number): Promise<Anomaly[]> {
  const troubled = await busiest(work, first, ['synchronizations', 'wrong_receipts']);
  const refunded = await busiest(work, first, ['settled']);
  const found = new Map<string, Anomaly>();
  for (const { id, number, ...counts } of [...troubled, ...refunded]) {
    if (!found.has(id)) found.set(id, { station: id, ...counts, issued: await issuedSince(work, number, first) });
  }
  return [...found.values()].filter(
    ({ synchronizations, wrongReceipts, settled, issued }) =>
      synchronizations >= MANY_SYNCHRONIZATIONS ||
      wrongReceipts >= MANY_WRONG ||
      (settled >= MANY_SETTLED && settled > issued * MUCH_SETTLED),
  );
}

/** The stations with most of these. */
async function busiest(
  work: Work,
  first: number,
  what: readonly ('synchronizations' | 'wrong_receipts' | 'settled')[],
) {
  return work.db
    .selectFrom('tallies')
    .innerJoin('stations', 'stations.number', 'tallies.station')
    .where('day', '>=', first)
    .where('station', '<>', 0)
    .groupBy(['stations.id', 'stations.number'])
    .select(['stations.id', 'stations.number'])
    .select(({ fn }) => [
      fn.sum<number>('synchronizations').as('synchronizations'),
      fn.sum<number>('settled').as('settled'),
      fn.sum<number>('wrong_receipts').as('wrongReceipts'),
    ])
    .orderBy(
      ({ fn, eb }) => what.map((name) => fn.sum<number>(name)).reduce((sum, next) => eb(sum, '+', next) as never),
      'desc',
    )
    .orderBy('stations.id')
    .limit(MOST_ANOMALIES)
    .execute();
}

function issuedSince(work: Work, station: number, first: number): Promise<number> {
  const days = dayOf(work.now) - first + 1;
  const sold = latestCodes(work, station, days * MOST_A_DAY).where('kind', '=', VOUCHER);
  return countOf(sold.where('issued_at', '>=', first * 86_400_000));
}

/** What selling, paying, settling and letting people in write to. */
const NEEDED: readonly (keyof Tables)[] = [
  'stations',
  'station_terms',
  'codes',
  'reservations',
  'payments',
  'refunds',
  'checkouts',
  'receipts',
  'idempotency_keys',
  'tallies',
  'wrong_receipts',
  'api_keys',
  'audit',
  'ledger_meta',
];

/**
 * A write of this process's own, so that health says whether a commit reaches the disk; and no rows for each table that a
 * sale writes to: that fails where the table, a column or the right to write is missing.
 */
export async function heartbeat(work: Work): Promise<null> {
  const needed = work.shared.newestKeys ? [...NEEDED, 'newest_keys' as const] : NEEDED;
  for (const table of needed) {
    await sql`insert into ${sql.table(table)} select * from ${sql.table(table)} where 1 = 0`.execute(work.db);
  }
  await work.db
    .insertInto('heartbeats')
    .values({ writer: work.shared.writer, at: work.now })
    .onConflict((conflict) => conflict.column('writer').doUpdateSet({ at: work.now }))
    .execute();
  return null;
}
