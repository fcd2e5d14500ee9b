import assert from 'node:assert/strict';
import { NO_TOTALS } from '../../../charging/station/journal/totals.ts';
import { Bench, CLOCK, copyAfterCrash, MINUTE, newFolder, removeFolders } from './support.ts';

describe('what a journal counts', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(CLOCK, { keepSessions: 5, keepRecords: 5 });
  });
  afterEach(() => {
    bench.station.dispose();
    removeFolders();
  });

  it('is nothing when it is new, under an id of its own', () => {
    assert.deepEqual(bench.station.totals(), NO_TOTALS);
    assert.match(bench.station.journalId, /^[0-9a-f]{8}$/);
    const other = new Bench(CLOCK);
    assert.notEqual(other.station.journalId, bench.station.journalId);
    other.station.dispose();
  });

  it('is every voucher closed and all that was delivered, also when the rows have moved to the archive', () => {
    for (let i = 0; i < 20; i++) {
      bench.clocks.pass(5 * MINUTE);
      bench.charge(bench.code(bench.slot), i % 2 ? 15 : 0);
    }
    const { closed, delivered } = bench.station.totals();
    assert.equal(closed, 20);
    assert.equal(delivered, (10 * 60 + 10 * 45) * 60);
    bench.restart();
    assert.deepEqual(bench.station.totals(), { ...NO_TOTALS, closed, delivered, closings: 20 });
  });

  it('is how often a relay was let close: for a voucher, for one that goes on, for a test', () => {
    const closings = () => bench.station.totals().closings;
    const opened = bench.redeem(bench.code(bench.slot));
    assert.equal(closings(), 1);
    bench.station.checkpoint([{ ...opened, delivered: 5 }]);
    assert.equal(closings(), 1);
    bench.station.checkpoint([{ ...opened, delivered: 6, halted: true }]);
    assert.equal(closings(), 1);
    bench.station.checkpoint([{ ...opened, delivered: 6 }]);
    assert.equal(closings(), 2, 'after a stop in order');
    bench.station.checkpoint([{ ...opened, delivered: 6, cuts: 1 }]);
    assert.equal(closings(), 3, 'after a power cut');
    assert.equal(bench.station.useService('test-relay', bench.slot + 1), 'done');
    assert.equal(closings(), 4);
    bench.station.close([{ ...opened, delivered: 60, ended: 'used-up' }]);
    assert.equal(closings(), 4);
  });

  it('is each wrong guess, no code that is genuine, and each time that the keypad was locked', () => {
    for (let i = 0; i < 3; i++) assert.equal(bench.outcome(bench.guess(i)), 'invalid');
    assert.equal(bench.outcome(bench.code(bench.slot)), 'accepted');
    assert.equal(bench.outcome(bench.code(bench.slot - 100)), 'expired');
    assert.equal(bench.outcome('123'), 'mistyped');
    assert.deepEqual(bench.station.totals(), { ...NO_TOTALS, wrongGuesses: 3 });
    for (let i = 3; i < 10; i++) bench.outcome(bench.guess(i));
    assert.equal(bench.outcome(bench.guess(10)), 'locked');
    assert.deepEqual(bench.station.totals(), { ...NO_TOTALS, wrongGuesses: 10, lockouts: 1 });
  });

  it('is on the disk with what it counts', () => {
    bench.charge(bench.code(bench.slot), 30);
    const crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
    const after = new Bench(CLOCK, { folder: crashed, clocks: bench.clocks });
    assert.deepEqual(after.station.totals(), { ...NO_TOTALS, closed: 1, delivered: 1800, closings: 1 });
    assert.equal(after.station.journalId, bench.station.journalId);
    after.station.dispose();
  });
});
