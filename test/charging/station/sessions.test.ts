import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readReceipt } from '../../../charging/codes/index.ts';
import type { JournalError, SessionRecord } from '../../../charging/station/types.ts';
import { Bench, CLOCK, copyAfterCrash, lastReceipt, newFolder, plain, removeFolders } from './support.ts';

const KEY_TEXT = Buffer.from(CLOCK.key).toString('hex');
const withCode = (code: string) => (error: JournalError) => error.code === code;

describe('sessions in the journal', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  it('are open from redeeming to closing, and over restarts as last checkpointed', () => {
    const opened = bench.redeem(bench.code(bench.slot));
    bench.restart();
    assert.deepEqual(bench.station.openVouchers()[0], { ...opened, session: 1, outlet: 1 });
    const checkpoint = { ...opened, delivered: 12.5, meterStartWh: 1000, meterLastWh: 1450.5 };
    bench.station.checkpoint([checkpoint]);
    bench.restart();
    assert.deepEqual(plain(bench.station.openVouchers()[0]), checkpoint);
    bench.station.close([{ ...checkpoint, delivered: 60, ended: 'used-up' }]);
    bench.restart();
    assert.equal(bench.station.openVouchers()[0], undefined);
  });

  it('are for their owner’s eyes alone, with the key that is beside them, also where others may look into the folder', () => {
    const readable = () =>
      readdirSync(bench.folder).filter((name) => {
        const path = join(bench.folder, name);
        return (statSync(path).mode & 0o077) !== 0 && readFileSync(path, 'latin1').includes(KEY_TEXT);
      });
    chmodSync(bench.folder, 0o755);
    bench.redeem(bench.code(bench.slot));
    assert.deepEqual(readable(), []);
    bench.station.dispose();
    chmodSync(join(bench.folder, 'journal.sqlite'), 0o644);
    bench.station = bench.open();
    bench.station.checkpoint([{ ...bench.station.openVouchers()[0]!, delivered: 10 }]);
    assert.deepEqual(readable(), []);
  });

  it('are redeemed one at a time', () => {
    const opened = bench.redeem(bench.code(bench.slot));
    const next = bench.voucher(bench.code(bench.slot + 1));
    assert.throws(() => bench.station.redeem(next, { voucher: next, delivered: 0 }), withCode('session-open'));
    bench.station.close([{ ...opened, delivered: 60, ended: 'used-up' }]);
    assert.equal(bench.station.redeem(next, { voucher: next, delivered: 0 }), 'redeemed');
  });

  it('can be over as they begin, for who switches a relay and watches no session', () => {
    for (const n of [bench.slot, bench.slot + 1]) {
      const voucher = bench.voucher(bench.code(n));
      const whole: SessionRecord = { voucher, delivered: voucher.amount, ended: 'used-up' };
      assert.equal(bench.station.redeem(voucher, whole), 'redeemed');
      assert.equal(bench.station.openVouchers()[0], undefined);
      assert.equal(lastReceipt(bench.station), undefined);
      assert.equal(bench.outcome(bench.code(n)), 'used');
    }
  });

  it('keep the last receipt until the session after it has been closed as well', () => {
    bench.charge(bench.code(bench.slot), 20);
    const first = lastReceipt(bench.station);
    assert.equal(first?.voucher.sequence, bench.slot);
    bench.restart();
    assert.deepEqual(lastReceipt(bench.station), first);
    const second = bench.redeem(bench.code(bench.slot + 1));
    assert.deepEqual(lastReceipt(bench.station), first);
    bench.station.close([{ ...second, delivered: 60, ended: 'used-up' }]);
    assert.equal(lastReceipt(bench.station), undefined);
  });

  it('never end without the receipt that is due', () => {
    const opened = bench.redeem(bench.code(bench.slot));
    bench.station.close([{ ...opened, delivered: 15, ended: 'fault' }]);
    const closed = lastReceipt(bench.station);
    assert(closed?.receipt);
    assert.equal(closed.receipt, bench.station.receiptFor({ ...opened, delivered: 15 }));
    assert.equal(closed.ended, 'fault');
  });

  it('are closed once: closing again changes nothing', () => {
    const record = bench.charge(bench.code(bench.slot), 20);
    const kept = lastReceipt(bench.station);
    bench.station.close([{ ...record, delivered: 60 }]);
    assert.deepEqual(lastReceipt(bench.station), kept);
    assert.throws(() => bench.station.checkpoint([record]), withCode('session-not-open'));
    assert.throws(() => bench.station.close([{ ...record, voucher: { ...record.voucher, sequence: 1 } }]));
  });

  it('never hold more than was bought, and refuse what is no amount', () => {
    const opened = bench.redeem(bench.code(bench.slot));
    assert.throws(() => bench.station.checkpoint([{ ...opened, delivered: Number.NaN }]), /record\.delivered/);
    bench.station.checkpoint([{ ...opened, delivered: 61 }]);
    assert.equal(bench.station.openVouchers()[0]?.delivered, 60);
  });

  it('write nothing at a checkpoint that says what the last one said', () => {
    const { clocks, folder } = bench;
    const opened = bench.redeem(bench.code(bench.slot));
    bench.station.checkpoint([{ ...opened, delivered: 10 }]);
    bench.station.dispose();
    let writes = 0;
    bench = new Bench(CLOCK, { clocks, folder, onWrite: () => writes++ });
    bench.station.checkpoint([{ ...opened, delivered: 10 }]);
    assert.equal(writes, 0);
    bench.station.checkpoint([{ ...opened, delivered: 11 }]);
    assert(writes > 0);
  });

  it('give receipts for 155ths of what was bought, rounded down, and none for less than one', () => {
    const voucher = bench.voucher(bench.code(bench.slot, 'long', 155));
    const unused = (delivered: number) => {
      const receipt = bench.station.receiptFor({ voucher, delivered });
      if (receipt === undefined) return undefined;
      const reading = readReceipt(receipt);
      assert(typeof reading === 'object');
      assert.equal(reading.residue, voucher.sequence % 64);
      return reading.unused;
    };
    assert.equal(unused(0), 155);
    assert.equal(unused(0.01), 154);
    assert.equal(unused(30), 154);
    assert.equal(unused(30.1), 153);
    assert.equal(unused(voucher.amount - 30), 1);
    assert.equal(unused(voucher.amount - 29.9), undefined);
    assert.equal(unused(voucher.amount), undefined);
    assert.equal(unused(voucher.amount + 5), undefined);
  });

  it('give the 155th that is left to the whole, whatever the division makes of it', () => {
    const other = new Bench({ ...CLOCK, step: 1 });
    const voucher = other.voucher(other.code(other.slot, 'compact', 1));
    const receipt = other.station.receiptFor({ voucher, delivered: 0.8 });
    const reading = readReceipt(receipt!);
    assert(typeof reading === 'object');
    assert.equal(reading.unused, 31);
    other.station.dispose();
  });

  it('lose no pulse counter: it is kept with the rest, and zero before it was ever saved', () => {
    assert.equal(bench.station.meterCounter('s0'), 0);
    bench.station.saveMeterCounters({ s0: 1234.5 });
    bench.station.saveMeterCounters({ other: 1 });
    const crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
    const { clocks } = bench;
    bench.station.dispose();
    bench = new Bench(CLOCK, { clocks, folder: crashed });
    assert.equal(bench.station.meterCounter('s0'), 1234.5);
    assert.throws(() => bench.station.saveMeterCounters({ s0: Number.NaN }), RangeError);
  });

  it('refuse settings that no station has', () => {
    for (const wrong of [
      { slotSeconds: 0 },
      { slotSeconds: 1.5 },
      { sequence: 'both' },
      { stationId: '' },
      { step: 0 },
    ]) {
      assert.throws(() => new Bench({ ...CLOCK, ...wrong } as typeof CLOCK), /slotSeconds|sequence|stationId|step/);
    }
    assert.throws(() => new Bench(CLOCK, { keepSessions: 0 }), /keepSessions/);
  });
});

describe('several open sessions in the journal', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.station.dispose());

  const open = (sequence: number, outlet: number, session?: number): SessionRecord => {
    const voucher = bench.voucherOf(sequence);
    const record = { voucher, outlet, delivered: 0, ...(session === undefined ? {} : { session }) };
    assert.equal(bench.station.redeem(voucher, record), 'redeemed');
    return bench.station.openVouchers().find((each) => each.voucher.sequence === sequence)!;
  };
  const numbers = (records: readonly SessionRecord[]) => records.map(({ voucher }) => voucher.sequence);

  it('stand open at twenty outlets, over restarts, each as it was checkpointed', () => {
    const first = Array.from({ length: 20 }, (_, i) => open(bench.slot - i, i + 1));
    bench.station.checkpoint(first.map((record, i) => ({ ...record, delivered: i + 0.5 })));
    bench.restart();
    const after = bench.station.openVouchers();
    assert.deepEqual(
      after.map(({ outlet, delivered }) => [outlet, delivered]),
      first.map((_, i) => [i + 1, i + 0.5]),
    );
    assert.equal(new Set(after.map(({ session }) => session)).size, 20);
  });

  it('hold several vouchers each, which stay in order of redemption', () => {
    const first = open(bench.slot, 1);
    open(bench.slot - 1, 2);
    const second = open(bench.slot - 9, 1, first.session);
    assert.deepEqual(numbers(bench.station.openVouchers()), [bench.slot, bench.slot - 9, bench.slot - 1]);
    bench.station.checkpoint([{ ...first, delivered: 60, ended: 'used-up' }, second]);
    assert.deepEqual(numbers(bench.station.openVouchers()), [bench.slot - 9, bench.slot - 1]);
    const third = open(bench.slot - 3, 1, first.session);
    bench.station.close([
      { ...first, delivered: 60, ended: 'unplugged' },
      { ...second, delivered: 20, ended: 'unplugged' },
      { ...third, ended: 'unplugged' },
    ]);
    assert.deepEqual(
      bench.station.lastClosed().map(({ outlet, ended, delivered, receipt }) => [outlet, ended, delivered, !!receipt]),
      [
        [1, 'used-up', 60, false],
        [1, 'unplugged', 20, true],
        [1, 'unplugged', 0, true],
      ],
    );
    assert.deepEqual(numbers(bench.station.openVouchers()), [bench.slot - 1]);
  });

  it('tell of each all its vouchers in order of redemption, those too that have ended before it, also after a restart', () => {
    const first = open(bench.slot - 5, 1);
    open(bench.slot - 1, 2);
    const second = open(bench.slot - 9, 1, first.session);
    const third = open(bench.slot, 1, first.session);
    bench.station.checkpoint([{ ...first, delivered: 60, ended: 'used-up' }, second]);
    bench.station.close([{ ...third, ended: 'taken-back' }]);
    const other = bench.station.openVouchers().find(({ outlet }) => outlet === 2)!;
    for (const restarts of [0, 1]) {
      if (restarts) bench.restart();
      const all = bench.station.openSessions();
      assert.deepEqual(
        all.map(({ voucher, outlet, ended, receipt }) => [voucher.sequence, outlet, ended, receipt !== undefined]),
        [
          [bench.slot - 5, 1, 'used-up', false],
          [bench.slot - 9, 1, undefined, false],
          [bench.slot, 1, 'taken-back', true],
          [bench.slot - 1, 2, undefined, false],
        ],
      );
    }
    bench.station.close([{ ...second, delivered: 1, ended: 'unplugged' }]);
    assert.deepEqual(bench.station.openSessions(), [other], 'and nothing of one that is over');
  });

  it('are joined only where they are open, and begun only where none is', () => {
    const { session } = open(bench.slot, 3);
    const voucher = bench.voucherOf(bench.slot + 1);
    const redeem = (record: Partial<SessionRecord>) => () =>
      bench.station.redeem(voucher, { voucher, delivered: 0, ...record });
    assert.throws(redeem({ outlet: 3 }), withCode('session-open'));
    assert.throws(redeem({ outlet: 2, session: session! }), withCode('session-not-open'));
    assert.throws(redeem({ outlet: 3, session: session! + 1 }), withCode('session-not-open'));
    assert.equal(bench.station.highestUsed(), bench.slot);
    assert.equal(redeem({ outlet: 3, session: session! })(), 'redeemed');
  });

  it('tell of each outlet the session that ended last', () => {
    for (const [sequence, outlet] of [
      [1, 1],
      [2, 2],
      [3, 1],
    ] as const) {
      bench.station.close([{ ...open(bench.slot + sequence, outlet), delivered: 6, ended: 'unplugged' }]);
    }
    open(bench.slot + 4, 2);
    bench.restart();
    assert.deepEqual(numbers(bench.station.lastClosed()), [bench.slot + 2, bench.slot + 3]);
    assert(bench.station.lastClosed().every(({ receipt }) => receipt));
  });

  it('leave alone a voucher that is handed back: its number is used, its receipt is for the whole of it', () => {
    open(bench.slot, 1);
    const voucher = bench.voucher(bench.code(bench.slot + 1));
    const record = bench.station.handBack(voucher);
    assert(typeof record === 'object');
    assert.equal(record.ended, 'handed-back');
    assert.equal(record.outlet, 0);
    const reading = readReceipt(record.receipt!);
    assert(typeof reading === 'object');
    assert.equal(reading.unused, 155);
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
    assert.equal(bench.station.fateOf(bench.code(bench.slot + 1))?.receipt, record.receipt);
    assert.equal(bench.station.handBack(voucher), 'used');
    assert.deepEqual(numbers(bench.station.openVouchers()), [bench.slot]);
    assert.deepEqual(bench.station.lastClosed(), []);
    assert.equal(bench.station.totals().closed, 1);
    assert.equal(bench.station.totals().closings, 1, 'no relay closed for it');
  });
});
