// Kysely over Node's own SQLite.
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, type SqliteStatement } from 'kysely';
import { Cache } from '../../cache.ts';
import { LedgerError } from '../errors.ts';
import { LedgerSqliteDialect } from './dialects.ts';
import type { Database, Tables } from './schema.ts';

/** More than the ledger has, lists of each length counted as powers of two. */
const MOST_STATEMENTS = 400;
const BUSY = 5;
const LOCKED = 6;

/** The file that `sqlite:/path`, `sqlite:path` or `sqlite:///path` names. */
export function sqliteFile(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.startsWith(':memory:') || path.startsWith('//')) {
    throw new LedgerError('ledger-url', 'The ledger needs a file: sqlite:/path/to/ledger.sqlite');
  }
  return path;
}

/**
 * @param busyMs how long a statement waits for another process that holds the file
 * @throws {LedgerError} `sqlite-missing`, `ledger-not-writable`, `ledger-url`
 */
export async function openSqlite(url: string, busyMs: number): Promise<Database> {
  const path = sqliteFile(url);
  const sqlite = await import('node:sqlite').catch((cause) => {
    throw new LedgerError('sqlite-missing', 'This Node has no SQLite: use Node 22.13 or newer, or PostgreSQL.', {
      cause,
    });
  });
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Made before SQLite makes it, for the mode; its WAL gets the same one.
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new LedgerError('ledger-not-writable', `The ledger ${path} cannot be written: ${(cause as Error).message}`, {
      cause,
    });
  }
  const file = new sqlite.DatabaseSync(path);
  file.exec(`pragma busy_timeout = ${busyMs}`);
  // An answer that was sent is on disk: in WAL mode only FULL syncs at each commit.
  file.exec('pragma journal_mode = wal');
  file.exec('pragma synchronous = full');
  file.exec('pragma cache_size = -65536');
  // What a statement of many rows keeps to be undone with goes to a file in the temporary folder otherwise.
  file.exec('pragma temp_store = memory');
  // 64 MB: the same few pages are written again and again, and go into the file once for many times.
  file.exec('pragma wal_autocheckpoint = 16000');
  const statements = new Cache<SqliteStatement>(MOST_STATEMENTS);
  return new Kysely<Tables>({
    dialect: new LedgerSqliteDialect({
      database: {
        prepare: (text) => statements.getOrMake(text, () => prepared(file, text)),
        close: () => file.close(),
      },
    }),
  });
}

function prepared(file: DatabaseSync, text: string): SqliteStatement {
  // A transaction that read first and writes later could not be promoted when another process wrote between.
  return adapt(file.prepare(text === 'begin' ? 'begin immediate' : text));
}

/** Every statement is asked for its rows; one that has none gives an empty list. */
function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: true,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}

/** Whether another process holds the file and the transaction may be tried again. */
export function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && ((code & 0xff) === BUSY || (code & 0xff) === LOCKED);
}

/** Whether SQLite itself failed (disk full, read-only, damaged), rather than the statement. */
export function isSqliteFailure(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  // 8 READONLY, 10 IOERR, 11 CORRUPT, 13 FULL, 14 CANTOPEN, 26 NOTADB
  return code !== undefined && [8, 10, 11, 13, 14, 26].includes(code & 0xff);
}
