import assert from 'node:assert/strict';
import { decimalText, isTimeZone, localTime, monthBounds, vatOf } from '../../../charging/cloud/statement.ts';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';

describe('money of a statement', () => {
  it('is written with the decimals of its currency', () => {
    for (const [minorUnits, currency, text] of [
      [250, 'EUR', '2.50'],
      [-5, 'EUR', '-0.05'],
      [500, 'JPY', '500'],
      [1505, 'KWD', '1.505'],
      [0, 'EUR', '0.00'],
    ] as const) {
      assert.equal(decimalText({ minorUnits, currency }), text);
    }
  });

  it('holds its value-added tax, to the nearest smallest unit', () => {
    // 3.00 with 19 %: 3.00 × 19 ÷ 119 = 0.47899…
    assert.equal(vatOf(300, 19), 48);
    assert.equal(vatOf(-300, 19), -48);
    assert.equal(vatOf(300, 0), 0);
    // 8.1 % of Switzerland: 10.81 × 8.1 ÷ 108.1 = 0.81
    assert.equal(vatOf(1081, 8.1), 81);
  });

  it('is of a month as the operator counts it, also where clocks change in it', () => {
    assert.deepEqual(monthBounds('2026-11', 'UTC'), { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) });
    const march = monthBounds('2026-03', 'Europe/Berlin');
    assert.deepEqual(march, { from: Date.parse('2026-02-28T23:00Z'), to: Date.parse('2026-03-31T22:00Z') });
    const december = monthBounds('2026-12', 'Asia/Shanghai');
    assert.deepEqual(december, { from: Date.parse('2026-11-30T16:00Z'), to: Date.parse('2026-12-31T16:00Z') });
    assert.equal(localTime(march.to, 'Europe/Berlin'), '2026-04-01 00:00:00');
    assert.ok(isTimeZone('Europe/Berlin') && !isTimeZone('Mars/Olympus'));
  });
});

for (const kind of BOTH) {
  describe(`the statement of a month on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
      const euros = { sequence: 'counter', price: { minorUnits: 150, currency: 'EUR' } } as const;
      granted(await at.ledger.createStation({ id: 'A', name: 'Harbour, east', site: 'Harbour', ...euros }));
      granted(
        await at.ledger.createStation({ id: 'B', sequence: 'counter', price: { minorUnits: 500, currency: 'JPY' } }),
      );
      granted(await at.ledger.createStation({ id: 'C', site: 'Harbour', ...euros }));
    });
    after(() => at.ledger.close());

    const lines = async (settings: object) => {
      let text = '';
      for await (const piece of at.ledger.statement({
        month: '2026-11',
        timeZone: 'Europe/Berlin',
        vatPercent: 19,
        ...settings,
      }))
        text += piece;
      return text.trimEnd().split('\r\n');
    };

    it('has what was sold, what came without a code, what went back, and their sums', async () => {
      // The last day of October in Greenwich, the first of November in Berlin.
      at.now = Date.parse('2026-10-31T23:30:00Z');
      const paid = granted(await at.ledger.reserve({ client: 'app', station: 'A', amount: 60 }));
      const amount = { minorUnits: 300, currency: 'EUR' };
      granted(await at.ledger.markPaid({ id: paid.id, payment: 'pi_1', amount }));
      await at.ledger.markPaid({ id: paid.id, payment: 'pi_2', amount });
      granted(await at.ledger.issueReserved({ client: 'app', id: paid.id }));
      at.now = Date.parse('2026-11-30T22:59:00Z');
      const yen = granted(await at.ledger.issue({ client: 'app', station: 'B', amount: 30 }));
      at.now = Date.parse('2026-11-30T23:00:00Z');
      granted(await at.ledger.issue({ client: 'app', station: 'B', amount: 30 }));
      const second = (await at.ledger.listRefunds({})).items[0]!;
      assert.deepEqual(await lines({}), [
        'local_time,time_zone,kind,station,name,site,request,amount,unit,gross,net,vat,vat_percent,currency,payment,refund_state',
        `2026-11-01 00:30:00,Europe/Berlin,sale,A,"Harbour, east",Harbour,${paid.id},60,min,3.00,2.52,0.48,19,EUR,pi_1,`,
        `2026-11-30 23:59:00,Europe/Berlin,sale,B,,,${yen.id},30,min,500,420,80,19,JPY,,`,
        `2026-11-01 00:30:00,Europe/Berlin,payment,A,"Harbour, east",Harbour,${paid.id},,,3.00,2.52,0.48,19,EUR,pi_2,`,
        `2026-11-01 00:30:00,Europe/Berlin,refund,A,"Harbour, east",Harbour,${second.request},,,-3.00,-2.52,-0.48,19,EUR,pi_2,due`,
        '2026-11,Europe/Berlin,total,A,"Harbour, east",Harbour,,,,3.00,2.52,0.48,19,EUR,,',
        '2026-11,Europe/Berlin,total,B,,,,,,500,420,80,19,JPY,,',
        '2026-11,Europe/Berlin,site-total,,,Harbour,,,,3.00,2.52,0.48,19,EUR,,',
      ]);
    });

    it('is of one station where one is named, and empty where nothing was sold', async () => {
      assert.deepEqual(
        (await lines({ station: 'B' })).map((line) => line.split(',')[2]),
        ['kind', 'sale', 'total'],
      );
      assert.equal((await lines({ station: 'nobody' })).length, 1);
      assert.equal((await lines({ month: '2026-10', vatPercent: 0 })).length, 1);
    });

    it('sums up the stations of a site, as they belong to it today', async () => {
      at.now = Date.parse('2026-12-10T12:00:00Z');
      for (const station of ['A', 'C', 'C']) granted(await at.ledger.issue({ client: 'app', station, amount: 30 }));
      const sums = async (settings: object) =>
        (await lines({ month: '2026-12', ...settings }))
          .map((line) => line.split(','))
          .filter(([, , kind]) => /total/.test(kind!))
          .map((cells) => [cells[2], cells[3], cells.at(-7)]);
      const all = [
        ['total', 'A', '1.50'],
        ['total', 'B', '500'],
        ['total', 'C', '3.00'],
        ['site-total', '', '4.50'],
      ];
      assert.deepEqual(await sums({}), all);
      assert.deepEqual(
        await sums({ site: 'Harbour' }),
        all.filter(([, id]) => id !== 'B'),
      );
      assert.deepEqual(await sums({ site: 'harbour' }), []);
      granted(await at.ledger.updateStation('A', { site: '' }));
      assert.deepEqual(await sums({ site: 'Harbour' }), [
        ['total', 'C', '3.00'],
        ['site-total', '', '3.00'],
      ]);
      assert.equal(
        granted(await at.ledger.listStations({ search: 'harbour' })).items.length,
        2,
        'A by its name, C by its site',
      );
      granted(await at.ledger.updateStation('A', { site: 'Harbour' }));
    });

    it('goes on where a page ended', async () => {
      at.now = Date.parse('2027-01-10T12:00:00Z');
      for (let done = 0; done < 600; done += 100) {
        await Promise.all(
          Array.from({ length: 100 }, () => at.ledger.issue({ client: 'app', station: 'A', amount: 30 }).then(granted)),
        );
      }
      const sold = (await lines({ month: '2027-01' })).filter((line) => line.includes(',sale,'));
      assert.equal(new Set(sold).size, 600);
    });
  });
}
