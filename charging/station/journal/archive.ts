// Keeps the journal small over years: the oldest closed sessions and records move to files of JSON lines beside it.
// These are bounded as well; what falls out of the last is counted, and a record says so.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { syncFolder } from '../../whole-file.ts';
import type { Journal } from './journal.ts';
import { recordLine, sessionLine } from './lines.ts';
import type { DatabaseSync } from './sqlite.ts';
import type { RecordRow, SessionRow } from './tables.ts';

export interface ArchiveLimits {
  /** Closed sessions, and records, that stay in the database. */
  readonly keepSessions: number;
  readonly keepRecords: number;
  /** Each archive file is closed before it grows beyond. */
  readonly fileBytes: number;
  /** The oldest file goes when there would be more. */
  readonly files: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = Object.freeze({
  keepSessions: 1000,
  keepRecords: 5000,
  fileBytes: 8 << 20,
  files: 4,
});

export interface ArchiveFile {
  readonly number: number;
  /** What of it counts; bytes beyond were written before a cut, and are written anew. */
  readonly bytes: number;
  readonly sessions: number;
  readonly records: number;
}

/** Rows that move at a time: the charger does nothing else meanwhile. */
const MOST_ROWS = 500;
const FREE_PAGES = 256;

export function archivePath(folder: string, number: number): string {
  return join(folder, `archive-${String(number).padStart(6, '0')}.jsonl`);
}

export function archiveFiles(db: DatabaseSync): ArchiveFile[] {
  return db.prepare('SELECT number, bytes, sessions, records FROM archive_files ORDER BY number').all() as never;
}

/**
 * Moves the oldest rows out when there are a tenth more than are to be kept. What is moved is on the disk before it
 * leaves the database.
 * @throws {JournalError} and then everything is where it was
 */
export function archiveOldest(journal: Journal, limits: ArchiveLimits): void {
  const counts = journal.tables.counts();
  const sessions = surplus(counts.sessions, limits.keepSessions);
  const records = surplus(counts.records, limits.keepRecords);
  if (sessions === 0 && records === 0) return;
  let dropped: ArchiveFile[] = [];
  journal.write((tables, moment) => {
    const oldest = oldestRows(journal.db, sessions, records);
    const lines = [
      ...oldest.sessions.map((row) => sessionLine(journal.state.station, row)),
      ...oldest.records.map((row) => recordLine(journal.state.station, row)),
    ];
    if (lines.length === 0) return;
    const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const file = appendTo(journal, bytes, limits);
    noteFile(journal.db, {
      ...file,
      sessions: file.sessions + oldest.sessions.length,
      records: file.records + oldest.records.length,
    });
    journal.db
      .prepare('DELETE FROM sessions WHERE ended IS NOT NULL AND id <= ?')
      .run(oldest.sessions.at(-1)?.id ?? -1);
    journal.db.prepare('DELETE FROM records WHERE id <= ?').run(oldest.records.at(-1)?.id ?? -1);
    dropped = dropFiles(journal.db, limits);
    for (const { number, sessions, records } of dropped) {
      tables.appendRecord('archive-dropped', JSON.stringify({ file: number, sessions, records }), moment);
    }
  });
  if (dropped.length > 0) removeUnlisted(journal);
  const { freelist_count } = journal.db.prepare('PRAGMA freelist_count').get() as { freelist_count: number };
  if (freelist_count > FREE_PAGES) journal.db.exec('PRAGMA incremental_vacuum');
}

/** Also what a cut left behind when it came between the commit and this. */
function removeUnlisted({ db, folder }: Journal): void {
  const first = archiveFiles(db)[0]?.number ?? 0;
  for (const name of readdirSync(folder)) {
    const number = /^archive-(\d{6})\.jsonl$/.exec(name)?.[1];
    if (number !== undefined && Number(number) < first) rmSync(join(folder, name), { force: true });
  }
}

function surplus(count: number, keep: number): number {
  return count - keep < Math.max(1, keep / 10) ? 0 : Math.min(count - keep, MOST_ROWS);
}

function oldestRows(db: DatabaseSync, sessions: number, records: number) {
  const closed = 'SELECT * FROM sessions WHERE ended IS NOT NULL ORDER BY id LIMIT ?';
  return {
    sessions: db.prepare(closed).all(sessions) as unknown as SessionRow[],
    records: db.prepare('SELECT * FROM records ORDER BY id LIMIT ?').all(records) as unknown as RecordRow[],
  };
}

/** Writes behind what counts of the newest file, or begins the next when that is full, or cut short. */
function appendTo({ db, folder }: Journal, bytes: Buffer, limits: ArchiveLimits): ArchiveFile {
  const newest = archiveFiles(db).at(-1);
  if (
    newest &&
    newest.bytes + bytes.length <= limits.fileBytes &&
    writeAt(folder, newest.number, newest.bytes, bytes)
  ) {
    return { ...newest, bytes: newest.bytes + bytes.length };
  }
  const number = (newest?.number ?? 0) + 1;
  writeAt(folder, number, 0, bytes);
  syncFolder(folder);
  return { number, bytes: bytes.length, sessions: 0, records: 0 };
}

/** @returns false, and writes nothing, when the file is shorter than it should be */
function writeAt(folder: string, number: number, start: number, bytes: Buffer): boolean {
  const file = openSync(archivePath(folder, number), start === 0 ? 'w' : 'a', 0o600);
  try {
    if (fstatSync(file).size < start) return false;
    ftruncateSync(file, start);
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    fsyncSync(file);
    return true;
  } finally {
    closeSync(file);
  }
}

function noteFile(db: DatabaseSync, { number, bytes, sessions, records }: ArchiveFile): void {
  db.prepare('INSERT OR REPLACE INTO archive_files (number, bytes, sessions, records) VALUES (?, ?, ?, ?)').run(
    number,
    bytes,
    sessions,
    records,
  );
}

function dropFiles(db: DatabaseSync, { files }: ArchiveLimits): ArchiveFile[] {
  const dropped = archiveFiles(db).slice(0, -files);
  for (const { number, sessions, records } of dropped) {
    db.prepare('DELETE FROM archive_files WHERE number = ?').run(number);
    db.prepare('UPDATE archive_dropped SET sessions = sessions + ?, records = records + ?').run(sessions, records);
  }
  return dropped;
}
