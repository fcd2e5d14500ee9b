import assert from 'node:assert/strict';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';

/** Above what a count once stopped at. */
const CODES = 123_457;
const SETTLED = 1234;
const SERVICES = 321;
const HOUR = 3_600_000;

for (const kind of BOTH) {
  describe(`codes that are outstanding on ${kind}`, function () {
    this.timeout(120_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    it('are counted exactly above a hundred thousand: vouchers of the last four hours that were not settled', async () => {
      granted(await at.ledger.createStation({ id: 'A-1', sequence: 'counter' }));
      const numbers = (count: number) =>
        `(with recursive c(i) as (select 1 union all select i + 1 from c where i < ${count}) select i from c) as numbers`;
      const codes = (from: number, count: number, operation: number, issuedAt: string) =>
        at.execute(
          `insert into codes (station, sequence, kind, terms, quantity, price, client, issued_at, reservation)
           select stations.number, ${from} + i, ${operation}, 1, 2, null, 'app', ${issuedAt}, null
           from ${numbers(count)} cross join stations`,
        );
      // Over the four hours.
      await codes(0, CODES, 0, `${at.now - 4 * HOUR} + i * ${Math.floor((4 * HOUR) / CODES)}`);
      await codes(200_000, 5000, 0, `${at.now - 4 * HOUR - 1}`);
      await codes(300_000, SERVICES, 3, `${at.now - HOUR}`);
      await at.execute(
        `insert into receipts (station, sequence, unused, refund, client, settled_at, token)
         select stations.number, i * 7, 40, null, 'app', ${at.now}, i from ${numbers(SETTLED)} cross join stations`,
      );
      assert.equal((await at.ledger.statistics()).outstanding, CODES - SETTLED);
      granted(await at.ledger.issue({ client: 'app', station: 'A-1', amount: 60 }));
      assert.equal((await at.ledger.statistics()).outstanding, CODES - SETTLED + 1);
    });
  });
}
