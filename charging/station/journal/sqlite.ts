// Node's own SQLite, asked for only when a journal is opened, so that an older Node gets a sentence and not a stack.
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { JournalError } from '../types.ts';

export type { DatabaseSync, StatementSync } from 'node:sqlite';

/** @throws {JournalError} `sqlite-missing` */
export function sqlite(): typeof import('node:sqlite') {
  const found = process.getBuiltinModule('node:sqlite') as typeof import('node:sqlite') | undefined;
  if (found) return found;
  throw new JournalError(
    'sqlite-missing',
    `The journal needs SQLite, which Node ${process.versions.node} lacks. Install Node 22.13 or later; ` +
      'on 22.5 to 22.12 start it with --experimental-sqlite.',
  );
}

/**
 * Opens a database to read, and leaves every byte of it and of its write-ahead log as they are; the log's index, which
 * readers share (`-shm`), may be made anew. Where no log stands beside it, not even that is made.
 */
export function openToRead(path: string, hasLog: boolean): DatabaseSync {
  const { DatabaseSync } = sqlite();
  if (!hasLog) {
    try {
      const immutable = new DatabaseSync(new URL(`${pathToFileURL(path).href}?immutable=1`), { readOnly: true });
      immutable.prepare('PRAGMA schema_version').get();
      return immutable;
    } catch (error) {
      // Before 22.15 Node took no URL for a path.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_ARG_TYPE') throw error;
    }
  }
  return new DatabaseSync(path, { readOnly: true });
}
