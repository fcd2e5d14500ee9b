// What pulse counters of all outlets have counted is written to the journal at once, and seldom.
import assert from 'node:assert/strict';
import type { WritePoint } from '../../../charging/station/journal/journal.ts';
import { MeterCounters } from '../../../nodes/read-meter/meter-counters.ts';
import { Bench, CLOCK, removeFolders } from '../../charging/station/support.ts';

describe('the counters of meters that keep none', () => {
  let bench: Bench;
  let failures: unknown[];
  let counters: MeterCounters;
  /** Commits to the journal so far; while `full` the disk takes none. */
  let commits = 0;
  let full = false;
  beforeEach(() => {
    bench = new Bench(CLOCK, {
      onWrite: (point: WritePoint) => {
        if (full) throw Object.assign(new Error('ENOSPC: as the disk says'), { code: 'ENOSPC' });
        if (point === 'committed') commits++;
      },
    });
    failures = [];
    counters = new MeterCounters(
      (error) => failures.push(error),
      () => bench.clocks.monotonic,
    );
  });
  afterEach(() => {
    bench.station.dispose();
    removeFolders();
  });
  const name = (outlet: number) => `line-${outlet}`;
  it('are written together: twenty outlets as often as one, and no more than ten seconds are lost', () => {
    commits = 0;
    const kept = Array.from({ length: 20 }, (_, index) => counters.of(bench.station, index + 1, [name(index + 1)]));
    for (let second = 1; second <= 60; second++) {
      bench.clocks.pass(1000);
      for (const counter of kept) counter.keep(second, false);
      for (let outlet = 1; outlet <= 20; outlet++)
        assert.ok(bench.station.meterCounter(name(outlet)) > second - 10, `${outlet} at ${second} s`);
    }
    assert.equal(commits, 7);
  });

  it('are written at once when a meter is closed, and begin from there', () => {
    const counter = counters.of(bench.station, 1, ['now', 'before']);
    counter.keep(1, false);
    counter.keep(5, true);
    bench.restart();
    assert.equal(counters.of(bench.station, 1, ['now', 'before']).startWh, 5);
    assert.equal(counters.of(bench.station, 1, ['other', 'now']).startWh, 5);
  });

  it('begin from what was billed of what stands open at their outlet, where that is more', () => {
    const voucher = bench.voucherOf(bench.slot);
    bench.station.redeem(voucher, { voucher, outlet: 2, delivered: 0 });
    const [open] = bench.station.openVouchers();
    bench.station.checkpoint([{ ...open!, delivered: 1, meterStartWh: 10, meterLastWh: 77 }]);
    assert.deepEqual(
      [1, 2].map((outlet) => counters.of(bench.station, outlet, [name(outlet)]).startWh),
      [0, 77],
    );
  });

  it('throw nothing where the journal takes no writes, tell it once, and are tried again', () => {
    full = true;
    const counter = counters.of(bench.station, 1, ['s0']);
    for (let second = 1; second <= 30; second++) {
      bench.clocks.pass(1000);
      counter.keep(second, false);
    }
    assert.equal(failures.length, 1);
    full = false;
    for (let second = 31; second <= 40; second++) {
      bench.clocks.pass(1000);
      counter.keep(31, false);
    }
    assert.equal(bench.station.meterCounter('s0'), 31);
  });
});
