// The station's own record on the disk: SQLite with a write-ahead log, and two snapshots of what matters most. One
// writer; readers welcome (journal-cli.ts). See docs/journal.md for what a cut at any point leaves behind.

import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../../whole-file.ts';
import { JournalError } from '../types.ts';
import { corrupt, inUse, journalError, newer, ofAnotherStation, unvouched } from './failures.ts';
import { takeFolder } from './lock.ts';
import { migrate } from './migration.ts';
import { newest, readSnapshots, Snapshots, type SnapshotsFound } from './snapshots.ts';
import { type DatabaseSync, openToRead, sqlite } from './sqlite.ts';
import { FIRST_GENERATION, identified, type StationState } from './state.ts';
import { APPLICATION_ID, MIGRATIONS, type Moment, readState, SCHEMA_VERSION, Tables } from './tables.ts';
import { endsWithTransaction } from './write-ahead-log.ts';

export const DATABASE = 'journal.sqlite';

/** Where in a write a plug can be pulled: before it, then after each thing that reaches the disk. */
export type WritePoint = 'before' | 'rows' | 'snapshot' | 'committed';

export interface JournalOptions {
  readonly folder: string;
  readonly station: string;
  /** The state of a station that never sold anything. */
  fresh(): StationState;
  /** When rows of this state are written. */
  moment(state: StationState): Moment;
  /** Told of the state that was found, undefined where there is none, before anything is written: it may refuse it. */
  admit?(state: StationState | undefined): void;
  /** Told of each state that is on the disk. */
  onDurable?(state: StationState): void;
  /** Told of each step of each write. What it throws before `committed`, the write fails with. */
  onWrite?(point: WritePoint): void;
}

/** How hard to write: `durable` is on the disk before `commit` returns, `lazy` soon after, and only in the database. */
export type Effort = 'durable' | 'lazy';

/** Writes rows, in a transaction. */
export type Rows = (tables: Tables, moment: Moment) => void;

const PRAGMAS = `PRAGMA busy_timeout = 500;
  PRAGMA wal_autocheckpoint = 512;
  PRAGMA journal_size_limit = 1048576;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;`;

export class Journal {
  readonly folder: string;
  readonly db: DatabaseSync;
  readonly tables: Tables;
  readonly #snapshots: Snapshots;
  readonly #options: JournalOptions;
  readonly #letGo: () => void;
  #state: StationState;
  #generationInDatabase: number;
  #synchronous: 'FULL' | 'NORMAL' = 'FULL';
  #closed = false;

  private constructor(
    options: JournalOptions,
    { db, snapshots, state, letGo }: { db: DatabaseSync; snapshots: Snapshots; state: StationState; letGo: () => void },
  ) {
    this.folder = options.folder;
    this.db = db;
    this.tables = new Tables(db);
    this.#snapshots = snapshots;
    this.#options = options;
    this.#letGo = letGo;
    this.#state = state;
    this.#generationInDatabase = state.generation;
  }

  /**
   * Opens the journal, makes one where there is none, and mends what a cut left behind.
   * @throws {JournalError} `sqlite-missing`, `journal-corrupt`, `journal-newer`, `journal-of-another-station`,
   *   `journal-in-use`, `journal-not-writable`; in the first four cases no byte of the journal was changed, but for the
   *   index of its log that readers share (`-shm`)
   */
  static open(options: JournalOptions): Journal {
    const { folder, station } = options;
    sqlite();
    let letGo: (() => void) | undefined;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      letGo = takeFolder(folder);
      const found = readSnapshots(folder);
      const path = join(folder, DATABASE);
      const known = existsSync(path) ? inspect(path, folder) : undefined;
      for (const state of [known, ...found.states]) {
        if (state && state.station !== station) throw ofAnotherStation(folder, state.station, station);
      }
      if (known) checkVouched(known, found, folder);
      const begins = known ? undefined : beginning(options, found);
      options.admit?.(newest([known, ...found.states]));
      if (begins) create(path, folder, identified(begins));
      return Journal.#openKnown(options, found, known, letGo);
    } catch (error) {
      letGo?.();
      throw journalError(error, folder);
    }
  }

  static #openKnown(
    options: JournalOptions,
    found: SnapshotsFound,
    known: StationState | undefined,
    letGo: () => void,
  ): Journal {
    const path = join(options.folder, DATABASE);
    keepToOwner(path);
    const db = new (sqlite().DatabaseSync)(path);
    let snapshots: Snapshots | undefined;
    try {
      db.exec(PRAGMAS);
      const { journal_mode } = db.prepare('PRAGMA journal_mode = WAL').get() as { journal_mode: string };
      if (journal_mode !== 'wal') throw inUse(options.folder);
      db.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ROLLBACK');
      const inDatabase = readState(db);
      if (!inDatabase) throw corrupt(options.folder, 'its state is not whole');
      const state = migrate(db, inDatabase, options.onWrite);
      snapshots = Snapshots.open(options.folder, found);
      syncFolder(options.folder);
      const journal = new Journal(options, { db, snapshots, state, letGo });
      journal.#mend(found, known);
      // So that a database which loses its log still tells a station that has a past from one that never began.
      db.exec('PRAGMA wal_checkpoint(PASSIVE)');
      return journal;
    } catch (error) {
      snapshots?.close();
      db.close();
      throw error;
    }
  }

  get state(): StationState {
    return this.#state;
  }

  /**
   * Changes the state, and with it the rows that `rows` writes, in one transaction. Its generation is one above that of the
   * state, or of `change` where that is higher. `durable` changes are also in a
   * snapshot when this returns.
   * @throws {JournalError} and then nothing has changed
   */
  commit(change: Partial<StationState>, effort: Effort, rows?: Rows): void {
    const generation = Math.max(this.#state.generation, change.generation ?? 0) + 1;
    const next = { ...this.#state, ...change, generation };
    this.#transaction(effort, () => {
      if (!this.tables.nextState(next, this.#generationInDatabase)) throw inUse(this.folder);
      rows?.(this.tables, this.#options.moment(next));
      this.#options.onWrite?.('rows');
      return effort === 'durable' ? this.#snapshots.write(next) : undefined;
    });
    this.#state = next;
    this.#generationInDatabase = next.generation;
    this.#options.onWrite?.('committed');
    if (effort === 'durable') this.#options.onDurable?.(next);
  }

  /** Writes rows alone, durably; the state stays as it is. */
  write(rows: Rows): void {
    this.#transaction('durable', () => {
      rows(this.tables, this.#options.moment(this.#state));
      this.#options.onWrite?.('rows');
      return undefined;
    });
    this.#options.onWrite?.('committed');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#snapshots.close();
    this.db.close();
    this.#letGo();
  }

  /** `work` gives what undoes its part outside the database, should the database then fail to commit. */
  #transaction(effort: Effort, work: () => (() => void) | undefined): void {
    if (this.#closed) throw new JournalError('journal-closed', `The journal in ${this.folder} was closed.`);
    let undo: (() => void) | undefined;
    try {
      this.#options.onWrite?.('before');
      this.#setSynchronous(effort === 'durable' ? 'FULL' : 'NORMAL');
      this.db.exec('BEGIN IMMEDIATE');
      undo = work();
      if (undo) this.#options.onWrite?.('snapshot');
      this.db.exec('COMMIT');
    } catch (error) {
      undo?.();
      this.#rollBack();
      throw journalError(error, this.folder);
    }
  }

  #setSynchronous(mode: 'FULL' | 'NORMAL'): void {
    if (this.#synchronous === mode) return;
    this.db.exec(`PRAGMA synchronous = ${mode}`);
    this.#synchronous = mode;
  }

  #rollBack(): void {
    try {
      this.db.exec('ROLLBACK');
    } catch {
      // SQLite had rolled back by itself.
    }
  }

  /** Takes over what a snapshot knows and the database lost, and writes down that it did. */
  #mend(found: SnapshotsFound, known: StationState | undefined): void {
    const inSnapshots = newest(found.states);
    const rebuilt = !known && inSnapshots !== undefined;
    const behind = inSnapshots !== undefined && inSnapshots.generation > this.#state.generation;
    const details = { lost: behind ? inSnapshots.generation - this.#state.generation : 0, damaged: found.damaged };
    const { journalId, totals } = this.#state;
    // One that an earlier version wrote has neither.
    if (behind) this.#state = inSnapshots.journalId === '' ? { ...inSnapshots, journalId, totals } : inSnapshots;
    const isWhole = found.damaged === 0 && !found.outdated && !this.#snapshots.incomplete;
    if (!rebuilt && !behind && isWhole) return;
    const { openVouchers, closed, totals: sums } = this.#state;
    this.commit({}, 'durable', (tables, moment) => {
      if (!rebuilt && !behind && found.damaged === 0) return;
      for (const [i, record] of closed.entries())
        tables.putVoucher(record, moment, sums.closed - closed.length + 1 + i);
      for (const record of openVouchers) tables.putVoucher(record, moment);
      const orphans = tables.endOrphans(openVouchers, moment);
      const kind = rebuilt ? 'journal-rebuilt' : behind ? 'journal-recovered' : 'snapshot-damaged';
      tables.appendRecord(kind, JSON.stringify({ ...details, orphans }), moment);
    });
    if (this.#snapshots.incomplete || found.outdated) this.commit({}, 'durable');
  }
}

/** Reads a journal that is there, and touches nothing. */
function inspect(path: string, folder: string): StationState {
  if (statSync(path).size === 0) throw corrupt(folder, `${DATABASE} is empty`);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  const db = openToRead(path, (log?.size ?? 0) > 0);
  try {
    const value = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
    const version = Number(value('user_version'));
    if (value('application_id') !== APPLICATION_ID) throw corrupt(folder, `${DATABASE} is no station's journal`);
    if (version > SCHEMA_VERSION) throw newer(folder, `schema version ${version}`);
    const check = value('quick_check');
    if (check !== 'ok') throw corrupt(folder, String(check));
    const state = readState(db);
    if (!state) throw corrupt(folder, 'its state is not whole');
    return state;
  } finally {
    db.close();
  }
}

/**
 * A cut damages one file: the snapshot that was being written, before any of the change was in the database's log, or the
 * end of that log, when both snapshots were whole. So where a snapshot is damaged, the database must be no older than the
 * whole one and its log must end with a transaction: else the damaged snapshot alone may have known the last code that was
 * used. Where neither is whole, nothing vouches for the log. Only at its very first start has a station neither, and
 * nothing to forget.
 */
function checkVouched({ generation }: StationState, { states, damaged }: SnapshotsFound, folder: string): void {
  if (generation <= FIRST_GENERATION) return;
  const whole = newest(states);
  if (!whole && damaged > 0) throw unvouched(folder, 'Both snapshots');
  // An operator may have taken away both; a cut takes away none.
  if (!whole || !states.includes(undefined)) return;
  const cut = generation < whole.generation || !endsWithTransaction(join(folder, `${DATABASE}-wal`));
  if (cut) throw unvouched(folder, 'A snapshot and the database beside it');
}

/** Where no database is: a station's first start, or its snapshots, if an operator moved the rest aside. */
function beginning({ folder, fresh }: JournalOptions, found: SnapshotsFound): StationState {
  if (existsSync(join(folder, `${DATABASE}-wal`))) throw corrupt(folder, `${DATABASE} is missing beside its log`);
  const whole = newest(found.states);
  // A station makes both before it sells, so one that is missing was there, and may have been the newer.
  if (found.damaged > 0 || (whole && found.states.includes(undefined)))
    throw corrupt(folder, `${DATABASE} is missing, and a snapshot is not whole`);
  return whole ?? fresh();
}

/**
 * While a session is open the station's key is in it: others may be let into the folder, and not into that. The log that
 * SQLite makes beside it gets the same mode.
 */
function keepToOwner(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      chmodSync(file, 0o600);
    } catch {
      // It is not there, or somebody else's: whether it can be written shows when it is opened.
    }
  }
}

/** Makes the database under another name first, so that it is either there and whole or not there. */
function create(path: string, folder: string, state: StationState): void {
  const draft = `${path}.new`;
  rmSync(draft, { force: true });
  rmSync(`${draft}-journal`, { force: true });
  const db = new (sqlite().DatabaseSync)(draft);
  try {
    // Small pages: a commit rewrites two or three of them, for years, on a memory card.
    db.exec(`PRAGMA page_size = 2048; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = EXTRA; BEGIN;
      ${MIGRATIONS.join('\n')}
      PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};`);
    new Tables(db).firstState(state);
    db.exec('COMMIT; PRAGMA incremental_vacuum');
  } finally {
    db.close();
  }
  renameSync(draft, path);
  syncFolder(folder);
}
