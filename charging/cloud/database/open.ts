// Opens either database and brings its tables up to date.
import { setTimeout as wait } from 'node:timers/promises';
import { LedgerError } from '../errors.ts';
import { migrate } from './migrate.ts';
import { isForbidden, isPassing, isRaceOfMakers, openPostgres } from './postgres.ts';
import type { Database } from './schema.ts';
import { isBusy, isSqliteFailure, openSqlite, sqliteFile } from './sqlite.ts';
import { SqliteWatch } from './sqlite-watch.ts';
import type { Kind } from './table-shape.ts';

export interface Opened {
  readonly db: Database;
  readonly kind: Kind;
  /** @throws {LedgerWentBack} when the file is not the one that was opened */
  readonly check: () => void;
}

/** Whether the database went, or lost a race, and may be asked the same again. */
export function mayPass(kind: Kind, error: unknown): boolean {
  return kind === 'sqlite' ? isBusy(error) : isPassing(error);
}

/** Whether it is the database that fails, whatever it is asked. */
export function isAway(kind: Kind, error: unknown): boolean {
  return kind === 'sqlite' ? isBusy(error) || isSqliteFailure(error) : isPassing(error);
}

/**
 * @param patienceMs how long to wait for a database that is away or being set up by another replica
 * @param now unix milliseconds
 * @throws {LedgerError}
 */
export async function openDatabase(url: string, patienceMs: number, now: number): Promise<Opened> {
  const kind = kindOf(url);
  const statementMs = Math.max(100, Math.round(patienceMs / 2));
  const deadline = performance.now() + patienceMs;
  for (;;) {
    let db: Database | undefined;
    try {
      db = await (kind === 'sqlite' ? openSqlite(url, statementMs) : openPostgres(url, statementMs));
      await migrate(db, kind, now);
      const watch = kind === 'sqlite' ? new SqliteWatch(sqliteFile(url)) : undefined;
      return { db, kind, check: () => watch?.check() };
    } catch (error) {
      await db?.destroy().catch(() => {});
      if (error instanceof LedgerError) throw error;
      const again = mayPass(kind, error) || (kind === 'postgresql' && isRaceOfMakers(error));
      if (!again || performance.now() > deadline) throw notOpened(kind, error as Error, again);
      await wait(50 + Math.random() * 150);
    }
  }
}

function kindOf(url: string): Kind {
  if (url.startsWith('sqlite:')) return 'sqlite';
  if (/^postgres(?:ql)?:\/\//.test(url)) return 'postgresql';
  throw new LedgerError(
    'ledger-url',
    'The ledger is sqlite:/path/to/ledger.sqlite or postgres://user:password@host:5432/name',
  );
}

function notOpened(kind: Kind, cause: Error, away: boolean): LedgerError {
  if (kind === 'sqlite') {
    return new LedgerError('ledger-not-writable', `The ledger's file does not open: ${cause.message}`, { cause });
  }
  // An AggregateError of several addresses has no message of its own.
  const reason = cause.message || String((cause as { code?: string }).code ?? cause.name);
  if (isForbidden(cause)) {
    const text =
      `PostgreSQL refuses the ledger: ${reason}. To make or upgrade its tables the role needs CREATE on the schema ` +
      '(or start the cloud once as a role that has it); to use them SELECT, INSERT, UPDATE and DELETE on all of them.';
    return new LedgerError('ledger-unavailable', text, { cause });
  }
  const text = away ? `PostgreSQL cannot be reached: ${reason}` : `PostgreSQL refuses the ledger: ${reason}`;
  return new LedgerError('ledger-unavailable', text, { cause });
}
