// A shop for tests: a real ledger, Stripe's desk before it, and a server that answers as Stripe does.
import assert from 'node:assert/strict';
import { type MoneyEvent, PaymentDesk } from '../../../api/payments/desk.ts';
import { stripeProvider } from '../../../api/payments/stripe.ts';
import type { Ledger, RefundRecord, Reservation } from '../../../charging/cloud/ledger.ts';
import { receiptCode } from '../../../charging/codes/index.ts';
import { granted } from '../../charging/cloud/answers.ts';
import { type DatabaseKind, MASTER_KEY_HEX, TestLedger } from '../../charging/cloud/databases.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { moneyBooks } from '../../support/money-books.ts';
import { type StripeServer, signedEvent, WEBHOOK_SECRET } from '../../support/stripe-server.ts';

/** The process was killed: nothing that it began goes on. */
export class Killed extends Error {}

/** Calls that count themselves: before the one that is chosen, or after it and before its answer, the process dies. */
export class Kill {
  calls = 0;
  readonly #at: number;
  readonly #after: boolean;
  dead = false;

  constructor(at = Number.POSITIVE_INFINITY, after = false) {
    this.#at = at;
    this.#after = after;
  }

  wrap<T extends object>(what: T): T {
    const run = async (call: (...args: unknown[]) => unknown, args: unknown[]) => {
      if (this.dead) throw new Killed();
      this.calls += 1;
      const last = this.calls === this.#at;
      if (last && !this.#after) this.#die();
      const answer = await call.apply(what, args);
      if (last) this.#die();
      return answer;
    };
    return new Proxy(what, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? (...args: unknown[]) => run(value as never, args) : value;
      },
    });
  }

  #die(): never {
    this.dead = true;
    throw new Killed();
  }
}

const PRICE = { minorUnits: 150, currency: 'EUR' };
export const EUR_3 = { minorUnits: 300, currency: 'EUR' };

export class Shop {
  readonly at: TestLedger;
  readonly server: StripeServer;
  readonly events: MoneyEvent[] = [];
  /** What was said for the log. */
  readonly troubles: string[] = [];
  readonly station: string;
  /** Every request of this shop. */
  readonly requests = new Set<string>();
  desk!: PaymentDesk;

  private constructor(at: TestLedger, server: StripeServer, station: string) {
    this.at = at;
    this.server = server;
    this.station = station;
  }

  static async open(at: TestLedger, server: StripeServer, station: string): Promise<Shop> {
    granted(await at.ledger.createStation({ id: station, sequence: 'counter', price: PRICE }));
    const shop = new Shop(at, server, station);
    shop.desk = await shop.deskOf(at.ledger);
    return shop;
  }

  static ledger(kind: DatabaseKind): Promise<TestLedger> {
    return TestLedger.open(kind, { lapseSeconds: 2400 });
  }

  /** One more process at the same ledger. */
  async deskOf(ledger: Ledger, kill = new Kill()): Promise<PaymentDesk> {
    const settings = { secretKey: 'sk_test', webhookSecret: WEBHOOK_SECRET, address: this.server.address };
    const provider = await stripeProvider(settings);
    const mortal = kill.wrap(ledger);
    return new PaymentDesk({
      provider: kill.wrap(provider),
      ledger: async () => mortal,
      onEvent: (event) => this.events.push(event),
      onTrouble: (line) => this.troubles.push(line),
    });
  }

  async reserve(amount = 60, idempotencyKey?: string): Promise<string> {
    const call = { client: 'app', station: this.station, amount, idempotencyKey };
    const { id } = granted(await this.at.ledger.reserve(call));
    this.requests.add(id);
    return id;
  }

  page(request: string, desk = this.desk) {
    return desk.page('app', {
      request,
      description: '60 min',
      price: EUR_3,
      lapsesAt: this.at.now + 2400_000,
      returnTo: 'https://charge.example/charge/CP-0001',
    });
  }

  /** Stripe tells it, and hears that it was heard. */
  tell(event: object, desk = this.desk): Promise<void> {
    const { body, headers } = signedEvent(event);
    return desk.hear(body, headers);
  }

  /** Reserved and paid: the request and its payment. */
  async paid(): Promise<{ request: string; payment: string }> {
    const request = await this.reserve();
    const { reference } = await this.page(request);
    await this.tell(this.server.pay(reference));
    return { request, payment: `pi_${reference}` };
  }

  async issued() {
    const bought = await this.paid();
    granted(await this.at.ledger.issueReserved({ client: 'app', id: bought.request }));
    const { items } = await this.at.ledger.listCodes({ station: this.station });
    return { ...bought, sequence: items.find(({ request }) => request === bought.request)!.sequence };
  }

  /** The receipt that the station shows: so many 155ths were left. */
  settle(sequence: number, unused: number) {
    return this.settleAs('app', sequence, unused);
  }

  settleAs(client: string, sequence: number, unused: number) {
    const station = stationKeyOf(MASTER_KEY_HEX, this.station);
    const receipt = receiptCode(station, { unit: 'min', step: 30, unused, sequence });
    return this.at.ledger.settle({ client, station: this.station, receipt });
  }

  async request(id: string) {
    return granted(await this.at.ledger.request({ client: 'app', id }));
  }

  /** Whether a reservation is paid, as its customer sees it. */
  async status(id: string): Promise<Reservation['status']> {
    return ((await this.request(id)) as Reservation).status;
  }

  /** Why payments of a request got no code, and whether each was given back. */
  async strays(id: string): Promise<[string, boolean][]> {
    return ((await this.request(id)).paidWithoutCode ?? []).map(({ why, returnedAt }) => [why, returnedAt !== null]);
  }

  /** A request's refunds, as its customer sees them. */
  async seen(id: string): Promise<string[]> {
    const { refunds = [] } = await this.request(id);
    return refunds.map(({ cause, state, amount }) => `${cause} ${amount.minorUnits} ${state}`);
  }

  async refunds(list: 'owed' | 'paid' = 'owed'): Promise<readonly RefundRecord[]> {
    const { items } = await this.at.ledger.listRefunds({ list, limit: 500 });
    return items.filter(({ station }) => station === this.station);
  }

  /** Money in is codes, what waits for its code, and refunds; at rest the provider has kept just that. */
  async assertBalanced(where: string, atRest = false): Promise<void> {
    const books = await moneyBooks(this.at.url, this.station);
    assert.deepEqual(books.faults, [], where);
    if (!atRest) return;
    assert.equal(books.unpaid, 0, `${where}: all is paid back`);
    for (const [payment, left] of books.left) assert.equal(this.server.keptOf(payment), left, `${where}: ${payment}`);
    const here = [...this.server.sessions.values()].filter(
      ({ metadata, payment_status }) => payment_status === 'paid' && this.requests.has(metadata.request),
    );
    assert.equal(books.left.size, here.length, `${where}: each payment is known`);
  }
}
