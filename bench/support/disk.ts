// What the disk takes for a sync, measured beside what waits for it: the same disk, the same minutes.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

export class Disk {
  /** Milliseconds of one write of 4096 bytes with its fdatasync. */
  readonly syncs: number[] = [];
  /** Milliseconds of one SQLite commit of a small row (WAL, synchronous = FULL). */
  readonly commits: number[] = [];
  readonly #folder: string;
  readonly #file: number;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #page: Buffer;

  /** @param bytes of a write */
  constructor(parent: string, bytes = 4096) {
    this.#folder = mkdtempSync(join(parent, 'disk-'));
    this.#file = openSync(join(this.#folder, 'file'), 'w');
    this.#page = Buffer.alloc(bytes, 1);
    this.#database = new DatabaseSync(join(this.#folder, 'sqlite'));
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = full; create table rows (text)');
    this.#insert = this.#database.prepare('insert into rows values (?)');
  }

  measure(): void {
    let start = performance.now();
    writeSync(this.#file, this.#page);
    fdatasyncSync(this.#file);
    this.syncs.push(performance.now() - start);
    start = performance.now();
    this.#insert.run('a small row');
    this.commits.push(performance.now() - start);
  }

  close(): void {
    closeSync(this.#file);
    this.#database.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
