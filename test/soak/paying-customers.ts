// Customers who pay first: half of them do, and some of those as nobody should: after cancelling, twice, or too little. Stripe
// tells each payment twice, to any process, until it is heard; now and then its word is lost.
import { receiptCode } from '../../charging/codes/index.ts';
import { MASTER_KEY_HEX } from '../charging/cloud/databases.ts';
import { stationKeyOf } from '../support/independent-codes.ts';
import { type StripeServer, signedEvent } from '../support/stripe-server.ts';
import type { Line } from './books.ts';
import { atOnce } from './customers.ts';
import { type Heard, insist, JSON_OF, type Shop } from './insist.ts';

const MOST_LOOKS = 40;

export class PayingCustomers {
  readonly #shop: Shop;
  readonly #stripe: StripeServer;
  /** Codes by their request. */
  readonly codes = new Map<string, string>();
  readonly counts = { reserved: 0, paid: 0, webhooks: 0, lost: 0, retries: 0, otherCode: 0, odd: [] as string[] };

  constructor(shop: Shop, stripe: StripeServer) {
    this.#shop = shop;
    this.#stripe = stripe;
  }

  /** @param done is told after each how many are over */
  async buy(reservations: number, clients: number, stations: readonly string[], done: (count: number) => void) {
    let taken = 0;
    let over = 0;
    await atOnce(clients, async () => {
      while (taken < reservations) {
        await this.#one(taken++, stations);
        done(++over);
      }
    });
  }

  async #one(index: number, stations: readonly string[]): Promise<void> {
    const order = { station: stations[index % stations.length]!, amount: 30 * (1 + (index % 9)) };
    const asked = { method: 'POST', path: '/charging-requests', body: JSON.stringify(order) };
    const reserved = await this.#ask(index, { ...asked, headers: { 'idempotency-key': `soak-${index}` } }, [202]);
    if (!reserved) return;
    this.counts.reserved += 1;
    const { id, pay } = reserved.body;
    const reference = String(pay).slice(String(pay).lastIndexOf('/') + 1);
    if (index % 2 === 1) {
      // Some of those who do not pay say so.
      if (index % 3 === 0) await this.#cancel(index, id);
      return;
    }
    this.counts.paid += 1;
    if (index % 40 === 0) await this.#cancel(index, id);
    const less = index % 40 === 4;
    const event = this.#stripe.pay(reference, less ? 1 : undefined);
    if (index % 40 === 8) {
      // Nobody is told.
      this.counts.lost += 1;
    } else {
      await this.#tell(index, event);
      await this.#tell(index + 1, event);
    }
    if (index % 40 === 12) await this.#tell(index, this.#stripe.payAgain(reference));
    if (index % 40 !== 0 && !less) await this.#fetch(index, id);
  }

  async #cancel(index: number, request: string): Promise<void> {
    await this.#ask(index, { method: 'POST', path: '/cancellations', body: JSON.stringify({ request }) }, [200]);
  }

  async #tell(turn: number, event: object): Promise<void> {
    this.counts.webhooks += 1;
    const { body, headers } = signedEvent(event);
    const call = { method: 'POST', path: '/payments', body: body.toString(), headers };
    await insist(this.#shop, call, [200], turn, this.counts);
  }

  /** Until the code is there, then once more elsewhere. */
  async #fetch(index: number, id: string): Promise<void> {
    const read = (turn: number) => this.#ask(turn, { method: 'GET', path: `/charging-requests/${id}` }, [200]);
    for (let look = 0; look < MOST_LOOKS; look++) {
      const { code } = (await read(index))?.body ?? {};
      if (code === undefined) continue;
      this.codes.set(id, code);
      if ((await read(index + 1))?.body.code !== code) this.counts.otherCode += 1;
      return;
    }
    this.counts.odd.push(`${id} was paid, and there is no code`);
  }

  /** Charges that end early, with half of it left: each settles its receipt twice. */
  async endEarly(lines: readonly Line[], clients: number): Promise<void> {
    let taken = 0;
    await atOnce(clients, async () => {
      while (taken < lines.length) {
        const index = taken++;
        const { station, sequence } = lines[index]!;
        const key = stationKeyOf(MASTER_KEY_HEX, station);
        const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 77, sequence });
        const call = { method: 'POST', path: '/receipts', body: JSON.stringify({ station, receipt }) };
        // 409: an answer that was lost with its process had settled it.
        await this.#ask(index, call, [200, 409]);
        await this.#ask(index + 1, call, [409]);
      }
    });
  }

  #ask(
    turn: number,
    call: { method: string; path: string; body?: string; headers?: Record<string, string> },
    expected: readonly number[],
  ): Promise<Heard | undefined> {
    const headers = { ...JSON_OF(this.#shop.apiKey), ...call.headers };
    return insist(this.#shop, { ...call, headers }, expected, turn, this.counts);
  }
}
