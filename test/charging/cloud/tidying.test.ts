import assert from 'node:assert/strict';
import type { Call } from '../../../charging/cloud/calls/calls.ts';
import { openDatabase } from '../../../charging/cloud/database/open.ts';
import { Transactions } from '../../../charging/cloud/transactions.ts';
import { BOTH, freshUrl } from './databases.ts';
import { sharedOf } from './shared.ts';

const DAY = 86_400_000;

for (const kind of BOTH) {
  describe(`idempotency keys on ${kind}`, function () {
    this.timeout(60_000);
    it('are tidied away after three days, slice by slice, and the younger ones stay', async () => {
      const opened = await openDatabase(await freshUrl(kind), 4000, Date.now());
      const { db } = opened;
      const transactions = new Transactions(opened, sharedOf(kind), 4000);
      const write = async (now: number, ...calls: Call[]) => {
        const { outcomes } = await transactions.write(calls, now);
        for (const outcome of outcomes) assert.ok('value' in outcome, JSON.stringify(outcome));
      };
      const issue = (idempotencyKey: string): Call => ({
        name: 'issue',
        args: [{ client: 'app', station: 'S', amount: 30, idempotencyKey }],
      });
      await write(0, { name: 'createStation', args: [{ id: 'S', sequence: 'counter' }] });
      await write(1 * DAY, ...Array.from({ length: 100 }, (_, i) => issue(`old ${i}`)));
      await write(2 * DAY, ...Array.from({ length: 100 }, (_, i) => issue(`young ${i}`)));
      const kept = async () =>
        (await db.selectFrom('idempotency_keys').select('used_at').execute()).map((row) => row.used_at);
      const tidy = async (now: number, from: number, to: number) => {
        for (let slice = from; slice < to; slice++) await write(now, { name: 'forgetKeys', args: [{ slice }] });
      };
      await tidy(4 * DAY, 0, 128);
      const half = (await kept()).length;
      assert.ok(half > 100 && half < 200, `${half} keys`);
      await tidy(4 * DAY, 128, 256);
      assert.deepEqual(await kept(), Array(100).fill(2 * DAY));
      await db.destroy();
    });
  });
}
