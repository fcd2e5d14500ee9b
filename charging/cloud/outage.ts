// Says that the ledger fails: one line when it begins, one each minute while it lasts, one when it is over.
const EACH_MS = 60_000;

export class Outage {
  readonly #say: (line: string) => void;
  readonly #healthy: () => Promise<unknown>;
  /** The kinds of call that failed and did not work since. */
  readonly #failing = new Set<string>();
  #began = 0;
  #failed = 0;
  #reason = '';
  #each: NodeJS.Timeout | undefined;

  /** @param healthy asks the ledger for what a sale needs; rejects while that fails */
  constructor(say: (line: string) => void, healthy: () => Promise<unknown>) {
    this.#say = say;
    this.#healthy = healthy;
  }

  failed(name: string, reason: string): void {
    this.#failed += 1;
    this.#reason = reason;
    this.#failing.add(name);
    if (this.#each) return;
    this.#began = performance.now();
    this.#say(`The ledger fails, and is said to be away (503): ${reason}`);
    this.#each = setInterval(() => this.#minute(), EACH_MS).unref();
  }

  /** @param all whether everything that a sale needs was tried */
  worked(name: string, all: boolean): void {
    if (!this.#each) return;
    if (all) this.#failing.clear();
    else this.#failing.delete(name);
    if (this.#failing.size > 0) return;
    const { failed, seconds } = this.#sums();
    this.close();
    this.#failed = 0;
    this.#say(`The ledger works again, after ${seconds} s and ${failed} calls that failed.`);
  }

  close(): void {
    clearInterval(this.#each);
    this.#each = undefined;
  }

  /** Whoever called may not call again, so it is asked here whether it still fails. */
  #minute(): void {
    this.#healthy().catch(() => {
      if (!this.#each) return;
      const { failed, seconds } = this.#sums();
      this.#say(`The ledger still fails, for ${seconds} s and ${failed} calls by now: ${this.#reason}`);
    });
  }

  #sums() {
    return { failed: this.#failed, seconds: Math.round((performance.now() - this.#began) / 1000) };
  }
}
