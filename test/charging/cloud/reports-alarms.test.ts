import assert from 'node:assert/strict';
import { granted, refusal } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';
import { HOUR, MINUTE, reportedStations } from './reported-stations.ts';

for (const kind of BOTH) {
  describe(`a report on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());
    const { station, buy, hear } = reportedStations(() => at);

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
  });
}
