import assert from 'node:assert/strict';
import { NotGenuine, type Order, type Provider } from '../../../api/payments/provider.ts';
import { stripeProvider } from '../../../api/payments/stripe.ts';
import { fromStripe, toStripe } from '../../../api/payments/stripe-amounts.ts';
import type { RefundOrder } from '../../../charging/cloud/payment-types.ts';
import { StripeServer, signedEvent, WEBHOOK_SECRET } from '../../support/stripe-server.ts';

const REQUEST = 'a'.repeat(32);
const order = (): Order => ({
  request: REQUEST,
  description: '60 min, CP-0001',
  price: { minorUnits: 300, currency: 'EUR' },
  lapsesAt: Math.ceil(Date.now() / 60_000) * 60_000 + 40 * 60_000,
  returnTo: 'https://charge.example/charge/CP-0001',
});

describe('Stripe', () => {
  let server: StripeServer;
  let stripe: Provider;
  beforeEach(async () => {
    server = await StripeServer.start();
    stripe = await stripeProvider({ secretKey: 'sk_test', webhookSecret: WEBHOOK_SECRET, address: server.address });
  });
  afterEach(() => server.stop());

  const heard = (event: object) => {
    const { body, headers } = signedEvent(event);
    return stripe.read(body, headers);
  };
  const paidPage = async () => {
    const { reference } = await stripe.open(order());
    server.pay(reference);
    return `pi_${reference}`;
  };
  const back = (payment: string, more: Partial<RefundOrder> = {}): RefundOrder => ({
    ...{ id: 'b'.repeat(32), key: `${'b'.repeat(32)}-0`, round: 0, payment, again: false, sent: false },
    ...{ amount: { minorUnits: 150, currency: 'EUR' }, reference: undefined },
    ...more,
  });

  it('opens one page for a request, however often it is asked', async () => {
    const asked = order();
    const first = await stripe.open(asked);
    assert.match(first.url, /^http/);
    assert.deepEqual(await stripe.open(asked), first);
    const session = server.sessions.get(first.reference);
    assert.equal(server.sessions.size, 1);
    assert.deepEqual(
      [session.amount_total, session.currency, session.client_reference_id, session.success_url],
      [300, 'eur', REQUEST, asked.returnTo],
    );
  });

  it('opens a page for who asks again in other words, as from a cloud of another name after the first one died', async () => {
    await stripe.open(order());
    const again = { ...order(), description: '60 min, renamed', returnTo: 'https://www.charge.example/charge/CP-0001' };
    const second = await stripe.open(again);
    assert.equal(server.sessions.get(second.reference).success_url, again.returnTo);
  });

  it('tells that a request was paid, with what was paid', async () => {
    const { reference } = await stripe.open(order());
    const told = await heard(server.pay(reference));
    const payment = `pi_${reference}`;
    const amount = { minorUnits: 300, currency: 'EUR' };
    assert.deepEqual(told, [{ what: 'paid', request: REQUEST, payment, amount, email: 'example@example.com' }]);
    assert.deepEqual((await stripe.look(reference, false)).told, told, 'and the same when it is asked');
    assert.deepEqual(await stripe.paid(payment), told[0]);
  });

  it('tells nothing of a bank that takes its time, until the money is there', async () => {
    const { reference } = await stripe.open(order());
    const session = server.sessions.get(reference);
    session.status = 'complete';
    session.payment_intent = 'pi_late';
    const event = { ...server.pay(reference), data: { object: { ...session, payment_status: 'unpaid' } } };
    assert.deepEqual(await heard(event), []);
    assert.equal(
      (await heard({ ...event, type: 'checkout.session.async_payment_succeeded', data: { object: session } })).length,
      1,
    );
  });

  it('believes no forged call, none of another secret, none that is old', async () => {
    const { reference } = await stripe.open(order());
    const event = server.pay(reference);
    const { body, headers } = signedEvent(event);
    for (const [forgery, name] of [
      [{ body: Buffer.from(body.toString().replace('"eur"', '"usd"')), headers }, 'changed'],
      [{ body, headers: {} }, 'unsigned'],
      [{ body, headers: { 'stripe-signature': 't=1,v1=00' } }, 'made up'],
      [signedEvent(event, { secret: 'whsec_guessed' }), 'of another secret'],
      [signedEvent(event, { ageSeconds: 3600 }), 'an hour old'],
    ] as const) {
      await assert.rejects(stripe.read(forgery.body, forgery.headers as Record<string, string>), NotGenuine, name);
    }
  });

  it('closes a page where nobody may pay any more', async () => {
    const { reference } = await stripe.open(order());
    assert.deepEqual(await stripe.look(reference, false), { told: [], open: true });
    assert.deepEqual(await stripe.look(reference, true), { told: [], open: false });
    assert.equal(server.sessions.get(reference).status, 'expired');
  });

  it('pays back once, whoever asks how often, also when it has forgotten the key', async () => {
    const payment = await paidPage();
    const first = await stripe.refund(back(payment));
    assert.equal(first.state, 'paid');
    assert.deepEqual(await stripe.refund(back(payment)), first, 'the same key');
    server.forgetKeys();
    assert.deepEqual(await stripe.refund(back(payment, { again: true })), first, 'looked for by its mark');
    assert.equal(server.refunds.length, 1);
  });

  it('says what failed for good, and what nobody knows of', async () => {
    const payment = await paidPage();
    const tooMuch = { amount: { minorUnits: 301, currency: 'EUR' } };
    assert.deepEqual(await stripe.refund(back(payment, tooMuch)), { state: 'failed', why: 'amount_too_large' });
    const inUse = { error: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'in use' } };
    server.refuses = () => ({ status: 409, body: inUse });
    assert.equal((await stripe.refund(back(payment))).state, 'unknown', 'another replica sends it now');
    server.refuses = () => ({ status: 503, body: { error: { type: 'api_error', message: 'away' } } });
    assert.equal((await stripe.refund(back(payment))).state, 'unknown');
    server.refuses = () => ({ status: 401, body: { error: { type: 'invalid_request_error', message: 'key' } } });
    assert.equal((await stripe.refund(back(payment))).state, 'unknown', 'the key may be put right');
    server.refuses = () => undefined;
    // What failed is tried again with another key.
    assert.equal((await stripe.refund(back(payment, { key: `${'b'.repeat(32)}-1`, round: 1 }))).state, 'paid');
  });

  it('tells what became of a refund, of one by hand, and of a dispute', async () => {
    const payment = await paidPage();
    server.refundsAre = 'pending';
    const sent = await stripe.refund(back(payment));
    assert.equal(sent.state, 'sent');
    const [refund] = server.refunds;
    const named = { what: 'refund', id: 'b'.repeat(32), round: 0, reference: refund.id };
    assert.deepEqual(await heard(server.settleRefund(refund, 'succeeded')), [{ ...named, state: 'paid' }]);
    assert.equal((await stripe.refund(back(payment, { sent: true, reference: refund.id }))).state, 'paid', 'asked');
    const failed = { ...named, state: 'failed', why: 'expired_or_canceled_card' };
    assert.deepEqual(await heard(server.settleRefund(refund, 'failed')), [failed]);
    const amount = { minorUnits: 100, currency: 'EUR' };
    const byHand = server.refundByHand(payment, 100);
    assert.deepEqual(await heard(byHand), [{ what: 'gone', payment, reference: byHand.data.object.id, amount }]);
    const whole = { minorUnits: 300, currency: 'EUR' };
    for (const [status, state] of [
      ['needs_response', 'open'],
      ['won', 'won'],
      ['lost', 'lost'],
    ] as const) {
      const told = { what: 'dispute', payment, reference: `dp_${payment}`, amount: whole, state };
      assert.deepEqual(await heard(server.dispute(payment, status)), [told]);
    }
    assert.deepEqual(await heard(server.dispute(payment, 'warning_needs_response')), [], 'a question takes no money');
  });

  it('counts money as ISO 4217 does, but where Stripe does not', () => {
    for (const [minorUnits, currency, there] of [
      [1299, 'EUR', 1299],
      [500, 'JPY', 500],
      [500, 'KRW', 500],
      [1500, 'KWD', 1500],
      [1505, 'KWD', undefined],
      [5, 'ISK', 500],
      [5, 'UGX', 500],
      [500, 'MGA', 5],
      [501, 'MGA', undefined],
    ] as const) {
      assert.equal(toStripe({ minorUnits, currency }), there, `${minorUnits} ${currency}`);
      if (there !== undefined) assert.deepEqual(fromStripe(there, currency.toLowerCase()), { minorUnits, currency });
    }
  });
});
