// From the schema of an earlier version to this one's: by itself when the journal is opened, forwards only, in one transaction.
// What 0.1.0 wrote is at version 1 (docs/journal.md, "Versions").
import type { DatabaseSync } from './sqlite.ts';
import { identified, type StationState } from './state.ts';
import { closedInDatabase, MIGRATIONS, SCHEMA_VERSION, Tables } from './tables.ts';

/** The schema from which on the state has them. */
const TOTALS_SINCE = 3;

/**
 * Brings a database up to date. Its generation stays: a snapshot that was ahead of it before is ahead of it after.
 * @param state as the database has it, read as what it means now
 * @returns the state that the database holds then
 */
export function migrate(
  db: DatabaseSync,
  state: StationState,
  onWrite: ((point: 'before' | 'rows' | 'committed') => void) | undefined,
): StationState {
  const { user_version: from } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (from === SCHEMA_VERSION) return state;
  onWrite?.('before');
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const migration of MIGRATIONS.slice(from)) db.exec(migration);
    const totals = from < TOTALS_SINCE ? { ...state.totals, ...closedInDatabase(db) } : state.totals;
    const migrated = identified({ ...state, totals });
    new Tables(db).nextState(migrated, state.generation);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    onWrite?.('rows');
    db.exec('COMMIT');
    // The pages of the old tables go: the end of the file is again one that the database needs.
    db.exec('PRAGMA incremental_vacuum');
    onWrite?.('committed');
    return migrated;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
