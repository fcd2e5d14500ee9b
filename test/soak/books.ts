// What the ledger says after a soak, read in three ways: over HTTP as the operator gets it, in the tables themselves,
// and in the day's sums; held against what the customers were given.
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { compactCode, stationKeyOf } from '../support/independent-codes.ts';
import type { Bought } from './customers.ts';

export interface Line {
  readonly request: string;
  readonly station: string;
  readonly sequence: number;
  readonly amount: number;
}

export interface Balance {
  /** 201s that are not in the ledger exactly once, in either reading. */
  readonly missing: number;
  /** Numbers that a station has twice, and requests that are there twice. */
  readonly duplicates: number;
  /** Vouchers in the ledger that no client got. */
  readonly unasked: number;
  /** Codes that are not the ones that the station's key makes of their row. */
  readonly wrong: number;
}

/** `GET /ledger.csv`. Ids of this soak have nothing in them that is quoted. */
export function linesOf(csv: string): Line[] {
  const [head, ...lines] = csv.trimEnd().split('\r\n');
  const names = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string) => cells[names.indexOf(name)]!;
    return {
      request: cell('request'),
      station: cell('station'),
      sequence: Number(cell('sequence')),
      amount: Number(cell('amount')),
    };
  });
}

const TABLES = `select stations.id as station, codes.sequence as sequence
  from codes join stations on stations.number = codes.station where codes.kind = 0`;
const SUMS = 'select sum(issued) as issued from tallies where station = 0';

export interface Tables {
  readonly numbers: readonly { readonly station: string; readonly sequence: number }[];
  /** By the day's sums. */
  readonly issued: number;
}

/** The tables as they stand, past the product. */
export async function tablesOf(url: string): Promise<Tables> {
  const query = url.startsWith('sqlite:') ? inSqlite(url) : await inPostgres(url);
  try {
    const numbers = (await query.rows(TABLES)).map(({ station, sequence }) => ({
      station: String(station),
      sequence: Number(sequence),
    }));
    return { numbers, issued: Number((await query.rows(SUMS))[0]?.issued) };
  } finally {
    await query.end();
  }
}

interface Query {
  rows(sql: string): Promise<Record<string, unknown>[]>;
  end(): Promise<void>;
}

function inSqlite(url: string): Query {
  const file = new DatabaseSync(url.slice('sqlite:'.length), { readOnly: true });
  return { rows: async (sql) => file.prepare(sql).all(), end: async () => file.close() };
}

async function inPostgres(url: string): Promise<Query> {
  const client = new pg.Client(url);
  await client.connect();
  return { rows: async (sql) => (await client.query(sql)).rows, end: () => client.end() };
}

export function balance(bought: readonly Bought[], lines: readonly Line[], tables: Tables, masterKey: string): Balance {
  const byRequest = Map.groupBy(lines, ({ request }) => request);
  const stored = new Set(tables.numbers.map(place));
  const got = new Set(bought.map(({ id }) => id));
  const keys = new Map<string, Uint8Array>();
  let missing = 0;
  let wrong = 0;
  for (const { id, station, amount, code } of bought) {
    const [line, ...others] = byRequest.get(id) ?? [];
    if (!line || others.length > 0 || line.station !== station || line.amount !== amount || !stored.has(place(line))) {
      missing += 1;
      continue;
    }
    if (!keys.has(station)) keys.set(station, stationKeyOf(masterKey, station));
    if (code !== compactCode(keys.get(station)!, 'min', 30, amount / 30, line.sequence)) wrong += 1;
  }
  const twice = (all: readonly string[]) => all.length - new Set(all).size;
  return {
    missing,
    duplicates:
      twice(lines.map(({ request }) => request)) +
      twice(lines.map(place)) +
      twice(tables.numbers.map(place)) +
      twice(bought.map(({ id }) => id)),
    unasked: [...byRequest.keys()].filter((id) => !got.has(id)).length + Math.abs(stored.size - lines.length),
    wrong,
  };
}

const place = ({ station, sequence }: { station: string; sequence: number }) => `${station} ${sequence}`;
