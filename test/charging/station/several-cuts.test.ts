// The plug is pulled at each step of each write while three sessions are open: what the station holds after is what it held
// before the write, or what it was to hold after it, of every session at once.
import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { WritePoint } from '../../../charging/station/journal/journal.ts';
import type { Station } from '../../../charging/station/station.ts';
import type { SessionRecord } from '../../../charging/station/types.ts';
import { Bench, copyAfterCrash, newFolder, removeFolders, WIDE } from './support.ts';

const POINTS: readonly WritePoint[] = ['before', 'rows', 'snapshot', 'committed'];
const SOLD = 6;

/** What must not be lost: what stands open, which numbers are used, each voucher's end and receipt, and the totals. */
function held(bench: Bench, station: Station): unknown {
  const codes = Array.from({ length: SOLD }, (_, i) => bench.code(bench.slot - i, 'wide'));
  return {
    open: station.openVouchers(),
    fates: codes.map((code) => station.fateOf(code)),
    used: codes.map((code) => station.verify(code).outcome),
    closed: station.totals().closed,
  };
}

interface Act {
  readonly name: string;
  act(station: Station): void;
}

/** The life of a site, an act for each write. */
function acts(bench: Bench): readonly Act[] {
  const voucher = (n: number) => bench.voucherOf(bench.slot - n);
  const of = (station: Station, n: number) =>
    station.openVouchers().find((record) => record.voucher.sequence === bench.slot - n) as SessionRecord;
  const redeem = (n: number, outlet: number, joins?: number): Act => ({
    name: `redeem ${n} at ${outlet}`,
    act: (station) => {
      const session = joins === undefined ? {} : { session: of(station, joins).session! };
      station.redeem(voucher(n), { voucher: voucher(n), outlet, delivered: 0, ...session });
    },
  });
  return [
    redeem(0, 1),
    redeem(1, 2),
    redeem(2, 3),
    redeem(3, 2, 1),
    {
      name: 'a checkpoint of all',
      act: (station) => station.checkpoint([0, 1, 2].map((n) => ({ ...of(station, n), delivered: 10 + n }))),
    },
    {
      name: 'one is used up, the next begins',
      act: (station) =>
        station.checkpoint([
          { ...of(station, 0), delivered: 20 },
          { ...of(station, 1), delivered: 60, ended: 'used-up' },
          { ...of(station, 3), delivered: 1 },
        ]),
    },
    { name: 'one is handed back', act: (station) => station.handBack(voucher(4)) },
    redeem(5, 2, 3),
    {
      name: 'a session of two ends',
      act: (station) =>
        station.close([
          { ...of(station, 3), delivered: 5.5, ended: 'unplugged' },
          { ...of(station, 5), ended: 'unplugged' },
        ]),
    },
    { name: 'a report', act: (station) => station.report({ faults: [], meterWh: undefined, waiting: [] }) },
    {
      name: 'another ends',
      act: (station) => station.close([{ ...of(station, 2), delivered: 30, ended: 'stop-key' }]),
    },
  ];
}

describe('a journal with several open sessions', () => {
  after(removeFolders);

  it('holds all of an act or nothing of it, wherever the plug is pulled', function () {
    this.timeout(60_000);
    let tried = 0;
    for (const point of POINTS) {
      let cut: string | undefined;
      let armed = false;
      const bench: Bench = new Bench(WIDE, {
        onWrite: (at) => {
          if (armed && at === point) cut ??= copied(bench.folder);
        },
      });
      for (const { name, act } of acts(bench)) {
        const before = held(bench, bench.station);
        armed = true;
        act(bench.station);
        armed = false;
        const after = held(bench, bench.station);
        const crashed = new Bench(WIDE, { folder: cut!, clocks: bench.clocks });
        const isDone = point === 'snapshot' || point === 'committed';
        assert.deepEqual(held(bench, crashed.station), isDone ? after : before, `${name}, ${point}`);
        crashed.station.dispose();
        cut = undefined;
        tried++;
      }
      bench.station.dispose();
    }
    assert.equal(tried, POINTS.length * 11);
  });

  it('loses nothing of the last act when its log is cut off in it: the snapshots have all sessions', function () {
    this.timeout(60_000);
    const bench = new Bench(WIDE);
    for (const { name, act } of acts(bench)) {
      const log = (folder: string) => join(folder, readdirSync(folder).find((file) => file.endsWith('-wal'))!);
      const from = statSync(log(bench.folder)).size;
      act(bench.station);
      const after = held(bench, bench.station);
      const to = statSync(log(bench.folder)).size;
      for (let length = Math.min(from, to); length < to; length += 1531) {
        const folder = copied(bench.folder);
        truncateSync(log(folder), length);
        const crashed = new Bench(WIDE, { folder, clocks: bench.clocks });
        assert.deepEqual(held(bench, crashed.station), after, `${name}, log of ${length}`);
        crashed.station.dispose();
      }
    }
    bench.station.dispose();
  });
});

function copied(folder: string): string {
  const copy = newFolder();
  copyAfterCrash(folder, copy);
  return copy;
}
