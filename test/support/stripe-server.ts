// A server that answers as Stripe does, with the objects that Stripe publishes (github stripe/openapi, MIT). It takes the
// parameters that the types of Stripe's own package have, knows idempotency keys, and signs webhooks with Stripe's library.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

const fixtures = JSON.parse(
  readFileSync(new URL('../api/payments/stripe-fixtures.json', import.meta.url), 'utf8'),
).resources;

// biome-ignore lint/suspicious/noExplicitAny: objects of Stripe's, as JSON
type Json = any;

/** Names of an interface's properties, read from the package's types. */
function namesIn(file: string, name: string): ReadonlySet<string> {
  const types = readFileSync(new URL(`../../node_modules/stripe/esm/resources/${file}`, import.meta.url), 'utf8');
  const begin = types.search(new RegExp(`interface ${name}\\b[^{]*\\{`));
  const indent = /\n( *)/.exec(types.slice(begin, types.indexOf('*/', begin)))![1]!;
  const end = types.slice(begin).search(new RegExp(`\\n {${indent.length - 4}}\\}`));
  const found = types.slice(begin, begin + end).matchAll(new RegExp(`\\n {${indent.length}}(\\w+)\\??:`, 'g'));
  return new Set([...found].map(([, property]) => property!));
}

const TAKEN: Readonly<Record<string, ReadonlySet<string>>> = {
  'POST /v1/checkout/sessions': namesIn('Checkout/Sessions.d.ts', 'SessionCreateParams'),
  'GET /v1/checkout/sessions': new Set([...namesIn('Checkout/Sessions.d.ts', 'SessionListParams'), 'limit']),
  'POST /v1/refunds': namesIn('Refunds.d.ts', 'RefundCreateParams'),
  'GET /v1/refunds': new Set([...namesIn('Refunds.d.ts', 'RefundListParams'), 'limit']),
};

export const WEBHOOK_SECRET = 'whsec_of_the_test';
const signer = new Stripe('sk_test_of_the_test');

/** As Stripe's library signs; `ageSeconds` ago. */
export function signedEvent(event: Json, { secret = WEBHOOK_SECRET, ageSeconds = 0 } = {}) {
  const payload = JSON.stringify(event);
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = signer.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return { body: Buffer.from(payload), headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
}

interface Answer {
  readonly status: number;
  readonly body: Json;
}

export class StripeServer {
  readonly sessions = new Map<string, Json>();
  readonly refunds: Json[] = [];
  /** Events that it has to tell, oldest first. */
  readonly events: Json[] = [];
  /** What refunds become of at once. */
  refundsAre: 'succeeded' | 'pending' = 'succeeded';
  /** Answers instead, while it gives something. */
  refuses: (call: string, parameters: Json) => Answer | undefined = () => undefined;
  readonly #keys = new Map<string, { text: string; answer: Answer }>();
  readonly #paid = new Map<string, Json>();
  readonly #refundsOf = new Map<string, Json[]>();
  readonly #server: Server;
  readonly #lost = new Set<string>();
  #count = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<StripeServer> {
    const server = createServer();
    const made = new StripeServer(server);
    server.on('request', (request, response) => void made.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** How many payments were made. */
  get paid(): number {
    return this.#paid.size;
  }

  /** The customer pays at the page: `amount` in Stripe's smallest units; the price unless given. */
  pay(reference: string, amount?: number): Json {
    const session = this.sessions.get(reference)!;
    session.status = 'complete';
    session.payment_status = 'paid';
    session.payment_intent = `pi_${reference}`;
    this.#paid.set(session.payment_intent, session);
    if (amount !== undefined) session.amount_total = amount;
    return this.#event('checkout.session.completed', session);
  }

  /** What nobody should be able to do: the same request is paid at a second page. */
  payAgain(reference: string): Json {
    const first = this.sessions.get(reference)!;
    const id = `${reference}_again`;
    this.sessions.set(id, { ...first, id, payment_status: 'unpaid', status: 'open', payment_intent: null });
    return this.pay(id);
  }

  /** The operator gives money back on Stripe's own pages. */
  refundByHand(payment: string, amount: number): Json {
    return this.#event('refund.created', this.#refund({ payment_intent: payment, amount, metadata: {} }, 'succeeded'));
  }

  /** What became of a refund that was pending. */
  settleRefund(refund: Json, status: 'succeeded' | 'failed'): Json {
    refund.status = status;
    if (status === 'failed') refund.failure_reason = 'expired_or_canceled_card';
    return this.#event(status === 'failed' ? 'refund.failed' : 'refund.updated', refund);
  }

  dispute(payment: string, status: string): Json {
    const { amount_total: amount, currency } = this.#sessionOf(payment)!;
    if (status === 'lost') this.#lost.add(payment);
    const object = { ...fixtures.dispute, id: `dp_${payment}`, payment_intent: payment, amount, currency, status };
    return this.#event(
      status === 'won' || status === 'lost' ? 'charge.dispute.closed' : 'charge.dispute.created',
      object,
    );
  }

  /** What of a payment did not go back, in Stripe's smallest units. A dispute that is lost takes it all. */
  keptOf(payment: string): number {
    return this.#lost.has(payment) ? 0 : this.#sessionOf(payment).amount_total - this.#goneOf(payment);
  }

  #goneOf(payment: string): number {
    const good = (this.#refundsOf.get(payment) ?? []).filter(({ status }) => status !== 'failed');
    return good.reduce((sum, { amount }) => sum + amount, 0);
  }

  #event(type: string, object: Json): Json {
    const event = structuredClone({ ...fixtures.event, id: `evt_${++this.#count}`, type, data: { object } });
    this.events.push(event);
    return event;
  }

  /** As after a day. */
  forgetKeys(): void {
    this.#keys.clear();
  }

  #sessionOf(payment: string): Json {
    return this.#paid.get(payment);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stripe');
    let text = '';
    for await (const piece of request) text += piece;
    const call = `${request.method} ${url.pathname}`;
    const parameters = parsed(new URLSearchParams(request.method === 'POST' ? text : url.search));
    const key = request.headers['idempotency-key'];
    const answer =
      this.refuses(call, parameters) ?? this.#once(call, typeof key === 'string' ? key : undefined, text, parameters);
    response.writeHead(answer.status, { 'content-type': 'application/json', 'request-id': `req_${++this.#count}` });
    response.end(JSON.stringify(answer.body));
  }

  #once(call: string, key: string | undefined, text: string, parameters: Json): Answer {
    if (key === undefined) return this.#answer(call, parameters);
    const known = this.#keys.get(key);
    if (known && known.text !== text) return refused('idempotency_error', undefined, 'another body');
    const answer = known?.answer ?? this.#answer(call, parameters);
    this.#keys.set(key, { text, answer });
    return answer;
  }

  #answer(call: string, parameters: Json): Answer {
    const strange = Object.keys(parameters).find((name) => TAKEN[call] && !TAKEN[call].has(name));
    if (strange !== undefined) return refused('invalid_request_error', 'parameter_unknown', strange);
    const [, id, act] = /^(?:GET|POST) \/v1\/(?:checkout\/sessions|refunds)\/(\w+)(?:\/(\w+))?$/.exec(call) ?? [];
    if (call === 'POST /v1/checkout/sessions') return good(this.#open(parameters));
    if (call === 'GET /v1/checkout/sessions') return list([this.#sessionOf(parameters.payment_intent)].filter(Boolean));
    if (call === 'POST /v1/refunds') return this.#payBack(parameters);
    if (call === 'GET /v1/refunds') {
      return list(this.#refundsOf.get(parameters.payment_intent) ?? []);
    }
    if (id?.startsWith('re_')) return good(this.refunds.find((refund) => refund.id === id));
    const session = this.sessions.get(id ?? '');
    if (!session) return refused('invalid_request_error', 'resource_missing', call);
    if (act === 'expire') {
      if (session.status !== 'open') return refused('invalid_request_error', undefined, 'not open');
      session.status = 'expired';
    }
    return good(session);
  }

  #open(parameters: Json): Json {
    const id = `cs_test_${++this.#count}`;
    const { price_data } = parameters.line_items[0];
    const session = {
      ...structuredClone(fixtures['checkout.session']),
      ...{ id, url: `${this.address}/pay/${id}`, client_reference_id: parameters.client_reference_id, status: 'open' },
      ...{
        payment_status: 'unpaid',
        payment_intent: null,
        metadata: parameters.metadata,
        currency: price_data.currency,
      },
      ...{ amount_total: Number(price_data.unit_amount), expires_at: Number(parameters.expires_at) },
      ...{ success_url: parameters.success_url, cancel_url: parameters.cancel_url },
    };
    this.sessions.set(id, session);
    return session;
  }

  #payBack(parameters: Json): Answer {
    const amount = Number(parameters.amount);
    const session = this.#sessionOf(parameters.payment_intent);
    if (!session) return refused('invalid_request_error', 'resource_missing', 'no such payment');
    const before = this.#goneOf(parameters.payment_intent);
    if (before >= session.amount_total) {
      return refused('invalid_request_error', 'charge_already_refunded', 'Charge has already been refunded.');
    }
    if (before + amount > session.amount_total) return refused('invalid_request_error', 'amount_too_large', 'too much');
    return good(this.#refund({ ...parameters, amount }, this.refundsAre));
  }

  #refund({ payment_intent, amount, metadata }: Json, status: string): Json {
    const { currency } = this.#sessionOf(payment_intent)!;
    const id = `re_${++this.#count}`;
    const refund = { ...structuredClone(fixtures.refund), id, payment_intent, amount, currency, metadata, status };
    this.refunds.push(refund);
    this.#refundsOf.set(payment_intent, [...(this.#refundsOf.get(payment_intent) ?? []), refund]);
    return refund;
  }
}

const good = (body: Json): Answer => ({ status: 200, body });
const list = (data: Json[]): Answer => good({ object: 'list', data, has_more: false, url: '/v1' });
const refused = (type: string, code: string | undefined, message: string): Answer => ({
  status: 400,
  body: { error: { type, message, ...(code && { code }) } },
});

/** `a[b][0]=c` as an object. */
function parsed(form: URLSearchParams): Json {
  const root: Json = {};
  for (const [name, value] of form) {
    const path = name.replaceAll(']', '').split('[');
    let at = root;
    for (const part of path.slice(0, -1)) at = at[part] ??= {};
    at[path.at(-1)!] = value;
  }
  return root;
}
