import assert from 'node:assert/strict';
import type { AlgorithmName } from '../../../charging/codes/index.ts';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';

const HOUR = 3_600_000;
const SLOT_SECONDS = 120;

for (const kind of BOTH) {
  describe(`codes that are outstanding on ${kind}`, function () {
    this.timeout(120_000);
    let at: TestLedger;
    beforeEach(async () => {
      at = await TestLedger.open(kind);
    });
    afterEach(() => at.ledger.close());

    const clock = (layout: AlgorithmName) => ({ layout, sequence: 'clock', slotSeconds: SLOT_SECONDS }) as const;
    const buy = (station: string) => at.ledger.issue({ client: 'app', station, amount: 60 }).then(granted);
    const counted = async () => (await at.ledger.statistics()).outstanding;
    /** The same, by looking at each station by itself. */
    const listed = async (...stations: string[]) => {
      let sum = 0;
      for (const station of stations) sum += granted(await at.ledger.listOutstanding(station)).items.length;
      return sum;
    };

    it('are those of each station by its own family and slots, to the slot', async () => {
      const layouts = ['compact', 'long', 'wide'] as const;
      for (const layout of layouts) granted(await at.ledger.createStation({ id: layout, ...clock(layout) }));
      // The slot of the purchase: good for ¾ of the rescue layout's window from where it began.
      const slot = Math.floor(at.now / 1000 / SLOT_SECONDS);
      for (const layout of layouts) await buy(layout);
      for (const [window, left] of [
        [64, 1],
        [1024, 0],
      ] as const) {
        const end = (slot + (window * 3) / 4) * SLOT_SECONDS * 1000;
        at.now = end - 1;
        assert.equal(await counted(), window === 64 ? 3 : 1);
        assert.equal(await listed(...layouts), await counted());
        at.now = end;
        assert.equal(await counted(), left);
        assert.equal(await listed(...layouts), left);
      }
    });

    it('are, where codes are counted, the window below the newest; none of another key, ended, or of service', async () => {
      granted(await at.ledger.createStation({ id: 'A-1', sequence: 'counter' }));
      for (let sold = 0; sold < 60; sold += 1) await buy('A-1');
      at.now += 1000 * HOUR;
      assert.equal(await counted(), 48);
      granted(await at.ledger.serviceCode({ client: 'app', station: 'A-1', operation: 'clear-lockout' }));
      assert.equal(await counted(), 47);
      await at.execute(
        `insert into receipts (station, sequence, unused, refund, client, settled_at, token)
         select number, 50, 40, null, 'app', ${at.now}, 1 from stations`,
      );
      assert.equal(await counted(), 46);
      assert.equal(await listed('A-1'), 46);
      await at.execute(
        `insert into voucher_ends
         (station, sequence, journal, place, outlet, quantity, delivered, unused, reason, ended_at, report)
         select number, 49, '00000000', 1, 1, 2, 3600, 0, 1, null, 1 from stations`,
      );
      assert.equal(await counted(), 45);
      assert.equal(await listed('A-1'), 45);
      granted(await at.ledger.updateStation('A-1', { price: { minorUnits: 100, currency: 'EUR' } }));
      await buy('A-1');
      assert.equal(await counted(), 45, 'one more, and one less below');
      assert.equal(await listed('A-1'), 45);
      granted(await at.ledger.updateStation('A-1', { keyVersion: 2 }));
      assert.equal(await counted(), 0);
      await buy('A-1');
      assert.equal(await counted(), 1);
      assert.equal(await listed('A-1'), 1);
    });

    it('are counted exactly above a hundred thousand', async () => {
      const stations = 150;
      for (let number = 1; number <= stations; number += 1)
        granted(await at.ledger.createStation({ id: `S-${number}`, ...clock('wide') }));
      const slot = Math.floor(at.now / 1000 / SLOT_SECONDS);
      await at.execute(
        `insert into codes (station, sequence, kind, terms, quantity, price, client, issued_at, reservation)
         select stations.number, ${slot} - i, 0, 1, 2, null, 'app', ${at.now} - i * ${SLOT_SECONDS * 1000}, null
         from (with recursive c(i) as (select 0 union all select i + 1 from c where i < 999) select i from c) as numbers
         cross join stations`,
      );
      assert.equal(await counted(), stations * 768);
    });
  });
}
