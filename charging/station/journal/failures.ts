// Whatever SQLite or the disk complains of, as the few things that an operator can do something about.
import { JournalError } from '../types.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The error as a `JournalError`; one that is none of the disk's doing comes back as it is. */
export function journalError(error: unknown, folder: string): unknown {
  if (error instanceof JournalError || !(error instanceof Error)) return error;
  const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
  if (code === 'ERR_SQLITE_ERROR' && errcode !== undefined) {
    const primary = errcode & 0xff;
    if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) return corrupt(folder, error.message, error);
    if (primary === SQLITE_BUSY || primary === SQLITE_LOCKED) return inUse(folder, error);
    return notWritable(folder, error);
  }
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? notWritable(folder, error) : error;
}

export function corrupt(folder: string, what: string, cause?: Error): JournalError {
  return new JournalError(
    'journal-corrupt',
    `The journal in ${folder} is damaged (${what}). It was left as it is, and this station sells nothing. Keep a copy ` +
      'of the folder, then move journal.sqlite and the files whose names begin with it elsewhere, but leave snapshot-a ' +
      'and snapshot-b: the station starts again from these, with every number used and every session paid for.',
    cause && { cause },
  );
}

/** @param damaged what of it is: `Both snapshots`, or the like */
export function unvouched(folder: string, damaged: string): JournalError {
  return new JournalError(
    'journal-corrupt',
    `${damaged} in ${folder} are damaged, so nothing vouches that the database knows every code that was used. All ` +
      'was left as it is, and this station sells nothing. Keep a copy of the folder. Then, if codes of the last hours ' +
      'that were used may be honoured once more, move snapshot-a and snapshot-b elsewhere: the station goes on with ' +
      'what its database knows.',
  );
}

export function newer(folder: string, what: string): JournalError {
  return new JournalError(
    'journal-newer',
    `The journal in ${folder} was written by a newer version of this program (${what}). It was left as it is, and ` +
      'this station sells nothing until that version, or a later one, is installed again.',
  );
}

export function ofAnotherStation(folder: string, theirs: string, ours: string): JournalError {
  return new JournalError(
    'journal-of-another-station',
    `The journal in ${folder} belongs to station ${theirs}, not to ${ours}. It was left as it is. Give each station a ` +
      'folder of its own.',
  );
}

export function inUse(folder: string, cause?: Error): JournalError {
  return new JournalError(
    'journal-in-use',
    `Another program writes the journal in ${folder}. Let one charger at a time use it.`,
    cause && { cause },
  );
}

function notWritable(folder: string, cause: Error): JournalError {
  return new JournalError(
    'journal-not-writable',
    `The journal in ${folder} cannot be written (${cause.message}). Look whether the disk is full, read-only or ` +
      'failing, and whether the folder belongs to the user that runs the charger.',
    { cause },
  );
}

/** Writes what can wait: where the journal takes no writes, the next that matters tells. */
export function unlessItFails(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
  }
}

/** What reads or opens a file; undefined where there is none. */
export function ifThere<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
