// How often a provider is asked about one request: customers' pages ask every few seconds.
import { Cache } from '../../charging/cache.ts';

const PAUSE_MS = 10_000;
const MOST = 10_000;

export class LooksAgain {
  readonly #at = new Cache<number>(MOST);

  /** Whether it may be asked now; then not again for a while. */
  now(id: string): boolean {
    const now = performance.now();
    if (now - (this.#at.get(id) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return false;
    this.#at.set(id, now);
    return true;
  }
}
