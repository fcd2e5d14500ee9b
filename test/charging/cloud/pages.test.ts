import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';

const DAY = 86_400_000;

for (const kind of BOTH) {
  describe(`the operator’s pages on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    const vouchers: string[] = [];
    before(async () => {
      at = await TestLedger.open(kind);
      const start = at.now;
      granted(
        await at.ledger.createStation({ id: 'A-1', sequence: 'counter', price: { minorUnits: 150, currency: 'EUR' } }),
      );
      granted(await at.ledger.createStation({ id: 'A-2', sequence: 'counter', name: 'Alpha' }));
      granted(
        await at.ledger.createStation({ id: 'W-3', sequence: 'counter', unit: 'Wh', step: 500, name: '=1+1,"x"' }),
      );
      for (let round = 0; round < 30; round++) {
        at.now = start - 30 * DAY + round * DAY;
        for (const station of ['A-1', 'A-2', 'W-3']) {
          const amount = station === 'W-3' ? 500 : 60;
          const client = round === 3 ? '=HYPERLINK("x"),\n1' : 'app';
          vouchers.push(granted(await at.ledger.issue({ client, station, amount })).id);
        }
      }
      granted(await at.ledger.synchronize({ client: 'app', station: 'A-1' }));
      granted(await at.ledger.serviceCode({ client: 'op', station: 'A-1', operation: 'test-relay' }));
      const digits = receiptCode(stationKeyOf(MASTER_KEY_HEX, 'A-1'), {
        unit: 'min',
        step: 30,
        unused: 31,
        sequence: 30,
      });
      granted(await at.ledger.settle({ client: 'app', station: 'A-1', receipt: digits }));
      at.now = start - 3_600_000;
    });
    after(() => at.ledger.close());

    const every = async (query: { station?: string; search?: string }, limit: number) => {
      const all = [];
      let after: string | undefined;
      do {
        const page = await at.ledger.listCodes({ ...query, limit, after });
        assert.ok(page.items.length <= limit);
        all.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return all;
    };

    it('show every code once, newest first, whatever the page holds', async () => {
      const all = await every({}, 500);
      assert.equal(all.length, 91);
      for (const limit of [1, 7, 90, 91]) assert.deepEqual(await every({}, limit), all);
      const times = all.map(({ issuedAt }) => issuedAt);
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.deepEqual(new Set(all.map(({ request }) => request)), new Set([null, ...vouchers]));
    });

    it('find codes by station, by part of its name, by several stations, and by request', async () => {
      assert.equal((await every({ station: 'A-1' }, 7)).length, 31);
      assert.equal((await every({ search: 'ALPH' }, 7)).length, 30);
      const both = await every({ search: 'a-' }, 7);
      assert.equal(both.length, 61);
      assert.equal(new Set(both.map(({ station, sequence }) => `${station}/${sequence}`)).size, 61);
      const times = both.map(({ issuedAt }) => issuedAt);
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.deepEqual(
        (await every({ search: vouchers[5]! }, 7)).map(({ request }) => request),
        [vouchers[5]],
      );
      for (const search of ['nothing like it', 'f'.repeat(32), "';--", '%'])
        assert.deepEqual(await every({ search }, 7), []);
      assert.deepEqual(await every({ station: 'nowhere' }, 7), []);
    });

    it('show no code and no key', async () => {
      const text = JSON.stringify(await every({}, 500));
      assert.ok(!/"(?:code|display|key)"/.test(text));
    });

    it('show price, refund and what was left of a settled one', async () => {
      const settled = (await every({ station: 'A-1' }, 50)).find(({ settledAt }) => settledAt !== null)!;
      assert.deepEqual(
        [settled.sequence, settled.price, settled.unused, settled.refund],
        [30, { minorUnits: 300, currency: 'EUR' }, 12, { minorUnits: 60, currency: 'EUR' }],
      );
      assert.deepEqual((await at.ledger.listSettled()).items, [{ ...settled, source: 'typed' }]);
    });

    it('begin at the beginning for a cursor that nobody gave', async () => {
      const first = await at.ledger.listCodes({ limit: 3 });
      for (const after of ['x', '', '1.2.3.4', '9'.repeat(400), "1' or '1'='1"]) {
        const page = await at.ledger.listCodes({ limit: 3, after });
        assert.ok(page.items.length <= 3);
        if (after !== '1.2.3.4') assert.deepEqual(page.items, first.items, after);
      }
      for (const limit of [0, -5, Number.NaN, 1e9]) assert.ok((await at.ledger.listCodes({ limit })).items.length >= 1);
    });

    it('sum up energy and money by day, unit and currency', async () => {
      const { days, stations, outstanding } = await at.ledger.statistics({ days: 60 });
      assert.equal(days.length, 90);
      const sum = (
        unit: string,
        currency: string,
        of: 'issued' | 'amount' | 'money' | 'settled' | 'unused' | 'refunded',
      ) =>
        days.filter((day) => day.unit === unit && day.currency === currency).reduce((total, day) => total + day[of], 0);
      assert.deepEqual(
        [sum('min', 'EUR', 'issued'), sum('min', 'EUR', 'amount'), sum('min', 'EUR', 'money')],
        [30, 1800, 9000],
      );
      assert.deepEqual([sum('min', '', 'issued'), sum('min', '', 'money')], [30, 0]);
      assert.deepEqual([sum('Wh', '', 'issued'), sum('Wh', '', 'amount')], [30, 15_000]);
      assert.deepEqual(
        [sum('min', 'EUR', 'settled'), sum('min', 'EUR', 'unused'), sum('min', 'EUR', 'refunded')],
        [1, 12, 60],
      );
      assert.equal(
        days.reduce((total, day) => total + day.synchronizations, 0),
        1,
      );
      assert.deepEqual(
        days.map(({ day }) => day),
        days.map(({ day }) => day).toSorted(),
      );
      assert.deepEqual(stations, { active: 3, retired: 0 });
      // At a station that counts no code grows old by time: all but the one that is settled.
      assert.equal(outstanding, 89);
      assert.equal((await at.ledger.statistics({ days: 5 })).days.length, 12);
    });

    it('point at stations that ask for a look', async () => {
      const found = async () => (await at.ledger.statistics({ days: 60 })).anomalies;
      assert.deepEqual(await found(), []);
      for (let i = 0; i < 2; i++) granted(await at.ledger.synchronize({ client: 'app', station: 'A-1' }));
      const outOfStep = { station: 'A-1', synchronizations: 3, settled: 1, wrongReceipts: 0, issued: 29 };
      assert.deepEqual(await found(), [outOfStep]);
      // More than a quarter of what was sold is given back.
      const settle = async (sequence: number) => {
        const terms = { unit: 'min', step: 30, unused: 155, sequence } as const;
        const receipt = receiptCode(stationKeyOf(MASTER_KEY_HEX, 'A-2'), terms);
        granted(await at.ledger.settle({ client: 'op', station: 'A-2', receipt, anyClient: true }));
      };
      for (let n = 1; n <= 7; n++) await settle(n);
      assert.deepEqual(await found(), [outOfStep]);
      await settle(8);
      const givenBack = { station: 'A-2', synchronizations: 0, settled: 8, wrongReceipts: 0, issued: 29 };
      assert.deepEqual(await found(), [outOfStep, givenBack]);
    });

    it('export the ledger as CSV that a spreadsheet neither misreads nor runs', async () => {
      const read = async (query: object) => {
        let text = '';
        for await (const piece of at.ledger.exportCsv(query)) text += piece;
        return text;
      };
      const whole = await read({});
      assert.ok(whole.startsWith('issued_at,request,station,kind,'));
      assert.equal(whole.match(/\r\n/g)!.length, 92);
      assert.ok(whole.includes(`,"'=HYPERLINK(""x""),\n1",`));
      const line = whole.split('\r\n').find((text) => text.includes(vouchers[87]!))!;
      assert.deepEqual(line.split(',').slice(2, 10), ['A-1', 'voucher', '30', '60', 'min', '300', 'EUR', 'app']);
      assert.deepEqual(line.split(',').slice(11), ['12', '60', 'typed', '', '', '']);
      const some = await read({ from: '2026-10-25T00:00:00Z', to: '2026-10-27T00:00:00Z', station: 'W-3' });
      assert.equal(some.match(/\r\n/g)!.length, 3);
      assert.equal((await read({ station: 'nowhere' })).match(/\r\n/g)!.length, 1);
    });

    it('export more than a page of it, in order, each line once', async () => {
      granted(await at.ledger.createStation({ id: 'MANY', sequence: 'counter' }));
      await Promise.all(
        Array.from({ length: 1300 }, () => at.ledger.issue({ client: 'app', station: 'MANY', amount: 30 })),
      );
      for (const query of [{ station: 'MANY' }, {}]) {
        let text = '';
        for await (const piece of at.ledger.exportCsv(query)) text += piece;
        const lines = text.split('\r\n').filter((line) => line.includes(',MANY,'));
        assert.equal(lines.length, 1300);
        assert.equal(new Set(lines).size, 1300);
      }
    });

    it('are audited as told, cut to what can be kept', async () => {
      await at.ledger.audit({ action: 'odd\0thing', client: '\ud800', detail: 'x'.repeat(10_000) });
      const entry = (await at.ledger.listAudit({ limit: 500 })).items.find(({ action }) => action.startsWith('odd'))!;
      assert.equal(entry.action, 'odd\u{fffd}thing');
      assert.equal(entry.client, '\u{fffd}');
      assert.equal(entry.detail?.length, 500);
    });
  });
}
