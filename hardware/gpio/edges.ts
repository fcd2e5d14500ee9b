// Waits for edges on any number of lines with a single poll, which takes one thread of libuv's pool while lines are open.
import { closeSync, readSync, writeSync } from 'node:fs';
import { type Libc, POLLIN } from '../linux/libc.ts';
import { EVENT_SIZE, eventLevels } from './uapi.ts';

/** Only so that a wake-up that went astray can't leave it asleep for good. */
const LONGEST_SLEEP_MS = 5000;
const MOST_EVENTS = 64;

export interface EdgeListener {
  onEdge(level: boolean): void;
  onGone(error: Error): void;
}

export class EdgeWatcher {
  readonly #libc: Libc;
  readonly #listeners = new Map<number, EdgeListener>();
  readonly #events = Buffer.alloc(MOST_EVENTS * EVENT_SIZE);
  #bell: number | undefined;
  #running: Promise<void> | undefined;
  readonly #ring = () => {
    // The pool's thread is joined when the process ends: left in its sleep it would hold up the end.
    if (this.#bell !== undefined) writeSync(this.#bell, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
  };

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  add(file: number, listener: EdgeListener): void {
    this.#listeners.set(file, listener);
    if (this.#running) this.#ring();
    else this.#running = this.#run();
  }

  /** When it resolves, nothing waits on the file any more: it may be closed, and its number be given to another. */
  async remove(file: number): Promise<void> {
    if (!this.#listeners.delete(file)) return;
    this.#ring();
    await this.#turn;
  }

  #turn: Promise<unknown> = Promise.resolve();

  async #run(): Promise<void> {
    this.#bell = this.#libc.eventfd();
    process.on('exit', this.#ring);
    try {
      while (this.#listeners.size > 0) {
        const files = [...this.#listeners.keys()];
        const turn = this.#libc.poll([this.#bell, ...files], LONGEST_SLEEP_MS);
        this.#turn = turn;
        const [rung, ...reports] = await turn;
        if (rung) readSync(this.#bell, Buffer.alloc(8));
        for (const [i, file] of files.entries()) this.#heed(file, reports[i] ?? 0);
      }
    } finally {
      process.off('exit', this.#ring);
      closeSync(this.#bell);
      this.#bell = undefined;
      this.#running = undefined;
    }
  }

  #heed(file: number, report: number): void {
    const listener = this.#listeners.get(file);
    if (report === 0 || !listener) return;
    let bytes: number;
    try {
      if ((report & ~POLLIN) !== 0) throw new Error('the chip is gone');
      bytes = readSync(file, this.#events);
    } catch (error) {
      this.#listeners.delete(file);
      listener.onGone(error as Error);
      return;
    }
    for (const level of eventLevels(this.#events.subarray(0, bytes))) listener.onEdge(level);
  }
}
