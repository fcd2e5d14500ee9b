// How much a checkpoint writes: a memory card bears so much in its life, and twenty outlets must not wear it out sooner than one.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, MINUTE, removeFolders, WIDE } from './support.ts';

/** Bytes of the log and of a snapshot that one checkpoint of so many outlets writes, in the mean over many. */
function bytesOfCheckpoint(outlets: number, unit: 'min' | 'Wh', ahead?: number): number {
  const step = unit === 'min' ? 30 : 500;
  const bench = new Bench({ ...WIDE, unit, step });
  const meter = unit === 'Wh' ? { meterStartWh: 1_234_567.891, meterLastWh: 1_234_567.891 } : {};
  for (let outlet = 1; outlet <= outlets; outlet++) {
    const voucher = bench.voucherOf(bench.slot - outlet);
    bench.station.redeem(voucher, { voucher, outlet, delivered: 0, ...meter });
  }
  const log = () => statSync(join(bench.folder, 'journal.sqlite-wal')).size;
  const before = log();
  const times = 20;
  for (let minute = 1; minute <= times; minute++) {
    bench.clocks.pass(MINUTE);
    bench.station.checkpoint(
      bench.station.openVouchers().map((record, index) => ({
        ...record,
        // Minutes with all their fraction, Wh to the thousandth, as they are counted.
        delivered: unit === 'min' ? (minute * 17) / 19 + index / 7 : thousandths(minute * 17.123 + index / 7),
        ...(unit === 'Wh' ? { meterLastWh: thousandths(1_234_567.891 + minute * 17.123 + index / 7) } : {}),
        ...(ahead === undefined ? {} : { ahead: thousandths(ahead + index / 7) }),
      })),
    );
  }
  const written = (log() - before) / times;
  assert.ok(written > 0);
  bench.station.dispose();
  return written + statSync(join(bench.folder, 'snapshot-a')).size;
}

const thousandths = (wh: number) => Math.round(wh * 1000) / 1000;

describe('a checkpoint', () => {
  after(removeFolders);

  it('of twenty outlets that sell minutes writes at most half as much again as that of one', () => {
    const [one, twenty] = [bytesOfCheckpoint(1, 'min'), bytesOfCheckpoint(20, 'min')];
    assert.ok(one <= 8_500, `${one} bytes`);
    assert.ok(twenty <= 1.5 * one, `${twenty} bytes for twenty outlets, ${one} for one`);
  });

  it('of twenty outlets that sell energy, whose meters are written too, at most half as much again as that of one', () => {
    const [one, twenty] = [bytesOfCheckpoint(1, 'Wh'), bytesOfCheckpoint(20, 'Wh')];
    assert.ok(one <= 8_500, `${one} bytes`);
    assert.ok(twenty <= 1.5 * one, `${twenty} bytes for twenty outlets, ${one} for one`);
  });

  it('and where meters forget, so that what a cut would cost is written with them', () => {
    const [one, twenty] = [bytesOfCheckpoint(1, 'Wh', 8.333), bytesOfCheckpoint(20, 'Wh', 8.333)];
    assert.ok(twenty <= 1.5 * one, `${twenty} bytes for twenty outlets, ${one} for one`);
  });
});
