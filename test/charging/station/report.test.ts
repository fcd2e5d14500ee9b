import assert from 'node:assert/strict';
import { FAULT_NUMBERS, readReceipt, readReport, sealReport } from '../../../charging/codes/index.ts';
import { makeReport, type Told } from '../../../charging/station/report.ts';
import type { SessionRecord } from '../../../charging/station/types.ts';
import { Bench, CLOCK, KEY, lastReceipt, MINUTE, NOON, removeFolders, WIDE } from './support.ts';

const TOLD: Told = {
  ...{ journal: 'a1b2c3d4', keyVersion: 1, boot: 3, number: 17, stationMs: NOON, sureMs: NOON - 500, highest: 1005 },
  totals: { closed: 2, delivered: 6001.9, closings: 4, wrongGuesses: 1, lockouts: 0, reports: 16 },
  meterWh: undefined,
  ...{ faults: [], closed: [], open: [] },
};
const voucher = (sequence: number, quantity = 2, unit: 'min' | 'Wh' = 'min') => {
  const step = unit === 'min' ? 30 : 500;
  return { station: 'CP-0001', layout: 'compact', sequence, quantity, amount: quantity * step, unit, step } as const;
};

describe('the report of a station', () => {
  after(removeFolders);

  it('says minutes in seconds and Wh as they are, both rounded down, and outlet 1 where none is named', () => {
    const open: SessionRecord[] = [
      { voucher: voucher(1005), delivered: 12.3499 },
      { voucher: voucher(1004), outlet: 3, delivered: 0.1 + 0.2 },
    ];
    const report = makeReport({ ...TOLD, open });
    assert.deepEqual(report.open, [
      { sequence: 1005, outlet: 1, quantity: 2, delivered: 740 },
      { sequence: 1004, outlet: 3, quantity: 2, delivered: 18 },
    ]);
    const totals = { closed: 2, delivered: 6001, relayClosings: 4, wrongGuesses: 1, lockouts: 0 };
    assert.deepEqual(report.totals, { ...totals, meterWh: null });
    const open2 = [{ voucher: voucher(7, 1, 'Wh'), delivered: 499.9 }];
    const energy = makeReport({ ...TOLD, meterWh: 12.9, open: open2 });
    assert.deepEqual([energy.totals.meterWh, energy.open[0]?.delivered], [12, 499]);
  });

  it('says why each voucher ended, what was left and how long ago, and nothing of when where a clock was lost', () => {
    const closed = [
      { voucher: voucher(1005), delivered: 45, ended: 'unplugged', endedMs: NOON - 3.9 * MINUTE },
      { voucher: voucher(1001), delivered: 60, ended: 'used-up' },
      { voucher: voucher(1003), outlet: 2, delivered: 0, ended: 'fault', endedMs: NOON + MINUTE },
    ] as const;
    const told = { ...TOLD, closed, faults: ['relay-stuck-on'] as const };
    const report = makeReport(told);
    assert.deepEqual(
      report.closed.map(({ reason, unused, minutesAgo }) => [reason, unused, minutesAgo]),
      [
        [2, 38, 3],
        [1, 0, 0],
        [7, 155, 0],
      ],
    );
    assert.deepEqual(report.faults, [FAULT_NUMBERS['relay-stuck-on']]);
    assert.deepEqual([report.timeSeconds, report.sureTimeSeconds], [NOON / 1000, NOON / 1000 - 1]);
    const lost = makeReport({ ...told, stationMs: undefined, sureMs: undefined });
    assert.deepEqual([lost.timeSeconds, lost.sureTimeSeconds, lost.closed[0]?.minutesAgo], [0, 0, 0]);
  });

  it('lists the 20 newest, and is read back from its seal', () => {
    const closed = Array.from({ length: 25 }, (_, i) => ({
      ...{ voucher: voucher(1005 - i), delivered: 30, ended: 'unplugged' as const },
    }));
    const report = makeReport({ ...TOLD, closed });
    assert.deepEqual(
      report.closed.map(({ sequence }) => sequence),
      Array.from({ length: 20 }, (_, i) => 1005 - i),
    );
    assert.deepEqual(readReport(KEY, sealReport(KEY, report)), report);
  });

  for (const settings of [CLOCK, WIDE]) {
    it(`says what is left as the receipt of a ${settings.layout} station does`, () => {
      const bench = new Bench(settings);
      for (const left of [1, 12.5, 59.9]) {
        const record = bench.charge(bench.code(bench.slot), left);
        const reading = readReceipt(lastReceipt(bench.station)!.receipt!);
        assert(typeof reading === 'object');
        const [closed] = makeReport({ ...TOLD, closed: [{ ...record, ended: 'unplugged' }] }).closed;
        assert.equal(closed?.unused, reading.unused);
        bench.clocks.pass(settings.slotSeconds * 1000);
      }
      bench.station.dispose();
    });
  }

  it('is made by the station of its own journal: numbered, with the last that were closed and what is open', () => {
    const bench = new Bench(WIDE);
    const told = { faults: ['over-temperature'], meterWh: 1234.5, waiting: [] } as const;
    const open = (sequence: number, outlet: number) => {
      const voucher = bench.voucherOf(bench.slot - sequence);
      bench.station.redeem(voucher, { voucher, outlet, delivered: 0 });
      return { voucher, delivered: 15, ended: 'unplugged' } as const;
    };
    const [long, ...short] = Array.from({ length: 24 }, (_, i) => open(i, 1 + (i % 20 === 0 ? i : 0) + i));
    const read = () => {
      const report = readReport(KEY, bench.station.report(told));
      assert(typeof report === 'object');
      return report;
    };
    assert.deepEqual([read().open.length, read().closed.length, read().number], [24, 0, 3]);
    for (const record of short) bench.station.close([record]);
    bench.clocks.pass(5 * MINUTE);
    bench.station.close([long!]);
    bench.clocks.pass(5 * MINUTE);
    const { voucher } = open(30, 4);
    bench.station.handBack(bench.voucherOf(bench.slot - 40));
    bench.restart();
    const report = read();
    assert.deepEqual(report.totals, {
      closed: 25,
      delivered: 24 * 15 * 60,
      meterWh: 1234,
      relayClosings: 25,
      wrongGuesses: 0,
      lockouts: 0,
    });
    assert.deepEqual(report.closed.length, 20);
    const [back, newest, before] = report.closed;
    assert.deepEqual([back?.reason, back?.outlet, back?.unused], [8, 0, 155]);
    assert.deepEqual([newest?.sequence, newest?.minutesAgo], [long!.voucher.sequence, 5], 'by when it was closed');
    assert.equal(before?.sequence, short.at(-1)!.voucher.sequence);
    assert.deepEqual(report.open, [{ sequence: voucher.sequence, outlet: 4, quantity: 2, delivered: 0 }]);
    assert.deepEqual(report.faults, [FAULT_NUMBERS['over-temperature']]);
    assert.equal(report.keyVersion, 1);
    bench.station.dispose();
  });

  it('says nothing of what was sold under an earlier key: its numbers are of another line', () => {
    const bench = new Bench(WIDE);
    bench.charge(bench.code(bench.slot, 'wide'), 10);
    bench.redeem(bench.code(bench.slot - 1, 'wide'));
    const old = bench.station.openVouchers()[0]!;
    bench.station.dispose();
    const key = new Uint8Array(32).fill(5);
    const renewed = new Bench({ ...WIDE, key, keyVersion: 2 }, { folder: bench.folder, clocks: bench.clocks });
    const next = renewed.voucherOf(renewed.slot);
    renewed.station.redeem(next, { voucher: next, outlet: 2, delivered: 0 });
    renewed.station.close([{ voucher: next, delivered: 50, ended: 'unplugged' }]);
    const told = { faults: [], meterWh: undefined, waiting: [] };
    const before = readReport(key, renewed.station.report(told));
    renewed.station.close([{ ...old, delivered: 20, ended: 'stop-key' }]);
    const after = readReport(key, renewed.station.report(told));
    for (const report of [before, after]) {
      assert(typeof report === 'object');
      assert.deepEqual([report.totals.closed, report.closed.length, report.open.length], [1, 1, 0]);
      assert.equal(report.keyVersion, 2);
    }
    const { receipt } = renewed.station.fateOf(bench.code(bench.slot - 1, 'wide')) ?? lastReceipt(renewed.station)!;
    assert(receipt, 'it has its receipt all the same');
    renewed.station.dispose();
  });
});
