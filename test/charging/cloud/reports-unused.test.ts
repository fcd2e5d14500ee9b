import assert from 'node:assert/strict';
import { granted } from './answers.ts';
import { BOTH, TestLedger } from './databases.ts';
import { OfflineStation } from './offline-station.ts';
import { HOUR, MINUTE, reportedStations } from './reported-stations.ts';

for (const kind of BOTH) {
  describe(`a code that came to nothing is given back on ${kind}`, function () {
    this.timeout(60_000);
    let at: TestLedger;
    before(async () => {
      at = await TestLedger.open(kind);
    });
    after(() => at.ledger.close());
    const { station, buy, hear, settled, alarms } = reportedStations(() => at);

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

    it('by the terms that it was sold under: what lives longer than what the station sells now is not over yet', async () => {
      const id = await station({ sequence: 'clock', layout: 'wide', slotSeconds: 300 });
      const box = await knownBox(id);
      const sequence = await buy(id);
      granted(await at.ledger.updateStation(id, { layout: 'compact' }));
      at.now += 80 * HOUR;
      await hear(id, Object.assign(box, { sureMs: over(sequence) }).report(at.now));
      assert.deepEqual(await settled(id), []);
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

    it('not where its journal contradicts itself: a copy of the card may have honoured it', async () => {
      const id = await station({ sequence: 'clock' });
      const box = await knownBox(id);
      const copy = new OfflineStation(id);
      const used = [await buy(id), await buy(id)];
      const unused = await buy(id);
      box.begin(used[0]!, 2).end(used[0]!, 60);
      copy.begin(used[1]!, 2).end(used[1]!, 60);
      for (const each of [box, copy]) await hear(id, each.report(at.now));
      at.now += 6 * HOUR;
      await hear(id, Object.assign(box, { sureMs: over(unused) }).report(at.now));
      assert.deepEqual(await settled(id), []);
      assert.deepEqual(await alarms(id), ['journal-went-back']);
    });

    it('not by a box of before, whose key was replaced: the station may have honoured it under its new one', async () => {
      const id = await station({ sequence: 'clock' });
      const old = await knownBox(id);
      granted(await at.ledger.replaceKey(id, 'operator'));
      at.now += MINUTE;
      const sequence = await buy(id);
      at.now += 6 * HOUR;
      await hear(id, Object.assign(old, { sureMs: over(sequence) }).report(at.now));
      assert.deepEqual(await settled(id), []);
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
}
