// Customers' clients that do what docs/http-contract.md tells them to: each request has an idempotency key of its own, and
// after a 503 or a lost connection the same request goes, with the same key, to another process.
import { setTimeout as wait } from 'node:timers/promises';

const ANSWER_MS = 20_000;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

export interface Bought {
  readonly key: string;
  readonly station: string;
  readonly amount: number;
  readonly id: string;
  readonly code: string;
}

export interface Counts {
  /** Asked again because no answer came, or a 503. */
  retries: number;
  /** The same key again after its 201. */
  again: number;
  /** Of those, a code or an id other than the first. */
  otherCode: number;
  /** Answers that are neither 201 nor 503, or nothing for too long. */
  odd: string[];
}

export interface Shop {
  /** Where the processes listen; looked up for each attempt, since one that was started again has another port. */
  readonly urls: () => readonly string[];
  readonly apiKey: string;
  readonly giveUpMs: number;
}

interface Voucher {
  readonly id: string;
  readonly code: string;
}

export class Customers {
  readonly #shop: Shop;
  readonly bought: Bought[] = [];
  readonly counts: Counts = { retries: 0, again: 0, otherCode: 0, odd: [] };

  constructor(shop: Shop) {
    this.#shop = shop;
  }

  /**
   * So many requests by so many clients at once; each tenth 201 is asked for again at once, elsewhere.
   * @param done is told after each request how many are over
   */
  async buy(requests: number, clients: number, stations: readonly string[], done: (count: number) => void) {
    let taken = 0;
    let over = 0;
    await atOnce(clients, async () => {
      while (taken < requests) {
        const index = taken++;
        const asked = {
          key: `soak-${index}`,
          station: stations[index % stations.length]!,
          amount: 30 * (1 + (index % 9)),
        };
        const voucher = await this.#ask(asked, index);
        if (voucher) {
          const one = { ...asked, id: voucher.id, code: voucher.code };
          this.bought.push(one);
          if (index % 10 === 0) await this.#askAgain(one, index + 1);
        }
        done(++over);
      }
    });
  }

  /** Everything that was bought, once more with its key, from the processes in turn. */
  async buyAllAgain(clients: number): Promise<void> {
    let taken = 0;
    await atOnce(clients, async () => {
      while (taken < this.bought.length) {
        const index = taken++;
        await this.#askAgain(this.bought[index]!, index);
      }
    });
  }

  async #askAgain(first: Bought, turn: number): Promise<void> {
    const voucher = await this.#ask(first, turn);
    if (!voucher) return;
    this.counts.again += 1;
    if (voucher.code !== first.code || voucher.id !== first.id) this.counts.otherCode += 1;
  }

  async #ask(asked: { key: string; station: string; amount: number }, turn: number): Promise<Voucher | undefined> {
    const end = performance.now() + this.#shop.giveUpMs;
    let last = '';
    for (let attempt = 0; performance.now() < end; attempt++) {
      const urls = this.#shop.urls();
      const answer = await this.#attempt(urls[(turn + attempt) % urls.length]!, asked);
      if ('voucher' in answer) return answer.voucher;
      if ('odd' in answer) {
        this.counts.odd.push(answer.odd);
        return undefined;
      }
      last = answer.again;
      this.counts.retries += 1;
      // Some luck in it, so that those who were cut off together do not come back together.
      await wait(Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random()));
    }
    this.counts.odd.push(`given up after ${this.#shop.giveUpMs} ms: ${last}`);
    return undefined;
  }

  async #attempt(
    url: string,
    { key, station, amount }: { key: string; station: string; amount: number },
  ): Promise<{ voucher: Voucher } | { again: string } | { odd: string }> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${url}/charging-requests`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.#shop.apiKey}`,
          'idempotency-key': key,
        },
        body: JSON.stringify({ station, amount }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      // A process that hangs is no lost connection: nobody should have to wait this long.
      if ((error as Error).name === 'TimeoutError') return { odd: `no answer within ${ANSWER_MS} ms` };
      return { again: String((error as Error).cause ?? error) };
    }
    if (status === 201) return { voucher: JSON.parse(text) as Voucher };
    if (status === 503) return { again: text };
    return { odd: `${status} ${text}` };
  }
}

/** So many of the same at once. */
export function atOnce(count: number, each: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, each));
}
