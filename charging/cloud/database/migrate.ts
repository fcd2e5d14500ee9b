// Brings the tables up to date, with Kysely's Migrator: all that is missing in one transaction, so that a process that is
// killed leaves the ledger as it was. Several replicas may start at once: one of them goes on, the others wait for it.
import { Migrator } from 'kysely/migration';
import { LedgerError } from '../errors.ts';
import { MIGRATIONS } from './migrations.ts';
import { isMissingTable } from './postgres.ts';
import type { Database, Tx } from './schema.ts';
import type { Kind } from './table-shape.ts';

const NAMES = MIGRATIONS.map(({ name }) => name);

/**
 * @param now unix milliseconds
 * @throws {LedgerError} `ledger-newer`
 */
export async function migrate(db: Database, kind: Kind, now: number): Promise<void> {
  // Asked first: a role that may not create tables, or a database that takes no writes, opens a ledger that is there.
  const applied = await applies(db, kind);
  if (applied.size > 0) {
    refuseNewer(applied);
    if (NAMES.every((name) => applied.has(name))) return;
  }
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute((tx) => migrateIn(tx, kind, now));
}

async function migrateIn(tx: Tx, kind: Kind, now: number): Promise<void> {
  const before = await stepsOfBefore(tx, kind);
  const newest = Math.max(0, ...before);
  // It went on counting when it began to name its migrations, for programs that know the count alone.
  if (newest > NAMES.length) throw newer(newest);
  const migrations = MIGRATIONS.map(({ name, up }, index) => [
    name,
    // What the table of before says was done is noted, and not done again.
    { up: async () => (before.has(index + 1) ? undefined : up(tx, kind, now)) },
  ]);
  const migrator = new Migrator({ db: tx, provider: { getMigrations: async () => Object.fromEntries(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function applies(db: Database, kind: Kind): Promise<ReadonlySet<string>> {
  const rows = await rowsOf(db.selectFrom('kysely_migration').select('name').execute(), kind);
  return new Set(rows.map(({ name }) => name));
}

/** The steps that a ledger took before its migrations had names: 0.1.0 took one. */
async function stepsOfBefore(tx: Tx, kind: Kind): Promise<ReadonlySet<number>> {
  // In a transaction of PostgreSQL a table that is not there may not be asked for.
  const tables = await tx.introspection.getTables();
  if (!tables.some(({ name }) => name === 'ledger_migrations')) return new Set();
  const rows = await rowsOf(tx.selectFrom('ledger_migrations').select('version').execute(), kind);
  return new Set(rows.map(({ version }) => version));
}

async function rowsOf<T>(asked: Promise<T[]>, kind: Kind): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    if (!(kind === 'sqlite' ? /no such table/.test((error as Error).message) : isMissingTable(error))) throw error;
    return [];
  }
}

function refuseNewer(applied: ReadonlySet<string>): void {
  const unknown = [...applied].filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw newer(NAMES.length + unknown.length);
}

function newer(version: number): LedgerError {
  return new LedgerError(
    'ledger-newer',
    `The ledger has version ${version}; this program knows ${NAMES.length}. Upgrade it.`,
  );
}
