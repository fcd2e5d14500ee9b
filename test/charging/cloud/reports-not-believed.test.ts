// What whoever took a station's key may seal, and what is longer than any station's own report: it must not keep the operator from
// the other stations.
import assert from 'node:assert/strict';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { bodyOf, type PlainReport, sealedText } from '../../support/independent-report.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';

const GREATEST = Number.MAX_SAFE_INTEGER;

for (const kind of BOTH) {
  describe(`reports of a stolen key on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    const id = 'R-1';
    before(async () => {
      at = await TestLedger.open(kind);
      granted(await at.ledger.createStation({ id, price: { minorUnits: 150, currency: 'EUR' } }));
    });
    after(() => at.ledger.close());

    const hear = (report: string) => at.ledger.hearReport({ station: id, report });
    let journals = 0;
    const sealed = (given: Partial<PlainReport>) =>
      sealedText(
        stationKeyOf(MASTER_KEY_HEX, id),
        bodyOf({
          journal: (++journals).toString(16).padStart(8, '0'),
          head: [1, 1, 1, Math.floor(at.now / 1000), 10],
          totals: [0, 0, 0, 0, 0, 0],
          ...{ faults: [], closed: [], open: [], sureTime: 0 },
          ...given,
        }),
      );
    /** Every page that shows what reports told. */
    const pages = async () => {
      granted(await at.ledger.stationReports(id));
      await at.ledger.listStationHealth();
      await at.ledger.listAlarms({ station: id });
      await at.ledger.statistics({ days: 1 });
      for await (const _row of at.ledger.exportCsv({}));
    };

    const IMPOSSIBLE: Readonly<Record<string, Partial<PlainReport>>> = {
      'a time at which no date is': { head: [1, 1, 1, GREATEST, 10] },
      'a number that is none': { head: [1, 1, 1, 1, 2 ** 52] },
      'more vouchers than can be': { totals: [GREATEST, 0, 0, 0, 0, 0] },
      'more energy than there is': { totals: [0, GREATEST, GREATEST, 0, 0, 0] },
      'an end before all time': { totals: [1, 0, 0, 0, 0, 0], closed: [[10, 1, 1, 0, 0, 1, GREATEST]] },
      'much delivered on each that is open': {
        open: [
          [10, 1, 1, GREATEST],
          [9, 1, 1, GREATEST],
        ],
      },
      'a sure time at which no date is': { sureTime: GREATEST },
    };
    for (const [name, given] of Object.entries(IMPOSSIBLE)) {
      it(`with ${name} are refused, and each page is there`, async () => {
        assert.equal(refusal(await hear(sealed(given))), '422 report-not-valid');
        await pages();
      });
    }

    it('with numbers that just can be are kept, of many journals, and each page is there', async () => {
      const most = 10 ** 11;
      for (let n = 0; n < 3; n++) {
        const closed = [[most, most, most, most, 155, most, most]];
        const head = [1, most, most, most, most];
        const totals = [10 ** 9, most, most, most, most, most];
        granted(
          await hear(sealed({ head, totals, closed, open: closed.map((row) => row.slice(0, 4)), sureTime: most })),
        );
      }
      await pages();
    });

    it('raise so many alarms of a kind as somebody can look at, and further ones when he has', async () => {
      const station = 'R-2';
      granted(await at.ledger.createStation({ id: station, sequence: 'counter' }));
      const box = new OfflineStation(station);
      const raised = async () =>
        granted(await at.ledger.hearReport({ station, report: box.report(at.now) })).alarms.map((alarm) => alarm.kind);
      for (let n = 1; n <= 15; n++) box.begin(n, 1);
      box.faults = Array.from({ length: 500 }, (_, index) => 100 + index);
      const kinds = await raised();
      assert.deepEqual([kinds.filter((each) => each === 'fault-standing').length, kinds.length], [20, 35]);
      for (let n = 16; n <= 30; n++) box.begin(n, 1);
      assert.deepEqual(await raised(), Array(5).fill('unknown-voucher'));
      const { items } = await at.ledger.listAlarms({ station, unseen: true, limit: 500 });
      for (const { id: alarm } of items.slice(-8)) granted(await at.ledger.seeAlarm({ id: alarm, by: 'Ann' }));
      assert.equal((await raised()).length, 8);
      assert.deepEqual(await raised(), []);
    });

    it('or of a stick that lists all that a station ever closed, are heard whole', async () => {
      const station = 'R-3';
      granted(await at.ledger.createStation({ id: station, sequence: 'counter' }));
      const all = 7000;
      const report = sealedText(
        stationKeyOf(MASTER_KEY_HEX, station),
        bodyOf({
          ...{ journal: 'abcdef01', head: [1, 1, 1, Math.floor(at.now / 1000), all] },
          ...{ totals: [all, all, 0, all, 0, 0], faults: [], open: [], sureTime: 0 },
          closed: Array.from({ length: all }, (_, index) => [all - index, 1, 1, 1, 0, 1, 0]),
        }),
      );
      const heard = granted(await at.ledger.hearReport({ station, report }));
      assert.deepEqual([heard.sessions, heard.new, heard.missing], [all, all, 0]);
      assert.equal(granted(await at.ledger.hearReport({ station, report })).new, 0);
    });
  });
}
