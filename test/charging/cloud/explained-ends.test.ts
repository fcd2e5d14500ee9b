// Ledgers that heard of vouchers before it was noted which of them the ledger explains.
import assert from 'node:assert/strict';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';

const BEFORE = `
  drop index voucher_ends_unexplained;
  drop index receipts_expired;
  alter table voucher_ends drop column explained;
  delete from kysely_migration where name >= '0011';`;

for (const kind of BOTH) {
  describe(`a ledger of before on ${kind}`, () => {
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    it('finds out which of the ends that it knows it does not explain', async () => {
      for (const id of ['SOLD', 'CLONED']) {
        granted(await at.ledger.createStation({ id, sequence: 'counter' }));
        granted(await at.ledger.issue({ client: 'app', station: id, amount: 60 }));
        const box = new OfflineStation(id);
        box.begin(1, 2).end(1, 3600);
        // Sold by nobody.
        if (id === 'CLONED') box.begin(2, 2).end(2, 3600);
        granted(await at.ledger.hearReport({ station: id, report: box.report(at.now) }));
      }
      const unexplained = async () =>
        (await at.ledger.listStationHealth()).items.map(({ station, unexplained }) => [station, unexplained]);
      const told = await unexplained();
      assert.deepEqual(
        new Map(told as [string, number][]),
        new Map([
          ['SOLD', 0],
          ['CLONED', 1],
        ]),
      );
      await at.ledger.close();
      await at.execute(BEFORE);
      at.ledger = await at.another();
      assert.deepEqual(await unexplained(), told);
    });
  });
}
