// Notices that a SQLite file is not the one that was opened, or that somebody wrote over it: a backup put in its place
// while the cloud runs. SQLite itself does not look; it would go on in a file that nobody finds again, or mix both.
//
// The main file of a database in WAL mode changes in checkpoints alone, and each checkpoint leaves a trace in the
// wal-index (`-shm`, sqlite.org/walformat.html): the salts of the log (bytes 32 to 39), how many frames were written
// back (96 to 99), and how many were about to be (128 to 131), which is written first. A file that changed without such
// a trace was written by something else.
import { openSync, readSync, statSync } from 'node:fs';
import { LedgerWentBack } from '../errors.ts';

const INDEX_BYTES = 136;

interface Seen {
  /** Device and inode of file, log and index. */
  readonly places: string;
  readonly written: string;
  readonly checkpoints: string;
}

export class SqliteWatch {
  readonly #path: string;
  readonly #index: number;
  readonly #bytes = Buffer.alloc(INDEX_BYTES);
  #seen: Seen;

  /** @param path of a file that is open, in WAL mode, and was read */
  constructor(path: string) {
    this.#path = path;
    this.#index = openSync(`${path}-shm`, 'r');
    this.#seen = this.#look();
  }

  /** @throws {LedgerWentBack} */
  check(): void {
    const before = this.#seen;
    let now: Seen;
    try {
      now = this.#look();
    } catch {
      throw new LedgerWentBack('its file was taken away');
    }
    if (now.places !== before.places) throw new LedgerWentBack('its file was replaced by another one');
    if (now.written !== before.written && now.checkpoints === before.checkpoints) {
      throw new LedgerWentBack('its file was written over');
    }
    this.#seen = now;
  }

  #look(): Seen {
    const file = statSync(this.#path, { bigint: true });
    const beside = [`${this.#path}-wal`, `${this.#path}-shm`].map((path) => statSync(path, { bigint: true }));
    readSync(this.#index, this.#bytes, 0, INDEX_BYTES, 0);
    const part = (from: number, to: number) => this.#bytes.toString('hex', from, to);
    return {
      places: [file, ...beside].map(({ dev, ino }) => `${dev}/${ino}`).join(' '),
      written: `${file.mtimeNs} ${file.size}`,
      checkpoints: `${part(32, 40)} ${part(96, 100)} ${part(128, 132)}`,
    };
  }
}
