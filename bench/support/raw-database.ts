// Statements on the database below a ledger: benchmarks fill it with years of trade.
import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

export interface Raw {
  run(sql: string): Promise<void>;
  bytes(): Promise<number>;
  end(): Promise<void>;
}

export function rawSqlite(url: string): Raw {
  const path = url.slice('sqlite:'.length);
  const file = new DatabaseSync(path);
  file.exec('pragma synchronous = off; pragma cache_size = -500000; pragma temp_store = memory');
  return {
    run: async (sql) => file.exec(sql),
    bytes: async () => {
      file.exec('pragma wal_checkpoint(truncate)');
      toDisk(path);
      return statSync(path).size;
    },
    end: async () => file.close(),
  };
}

/** A year of trade lies on the disk for long: the first checkpoint that is measured has not to write it. */
export function toDisk(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

export async function rawPostgres(url: string): Promise<Raw> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("set maintenance_work_mem = '512MB'; set work_mem = '256MB'; set synchronous_commit = off");
  return {
    run: async (sql) => void (await client.query(sql)),
    bytes: async () => {
      const { rows } = await client.query('select pg_database_size(current_database()) as bytes');
      return Number(rows[0].bytes);
    },
    end: () => client.end(),
  };
}
