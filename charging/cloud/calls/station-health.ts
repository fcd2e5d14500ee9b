// What reports told of stations, for the operator: in a list, and of one station with all that is not known.

import { type SelectQueryBuilder, sql } from 'kysely';
import { faultInName } from '../checks.ts';
import type { JournalsTable, StationsTable, Tables } from '../database/schema.ts';
import { unknownStation } from '../refusals.ts';
import { RELAY_LIFE } from '../reports/conditions.ts';
import type { HealthQuery, StationHealth, StationReports } from '../reports/types.ts';
import { isExpired, isVoid } from '../terms.ts';
import type { Answer, Page } from '../types.ts';
import { iso, isoOrNull, type Work } from '../work.ts';
import { codeRecords } from './lists.ts';
import { limitOf, pageOf } from './paging.ts';
import { currentTerms, currentTermsOf, lastDrawn, latestCodes, stationById, VOUCHER } from './records.ts';
import { isSearch, matching } from './searching.ts';

const WEEK_MS = 7 * 86_400_000;
const MOST_GAPS = 200;
const MOST_UNCLAIMED = 50;
/** A station's newest codes that are looked through for those. */
const MOST_CODES = 2000;

/** By id, those that are in service. */
export async function listStationHealth(work: Work, query: HealthQuery = {}): Promise<Page<StationHealth>> {
  const limit = limitOf(query);
  const rows = await work.db
    .selectFrom('stations')
    .selectAll()
    .where('retired_at', 'is', null)
    .$if(query.after !== undefined && faultInName(query.after) === undefined, (q) => q.where('id', '>', query.after!))
    .$if(isSearch(query.search), (q) => q.where(matching(query.search!)))
    .$if(query.only === 'silent', (q) => q.where('number', 'in', silentSince(work).select('number')))
    .$if(query.only === 'missing', (q) =>
      q.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('journals')
            .whereRef('journals.station', '=', 'stations.number')
            .where('missing', '>', 0)
            .select('station'),
        ),
      ),
    )
    .$if(query.only === 'alarms', (q) =>
      q.where(({ exists, selectFrom }) =>
        exists(
          selectFrom('alarms')
            .whereRef('alarms.station', '=', 'stations.number')
            .where('unseen', '=', 1)
            .select('alarm'),
        ),
      ),
    )
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const item = await healthOf(work, rows.slice(0, limit));
  return pageOf(rows, limit, item, (row) => row.id);
}

/** Stations in service that are older than a week and were not heard for one. */
export function silentSince(work: Work) {
  const since = work.now - WEEK_MS;
  return work.db
    .selectFrom('stations')
    .where('retired_at', 'is', null)
    .where('created_at', '<', since)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('station_reports')
            .whereRef('station_reports.station', '=', 'stations.number')
            .where('heard_at', '>=', since)
            .select('station'),
        ),
      ),
    );
}

export async function stationReports(work: Work, id: string): Promise<Answer<StationReports>> {
  const station = await stationById(work, id);
  if (!station) return unknownStation(id);
  const health = (await healthOf(work, [station]))(station);
  const gaps = await work.db
    .selectFrom('report_gaps')
    .select(['journal', 'first', 'last'])
    .where('station', '=', station.number)
    .orderBy('journal')
    .orderBy('first', 'desc')
    .limit(MOST_GAPS)
    .execute();
  return { ...health, gaps, unclaimed: await unclaimed(work, station) };
}

/** How to show each of these stations, looked up for all of them at once. */
async function healthOf(
  work: Work,
  stations: readonly StationsTable[],
): Promise<(station: StationsTable) => StationHealth> {
  const numbers = stations.map(({ number }) => number);
  const termsOf = await currentTermsOf(work, stations);
  const [journals, heard, unseen, unexplained, expired] =
    numbers.length === 0 ? [[], [], [], [], []] : await lookedUp(work, numbers);
  return (station) => {
    const { number, id, name, outlets } = station;
    const own = journals.filter(({ station }) => station === number);
    const last = heard.find(({ station }) => station === number);
    const now = own.find(({ journal }) => journal === last?.journal);
    return {
      ...{ station: id, name, unit: termsOf(station).unit, journals: own.length },
      ...told(last?.heard_at ?? null, now),
      missing: own.reduce((sum, { missing }) => sum + missing, 0),
      unexplained: countOf(unexplained, number),
      neverUsed: countOf(expired, number),
      relayClosings: own.reduce((sum, { closings }) => sum + closings, 0),
      relayLife: RELAY_LIFE * outlets,
      alarms: countOf(unseen, number),
    };
  };
}

interface StationCount {
  readonly station: number;
  readonly count: number;
}

const countOf = (counts: readonly StationCount[], number: number) =>
  counts.find(({ station }) => station === number)?.count ?? 0;

function told(heardAt: number | null, journal: JournalsTable | undefined) {
  return {
    heardAt: isoOrNull(heardAt),
    journal: journal?.journal ?? null,
    toldAt: journal && journal.told_at > 0 ? iso(journal.told_at * 1000) : null,
    clock: { least: journal?.clock_least ?? null, most: journal?.clock_most ?? null },
    closed: journal?.closed ?? 0,
    delivered: journal?.delivered ?? 0,
    meterWh: journal?.meter_wh ?? null,
    wrongGuesses: journal?.wrong_guesses ?? 0,
    lockouts: journal?.lockouts ?? 0,
    faults: journal ? (JSON.parse(journal.faults) as number[]) : [],
  };
}

async function lookedUp(work: Work, numbers: number[]) {
  return Promise.all([
    work.db.selectFrom('journals').selectAll().where('station', 'in', numbers).orderBy('first_at').execute(),
    work.db.selectFrom('station_reports').selectAll().where('station', 'in', numbers).execute(),
    countEach(work.db.selectFrom('alarms').where('unseen', '=', 1), numbers),
    countEach(unexplainedEnds(work), numbers),
    countEach(work.db.selectFrom('receipts').where('source', '=', sql.lit('expired')), numbers),
  ]);
}

/** How many of these rows each of the stations has, where it has any. */
function countEach<TB extends 'alarms' | 'voucher_ends' | 'receipts', O>(
  rows: SelectQueryBuilder<Tables, TB, O>,
  numbers: number[],
): Promise<StationCount[]> {
  return (rows as SelectQueryBuilder<Tables, 'alarms', object>)
    .select(({ fn }) => ['station' as const, fn.countAll<number>().as('count')])
    .where('station', 'in', numbers)
    .groupBy('station')
    .execute();
}

/** What an index of its own holds: the number is in the statement, since a value beside it would not show that. */
export function unexplainedEnds(work: Work) {
  return work.db.selectFrom('voucher_ends').where('explained', '=', sql.lit(0));
}

/** Newest first: sold, to be typed no more, and neither settled nor known to have ended. */
async function unclaimed(work: Work, station: StationsTable) {
  const codes = await latestCodes(work, station.number, MOST_CODES)
    .leftJoin('receipts', (join) =>
      join.onRef('receipts.station', '=', 'latest.station').onRef('receipts.sequence', '=', 'latest.sequence'),
    )
    .leftJoin('voucher_ends', (join) =>
      join.onRef('voucher_ends.station', '=', 'latest.station').onRef('voucher_ends.sequence', '=', 'latest.sequence'),
    )
    .selectAll('latest')
    .where('latest.kind', '=', VOUCHER)
    .where('receipts.station', 'is', null)
    .where('voucher_ends.station', 'is', null)
    .orderBy('latest.sequence', 'desc')
    .execute();
  const termsOf = await work.shared.terms.get(work.db, codes);
  const today = await currentTerms(work, station);
  const last = await lastDrawn(work, station.number);
  const over = codes.filter((row) => {
    const terms = termsOf(row);
    return isVoid(terms, today) || isExpired(terms, row.sequence, last ?? row.sequence, work.now);
  });
  const shown = over.slice(0, MOST_UNCLAIMED);
  return shown.map(await codeRecords(work, shown));
}
