// Pages of the ledger for the operator.
import type { Unit } from '../../codes/index.ts';
import { faultInName } from '../checks.ts';
import type { CodesTable, ReceiptsTable, StationsTable, VoucherEndsTable } from '../database/schema.ts';
import { reasonName } from '../reports/conditions.ts';
import type { StationRecord } from '../station-types.ts';
import { isExpired, isVoid, money, unusedAmount } from '../terms.ts';
import type { ApiKeyRecord, AuditRecord, CodeRecord, CodesQuery, Page, PageQuery } from '../types.ts';
import { iso, isoOrNull, type Work } from '../work.ts';
import { recordOf } from './api-keys.ts';
import { cursorOf, inOrder, limitOf, MOST_ITEMS, pageOf } from './paging.ts';
import {
  codesWithEnds,
  currentTermsOf,
  lastOfEach,
  operationOf,
  requestIdOf,
  stationById,
  stationRecord,
  VOUCHER,
} from './records.ts';
import { isSearch, matching, type Place, periodOf, searchedThrough, soughtBy } from './searching.ts';

export async function listStations(
  work: Work,
  query: PageQuery & { search?: string | undefined; retired?: boolean | undefined } = {},
): Promise<Page<StationRecord>> {
  const limit = limitOf(query);
  const rows = await work.db
    .selectFrom('stations')
    .selectAll()
    .$if(query.after !== undefined && faultInName(query.after) === undefined, (q) => q.where('id', '>', query.after!))
    .$if(isSearch(query.search), (q) => q.where(matching(query.search!)))
    .$if(query.retired === true, (q) => q.where('retired_at', 'is not', null))
    .$if(query.retired === false, (q) => q.where('retired_at', 'is', null))
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  const termsOf = await currentTermsOf(work, rows);
  const item = (row: StationsTable) => stationRecord(row, termsOf(row));
  return pageOf(rows, limit, item, (row) => row.id);
}

export async function listApiKeys(work: Work, query: PageQuery = {}): Promise<Page<ApiKeyRecord>> {
  const limit = limitOf(query);
  const rows = await work.db
    .selectFrom('api_keys')
    .selectAll()
    .$if(query.after !== undefined && /^[0-9a-f]{16}$/.test(query.after), (q) => q.where('id', '>', query.after!))
    .orderBy('id')
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, recordOf, (row) => row.id);
}

/** Newest first. */
export async function listAudit(work: Work, query: PageQuery = {}): Promise<Page<AuditRecord>> {
  const limit = limitOf(query);
  const entries = work.db.selectFrom('audit').selectAll();
  const latest = inOrder(entries, ['at', 'entry'], 'desc', cursorOf(query.after));
  const rows = await latest.limit(limit + 1).execute();
  const item = ({ at: ms, action, client, station, detail }: (typeof rows)[number]): AuditRecord => ({
    at: iso(ms),
    action,
    ...(client === null ? {} : { client }),
    ...(station === null ? {} : { station }),
    ...(detail === null ? {} : { detail }),
  });
  return pageOf(rows, limit, item, (row) => `${row.at}.${row.entry}`);
}

/**
 * Newest first. `search`: part of a station's id or name, or of a request's id (4 hex digits or more; a page of such a
 * search may be empty and have a next). `from`, `to`: ISO 8601, of when it was issued; `to` is not included.
 */
export async function listCodes(work: Work, query: CodesQuery = {}): Promise<Page<CodeRecord>> {
  if (query.station !== undefined) {
    const station = await stationById(work, query.station);
    return codesOfStations(work, station ? [station] : [], query);
  }
  const sought = await soughtBy(work, query.search);
  switch (sought.what) {
    case 'all':
      return codesOfAll(work, query);
    case 'stations':
      return codesOfStations(work, sought.stations, query);
    case 'request':
      return codesAt(work, [sought.at], query);
    case 'part':
      return codesWithPart(work, sought.part, query);
    case 'nothing':
      return { items: [], next: null };
  }
}

/** The latest whose request's id holds the text. Ids are made of the rows: they are gone through, newest first. */
async function codesWithPart(work: Work, part: string, query: CodesQuery): Promise<Page<CodeRecord>> {
  const { rows, next } = await searchedThrough(query, part, {
    read: (after, limit) => newestCodes(work, query, after, limit),
    request: (row) => (row.kind === VOUCHER ? requestIdOf(work, row) : undefined),
    mark: placeOfCode,
  });
  return { items: rows.map(await codeRecords(work, rows)), next };
}

async function codesOfAll(work: Work, query: CodesQuery): Promise<Page<CodeRecord>> {
  const limit = limitOf(query);
  const rows = await newestCodes(work, query, query.after, limit + 1);
  const item = await codeRecords(work, rows.slice(0, limit));
  return pageOf(rows, limit, item, placeOfCode);
}

const placeOfCode = (row: CodesTable) => `${row.issued_at}.${row.station}.${row.sequence}`;

function newestCodes(work: Work, query: CodesQuery, after: string | undefined, limit: number): Promise<CodesTable[]> {
  const { from, to } = periodOf(query);
  const rows = work.db
    .selectFrom('codes')
    .selectAll()
    .$if(from !== undefined, (q) => q.where('issued_at', '>=', from!))
    .$if(to !== undefined, (q) => q.where('issued_at', '<', to!));
  return inOrder(rows, ['issued_at', 'station', 'sequence'], 'desc', cursorOf(after)).limit(limit).execute();
}

/** The codes of a few stations, each read along its own key and merged by time. The cursor holds a place in each. */
async function codesOfStations(
  work: Work,
  stations: readonly StationsTable[],
  query: CodesQuery,
): Promise<Page<CodeRecord>> {
  const limit = limitOf(query);
  const { from, to } = periodOf(query);
  const numbers = cursorOf(query.after) ?? [];
  const place = new Map<number, number>();
  for (let i = 0; i + 1 < numbers.length; i += 2) place.set(numbers[i]!, numbers[i + 1]!);
  const rows: CodesTable[] = [];
  for (const { number } of stations) {
    const below = place.get(number);
    const found = await work.db
      .selectFrom('codes')
      .selectAll()
      .where('station', '=', number)
      .$if(from !== undefined, (q) => q.where('issued_at', '>=', from!))
      .$if(to !== undefined, (q) => q.where('issued_at', '<', to!))
      .$if(below !== undefined, (q) => q.where('sequence', '<', below!))
      .orderBy('sequence', 'desc')
      .limit(limit + 1)
      .execute();
    rows.push(...found);
  }
  // Within a station by number, between stations by time.
  rows.sort((a, b) => (a.station === b.station ? b.sequence - a.sequence : b.issued_at - a.issued_at));
  const shown = rows.slice(0, limit);
  for (const row of shown) place.set(row.station, row.sequence);
  const item = await codeRecords(work, shown);
  const next = rows.length > limit ? [...place].flat().join('.') : null;
  return { items: shown.map(item), next };
}

async function codesAt(work: Work, places: readonly Place[], query: CodesQuery): Promise<Page<CodeRecord>> {
  const { from = 0, to = Number.POSITIVE_INFINITY } = periodOf(query);
  const rows = (await rowsAt(work, 'codes', places)).filter((row) => row.issued_at >= from && row.issued_at < to);
  return { items: rows.map(await codeRecords(work, rows)), next: null };
}

export interface RowsOf {
  readonly codes: CodesTable;
  readonly receipts: ReceiptsTable;
  readonly voucher_ends: VoucherEndsTable;
}

export async function rowsAt<T extends keyof RowsOf>(
  work: Work,
  table: T,
  places: readonly Place[],
): Promise<RowsOf[T][]> {
  if (places.length === 0) return [];
  const rows = await work.db
    .selectFrom(table as 'codes')
    .selectAll()
    .where((eb) => eb.or(places.map(({ station, sequence }) => eb.and({ station, sequence }))))
    .execute();
  return rows as unknown as RowsOf[T][];
}

type Settled = Pick<ReceiptsTable, 'station' | 'sequence' | 'unused' | 'refund' | 'settled_at'>;

/**
 * How to show each of these rows: with its station, its terms and its receipt, looked up for all of them at once.
 * @param settled their receipts, where they are known already
 */
export async function codeRecords(
  work: Work,
  rows: readonly CodesTable[],
  settled?: readonly Settled[],
): Promise<(row: CodesTable) => CodeRecord> {
  if (rows.length === 0) return () => undefined as never;
  const termsOf = await work.shared.terms.get(work.db, rows);
  const numbers = [...new Set(rows.map(({ station }) => station))];
  const stations = await work.db
    .selectFrom('stations')
    .select(['number', 'id', 'terms'])
    // What is expired is of no use in an export, and would cost it a look-up.
    .$if(settled === undefined, (q) => q.select(lastOfEach))
    .where('number', 'in', numbers)
    .execute();
  const todayOf = await currentTermsOf(work, settled ? [] : stations);
  const stationOf = new Map(stations.map((station) => [station.number, station]));
  const vouchers = rows.filter(({ kind }) => kind === VOUCHER);
  const found: readonly Settled[] = settled ?? (await rowsAt(work, 'receipts', vouchers));
  const receipts = new Map(found.map((receipt) => [`${receipt.station}/${receipt.sequence}`, receipt]));
  const ends = settled ? [] : await rowsAt(work, 'voucher_ends', vouchers);
  const used = new Set(ends.filter(({ explained }) => explained === 1).map((end) => `${end.station}/${end.sequence}`));
  return (row) => {
    const terms = termsOf(row);
    const station = stationOf.get(row.station)!;
    const place = `${row.station}/${row.sequence}`;
    const receipt = receipts.get(place);
    const isVoucher = row.kind === VOUCHER;
    const amount = row.quantity * terms.step;
    const price = money(row.price, terms.price?.currency);
    const refund = money(receipt?.refund ?? null, terms.price?.currency);
    const { last } = station;
    const open = isVoucher && !receipt && !used.has(place) && last != null;
    const expired = open && isExpired(terms, row.sequence, last, work.now);
    const ofOldKey = open && !expired && isVoid(terms, todayOf(station));
    return {
      request: isVoucher ? requestIdOf(work, row) : null,
      station: station.id,
      kind: isVoucher ? 'voucher' : operationOf(row.kind),
      sequence: row.sequence,
      client: row.client,
      issuedAt: iso(row.issued_at),
      amount: isVoucher ? amount : null,
      unit: terms.unit,
      ...(price ? { price } : {}),
      settledAt: isoOrNull(receipt?.settled_at ?? null),
      unused: receipt ? unusedAmount(amount, receipt.unused) : null,
      ...(refund ? { refund } : {}),
      ...(expired ? { expired } : {}),
      ...(ofOldKey ? { void: true as const } : {}),
    };
  };
}

/** The next rows for an export, oldest first, after the place that `after` names. */
export async function exportPage(
  work: Work,
  query: { from: number; to: number; station?: string | undefined; after?: string | undefined },
): Promise<Page<CodeRecord>> {
  const place = cursorOf(query.after);
  const sequence = place?.[2];
  const station = query.station === undefined ? undefined : await stationById(work, query.station);
  if (query.station !== undefined && !station) return { items: [], next: null };
  // Joined, not looked up afterwards: hundreds of thousands of pages are read here, all with one statement.
  const base = codesWithEnds(work)
    .select(['receipts.unused', 'receipts.refund', 'receipts.settled_at', 'receipts.source'])
    .select(['voucher_ends.delivered', 'voucher_ends.reason', 'voucher_ends.ended_at'])
    .where('codes.issued_at', '<', query.to)
    .limit(MOST_ITEMS + 1);
  const rows = await (station
    ? base
        .where('codes.station', '=', station.number)
        .where('codes.issued_at', '>=', query.from)
        .$if(sequence !== undefined, (q) => q.where('codes.sequence', '>', sequence!))
        .orderBy('codes.sequence')
    : inOrder(
        // One bound, never both: with two, SQLite begins at the wider one, and each page costs what lies before it.
        sequence === undefined ? base.where('codes.issued_at', '>=', query.from) : base,
        ['codes.issued_at', 'codes.station', 'codes.sequence'],
        'asc',
        place,
      )
  ).execute();
  const shown = rows.slice(0, MOST_ITEMS);
  const settled = shown.flatMap(({ station, sequence, unused, refund, settled_at }) =>
    unused === null || settled_at === null ? [] : [{ station, sequence, unused, refund, settled_at }],
  );
  const record = await codeRecords(work, shown, settled);
  const item = (row: (typeof rows)[number]): CodeRecord => {
    const { source } = row;
    const shown = record(row);
    return { ...shown, ...(source && { source }), ...told(row, shown.unit) };
  };
  return pageOf(rows, MOST_ITEMS, item, (row) => `${row.issued_at}.${row.station}.${row.sequence}`);
}

/** What was delivered on it, in units, and how it ended, where a report told. */
function told(
  { delivered, reason, ended_at }: { delivered: number | null; reason: number | null; ended_at: number | null },
  unit: Unit,
): Pick<CodeRecord, 'told'> {
  if (delivered === null || reason === null) return {};
  const units = unit === 'min' ? Math.floor((delivered * 10_000) / 60) / 10_000 : delivered;
  return { told: { delivered: units, reason: reasonName(reason) ?? String(reason), endedAt: isoOrNull(ended_at) } };
}
