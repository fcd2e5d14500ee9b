import assert from 'node:assert/strict';
import { NotUnderstood } from '../../../api/payments/provider.ts';
import type { Ledger, Reservation } from '../../../charging/cloud/ledger.ts';
import { granted, refusal } from '../../charging/cloud/answers.ts';
import { BOTH, type TestLedger } from '../../charging/cloud/databases.ts';
import { StripeServer } from '../../support/stripe-server.ts';
import { EUR_3, Shop } from './shop.ts';

const HOUR = 3_600_000;

for (const kind of BOTH) {
  describe(`the desk where money comes and goes, on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    let other: Ledger;
    let server: StripeServer;
    let shop: Shop;
    let made = 0;
    before(async () => {
      at = await Shop.ledger(kind);
      other = await at.another();
      server = await StripeServer.start();
    });
    after(async () => {
      await other.close();
      await at.ledger.close();
      await server.stop();
    });
    beforeEach(async () => {
      server.refundsAre = 'succeeded';
      server.refuses = () => undefined;
      shop = await Shop.open(at, server, `M-${++made}`);
    });
    afterEach(async () => {
      at.now += HOUR;
      await shop.desk.reconcile();
      await shop.assertBalanced('in the end');
    });

    it('takes a payment, told once or five times, by the provider or because it was asked', async () => {
      const request = await shop.reserve();
      const { reference, url } = await shop.page(request);
      assert.equal(((await shop.request(request)) as Reservation).pay, url, 'the page is known after a closed tab');
      const paid = server.pay(reference);
      await shop.tell(paid);
      await Promise.all([shop.tell(paid), shop.tell(paid), shop.tell(paid, await shop.deskOf(other))]);
      at.now += HOUR / 20;
      await shop.desk.reconcile();
      assert.equal(await shop.status(request), 'paid');
      assert.deepEqual(
        shop.events.map(({ event }) => event),
        ['paid'],
        'others hear of it once',
      );
      assert.equal(((await shop.request(request)) as Reservation).pay, undefined);
    });

    it('hears of a payment that the provider told to nobody, before the reservation lapses', async () => {
      const request = await shop.reserve();
      server.pay((await shop.page(request)).reference);
      at.now += 3 * 60_000;
      await shop.desk.reconcile();
      assert.equal(await shop.status(request), 'paid');
    });

    it('closes the page of what lapsed or was cancelled, so that nobody pays for nothing', async () => {
      const [lapsed, cancelled] = [await shop.reserve(), await shop.reserve()];
      const pages = [(await shop.page(lapsed)).reference, (await shop.page(cancelled)).reference];
      granted(await at.ledger.cancelReservation({ client: 'app', id: cancelled }));
      await shop.desk.reconcile();
      assert.equal(server.sessions.get(pages[1]!).status, 'expired', 'at once');
      at.now += HOUR;
      await shop.desk.reconcile();
      assert.deepEqual(
        pages.map((reference) => server.sessions.get(reference).status),
        ['expired', 'expired'],
      );
    });

    it('looks at a page the seldomer the longer it waits, and as soon as nobody may pay there', async () => {
      const begun = at.now;
      const { reference } = await shop.page(await shop.reserve());
      const looks: number[] = [];
      server.refuses = (call) => {
        if (call === `GET /v1/checkout/sessions/${reference}`) looks.push((at.now - begun) / 60_000);
        return undefined;
      };
      for (let minute = 0; minute < 42; minute++) {
        at.now += 60_000;
        await shop.desk.reconcile();
      }
      assert.deepEqual(looks, [2, 4, 8, 16, 32, 40]);
      assert.equal(server.sessions.get(reference).status, 'expired');
    });

    it('looks seldom, and not for ever, at a page whose bank never says that it will not pay', async () => {
      const { reference } = await shop.page(await shop.reserve());
      // Completed, by a way to pay that takes days: it may be paid yet, and nobody can pay there any more.
      Object.assign(server.sessions.get(reference), { status: 'complete' });
      const begun = at.now;
      const looks: number[] = [];
      server.refuses = (call) => {
        if (call === `GET /v1/checkout/sessions/${reference}`) looks.push((at.now - begun) / HOUR);
        return undefined;
      };
      for (let hour = 1; hour <= 40 * 24; hour++) {
        at.now += HOUR;
        await shop.desk.reconcile();
      }
      assert.deepEqual(looks.slice(0, 8), [1, 2, 4, 8, 16, 28, 40, 52]);
      assert.ok(
        looks.length < 80 && looks.at(-1)! < 32 * 24,
        `${looks.length} looks, the last after ${looks.at(-1)} h`,
      );
    });

    it('pays back what was paid late, twice, after cancelling, or in another amount, once each', async () => {
      const late = await shop.reserve();
      const latePage = await shop.page(late);
      const cancelled = await shop.reserve();
      const cancelledPage = await shop.page(cancelled);
      granted(await at.ledger.cancelReservation({ client: 'app', id: cancelled }));
      const twice = await shop.reserve();
      const twicePage = await shop.page(twice);
      const less = await shop.reserve();
      const lessPage = await shop.page(less);
      await shop.tell(server.pay(twicePage.reference));
      await shop.tell(server.payAgain(twicePage.reference));
      await shop.tell(server.pay(lessPage.reference, 299));
      await shop.tell(server.pay(cancelledPage.reference));
      const lateEvent = server.pay(latePage.reference);
      at.now += HOUR;
      await shop.tell(lateEvent);
      await shop.tell(lateEvent);
      assert.deepEqual(
        (await shop.refunds()).map(({ state }) => state),
        ['due', 'due', 'due', 'due'],
      );
      assert.deepEqual(await shop.seen(late), ['payment 300 due'], 'the customer sees that it goes back');
      await Promise.all([shop.desk.reconcile(), (await shop.deskOf(other)).reconcile()]);
      await shop.desk.reconcile();
      assert.deepEqual(await shop.strays(late), [['late', true]]);
      assert.deepEqual(await shop.strays(cancelled), [['cancelled', true]]);
      assert.deepEqual(await shop.strays(twice), [['second', true]]);
      assert.deepEqual(await shop.strays(less), [['differs', true]]);
      assert.deepEqual(await shop.seen(less), ['payment 299 paid']);
      assert.equal(await shop.status(twice), 'paid', 'the first payment has its code');
      await shop.assertBalanced('strays', true);
    });

    it('pays back what a receipt says was left, and shows each state of it', async () => {
      server.refundsAre = 'pending';
      const { request, payment, sequence } = await shop.issued();
      const settled = granted(await shop.settle(sequence, 77));
      assert.deepEqual([settled.refund?.minorUnits, settled.refundTo], [149, 'payment']);
      assert.equal(refusal(await shop.settle(sequence, 77)), '409 receipt-settled');
      assert.deepEqual(await shop.seen(request), ['receipt 149 due']);
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 149 sent']);
      const [refund] = server.refunds.filter(({ payment_intent }) => payment_intent === payment);
      const failed = server.settleRefund(refund, 'failed');
      await shop.tell(failed);
      assert.deepEqual(await shop.seen(request), ['receipt 149 failed']);
      assert.match((await shop.refunds())[0]!.note!, /expired_or_canceled_card/);
      await shop.tell(failed);
      at.now += 2 * 60_000;
      server.refundsAre = 'succeeded';
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 149 paid'], 'tried again by itself');
      await shop.tell(failed);
      assert.deepEqual(await shop.seen(request), ['receipt 149 paid'], 'word of the try before changes nothing');
      assert.deepEqual(
        shop.events.map(({ event }) => event),
        ['paid', 'refunded'],
      );
      await shop.assertBalanced('receipt', true);
    });

    it('asks what became of a refund that nobody told of', async () => {
      server.refundsAre = 'pending';
      const { request, payment, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      await shop.desk.reconcile();
      server.settleRefund(
        server.refunds.find(({ payment_intent }) => payment_intent === payment),
        'succeeded',
      );
      at.now += 2 * HOUR;
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
    });

    it('tries again what found no answer, with the same key, and lets the operator pay what is refused', async () => {
      const { request, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      server.refuses = (call) =>
        call === 'POST /v1/refunds' ? { status: 500, body: { error: { type: 'api_error' } } } : undefined;
      await shop.desk.reconcile();
      const [owed] = await shop.refunds();
      assert.deepEqual([owed!.state, owed!.attempts], ['due', 1]);
      assert.equal(
        refusal(await at.ledger.payRefund({ id: owed!.id, by: 'ann', why: 'cash' })),
        '409 refund-under-way',
      );
      const refusedForGood = { error: { type: 'invalid_request_error', code: 'account_closed', message: 'closed' } };
      server.refuses = (call) => (call === 'POST /v1/refunds' ? { status: 400, body: refusedForGood } : undefined);
      granted(await at.ledger.retryRefund({ id: owed!.id, by: 'ann' }));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 300 failed']);
      granted(await at.ledger.payRefund({ id: owed!.id, by: 'ann', why: 'bank transfer' }));
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
      assert.match((await shop.refunds('paid'))[0]!.note!, /ann: bank transfer/);
      server.refuses = () => undefined;
      at.now += HOUR;
      await shop.desk.reconcile();
      assert.equal(server.refunds.filter(({ metadata }) => metadata.refund?.startsWith(owed!.id)).length, 0);
      assert.equal(
        refusal(await at.ledger.payRefund({ id: '0'.repeat(32), by: 'ann', why: '' })),
        '404 unknown-refund',
      );
    });

    it('lets nobody pay by hand what is being tried, or may have been paid', async () => {
      const { sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      const closed = { error: { type: 'invalid_request_error', code: 'account_closed', message: 'closed' } };
      server.refuses = (call) => (call === 'POST /v1/refunds' ? { status: 400, body: closed } : undefined);
      await shop.desk.reconcile();
      const [owed] = await shop.refunds();
      const byHand = () => at.ledger.payRefund({ id: owed!.id, by: 'ann', why: 'cash' });
      at.now += 2 * 60_000;
      const [order] = await at.ledger.claimRefunds({ provider: 'stripe' });
      assert.equal(order!.id, owed!.id);
      assert.equal(refusal(await byHand()), '409 refund-under-way', 'it is on its way at this moment');
      await at.ledger.refundTold({ id: order!.id, round: order!.round, state: 'unknown', why: 'no answer' });
      assert.equal(refusal(await byHand()), '409 refund-under-way', 'and may have arrived');
      await at.ledger.refundTold({ id: order!.id, round: order!.round, state: 'failed', why: 'closed' });
      granted(await byHand());
      assert.deepEqual(await shop.refunds(), []);
    });

    it('waits for the operator after twelve tries without an answer, and tries again with the same key', async () => {
      const { request, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      server.refuses = () => ({ status: 500, body: { error: { type: 'api_error' } } });
      for (let attempt = 0; attempt < 15; attempt++) {
        await shop.desk.reconcile();
        at.now += 13 * HOUR;
      }
      const [owed] = await shop.refunds();
      assert.deepEqual([owed!.state, owed!.attempts, owed!.nextAt], ['failed', 12, null]);
      server.refuses = () => undefined;
      granted(await at.ledger.retryRefund({ id: owed!.id, by: 'ann' }));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
      assert.ok(server.refunds.some(({ metadata }) => metadata.refund === `${owed!.id}-0`));
    });

    it('lets the operator pay by hand what its provider is not asked for any more', async () => {
      const { request, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      const [owed] = await shop.refunds();
      const byHand = () => at.ledger.payRefund({ id: owed!.id, by: 'ann', why: 'Stripe is gone' });
      assert.equal(refusal(await byHand()), '409 refund-under-way');
      at.now += HOUR;
      granted(await byHand());
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
    });

    it('holds a refund of a disputed payment, also one that was being tried, and whoever presses', async () => {
      const { request, payment, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      const [order] = await at.ledger.claimRefunds({ provider: 'stripe' });
      await shop.tell(server.dispute(payment, 'needs_response'));
      await at.ledger.refundTold({ id: order!.id, round: order!.round, state: 'failed', why: 'charge_disputed' });
      granted(await at.ledger.retryRefund({ id: order!.id, by: 'ann' }));
      at.now += HOUR;
      await shop.desk.reconcile();
      assert.equal(server.refunds.filter(({ payment_intent }) => payment_intent === payment).length, 0);
      await shop.tell(server.dispute(payment, 'won'));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['receipt 300 paid']);
    });

    it('tells the provider what it cannot note: another currency, a reference too long; and the log, what it does not know', async () => {
      const { payment } = await shop.issued();
      const gone = { what: 'gone', payment, reference: 're_x' } as const;
      const dollars = { minorUnits: 100, currency: 'USD' };
      await assert.rejects(shop.desk.tell({ ...gone, amount: dollars }), NotUnderstood);
      await assert.rejects(shop.desk.tell({ ...gone, what: 'dispute', state: 'lost', amount: dollars }), NotUnderstood);
      const request = await shop.reserve();
      const paid = { what: 'paid', request, amount: EUR_3 } as const;
      await assert.rejects(shop.desk.tell({ ...paid, payment: 'x'.repeat(256) }), NotUnderstood);
      await shop.desk.tell({ ...paid, payment });
      assert.match(shop.troubles.at(-1)!, /told for another request before/);
      await shop.desk.tell({ ...paid, payment: 'p-9', request: 'f'.repeat(32) });
      assert.match(shop.troubles.at(-1)!, /Payment p-9 for request f+ was not noted/);
      await shop.desk.tell({ ...paid, payment: 'p-8', request: 'order of another shop' });
      assert.equal(shop.troubles.length, 2, 'what is of another shop is no trouble');
      assert.equal(await shop.status(request), 'reserved');
    });

    it('hears of money that went back by hand, also before it hears of the payment: never more goes back than came', async () => {
      const request = await shop.reserve();
      const { reference } = await shop.page(request);
      server.pay(reference);
      await shop.tell(server.refundByHand(`pi_${reference}`, 300));
      assert.equal(await shop.status(request), 'cancelled', 'no code for money that is gone');
      assert.deepEqual(await shop.seen(request), ['provider 300 paid']);
      const { request: sold, payment, sequence } = await shop.issued();
      const byHand = server.refundByHand(payment, 200);
      await shop.tell(byHand);
      await shop.tell(byHand);
      const promised = granted(await shop.settle(sequence, 155));
      assert.deepEqual(promised.refund, { minorUnits: 100, currency: 'EUR' }, 'no more is promised than goes back');
      await shop.desk.reconcile();
      assert.deepEqual((await shop.seen(sold)).sort(), ['provider 200 paid', 'receipt 100 paid']);
      await shop.assertBalanced('by hand', true);
    });

    it('gives no code for money that went back by hand in parts; a part told twice is one', async () => {
      const { request, payment } = await shop.paid();
      const [first, second] = [server.refundByHand(payment, 150), server.refundByHand(payment, 150)];
      await shop.tell(first);
      await shop.tell(first);
      assert.equal(await shop.status(request), 'paid', 'half of it is a gift');
      await shop.tell(second);
      assert.equal(await shop.status(request), 'cancelled');
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id: request })), '410 cancelled');
      assert.deepEqual(await shop.strays(request), [['not-issued', true]]);
      await shop.assertBalanced('in parts', true);
    });

    it('finds out from a refusal what was paid back by hand and told to nobody', async () => {
      const { request, payment, sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      server.refundByHand(payment, 300);
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(request), ['provider 300 paid']);
      await shop.assertBalanced('refused', true);
    });

    it('pays nothing back while a bank wants the payment, and what is left when that is over', async () => {
      const won = await shop.issued();
      await shop.tell(server.dispute(won.payment, 'needs_response'));
      granted(await shop.settle(won.sequence, 155));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(won.request), ['receipt 300 due']);
      await shop.tell(server.dispute(won.payment, 'won'));
      await shop.tell(server.dispute(won.payment, 'needs_response'));
      await shop.desk.reconcile();
      assert.deepEqual(
        await shop.seen(won.request),
        ['receipt 300 paid'],
        'won; late word of its beginning changes nothing',
      );

      const lost = await shop.issued();
      await shop.tell(server.dispute(lost.payment, 'needs_response'));
      granted(await shop.settle(lost.sequence, 77));
      await shop.tell(server.dispute(lost.payment, 'lost'));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(lost.request), ['dispute 300 paid'], 'the bank took it all');

      const waiting = await shop.paid();
      await shop.tell(server.dispute(waiting.payment, 'needs_response'));
      assert.equal(await shop.status(waiting.request), 'cancelled', 'no code while it is disputed');
      assert.equal(
        (await at.ledger.listPayments({ limit: 500 })).items.find(({ request }) => request === waiting.request)!
          .dispute,
        'open',
      );
      await shop.tell(server.dispute(waiting.payment, 'lost'));
      assert.deepEqual(await shop.seen(waiting.request), ['dispute 300 paid']);
      await shop.assertBalanced('disputes', true);
    });

    it('pays back what was paid for and is not sold any more', async () => {
      const changed = await shop.paid();
      granted(await at.ledger.updateStation(shop.station, { unit: 'Wh', step: 500 }, 'ann'));
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id: changed.request })), '409 terms-changed');
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id: changed.request })), '410 cancelled');
      await shop.desk.reconcile();
      assert.deepEqual(await shop.strays(changed.request), [['not-sold', true]]);
      await shop.assertBalanced('not sold', true);
    });

    it('pays back what the operator releases: a payment nobody fetched, a code that expired', async () => {
      const waiting = await shop.paid();
      granted(await at.ledger.returnPayment({ payment: waiting.payment, by: 'ann', why: 'never came' }));
      assert.equal(refusal(await at.ledger.issueReserved({ client: 'app', id: waiting.request })), '410 cancelled');
      const expired = await shop.issued();
      for (let n = 0; n < 60; n++)
        granted(await at.ledger.serviceCode({ client: 'ann', station: shop.station, operation: 'clear-lockout' }));
      granted(await at.ledger.refundExpired({ id: expired.request, by: 'ann', why: 'never typed' }));
      await shop.desk.reconcile();
      assert.deepEqual(await shop.seen(waiting.request), ['payment 300 paid']);
      assert.deepEqual(await shop.seen(expired.request), ['receipt 300 paid']);
      await shop.assertBalanced('released', true);
    });

    it('leaves to the operator what no provider can pay back', async () => {
      const client = 'counter';
      const sold = granted(await at.ledger.issue({ client, station: shop.station, amount: 60 }));
      const { sequence } = (await at.ledger.listCodes({ station: shop.station })).items[0]!;
      granted(await shop.settleAs(client, sequence, 155));
      const request = await shop.reserve();
      granted(await at.ledger.markPaid({ id: request, payment: `slip ${shop.station}`, amount: EUR_3 }));
      granted(await at.ledger.returnPayment({ payment: `slip ${shop.station}`, by: 'ann', why: 'changed her mind' }));
      await shop.desk.reconcile();
      const [owed] = await shop.refunds();
      assert.deepEqual([owed!.request, owed!.state, owed!.provider], [sold.id, 'due', '']);
      const paid = granted(await at.ledger.payRefund({ id: owed!.id, by: 'ann', why: 'slip 7' }));
      assert.deepEqual([paid.state, paid.note], ['paid', 'ann: slip 7']);
      assert.deepEqual(await shop.refunds(), []);
      assert.deepEqual(await shop.strays(request), [['not-issued', true]], 'given back by hand');
    });

    it('is told of payments of other shops, and keeps none', async () => {
      const request = await shop.reserve();
      const { reference } = await shop.page(request);
      const paid = server.pay(reference);
      paid.data.object.client_reference_id = 'order 7 of somebody else';
      await shop.tell(paid);
      assert.equal(await shop.status(request), 'reserved');
      assert.deepEqual(shop.events, []);
    });
  });
}
