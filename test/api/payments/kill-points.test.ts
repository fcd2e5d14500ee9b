import assert from 'node:assert/strict';
import type { PaymentDesk } from '../../../api/payments/desk.ts';
import { granted } from '../../charging/cloud/answers.ts';
import { BOTH, type TestLedger } from '../../charging/cloud/databases.ts';
import { StripeServer } from '../../support/stripe-server.ts';
import { Kill, Killed, Shop } from './shop.ts';

/** What the desk does in the life of a purchase. Each call of it to the ledger or to the provider is a place to die at. */
type Life = (shop: Shop, desk: PaymentDesk) => Promise<void>;

const LIVES: Readonly<Record<string, Life>> = {
  'paid, fetched, ended early': async (shop, desk) => {
    const request = await shop.reserve();
    const { reference } = await shop.page(request, desk);
    await shop.tell(shop.server.pay(reference), desk);
    granted(await shop.at.ledger.issueReserved({ client: 'app', id: request }));
    granted(await shop.settle(1, 77));
    await desk.reconcile();
  },
  'paid, and the provider tells nobody': async (shop, desk) => {
    shop.server.pay((await shop.page(await shop.reserve(), desk)).reference);
    shop.at.now += 180_000;
    await desk.reconcile();
  },
  'cancelled and paid, paid twice, paid less': async (shop, desk) => {
    const cancelled = await shop.reserve();
    const { reference } = await shop.page(cancelled, desk);
    granted(await shop.at.ledger.cancelReservation({ client: 'app', id: cancelled }));
    await shop.tell(shop.server.pay(reference), desk);
    const twice = await shop.page(await shop.reserve(), desk);
    await shop.tell(shop.server.pay(twice.reference), desk);
    await shop.tell(shop.server.payAgain(twice.reference), desk);
    await shop.tell(shop.server.pay((await shop.page(await shop.reserve(), desk)).reference, 1), desk);
    await desk.reconcile();
  },
  'refunded by hand before anybody heard of the payment': async (shop, desk) => {
    const { reference } = await shop.page(await shop.reserve(), desk);
    const paid = shop.server.pay(reference);
    await shop.tell(shop.server.refundByHand(`pi_${reference}`, 300), desk);
    await shop.tell(paid, desk);
  },
  'ended early, refunded by hand as well': async (shop, desk) => {
    const { payment, sequence } = await shop.issued();
    granted(await shop.settle(sequence, 155));
    shop.server.refundByHand(payment, 300);
    await desk.reconcile();
    for (const event of shop.server.events.slice(-1)) await shop.tell(event, desk);
  },
  'refund refused, pending, failed, paid': async (shop, desk) => {
    const { server } = shop;
    const { sequence } = await shop.issued();
    granted(await shop.settle(sequence, 100));
    server.refuses = (call) => (call === 'POST /v1/refunds' ? { status: 500, body: { error: {} } } : undefined);
    await desk.reconcile();
    server.refuses = () => undefined;
    shop.at.now += 120_000;
    server.refundsAre = 'pending';
    await desk.reconcile();
    const pending = server.refunds.filter(({ status }) => status === 'pending');
    for (const refund of pending) await shop.tell(server.settleRefund(refund, 'failed'), desk);
    server.refundsAre = 'succeeded';
    shop.at.now += 600_000;
    await desk.reconcile();
  },
  'disputed and lost': async (shop, desk) => {
    const { payment, sequence } = await shop.issued();
    await shop.tell(shop.server.dispute(payment, 'needs_response'), desk);
    granted(await shop.settle(sequence, 40));
    await desk.reconcile();
    await shop.tell(shop.server.dispute(payment, 'lost'), desk);
    await desk.reconcile();
  },
};

/** The rules are the same on both databases; on the slower one those where calls may meet are tried. */
const ON_POSTGRESQL = /^(?:paid, fetched|refunded by hand|ended early|disputed)/;
let points = 0;

for (const kind of BOTH) {
  describe(`a cloud killed between any two steps of a payment, on ${kind}`, function () {
    this.timeout(120_000);
    let at: TestLedger;
    let server: StripeServer;
    let shops = 0;
    before(async () => {
      at = await Shop.ledger(kind);
      server = await StripeServer.start();
    });
    after(async () => {
      await at.ledger.close();
      await server.stop();
    });

    /** @returns whether it lived to the end */
    const live = async (life: Life, kill: Kill, where: string): Promise<boolean> => {
      const shop = await Shop.open(at, server, `${kind}-${++shops}`);
      server.refundsAre = 'succeeded';
      const told = server.events.length;
      const died = await life(shop, await shop.deskOf(at.ledger, kill)).then(
        () => kill.dead,
        (error) => {
          if (!(error instanceof Killed)) throw error;
          return true;
        },
      );
      await shop.assertBalanced(`${where}, dead`);
      server.refuses = () => undefined;
      server.refundsAre = 'succeeded';
      for (const refund of server.refunds.filter(({ status }) => status === 'pending'))
        server.settleRefund(refund, 'succeeded');
      // Started again: the provider tells all of it once more, in another order, and what is owed is sent.
      for (const event of server.events.slice(told).reverse()) await shop.tell(event);
      for (let turn = 0; turn < 4; turn++) {
        at.now += 3_600_000;
        await shop.desk.reconcile();
      }
      await shop.assertBalanced(`${where}, started again`, true);
      return !died;
    };

    for (const [name, life] of Object.entries(LIVES)) {
      if (kind === 'postgresql' && !ON_POSTGRESQL.test(name)) continue;
      it(`${name}: money in is codes and refunds, at every point`, async () => {
        for (const after of [false, true]) {
          let call = 1;
          while (
            !(await live(life, new Kill(call, after), `${name}, killed ${after ? 'after' : 'before'} call ${call}`))
          ) {
            call += 1;
            points += 1;
          }
        }
      });
    }
  });
}

describe('the points of a payment where a cloud was killed', () => {
  it('were two hundred at least', () => assert.ok(points >= 200, `${points}`));
});
