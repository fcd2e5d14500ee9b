// Stripe: Checkout for the page, its library for webhooks' signatures, refunds with idempotency keys. The payment's reference
// is its PaymentIntent, which refunds and disputes name.
import { hash } from 'node:crypto';
import type { Stripe } from 'stripe';
import type { DisputeState, RefundOrder } from '../../charging/cloud/payment-types.ts';
import {
  NotGenuine,
  type Order,
  type Provider,
  ProviderFault,
  packageFor,
  type RefundAnswer,
  refundOfKey,
  type Told,
} from './provider.ts';
import { fromStripe, toStripe } from './stripe-amounts.ts';

export interface StripeSettings {
  readonly secretKey: string;
  readonly webhookSecret: string;
  /** Another server than Stripe's, for tests: `http://127.0.0.1:12111`. */
  readonly address?: string | undefined;
}

/** Stripe lets a page live for half an hour at least. */
const LEAST_MS = 31 * 60_000;
const TIMEOUT_MS = 15_000;

/** @throws {ProviderFault} when the package is missing */
export async function stripeProvider({ secretKey, webhookSecret, address }: StripeSettings): Promise<Provider> {
  const { default: Client } = await packageFor('stripe', () => import('stripe'));
  const at = address ? new URL(address) : undefined;
  const stripe = new Client(secretKey, {
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
    ...(at && { host: at.hostname, port: at.port, protocol: at.protocol.replace(':', '') as 'http' }),
  });
  return {
    name: 'stripe',
    open: (order) => open(stripe, order),
    look: (reference, over) => look(stripe, reference, over),
    refund: (order) => refund(stripe, order),
    read: async (body, headers) => {
      let event: Stripe.Event;
      try {
        const signature = String(headers['stripe-signature'] ?? '');
        event = await stripe.webhooks.constructEventAsync(body, signature, webhookSecret);
      } catch (cause) {
        throw new NotGenuine('The signature is not that of Stripe, or too old.', { cause });
      }
      return toldBy(event);
    },
    paid: async (payment) => {
      const { data } = await stripe.checkout.sessions.list({ payment_intent: payment, limit: 1 });
      return data[0] && paidBy(data[0]);
    },
  };
}

async function open(stripe: Stripe, { request, description, price, lapsesAt, returnTo }: Order) {
  const unit_amount = toStripe(price);
  const currency = price.currency.toLowerCase();
  if (unit_amount === undefined) {
    throw new ProviderFault('payment-refused', `Stripe does not take ${price.minorUnits} ${price.currency}.`);
  }
  const metadata = { request };
  const page: Stripe.Checkout.SessionCreateParams = {
    mode: 'payment',
    client_reference_id: request,
    line_items: [{ quantity: 1, price_data: { currency, unit_amount, product_data: { name: description } } }],
    // What is paid is the price in its own currency, to the cent.
    adaptive_pricing: { enabled: false },
    success_url: returnTo,
    cancel_url: returnTo,
    expires_at: Math.ceil(Math.max(lapsesAt, Date.now() + LEAST_MS) / 1000),
    metadata,
    payment_intent_data: { metadata },
  };
  try {
    const { id, url } = await stripe.checkout.sessions.create(page, {
      // Asked again in the same words, the same page. In others (the station was renamed, the cloud is reached by another name)
      // the same key would be refused for ever.
      idempotencyKey: `checkout-${request}-${hash('sha256', JSON.stringify(page), 'hex').slice(0, 32)}`,
    });
    if (!url) throw new ProviderFault('payment-refused', 'Stripe gave no page to pay.');
    return { reference: id, url };
  } catch (error) {
    throw faultOf(error);
  }
}

async function look(stripe: Stripe, reference: string, over: boolean) {
  try {
    let session = await stripe.checkout.sessions.retrieve(reference);
    if (over && session.status === 'open') {
      // Somebody may pay at this very moment: then it is not open any more, and is looked at again.
      session = await stripe.checkout.sessions
        .expire(reference)
        .catch(() => stripe.checkout.sessions.retrieve(reference));
    }
    const paid = paidBy(session);
    // Complete and not paid: a bank takes its time.
    const ended = session.status === 'expired' || paid !== undefined;
    return { told: paid ? [paid] : [], open: !ended };
  } catch (error) {
    throw faultOf(error);
  }
}

function paidBy(session: Stripe.Checkout.Session): Extract<Told, { what: 'paid' }> | undefined {
  const { client_reference_id: request, payment_intent, amount_total, currency } = session;
  if (session.payment_status !== 'paid' || !request || !payment_intent || amount_total === null || !currency) {
    return undefined;
  }
  const email = session.customer_details?.email ?? undefined;
  return { what: 'paid', request, payment: idOf(payment_intent), amount: fromStripe(amount_total, currency), email };
}

const idOf = (named: string | { readonly id: string }) => (typeof named === 'string' ? named : named.id);

async function refund(stripe: Stripe, order: RefundOrder): Promise<RefundAnswer> {
  const amount = toStripe(order.amount);
  if (amount === undefined) return { state: 'failed', why: `Stripe does not pay back ${order.amount.minorUnits}` };
  try {
    if (order.sent && order.reference) return answerOf(await stripe.refunds.retrieve(order.reference));
    // Keys are forgotten after a day: what may have been sent is looked for by its mark.
    const before = order.again ? await ours(stripe, order) : undefined;
    if (before) return answerOf(before);
    const metadata = { refund: order.key };
    const sent = await stripe.refunds.create(
      { payment_intent: order.payment, amount, metadata },
      // The ledger has it tried again, later.
      { idempotencyKey: `refund-${order.key}`, maxNetworkRetries: 0 },
    );
    return answerOf(sent);
  } catch (error) {
    return refusedBy(stripe, order, error);
  }
}

async function ours(stripe: Stripe, { payment, key }: RefundOrder): Promise<Stripe.Refund | undefined> {
  const { data } = await stripe.refunds.list({ payment_intent: payment, limit: 100 });
  return data.find(({ metadata }) => metadata?.refund === key);
}

/**
 * What is certain not to have been paid has failed, and is tried again with another key; of anything else nobody knows, and
 * the same key is asked again. `charge_already_refunded`: by somebody's hand, of which the webhook may have been lost.
 */
async function refusedBy(stripe: Stripe, order: RefundOrder, error: unknown): Promise<RefundAnswer> {
  const { type, code, message } = error as { type?: string; code?: string; message?: string };
  const why = code ?? message ?? 'no answer';
  const unknown: RefundAnswer = { state: 'unknown', why };
  if (type === 'StripeIdempotencyError') {
    // Another replica sends it at this moment, or it was sent with another amount before: if that was paid, it is there.
    if (code === 'idempotency_key_in_use') return unknown;
    const before = await ours(stripe, order).catch(() => null);
    if (before === null) return unknown;
    return before ? answerOf(before) : { state: 'failed', why };
  }
  if (type !== 'StripeInvalidRequestError' && type !== 'StripeCardError') return unknown;
  if (code !== 'charge_already_refunded') return { state: 'failed', why };
  const { data } = await stripe.refunds.list({ payment_intent: order.payment, limit: 100 }).catch(() => ({ data: [] }));
  return { state: 'failed', why, told: data.flatMap(refundTold) };
}

/** How a refund stands, in the ledger's words. */
function answerOf({ id, status, failure_reason }: Stripe.Refund): RefundAnswer {
  if (status === 'succeeded') return { state: 'paid', reference: id };
  if (status === 'failed' || status === 'canceled') {
    return { state: 'failed', reference: id, why: failure_reason ?? status };
  }
  return { state: 'sent', reference: id };
}

function toldBy({ type, data }: Stripe.Event): readonly Told[] {
  if (type === 'checkout.session.completed' || type === 'checkout.session.async_payment_succeeded') {
    const paid = paidBy(data.object);
    return paid ? [paid] : [];
  }
  if (type === 'refund.created' || type === 'refund.updated' || type === 'refund.failed')
    return refundTold(data.object);
  if (type === 'charge.refund.updated') return refundTold(data.object);
  if (/^charge\.dispute\.(?:created|updated|closed)$/.test(type)) return disputeTold(data.object as Stripe.Dispute);
  return [];
}

function refundTold(object: Stripe.Refund): readonly Told[] {
  const key = refundOfKey(object.metadata?.refund);
  const answer = answerOf(object);
  if (key) return [{ what: 'refund', ...key, ...answer }];
  // Money is gone once it went; what a bank takes its time for is told again.
  if (answer.state !== 'paid' || !object.payment_intent) return [];
  const amount = fromStripe(object.amount, object.currency);
  return [{ what: 'gone', payment: idOf(object.payment_intent), reference: object.id, amount }];
}

/** Inquiries (`warning_…`) take no money. */
function disputeTold(object: Stripe.Dispute): readonly Told[] {
  if (!object.payment_intent || /^(?:warning_|prevented)/.test(object.status)) return [];
  const { status } = object;
  const state: DisputeState = status === 'won' ? 'won' : status === 'lost' ? 'lost' : 'open';
  const amount = fromStripe(object.amount, object.currency);
  return [{ what: 'dispute', payment: idOf(object.payment_intent), reference: object.id, amount, state }];
}

function faultOf(error: unknown): Error {
  if (error instanceof ProviderFault) return error;
  const { type, message } = error as { type?: string; message?: string };
  const refused = type === 'StripeInvalidRequestError' || type === 'StripeAuthenticationError';
  return new ProviderFault(refused ? 'payment-refused' : 'payment-away', `Stripe: ${message}`, { cause: error });
}
