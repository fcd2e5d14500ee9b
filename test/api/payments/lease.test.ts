import assert from 'node:assert/strict';
import type { Ledger } from '../../../charging/cloud/ledger.ts';
import { granted } from '../../charging/cloud/answers.ts';
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
  });
}
