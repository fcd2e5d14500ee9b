// When a guard's relays closed: kept over the guard's restart, not over the machine's, which gives a contactor its rest.
import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { textIn } from '../linux/files.ts';

interface Content {
  /** Times count from this boot of the machine. */
  readonly boot: string;
  readonly closings: Readonly<Record<string, readonly number[]>>;
}

/** Throws nothing: a file that can't be read tells of no closing, one that can't be written is not worth a relay. */
export class ClosingsFile {
  readonly #path: string;
  readonly #boot = bootId();
  /** From `performance.now`, which each process begins anew, to the time since boot. */
  readonly #sinceBootMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  /** By the relay's name, milliseconds since boot. */
  readonly #closings: Map<string, readonly number[]>;
  #writing: Promise<void> | undefined;
  #changed = false;

  constructor(path: string) {
    this.#path = path;
    this.#closings = this.#read();
  }

  /** On the clock of `performance.now`. */
  of(relay: string): number[] {
    const closings = (this.#closings.get(relay) ?? []).map((at) => at - this.#sinceBootMs);
    return closings.filter((at) => at <= performance.now());
  }

  /** Written beside the caller's work: a slow disk must not keep a guard from its clients. */
  keep(relay: string, closings: readonly number[]): void {
    const sinceBootMs = closings.map((at) => at + this.#sinceBootMs);
    this.#closings.set(relay, sinceBootMs);
    this.#changed = true;
    this.#writing ??= this.#write();
  }

  /** Resolves when all that was to be kept is written, or can't be. */
  async written(): Promise<void> {
    await this.#writing;
  }

  #read(): Map<string, readonly number[]> {
    try {
      const { boot, closings } = JSON.parse(readFileSync(this.#path, 'utf8')) as Content;
      if (boot !== this.#boot) return new Map();
      return new Map(Object.entries(closings).filter(([, times]) => times.every(Number.isFinite)));
    } catch {
      return new Map();
    }
  }

  async #write(): Promise<void> {
    const fresh = `${this.#path}.new`;
    while (this.#changed) {
      this.#changed = false;
      const content: Content = { boot: this.#boot, closings: Object.fromEntries(this.#closings) };
      await writeFile(fresh, JSON.stringify(content), { mode: 0o600 })
        .then(() => rename(fresh, this.#path))
        .catch(() => {});
    }
    this.#writing = undefined;
  }
}

function bootId(): string {
  // Else one that no file has: nothing is known then of what was before.
  return textIn('/proc/sys/kernel/random/boot_id')?.trim() ?? `of process ${process.pid} at ${performance.timeOrigin}`;
}
