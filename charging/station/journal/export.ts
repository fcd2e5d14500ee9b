// Everything a journal still holds, archive first, oldest first: read while the charger goes on writing.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, type SessionRecord } from '../types.ts';
import { type ArchiveFile, archiveFiles, archivePath } from './archive.ts';
import { corrupt, ifThere, journalError, newer } from './failures.ts';
import { DATABASE } from './journal.ts';
import { type Line, type RecordLine, recordLine, type SessionLine, sessionLine } from './lines.ts';
import { type DatabaseSync, openToRead, sqlite } from './sqlite.ts';
import { APPLICATION_ID, type RecordRow, readState, SCHEMA_VERSION, type SessionRow, sessionOfRow } from './tables.ts';

export type Kind = Line['type'];

export interface JournalExport {
  readonly station: string;
  /** What fell out of the archive over the years. */
  readonly dropped: { readonly sessions: number; readonly records: number };
  /** Archive files that are shorter than they were when written. */
  readonly cut: readonly string[];
  lines(kinds: readonly Kind[]): Generator<Line>;
  close(): void;
}

interface OpenFile extends ArchiveFile {
  readonly file: number | undefined;
}

const TRIES = 5;
const SQLITE_CANTOPEN = 14;
const SQLITE_READONLY = 8;

/**
 * Opens a journal to read one moment of it.
 * @throws {JournalError} `journal-missing`, `journal-corrupt`, `journal-newer`, `sqlite-missing`
 */
export function openExport(folder: string): JournalExport {
  if (!existsSync(join(folder, DATABASE))) {
    throw new JournalError('journal-missing', `There is no journal in ${folder}: it would hold a file ${DATABASE}.`);
  }
  sqlite();
  try {
    for (let left = TRIES; ; left--) {
      const opened = tryToOpen(folder, left > 1);
      if (opened) return opened;
    }
  } catch (error) {
    throw journalError(error, folder);
  }
}

/** @returns undefined when the charger threw an archive file away between our look at the list and at the file */
function tryToOpen(folder: string, again: boolean): JournalExport | undefined {
  const db = openAnyhow(join(folder, DATABASE));
  let files: OpenFile[] = [];
  const close = () => {
    for (const { file } of files) if (file !== undefined) closeSync(file);
    db.close();
  };
  try {
    db.exec('BEGIN');
    const { station, open } = check(db, folder);
    files = archiveFiles(db).map((file) => ({
      ...file,
      file: ifThere(() => openSync(archivePath(folder, file.number), 'r')),
    }));
    if (again && files.some(({ file }) => file === undefined)) {
      close();
      return undefined;
    }
    const dropped = db.prepare('SELECT sessions, records FROM archive_dropped').get() as JournalExport['dropped'];
    const cut = files.filter(({ file, bytes }) => file === undefined || fstatSync(file).size < bytes);
    return {
      station,
      dropped: { ...dropped },
      cut: cut.map(({ number }) => archivePath(folder, number)),
      lines: (kinds) => linesOf(db, station, open, files, kinds),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** A folder that this user cannot write in holds no place for what readers share; then the file alone must do. */
function openAnyhow(path: string): DatabaseSync {
  const db = openToRead(path, true);
  try {
    db.prepare('PRAGMA schema_version').get();
    return db;
  } catch (error) {
    db.close();
    const primary = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
    if (primary !== SQLITE_CANTOPEN && primary !== SQLITE_READONLY) throw error;
    return openToRead(path, false);
  }
}

/** Whose journal it is, and what stands open in it: the state alone knows what was delivered on that so far. */
function check(db: DatabaseSync, folder: string): { station: string; open: readonly SessionRecord[] } {
  const value = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
  if (value('application_id') !== APPLICATION_ID) throw corrupt(folder, `${DATABASE} is no station's journal`);
  const version = Number(value('user_version'));
  if (version > SCHEMA_VERSION) throw newer(folder, `schema version ${version}`);
  const state = readState(db);
  return { station: state?.station ?? '', open: state?.openVouchers ?? [] };
}

function* linesOf(
  db: DatabaseSync,
  station: string,
  open: readonly SessionRecord[],
  files: readonly OpenFile[],
  kinds: readonly Kind[],
): Generator<Line> {
  for (const file of files) {
    for (const text of read(file)) {
      const line = JSON.parse(text) as SessionLine | RecordLine;
      // A line that 0.1.0 wrote knows no session and no outlet.
      if (line.type === 'session') Object.assign(line, sessionOfRow(line as unknown as SessionRow));
      if (kinds.includes(line.type)) yield line;
    }
  }
  if (kinds.includes('session')) {
    for (const row of db.prepare('SELECT * FROM sessions ORDER BY id').iterate()) {
      yield sessionLine(station, asItStands(row as unknown as SessionRow, open));
    }
  }
  if (kinds.includes('record')) {
    for (const row of db.prepare('SELECT * FROM records ORDER BY id').iterate()) {
      yield recordLine(station, row as unknown as RecordRow);
    }
  }
}

function asItStands(row: SessionRow, open: readonly SessionRecord[]): SessionRow {
  const record = open.find(({ session, voucher }) => session === row.session && voucher.sequence === row.sequence);
  if (!record) return row;
  const { delivered, meterStartWh = null, meterLastWh = null } = record;
  return { ...row, delivered, meter_start_wh: meterStartWh, meter_last_wh: meterLastWh };
}

/** The whole lines of what counts of a file. */
function read({ file, bytes }: OpenFile): string[] {
  if (file === undefined) return [];
  const buffer = Buffer.alloc(bytes);
  const length = readSync(file, buffer, 0, bytes, 0);
  const lines = buffer.toString('utf8', 0, length).split('\n');
  lines.pop();
  return lines;
}
