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
});
