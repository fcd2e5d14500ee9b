// Says that the ledger fails: one line when it begins, one each minute while it lasts, one when it is over.
const EACH_MS = 60_000;

export interface OutageClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** @returns ends it */
  every(milliseconds: number, act: () => void): () => void;
}

const MACHINE: OutageClock = {
  now: () => performance.now(),
  every: (milliseconds, act) => {
    const timer = setInterval(act, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

export class Outage {
  readonly #say: (line: string) => void;
  readonly #healthy: () => Promise<unknown>;
  readonly #clock: OutageClock;
  /** The kinds of call that failed and did not work since. */
  readonly #failing = new Set<string>();
  #began = 0;
  #failed = 0;
  #reason = '';
  /** Ends the lines of each minute; there while the ledger fails. */
  #end: (() => void) | undefined;

  /** @param healthy asks the ledger for what a sale needs; rejects while that fails */
  constructor(say: (line: string) => void, healthy: () => Promise<unknown>, clock = MACHINE) {
    this.#say = say;
    this.#healthy = healthy;
    this.#clock = clock;
  }

  failed(name: string, reason: string): void {
    this.#failed += 1;
    this.#reason = reason;
    this.#failing.add(name);
    if (this.#end) return;
    this.#began = this.#clock.now();
    this.#say(`The ledger fails, and is said to be away (503): ${reason}`);
    this.#end = this.#clock.every(EACH_MS, () => this.#minute());
  }

  /** @param all whether everything that a sale needs was tried */
  worked(name: string, all: boolean): void {
    if (!this.#end) return;
    if (all) this.#failing.clear();
    else this.#failing.delete(name);
    if (this.#failing.size > 0) return;
    const { failed, seconds } = this.#sums();
    this.close();
    this.#failed = 0;
    this.#say(`The ledger works again, after ${seconds} s and ${failed} calls that failed.`);
  }

  close(): void {
    this.#end?.();
    this.#end = undefined;
  }

  /** Whoever called may not call again, so it is asked here whether it still fails. */
  #minute(): void {
    this.#healthy().catch(() => {
      if (!this.#end) return;
      const { failed, seconds } = this.#sums();
      this.#say(`The ledger still fails, for ${seconds} s and ${failed} calls by now: ${this.#reason}`);
    });
  }

  #sums() {
    return { failed: this.#failed, seconds: Math.round((this.#clock.now() - this.#began) / 1000) };
  }
}
