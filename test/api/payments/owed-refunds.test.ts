import assert from 'node:assert/strict';
import type { Ledger } from '../../../charging/cloud/ledger.ts';
import { granted, refusal } from '../../charging/cloud/answers.ts';
import { BOTH, type TestLedger } from '../../charging/cloud/databases.ts';
import { StripeServer } from '../../support/stripe-server.ts';
import { Shop } from './shop.ts';

for (const kind of BOTH) {
  describe(`a refund that is owed, on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    let other: Ledger;
    let server: StripeServer;
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

    it('is given to one process at a time, and to another, with the same key, when that one was not heard of for two minutes', async () => {
      const shop = await Shop.open(at, server, 'L-1');
      const { sequence } = await shop.issued();
      granted(await shop.settle(sequence, 155));
      const claim = (ledger: Ledger) => ledger.claimRefunds({ provider: 'stripe' });
      const [order, ...more] = await claim(at.ledger);
      assert.deepEqual(more, []);
      at.now += 119_000;
      assert.deepEqual([await claim(other), await claim(at.ledger)], [[], []]);
      at.now += 1000;
      const [again] = await claim(other);
      assert.deepEqual([again!.id, again!.key, again!.again], [order!.id, order!.key, true]);
    });

    it('since its amount was told wrongly is dropped when the provider corrects it, unless it may be on its way: then there is no code', async () => {
      const shop = await Shop.open(at, server, 'L-2');
      const [corrected, late] = [await shop.reserve(), await shop.reserve()];
      const tell = (id: string, minorUnits: number) =>
        at.ledger.markPaid({ id, payment: `of ${id}`, provider: 'bank', amount: { minorUnits, currency: 'EUR' } });
      const claim = () => at.ledger.claimRefunds({ provider: 'bank' });
      assert.equal(refusal(await tell(corrected, 299)), '409 payment-differs');
      granted(await tell(corrected, 300));
      assert.deepEqual([await shop.status(corrected), await claim()], ['paid', []]);

      assert.equal(refusal(await tell(late, 299)), '409 payment-differs');
      const [order] = await claim();
      assert.equal(refusal(await tell(late, 300)), '409 payment-used');
      await at.ledger.refundTold({ id: order!.id, round: order!.round, state: 'paid' });
      assert.equal(refusal(await tell(late, 300)), '409 payment-used');
      assert.equal(await shop.status(late), 'reserved');
    });
  });
}
