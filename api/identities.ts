// Whose API key it is: asked of the ledger, remembered for seconds, so that a busy client costs one lookup in a map
// and a revoked key is refused within seconds.
import { Cache } from '../charging/cache.ts';
import { type Answer, isRefused, type Principal } from '../charging/cloud/ledger.ts';

/** How long an answer is remembered: with the second that the ledger remembers, a revoked key works two at most. */
export const REMEMBERED_MS = 900;
const MOST_REMEMBERED = 10_000;
const LONGEST_KEY = 200;

interface Known {
  readonly answer: Answer<Principal>;
  readonly until: number;
}

export class Identities {
  readonly #good = new Cache<Known>(MOST_REMEMBERED);
  /** By themselves: who tries many keys must not make those forgotten that work. */
  readonly #refused = new Cache<Known>(MOST_REMEMBERED);
  readonly #asking = new Map<string, Promise<Answer<Principal>>>();
  readonly #ask: (key: string, address: string) => Promise<Answer<Principal>>;
  readonly #now: () => number;

  /** @param now monotonic milliseconds */
  constructor(
    ask: (key: string, address: string) => Promise<Answer<Principal>>,
    now: () => number = () => performance.now(),
  ) {
    this.#ask = ask;
    this.#now = now;
  }

  /**
   * At once when the key is remembered. Rejects when the ledger is away.
   * @param address where it came from, for the audit
   */
  of(key: string, address: string): Answer<Principal> | Promise<Answer<Principal>> {
    const known = this.#good.get(key) ?? this.#refused.get(key);
    if (known && known.until > this.#now()) return known.answer;
    return this.#asking.get(key) ?? this.#lookUp(key, address);
  }

  #lookUp(key: string, address: string): Promise<Answer<Principal>> {
    const until = this.#now() + REMEMBERED_MS;
    const asking = this.#ask(key.slice(0, LONGEST_KEY + 1), address).then((answer) => {
      // Unknown keys are remembered as well: who tries one again and again does not reach the database each time.
      const [kept, other] = isRefused(answer) ? [this.#refused, this.#good] : [this.#good, this.#refused];
      other.delete(key);
      if (key.length <= LONGEST_KEY) kept.set(key, { answer, until });
      return answer;
    });
    const settled = asking.finally(() => this.#asking.delete(key));
    this.#asking.set(key, settled);
    return settled;
  }
}
