// Customers' clients that do what docs/http-contract.md tells them to: each request has an idempotency key of its own, and
// after a 503 or a lost connection the same request goes, with the same key, to another process.
import { insist, JSON_OF, type Shop } from './insist.ts';

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
    const { key, station, amount } = asked;
    const call = { method: 'POST', path: '/charging-requests', body: JSON.stringify({ station, amount }) };
    const headers = { ...JSON_OF(this.#shop.apiKey), 'idempotency-key': key };
    const answer = await insist(this.#shop, { ...call, headers }, [201], turn, this.counts);
    return answer?.body as Voucher | undefined;
  }
}

/** So many of the same at once. */
export function atOnce(count: number, each: () => Promise<void>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, each));
}
