// One program at a time writes a journal. A second charger on the same folder, were it let in, would end the session that
// the first one runs, and the first could write no more.
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseSync, sqlite } from './sqlite.ts';

/** Empty; only its lock matters, which the kernel takes back when its owner dies. */
const LOCK = 'journal.lock';
/** A charger that is just going is waited for. */
const WAIT_MS = 1500;

interface Held {
  readonly db: DatabaseSync;
  users: number;
}

/** Locks belong to a process, as the kernel's do: within one, `commit` tells two writers apart by their generation. */
const held = new Map<string, Held>();

/**
 * Takes the folder for this process, until each that took it has called what this returns.
 * @throws SQLite's error: busy while another process has it
 */
export function takeFolder(folder: string): () => void {
  const path = join(realpathSync(folder), LOCK);
  const lock = held.get(path) ?? { db: locked(path), users: 0 };
  held.set(path, lock);
  lock.users++;
  let mine = true;
  return () => {
    if (!mine) return;
    mine = false;
    if (--lock.users > 0) return;
    held.delete(path);
    lock.db.close();
  };
}

function locked(path: string): DatabaseSync {
  const db = new (sqlite().DatabaseSync)(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${WAIT_MS}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
