// A cloud whose clock was years ahead, or behind, for a while: what it wrote then does no harm once the clock is right again.
import assert from 'node:assert/strict';
import { CompiledQuery } from 'kysely';
import { isDue } from '../../../charging/cloud/calls/due.ts';
import { openDatabase } from '../../../charging/cloud/database/open.ts';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, freshUrl, MASTER_KEY_HEX, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';
import { HOUR, MINUTE, reportedStations } from './reported-stations.ts';

const YEARS = 4 * 365 * 24 * HOUR;
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

for (const kind of BOTH) {
  describe(`a cloud on ${kind} whose clock was wrong for a while`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());
    const { station, buy, hear, settled } = reportedStations(() => at);

    /** What is done while the clock is so far off. */
    async function off<T>(ms: number, act: () => Promise<T>): Promise<T> {
      at.now += ms;
      try {
        return await act();
      } finally {
        at.now -= ms;
      }
    }
    const receipt = (id: string, sequence: number, unused: number) =>
      receiptCode(stationKeyOf(MASTER_KEY_HEX, id), { unit: 'min', step: 30, unused, sequence });
    const reserve = async (id: string) =>
      granted(await at.ledger.reserve({ client: 'app', station: id, amount: 60 })).id;

    it('keeps nobody out for years who typed a receipt meanwhile, right or wrong', async () => {
      const id = await station();
      const sequence = await buy(id);
      const settle = (digits: string) => at.ledger.settle({ client: 'app', station: id, receipt: digits });
      await off(YEARS, async () => assert.equal(refusal(await settle(receipt(id, 65, 1))), '404 unknown-receipt'));
      for (let n = 0; n < 10; n++) assert.equal(refusal(await settle(receipt(id, 65, n))), '404 unknown-receipt');
      assert.equal(refusal(await settle(receipt(id, sequence, 40))), '429 too-many-receipts', 'these count');
      at.now += 15 * MINUTE;
      granted(await settle(receipt(id, sequence, 40)));
    });

    it('pays back what it came to owe meanwhile, and looks at the pages to pay that it opened', async () => {
      const id = await station();
      const paid = await reserve(id);
      granted((await at.ledger.notePayment({ id: paid, payment: `pi ${id}`, amount: EUR_3, provider: 'bank' })).answer);
      granted(await at.ledger.issueReserved({ client: 'app', id: paid }));
      const waits = await reserve(id);
      await off(YEARS, async () => {
        granted(await at.ledger.settle({ client: 'app', station: id, receipt: receipt(id, 1, 155) }));
        granted(
          await at.ledger.keepCheckout({ id: waits, provider: 'bank', reference: 'cs', url: 'https://bank.example' }),
        );
      });
      at.now += MINUTE;
      const refunds = await at.ledger.claimRefunds({ provider: 'bank' });
      assert.deepEqual(
        refunds.map(({ payment, amount }) => [payment, amount]),
        [[`pi ${id}`, EUR_3]],
      );
      assert.deepEqual(await at.ledger.claimRefunds({ provider: 'bank' }), [], 'on a lease again');
      const pages = await at.ledger.claimCheckouts({ provider: 'bank' });
      assert.deepEqual(
        pages.map(({ request }) => request),
        [waits],
      );
      assert.deepEqual(await at.ledger.claimCheckouts({ provider: 'bank' }), []);
    });

    it('tells the alarms that were raised meanwhile', async () => {
      const id = await station();
      const box = Object.assign(new OfflineStation(id), { faults: [1] });
      await off(YEARS, () => hear(id, box.report(at.now)));
      assert.deepEqual(
        (await at.ledger.takeDueAlarms()).map(({ station: of, kind }) => [of, kind]),
        [[id, 'fault-standing']],
      );
      assert.deepEqual(await at.ledger.takeDueAlarms(), []);
    });

    it('gives nothing back that may have been honoured before the first report, heard while the clock was behind', async () => {
      const id = await station({ sequence: 'clock' });
      const before = await buy(id);
      at.now += HOUR;
      const box = new OfflineStation(id);
      await off(-2 * HOUR, () => hear(id, box.report(at.now)));
      const since = await buy(id);
      at.now += 6 * HOUR;
      box.sureMs = (since + 48) * 300_000;
      await hear(id, box.report(at.now));
      assert.notEqual(before, since);
      assert.deepEqual(await settled(id), [{ sequence: since, source: 'expired', refund: 300 }]);
    });
  });
}

describe('what is due in a ledger on sqlite', () => {
  it('is looked for without reading what waits for nothing any more', async () => {
    const { db } = await openDatabase(await freshUrl('sqlite'), 4000, Date.now());
    for (const [table, column] of [
      ['refunds', 'next_at'],
      ['checkouts', 'next_at'],
      ['alarms', 'due_at'],
    ] as const) {
      const due = db.selectFrom(table).selectAll().where(isDue(column, Date.now())).orderBy(column).limit(3).compile();
      const { rows } = await db.executeQuery<{ detail: string }>(
        CompiledQuery.raw(`explain query plan ${due.sql}`, [...due.parameters]),
      );
      const [step] = rows;
      assert.match(step!.detail, new RegExp(`^SEARCH ${table} USING INDEX \\w+ \\(${column}>\\?`));
    }
    await db.destroy();
  });
});
