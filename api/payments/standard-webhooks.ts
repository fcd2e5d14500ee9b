// Any other provider, through an adapter of the operator's (docs/payments.md): a small HTTP service that opens pages and pays
// back, and tells what happened. Both ways each call is signed as Standard Webhooks says (standardwebhooks.com).
import { moneyOf } from '../../charging/cloud/currencies.ts';
import type { RefundOrder } from '../../charging/cloud/payment-types.ts';
import {
  NotGenuine,
  NotUnderstood,
  type Order,
  type Provider,
  ProviderFault,
  packageFor,
  type RefundAnswer,
  refundOfKey,
  type Told,
} from './provider.ts';

export interface AdapterSettings {
  /** Where the adapter listens: `https://adapter.example`. */
  readonly address: string;
  /** Base64, as `whsec_…`. */
  readonly secret: string;
}

type Signer = { sign(id: string, at: Date, body: string): string };
type Json = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 15_000;
const MOST_BYTES = 65_536;

/** @throws {ProviderFault} when the package is missing, or the secret is none */
export async function adapterProvider({ address, secret }: AdapterSettings): Promise<Provider> {
  const { Webhook } = await packageFor('standardwebhooks', () => import('standardwebhooks'));
  let webhook: InstanceType<typeof Webhook>;
  try {
    webhook = new Webhook(secret);
  } catch (cause) {
    throw new ProviderFault('payment-refused', 'The webhook secret is base64, as whsec_… .', { cause });
  }
  const call = (path: string, id: string, body: Json) => ask(webhook, new URL(path, `${address}/`), id, body);
  return {
    name: 'adapter',
    open: (order) => open(call, order),
    look: async (reference, over) => {
      const { status, body } = await call('look', `look-${reference}`, { reference, over });
      // An adapter need not know: then its word has to come.
      if (status === 404) return { told: [], open: !over };
      if (status !== 200) throw away(`the adapter answered ${status}`);
      const paid = typeof body.paid === 'object' && body.paid !== null ? paidBy(body.paid as Json) : undefined;
      return { told: paid ? [paid] : [], open: body.open === true && !paid };
    },
    refund: (order) => refund(call, order),
    read: async (body, headers) => {
      try {
        webhook.verify(body, headers as Record<string, string>);
      } catch (cause) {
        throw new NotGenuine('The signature is not the one that was agreed, or too old.', { cause });
      }
      return toldBy(parsed(body.toString()));
    },
    paid: async () => undefined,
  };
}

type Call = (path: string, id: string, body: Json) => Promise<{ readonly status: number; readonly body: Json }>;

async function open(call: Call, { request, description, price, lapsesAt, returnTo }: Order) {
  const { minorUnits: amount, currency } = price;
  const order = { request, description, amount, currency, lapsesAt: new Date(lapsesAt).toISOString(), returnTo };
  const { status, body } = await call('checkouts', `checkout-${request}`, order);
  const { reference, url } = body;
  if (status >= 500) throw away(`the adapter answered ${status}`);
  if (status >= 300 || typeof reference !== 'string' || typeof url !== 'string' || !/^https?:\/\//.test(url)) {
    throw new ProviderFault('payment-refused', `The payment adapter gave no page to pay (${status}).`);
  }
  return { reference, url };
}

async function refund(call: Call, { key, payment, amount, reference }: RefundOrder): Promise<RefundAnswer> {
  try {
    const order = { refund: key, payment, amount: amount.minorUnits, currency: amount.currency, reference };
    const { status, body } = await call('refunds', `refund-${key}`, order);
    const why = typeof body.why === 'string' ? body.why : `the adapter answered ${status}`;
    if (status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 429)
      return { state: 'failed', why };
    const { state } = body;
    if (status >= 300 || (state !== 'sent' && state !== 'paid' && state !== 'failed')) return { state: 'unknown', why };
    return {
      state,
      ...(typeof body.reference === 'string' && { reference: body.reference }),
      ...(state === 'failed' && { why }),
    };
  } catch (error) {
    return { state: 'unknown', why: (error as Error).message };
  }
}

async function ask(signer: Signer, url: URL, id: string, body: Json): Promise<{ status: number; body: Json }> {
  const text = JSON.stringify(body);
  const at = new Date();
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signer.sign(id, at, text),
      },
      body: text,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: parsed((await response.text()).slice(0, MOST_BYTES)) };
  } catch (cause) {
    throw away((cause as Error).message, cause);
  }
}

const away = (why: string, cause?: unknown) =>
  new ProviderFault('payment-away', `The payment adapter cannot be reached: ${why}`, { cause });

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

/** `{"type", "data"}`, as Standard Webhooks has it. */
function toldBy({ type, data }: Json): readonly Told[] {
  // What an adapter tells beside these is for others.
  if (!OURS.test(String(type))) return [];
  const given = (typeof data === 'object' && data !== null ? data : {}) as Json;
  if (type === 'payment.paid') {
    const paid = paidBy(given);
    if (paid) return [paid];
    throw new NotUnderstood('payment.paid has to name request, payment, amount (whole smallest units) and currency.');
  }
  const key = refundOfKey(given.refund);
  const [, state] = /^refund\.(sent|paid|failed)$/.exec(String(type)) ?? [];
  if (state) {
    if (!key) throw new NotUnderstood(`${type} has to name refund, as it was asked for.`);
    const more = { reference: textOf(given.reference), why: textOf(given.why) };
    return [{ what: 'refund', ...key, state: state as 'sent', ...more }];
  }
  const { payment, reference } = given;
  const amount = moneyOf(given.amount, given.currency);
  if (typeof payment !== 'string' || typeof reference !== 'string' || !amount) {
    throw new NotUnderstood(`${type} has to name payment, reference, amount (whole smallest units) and currency.`);
  }
  if (type === 'payment.refunded') return [{ what: 'gone', payment, reference, amount }];
  const [, dispute] = /^dispute\.(open|won|lost)$/.exec(String(type)) ?? [];
  return dispute ? [{ what: 'dispute', payment, reference, amount, state: dispute as 'open' }] : [];
}

const OURS = /^(?:payment\.(?:paid|refunded)|refund\.(?:sent|paid|failed)|dispute\.(?:open|won|lost))$/;
const textOf = (given: unknown) => (typeof given === 'string' && given !== '' ? given : undefined);

function paidBy(given: Json): Extract<Told, { what: 'paid' }> | undefined {
  const { request, payment } = given;
  const amount = moneyOf(given.amount, given.currency);
  if (typeof request !== 'string' || typeof payment !== 'string' || !amount) return undefined;
  return { what: 'paid', request, payment, amount, email: textOf(given.email) };
}
