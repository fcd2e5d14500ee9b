// What an operator looks for among codes: a station, a request's id or a part of it, a time.
import { sql } from 'kysely';
import { faultInName } from '../checks.ts';
import { findRow } from '../database/rows.ts';
import type { StationsTable } from '../database/schema.ts';
import { fold } from '../folding.ts';
import type { CodesQuery } from '../types.ts';
import type { Work } from '../work.ts';
import { limitOf } from './paging.ts';

/** A search for part of a station's id or name shows the codes of so many stations. */
const MOST_STATIONS = 20;
/** Rows that one page of a search for part of an id goes through: some tens of milliseconds. */
const MOST_SEARCHED = 20_000;
const BATCH = 2_000;

export interface Place {
  readonly station: number;
  readonly sequence: number;
}

export type Sought =
  | { readonly what: 'all' | 'nothing' }
  | { readonly what: 'stations'; readonly stations: readonly StationsTable[] }
  | { readonly what: 'request'; readonly at: Place }
  /** Of a request's id, 4 to 31 hex digits. */
  | { readonly what: 'part'; readonly part: string };

/** What the text means: a station's id or name before a part of a request's id. */
export async function soughtBy(work: Work, text: unknown): Promise<Sought> {
  const search = typeof text === 'string' ? text.trim() : (text ?? '');
  if (search === '') return { what: 'all' };
  if (!isSearch(search)) return { what: 'nothing' };
  if (/^[0-9a-f]{32}$/i.test(search)) {
    const at = await placeOfRequest(work, search.toLowerCase());
    return at ? { what: 'request', at } : { what: 'nothing' };
  }
  const stations = await work.db
    .selectFrom('stations')
    .selectAll()
    .where(matching(search))
    .orderBy('id')
    .limit(MOST_STATIONS)
    .execute();
  if (stations.length > 0) return { what: 'stations', stations };
  return /^[0-9a-f]{4,31}$/i.test(search) ? { what: 'part', part: search.toLowerCase() } : { what: 'nothing' };
}

/** Flows may search for anything. */
export const isSearch = (search: unknown): search is string =>
  typeof search === 'string' && search.trim() !== '' && faultInName(search) === undefined;

/** Stations whose id or name holds the text, in letters of either case. Both are folded by the same rule. */
export function matching(search: string) {
  const pattern = `%${fold(search.trim()).replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`stations.folded like ${pattern} escape '\\'`;
}

async function placeOfRequest(work: Work, id: string): Promise<Place | undefined> {
  const key = work.shared.ids.rowOf(id);
  if (!key) return undefined;
  if (key.what === 'code') return { station: key.station, sequence: key.item };
  const row = await findRow(work, 'reservations', { station: key.station, reservation: key.item });
  return row?.sequence == null ? undefined : { station: key.station, sequence: row.sequence };
}

/** Unix milliseconds; what is no date is no bound. */
export function periodOf({ from, to }: CodesQuery): { from?: number; to?: number } {
  const [begin, end] = [from, to].map((text) => (text === undefined ? Number.NaN : Date.parse(text)));
  return { ...(Number.isNaN(begin!) ? {} : { from: begin! }), ...(Number.isNaN(end!) ? {} : { to: end! }) };
}

/**
 * Goes through rows, newest first, for those whose request's id holds `part`. A page may be empty and yet have a next:
 * there is more to go through.
 */
export async function searchedThrough<Row>(
  query: CodesQuery,
  part: string,
  {
    read,
    request,
    mark,
  }: {
    readonly read: (after: string | undefined, limit: number) => Promise<Row[]>;
    readonly request: (row: Row) => string | undefined;
    readonly mark: (row: Row) => string;
  },
): Promise<{ rows: Row[]; next: string | null }> {
  const limit = limitOf(query);
  const found: Row[] = [];
  let { after } = query;
  for (let searched = 0; searched < MOST_SEARCHED; searched += BATCH) {
    const rows = await read(after, BATCH);
    for (const row of rows) {
      after = mark(row);
      if (!request(row)?.includes(part)) continue;
      found.push(row);
      if (found.length === limit) return { rows: found, next: after };
    }
    if (rows.length < BATCH) return { rows: found, next: null };
  }
  return { rows: found, next: after ?? null };
}
