import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';
import { HOUR, MINUTE, reportedStations } from './reported-stations.ts';

for (const kind of BOTH) {
  describe(`reports on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());
    const { station, buy, hear, figures, settled, alarms } = reportedStations(() => at);

    it('knows each end once, and counts what it has not heard of', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      for (let n = 1; n <= 30; n++) box.begin(await buy(id), 2).end(n, 3600);
      const first = box.report(at.now);
      assert.deepEqual(figures(await hear(id, first)), [1, 20, 20, 10]);
      assert.deepEqual(figures(await hear(id, first)), [1, 20, 0, 10]);
      box.begin(await buy(id), 2).end(31, 3600);
      assert.deepEqual(figures(await hear(id, box.report(at.now))), [2, 20, 1, 10]);
      const { gaps, closed, missing } = granted(await at.ledger.stationReports(id));
      assert.deepEqual([gaps, closed, missing], [[{ journal: box.journal, first: 1, last: 10 }], 31, 10]);
    });

    it('closes a gap with an older report that comes late, and takes nothing back for it', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      for (let n = 1; n <= 12; n++) box.begin(await buy(id), 2).end(n, 3600);
      const early = box.report(at.now);
      for (let n = 13; n <= 40; n++) box.begin(await buy(id), 2).end(n, 3600);
      box.faults = [3];
      assert.deepEqual(figures(await hear(id, box.report(at.now))), [2, 20, 20, 20]);
      assert.deepEqual(figures(await hear(id, early)), [1, 12, 12, 0]);
      const { gaps, missing, faults } = granted(await at.ledger.stationReports(id));
      assert.deepEqual([gaps, missing, faults], [[{ journal: box.journal, first: 13, last: 20 }], 8, [3]]);
      assert.deepEqual(await alarms(id), ['fault-standing']);
    });

    it('is heard by two processes at once, and again, and is new to one of them alone', async () => {
      const id = await station();
      const box = new OfflineStation(id, { faults: [3] });
      for (let n = 1; n <= 5; n++) box.begin(await buy(id), 2).end(n, 1800, 77);
      const report = box.report(at.now);
      const other = await at.another();
      try {
        const calls = Array.from({ length: 10 }, (_, n) =>
          (n % 2 ? at.ledger : other).hearReport({ station: id, report }),
        );
        const answers = (await Promise.all(calls)).map(granted);
        assert.deepEqual(answers.map((answer) => answer.new).sort(), [...Array(9).fill(0), 5]);
        assert.equal(answers.flatMap((answer) => answer.alarms).length, 1);
        assert.equal((await settled(id)).length, 5);
      } finally {
        await other.close();
      }
    });

    it('is heard in any order by two processes at once, with the receipts by hand beside it: each end and each refund once', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      const key = stationKeyOf(MASTER_KEY_HEX, id);
      const texts: string[] = [];
      const receipts: string[] = [];
      for (let n = 1; n <= 30; n++) {
        box.begin(await buy(id), 2).end(n, 1800, 77);
        receipts.push(receiptCode(key, { unit: 'min', step: 30, unused: 77, sequence: n }));
        if (n % 5 === 0) texts.unshift(box.report(at.now));
      }
      const other = await at.another();
      try {
        const ledgerOf = (n: number) => (n % 2 ? at.ledger : other);
        const reports = [...texts, ...texts].map((report, n) => ledgerOf(n).hearReport({ station: id, report }));
        const byHand = receipts.map((receipt, n) => ledgerOf(n).settle({ client: 'app', station: id, receipt }));
        const answers = (await Promise.all(reports)).map(granted);
        await Promise.all(byHand);
        assert.equal(
          answers.reduce((sum, answer) => sum + answer.new, 0),
          30,
        );
        const { items } = await at.ledger.listSettled({ station: id, limit: 500 });
        assert.deepEqual(
          items.map(({ sequence, refund }) => [sequence, refund?.minorUnits]).sort(([a], [b]) => a! - b!),
          Array.from({ length: 30 }, (_, n) => [n + 1, 149]),
        );
        const { gaps, closed } = granted(await at.ledger.stationReports(id));
        assert.deepEqual([gaps, closed, await alarms(id)], [[], 30, []]);
      } finally {
        await other.close();
      }
    });

    it('refuses forgeries, what is bent, and reports of other stations', async () => {
      const id = await station();
      const other = await station();
      const box = new OfflineStation(id);
      box.begin(await buy(id), 2).end(1, 3600);
      const text = box.report(at.now);
      const middle = text.length >> 1;
      const bent = `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`;
      for (const wrong of [bent, text.slice(0, -4), `${text}AAAA`, '', 'no report', '%00']) {
        assert.equal(refusal(await at.ledger.hearReport({ station: id, report: wrong })), '422 report-not-valid');
      }
      assert.equal(refusal(await at.ledger.hearReport({ station: other, report: text })), '422 report-not-valid');
      assert.equal(refusal(await at.ledger.hearReport({ station: 'R-none', report: text })), '404 unknown-station');
      assert.equal(granted(await at.ledger.stationReports(id)).heardAt, null);
    });

    it('tries every key that the station ever had, and tells journals apart', async () => {
      const id = await station();
      const old = new OfflineStation(id);
      old.begin(await buy(id), 2).end(1, 3600);
      const before = old.report(at.now);
      granted(await at.ledger.replaceKey(id, 'me'));
      const now = new OfflineStation(id, { keyVersion: 2, journal: '99999999', highest: 1 });
      now.begin(await buy(id), 2).end(2, 3600);
      assert.deepEqual(figures(await hear(id, now.report(at.now))), [1, 1, 1, 0]);
      assert.deepEqual(figures(await hear(id, before)), [1, 1, 1, 0]);
      const told = granted(await at.ledger.stationReports(id));
      assert.deepEqual([told.journals, told.journal, told.closed], [2, '99999999', 1]);
      // A new key makes a new journal: that is no surprise.
      assert.deepEqual(await alarms(id), []);
    });

    it('settles what was left, so that the receipt by hand is refused and told again', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      box.begin(await buy(id), 2).end(1, 1800, 77);
      await hear(id, box.report(at.now));
      assert.deepEqual(await settled(id), [{ sequence: 1, source: 'report', refund: 149 }]);
      const key = stationKeyOf(MASTER_KEY_HEX, id);
      const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 77, sequence: 1 });
      const again = await at.ledger.settle({ client: 'app', station: id, receipt });
      assert.equal(refusal(again), '409 receipt-settled');
      assert.equal((again as { refused: { settled: { refund: object } } }).refused.settled.refund !== undefined, true);
    });

    it('settles nothing for a voucher of another quantity than was sold: somebody made it who has the key', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      box.begin(await buy(id), 31).end(1, 60, 154);
      await hear(id, box.report(at.now));
      assert.deepEqual(await settled(id), []);
      assert.deepEqual(await alarms(id), ['unknown-voucher']);
    });

    it('lets nobody give a code back that it says was used, to its end', async () => {
      const id = await station({ sequence: 'clock' });
      const { id: request } = granted(await at.ledger.issue({ client: 'app', station: id, amount: 60 }));
      const listed = async () => (await at.ledger.listCodes({ station: id, limit: 1 })).items[0]!;
      const { sequence } = await listed();
      const box = new OfflineStation(id);
      box.begin(sequence, 2).end(sequence, 3600);
      at.now += 6 * HOUR;
      assert.equal((await listed()).expired, true);
      await hear(id, box.report(at.now));
      assert.equal((await listed()).expired, undefined);
      assert.equal(refusal(await at.ledger.refundExpired({ id: request, by: 'me', why: 'called' })), '409 code-used');
      assert.deepEqual(await settled(id), []);
    });

    it('lets nobody give a code back that it charges on or waits with, until it was not heard of for a week', async () => {
      const id = await station({ sequence: 'clock' });
      const { id: request } = granted(await at.ledger.issue({ client: 'app', station: id, amount: 60 }));
      const { sequence } = (await at.ledger.listCodes({ station: id, limit: 1 })).items[0]!;
      const refund = () => at.ledger.refundExpired({ id: request, by: 'me', why: 'called' });
      at.now += 6 * HOUR;
      await hear(id, new OfflineStation(id).begin(sequence, 2).report(at.now));
      assert.equal(refusal(await refund()), '409 code-used');
      // Another card, or the same one with a new id.
      await hear(id, new OfflineStation(id, { journal: '11111111' }).report(at.now));
      assert.equal(refusal(await refund()), '409 code-used');
      at.now += 7 * 24 * HOUR;
      assert.equal(granted(await refund()).unused, 60);
    });

    it('leaves alone what was settled by hand before', async () => {
      const id = await station();
      const box = new OfflineStation(id);
      box.begin(await buy(id), 2).end(1, 1800, 77);
      const key = stationKeyOf(MASTER_KEY_HEX, id);
      const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 77, sequence: 1 });
      granted(await at.ledger.settle({ client: 'app', station: id, receipt }));
      assert.deepEqual(figures(await hear(id, box.report(at.now))), [1, 1, 1, 0]);
      assert.deepEqual(await settled(id), [{ sequence: 1, source: 'typed', refund: 149 }]);
      assert.deepEqual(await alarms(id), []);
    });

    it('lists stations that were not heard for a week, that have gaps, and that have alarms', async () => {
      const quiet = await station();
      const loud = await station();
      at.now += 8 * 24 * HOUR;
      const box = new OfflineStation(loud, { faults: [1] });
      for (let n = 1; n <= 21; n++) box.begin(await buy(loud), 2).end(n, 60);
      await hear(loud, box.report(at.now));
      const listed = async (only: 'silent' | 'missing' | 'alarms') =>
        (await at.ledger.listStationHealth({ only, limit: 500 })).items.map((each) => each.station);
      assert.deepEqual(
        [(await listed('silent')).includes(quiet), (await listed('silent')).includes(loud)],
        [true, false],
      );
      assert.deepEqual(
        [(await listed('missing')).includes(quiet), (await listed('missing')).includes(loud)],
        [false, true],
      );
      assert.deepEqual(
        [(await listed('alarms')).includes(quiet), (await listed('alarms')).includes(loud)],
        [false, true],
      );
    });

    it('counts in the list what nobody bought, by its end, and what came to nothing', async () => {
      const id = await station({ sequence: 'clock' });
      const box = new OfflineStation(id);
      await hear(id, box.report(at.now));
      const unused = await buy(id);
      const used = await buy(id);
      at.now += 10 * MINUTE;
      box.begin(used, 2).end(used, 60);
      for (const sequence of [used + 1, used + 2]) box.begin(sequence, 1).end(sequence, 60);
      box.begin(used + 3, 1);
      const counts = async () => {
        const { items } = await at.ledger.listStationHealth({ search: id });
        const { unexplained, neverUsed } = items.find((each) => each.station === id)!;
        return { unexplained, neverUsed };
      };
      const before = (await at.ledger.statistics({ days: 1, quick: true })).reports.unexplained;
      await hear(id, box.report(at.now));
      assert.deepEqual(await counts(), { unexplained: 2, neverUsed: 0 });
      assert.equal((await at.ledger.statistics({ days: 1, quick: true })).reports.unexplained, before + 2);
      at.now += 6 * HOUR;
      box.end(used + 3, 60).sureMs = (unused + 48) * 300_000;
      await hear(id, box.report(at.now));
      await hear(id, box.report(at.now));
      assert.deepEqual(await counts(), { unexplained: 3, neverUsed: 1 });
    });

    it('names codes that came to nothing and that no report has cleared', async () => {
      const id = await station({ sequence: 'clock' });
      const unused = await buy(id);
      assert.deepEqual(granted(await at.ledger.stationReports(id)).unclaimed, []);
      at.now += 6 * HOUR;
      assert.deepEqual(
        granted(await at.ledger.stationReports(id)).unclaimed.map(({ sequence }) => sequence),
        [unused],
      );
    });
  });
}
