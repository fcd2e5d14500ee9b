// A second mark of how far a journal has come, outside its folder and best on another medium: what tells a journal that was
// lost, or restored from an older copy, from one that is all there is. Nothing waits for it, and no station needs it.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceWhole } from '../../whole-file.ts';

export interface Mark {
  readonly station: string;
  /** Fingerprint of the key that the journal's numbers belonged to. */
  readonly key: string;
  /** Of a change that was on the journal's disk before the mark was written. */
  readonly generation: number;
}

const KIND = 'offline-charging journal mark 1';

/** The mark, or undefined where there is none that is whole. */
export function readMark(path: string): Mark | undefined {
  try {
    const { kind, station, key, generation } = JSON.parse(readFileSync(path, 'utf8'));
    const whole = kind === KIND && typeof station === 'string' && typeof key === 'string';
    return whole && Number.isSafeInteger(generation) ? { station, key, generation } : undefined;
  } catch {
    return undefined;
  }
}

/** What is being written to each path: the station of before a redeploy must not put its mark over that of its successor. */
const underWay = new Map<string, Promise<void>>();

/** Writes marks one after the other, the latest only, in the background: a medium that hangs holds nobody up. */
export class MarkWriter {
  readonly #path: string;
  readonly #onTrouble: (error: NodeJS.ErrnoException) => void;
  #next: Mark | undefined;
  #writing: Promise<void> | undefined;

  /** @param onTrouble told of the first write that fails, and of the first after one that worked */
  constructor(path: string, onTrouble: (error: NodeJS.ErrnoException) => void) {
    this.#path = path;
    this.#onTrouble = onTrouble;
  }

  write(mark: Mark): void {
    this.#next = mark;
    if (this.#writing) return;
    const before = underWay.get(this.#path) ?? Promise.resolve();
    const writing = before.then(() => this.#writeAll());
    this.#writing = writing;
    underWay.set(this.#path, writing);
    void writing.then(() => underWay.get(this.#path) === writing && underWay.delete(this.#path));
  }

  /** Resolves when all that was asked for was tried. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    let troubled = false;
    for (let mark = this.#next; mark; mark = this.#next) {
      this.#next = undefined;
      try {
        await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
        await replaceWhole(this.#path, `${JSON.stringify({ kind: KIND, ...mark })}\n`);
        troubled = false;
      } catch (error) {
        if (!troubled) this.#onTrouble(error as NodeJS.ErrnoException);
        troubled = true;
      }
    }
    this.#writing = undefined;
  }
}
