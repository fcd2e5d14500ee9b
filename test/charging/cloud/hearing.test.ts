import assert from 'node:assert/strict';
import { receiptCode } from '../../../charging/codes/index.ts';
import { stationKeyOf } from '../../support/independent-codes.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, MASTER_KEY_HEX, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';

const price = { minorUnits: 150, currency: 'EUR' };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

for (const kind of BOTH) {
  describe(`hearing reports on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());

    let made = 0;
    const station = async (given: object = {}) => {
      const id = `R-${++made}`;
      granted(await at.ledger.createStation({ id, sequence: 'counter', price, ...given }));
      return id;
    };
    /** Its sequence number. */
    const buy = async (id: string, amount = 60) => {
      granted(await at.ledger.issue({ client: 'app', station: id, amount }));
      return granted(await at.ledger.listCodes({ station: id, limit: 1 })).items[0]!.sequence;
    };
    const hear = async (id: string, report: string) => granted(await at.ledger.hearReport({ station: id, report }));
    const figures = ({ report, sessions, new: fresh, missing }: Awaited<ReturnType<typeof hear>>) => [
      ...[report, sessions, fresh, missing],
    ];
    const settled = async (id: string) =>
      (await at.ledger.listSettled({ station: id })).items.map(({ sequence, source, refund }) => ({
        ...{ sequence, source },
        refund: refund?.minorUnits,
      }));
    const alarms = async (id: string) =>
      (await at.ledger.listAlarms({ station: id })).items.map((alarm) => alarm.kind).sort();

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

    describe('gives a code back that came to nothing', () => {
      /** The last moment that the window of the rescue layout lets a code in: compact, slots of 300 s. */
      const over = (sequence: number) => (sequence + 48) * 300_000;
      /** One that was heard of before anything was sold, as when it was set up. */
      const knownBox = async (id: string, given: Partial<OfflineStation> = {}) => {
        const box = new OfflineStation(id, given);
        await hear(id, box.report(at.now));
        return box;
      };

      it('once sure time is past its last moment, and not before', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const sequence = await buy(id);
        at.now += 6 * HOUR;
        box.sureMs = over(sequence) - 1000;
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), []);
        box.sureMs = over(sequence);
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), [{ sequence, source: 'expired', refund: 300 }]);
      });

      it('not while a voucher that closed since is unknown, and when it becomes known', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const unused = await buy(id);
        const texts: string[] = [];
        for (let n = 0; n < 21; n++) {
          at.now += 10 * MINUTE;
          const used = await buy(id);
          box.begin(used, 2).end(used, 60);
          texts.push(box.report(at.now));
        }
        at.now += 6 * HOUR;
        box.sureMs = over(unused);
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), []);
        await hear(id, texts[0]!);
        assert.deepEqual(await settled(id), [{ sequence: unused, source: 'expired', refund: 300 }]);
      });

      it('not for a sure time that has not come, nor a number that was not drawn: somebody has its key', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const sequence = await buy(id);
        await hear(id, Object.assign(box, { sureMs: over(sequence) + 1000 }).report(at.now));
        const counts = await station();
        const counter = await knownBox(counts);
        await buy(counts);
        await hear(counts, Object.assign(counter, { highest: 1000 }).report(at.now));
        assert.deepEqual([await settled(id), await settled(counts)], [[], []]);
      });

      it('not where the journal was not heard of before it was sold: a new card, or 0.1.0, may have honoured it uncounted', async () => {
        const id = await station({ sequence: 'clock' });
        const used = await buy(id);
        at.now += 6 * HOUR;
        const box = await knownBox(id, { sureMs: over(used) });
        const unused = await buy(id);
        at.now += 6 * HOUR;
        await hear(id, Object.assign(box, { sureMs: over(unused) }).report(at.now));
        assert.deepEqual(await settled(id), [{ sequence: unused, source: 'expired', refund: 300 }]);
      });

      it('not while it is open', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const sequence = await buy(id);
        Object.assign(box.begin(sequence, 2, 100), { sureMs: over(sequence) + 1000 });
        at.now += 6 * HOUR;
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), []);
      });

      it('although more was never heard of, when that closed before it was sold', async () => {
        const id = await station({ sequence: 'clock' });
        const box = new OfflineStation(id);
        for (let n = 0; n < 30; n++) {
          at.now += 10 * MINUTE;
          const used = await buy(id);
          box.begin(used, 2).end(used, 60);
        }
        await hear(id, box.report(at.now));
        at.now += MINUTE;
        const unused = await buy(id);
        at.now += 6 * HOUR;
        box.sureMs = over(unused);
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), [{ sequence: unused, source: 'expired', refund: 300 }]);
      });

      it('not where another journal has the same key', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const twin = await knownBox(id, { journal: '11111111' });
        const sequence = await buy(id);
        at.now += 6 * HOUR;
        for (const each of [box, twin]) await hear(id, Object.assign(each, { sureMs: over(sequence) }).report(at.now));
        assert.deepEqual(await settled(id), []);
        assert.deepEqual(await alarms(id), ['journal-restarted']);
      });

      it('at a station that counts, once it fell out of the window by the highest number used', async () => {
        const id = await station();
        const box = await knownBox(id);
        const unused = await buy(id);
        for (let n = 2; n <= 48; n++) await buy(id);
        box.begin(48, 2).end(48, 60);
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), []);
        const next = await buy(id);
        box.begin(next, 2).end(next, 60);
        await hear(id, box.report(at.now));
        assert.deepEqual(await settled(id), [{ sequence: unused, source: 'expired', refund: 300 }]);
      });

      it('and raises an alarm when a later report shows that it was used', async () => {
        const id = await station({ sequence: 'clock' });
        const box = await knownBox(id);
        const sequence = await buy(id);
        at.now += 6 * HOUR;
        box.sureMs = over(sequence);
        await hear(id, box.report(at.now));
        box.begin(sequence, 2).end(sequence, 600);
        const { alarms: raised } = await hear(id, box.report(at.now));
        assert.deepEqual(
          raised.map(({ kind, evidence }) => [kind, evidence.sequence, evidence.refunded]),
          [['refunded-but-used', sequence, 300]],
        );
      });
    });

    describe('raises, once and with its evidence,', () => {
      const raised = async (id: string, box: OfflineStation) =>
        (await hear(id, box.report(at.now))).alarms.map(({ kind, evidence }) => ({ kind, evidence }));

      it('a meter that counts past what was sold', async () => {
        const id = await station({ unit: 'Wh', step: 500 });
        const box = new OfflineStation(id, { meterWh: 0 });
        box.begin(await buy(id, 1000), 2).end(1, 1000);
        box.meterWh = 1010;
        assert.deepEqual(await raised(id, box), []);
        box.meterWh = 4000;
        assert.deepEqual(await raised(id, box), [
          { kind: 'energy-past-sold', evidence: { meteredWh: 2990, delivered: 0, unit: 'Wh' } },
        ]);
        assert.deepEqual(await raised(id, box), []);
      });

      it('a meter that counts past what was sold in the first report already, unless it counted before the station had it', async () => {
        const id = await station({ unit: 'Wh', step: 500 });
        const box = new OfflineStation(id, { meterWh: 7000 });
        box.begin(await buy(id, 1000), 2).end(1, 1000);
        assert.deepEqual(
          (await raised(id, box)).map(({ evidence }) => evidence.meteredWh),
          [7000],
        );
        const other = await station({ unit: 'Wh', step: 500 });
        const used = new OfflineStation(other, { meterWh: 7_000_000 });
        used.begin(await buy(other, 1000), 2).end(1, 1000);
        assert.deepEqual(await raised(other, used), []);
        // One of its meters is silent, and is there again: its count was missing in the sum.
        Object.assign(used, { meterWh: 100, faults: [13] });
        assert.deepEqual(
          (await raised(other, used)).map(({ kind }) => kind),
          ['fault-standing'],
        );
        Object.assign(used, { meterWh: 7_000_050, faults: [] });
        assert.deepEqual(await raised(other, used), []);
      });

      it('a meter that counts while a station that sells minutes sold none', async () => {
        const id = await station();
        const box = new OfflineStation(id, { meterWh: 9000 });
        box.begin(await buy(id), 2).end(1, 3600);
        assert.deepEqual(await raised(id, box), []);
        box.meterWh = 9700;
        assert.deepEqual(await raised(id, box), [
          { kind: 'energy-past-sold', evidence: { meteredWh: 700, delivered: 0, unit: 'min' } },
        ]);
      });

      it('a cloned key: vouchers that nobody bought', async () => {
        const id = await station();
        const box = new OfflineStation(id);
        box.begin(await buy(id), 2).end(1, 3600);
        box.begin(2, 5, 0, 3);
        const [alarm, ...others] = await raised(id, box);
        assert.deepEqual([alarm?.kind, alarm?.evidence.sequence, alarm?.evidence.outlet], ['unknown-voucher', 2, 3]);
        assert.deepEqual(others, []);
        box.end(2, 60);
        assert.deepEqual(await raised(id, box), []);
        // Bought, and of another quantity than was sold.
        box.begin(await buy(id, 30), 2);
        assert.deepEqual(await raised(id, box), []);
        box.begin(await buy(id, 30), 31);
        const [bent] = await raised(id, box);
        assert.deepEqual([bent?.evidence.sequence, bent?.evidence.quantity, bent?.evidence.soldQuantity], [3, 31, 1]);
      });

      it('a clock that is 40 minutes slow, and that it is right again; a report that comes late is no proof', async () => {
        const id = await station({ sequence: 'clock' });
        const box = new OfflineStation(id, { clockOffMs: -40 * MINUTE });
        const sequence = await buy(id);
        at.now += 35 * MINUTE;
        box.begin(sequence, 2).end(sequence, 1800, 0, at.now);
        const late = box.report(at.now);
        at.now += 20 * HOUR;
        const [alarm] = (await hear(id, late)).alarms;
        assert.deepEqual(
          [alarm?.kind, alarm?.evidence.clock, alarm?.evidence.mostSeconds],
          ['clock-off', 'slow', -2100],
        );
        const stands = async () =>
          (await at.ledger.listAlarms({ station: id })).items.filter(({ overAt }) => overAt === null).length;
        assert.equal(await stands(), 1);
        assert.deepEqual(await raised(id, box), []);
        box.clockOffMs = 0;
        assert.deepEqual(await raised(id, box), []);
        assert.equal(await stands(), 0);
        const held = box.report(at.now);
        at.now += 3 * HOUR;
        assert.deepEqual((await hear(id, held)).alarms, []);
        box.clockOffMs = 11 * MINUTE;
        const [fast] = await raised(id, box);
        assert.deepEqual([fast?.evidence.clock, fast?.evidence.leastSeconds], ['fast', 660]);
      });

      it('no clock of a station that counts, which may have none', async () => {
        const id = await station();
        const box = new OfflineStation(id, { clockOffMs: -40 * MINUTE });
        box.begin(await buy(id), 2).end(1, 60);
        assert.deepEqual(await raised(id, box), []);
        box.clockOffMs = undefined;
        assert.deepEqual(await raised(id, box), []);
      });

      it('a contact that welds, once for each time that it stands', async () => {
        const id = await station();
        const box = new OfflineStation(id, { faults: [3] });
        assert.deepEqual(await raised(id, box), [
          { kind: 'fault-standing', evidence: { fault: 3, name: 'relay-stuck-on' } },
        ]);
        assert.deepEqual(await raised(id, box), []);
        box.faults = [];
        assert.deepEqual(await raised(id, box), []);
        box.faults = [3, 77];
        assert.deepEqual(
          (await raised(id, box)).map(({ evidence }) => [evidence.fault, evidence.name]),
          [
            [3, 'relay-stuck-on'],
            [77, null],
          ],
        );
      });

      it('a restored card: its journal goes on from before', async () => {
        const id = await station();
        const box = new OfflineStation(id);
        box.begin(await buy(id), 2).end(1, 3600);
        box.report(at.now);
        const image = box.image();
        box.begin(await buy(id), 2).end(2, 3600);
        assert.deepEqual(await raised(id, box), []);
        image.boot += 1;
        image.begin(await buy(id), 2).end(3, 60);
        assert.deepEqual(
          (await raised(id, image)).map(({ kind, evidence }) => [kind, evidence.journal, evidence.closed]),
          [['journal-went-back', box.journal, 2]],
        );
        image.begin(await buy(id), 2).end(4, 60);
        assert.deepEqual(await raised(id, image), []);
      });

      it('a restored card that nobody heard of since, by its sure time', async () => {
        const id = await station({ sequence: 'clock' });
        const box = new OfflineStation(id, { sureMs: at.now });
        const image = box.image();
        for (let n = 0; n < 5; n++) box.report(at.now);
        box.sureMs += HOUR;
        assert.deepEqual(await raised(id, box), []);
        // A power cut takes minutes of it, no more.
        box.sureMs -= 5 * MINUTE;
        assert.deepEqual(await raised(id, box), []);
        image.sureMs += 2 * HOUR;
        assert.deepEqual(
          (await raised(id, image)).map(({ kind }) => kind),
          ['journal-went-back'],
        );
      });

      it('a voucher that ended in two journals', async () => {
        const id = await station();
        const box = new OfflineStation(id);
        const twin = new OfflineStation(id, { journal: '11111111' });
        const sequence = await buy(id);
        box.begin(sequence, 2).end(sequence, 3600);
        twin.begin(sequence, 2).end(sequence, 1800, 77);
        assert.deepEqual(await raised(id, box), []);
        assert.deepEqual((await raised(id, twin)).map(({ kind }) => kind).sort(), ['ended-twice', 'journal-restarted']);
      });

      it('contactors near the end of their life, over all journals, and lockouts by the ten', async () => {
        const id = await station();
        const box = new OfflineStation(id, { closings: 60_000, lockouts: 9 });
        assert.deepEqual(await raised(id, box), []);
        granted(await at.ledger.replaceKey(id, 'me'));
        const next = new OfflineStation(id, { keyVersion: 2, journal: '22222222', closings: 30_000, lockouts: 10 });
        assert.deepEqual((await raised(id, next)).map(({ kind }) => kind).sort(), ['contactor-worn', 'many-lockouts']);
        next.lockouts = 19;
        assert.deepEqual(await raised(id, next), []);
        next.lockouts = 20;
        assert.deepEqual(
          (await raised(id, next)).map(({ evidence }) => evidence.lockouts),
          [20],
        );
      });
    });

    it('shows alarms until somebody has seen them', async () => {
      const id = await station();
      await hear(id, new OfflineStation(id, { faults: [1, 2] }).report(at.now));
      const { items } = await at.ledger.listAlarms({ station: id, unseen: true });
      assert.equal(items.length, 2);
      const seen = granted(await at.ledger.seeAlarm({ id: items[0]!.id, by: 'Ann' }));
      assert.deepEqual([seen.seenBy, seen.seenAt], ['Ann', new Date(at.now).toISOString()]);
      const left = await at.ledger.listAlarms({ station: id, unseen: true });
      assert.deepEqual(
        left.items.map(({ id: each }) => each),
        [items[1]!.id],
      );
      assert.equal((await at.ledger.listAlarms({ station: id })).items.length, 2);
      assert.equal(refusal(await at.ledger.seeAlarm({ id: 'alarm_00', by: 'Ann' })), '404 unknown-alarm');
    });

    it('hands each alarm to the webhook until it took it, later and later', async () => {
      await at.ledger.takeDueAlarms();
      for (;;) {
        const due = await at.ledger.takeDueAlarms();
        for (const { id } of due) await at.ledger.alarmTold({ id });
        if (due.length === 0) break;
      }
      const id = await station();
      const [alarm] = (await hear(id, new OfflineStation(id, { faults: [1] }).report(at.now))).alarms;
      const due = async () => (await at.ledger.takeDueAlarms()).filter((each) => each.station === id);
      assert.deepEqual(await due(), [alarm]);
      assert.deepEqual(await due(), []);
      at.now += 11_000;
      assert.deepEqual(await due(), [alarm]);
      at.now += 11_000;
      assert.deepEqual(await due(), []);
      at.now += 11_000;
      assert.deepEqual(await due(), [alarm]);
      await at.ledger.alarmTold({ id: alarm!.id });
      at.now += 24 * HOUR;
      assert.deepEqual(await due(), []);
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
