// Files cut off at every byte of the last transactions, and the plug pulled at every step of every write: whatever is
// left, no used code is accepted and no session that was paid for is lost.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Station } from '../../../charging/station/station.ts';
import { JournalError, type SessionRecord, type Voucher } from '../../../charging/station/types.ts';
import { Bench, CLOCK, copyAfterCrash, filesIn, lastReceipt, newFolder, plain, removeFolders } from './support.ts';

interface Known {
  readonly used: readonly Voucher[];
  readonly open: SessionRecord | undefined;
  readonly receipt: string | undefined;
}

/** What a bench's journal must still know, however it is cut. */
function known({ station }: Bench, used: readonly Voucher[]): Known {
  return { used, open: station.openVouchers()[0], receipt: lastReceipt(station)?.receipt };
}

function check(folder: string, bench: Bench, { used, open, receipt }: Known, what: string): 'kept' | 'refused' {
  let station: Station;
  try {
    station = Station.open(bench.settings, { folder, clocks: bench.clocks });
  } catch (error) {
    assert(error instanceof JournalError, `${what}: ${error}`);
    assert.equal(error.code, 'journal-corrupt', what);
    return 'refused';
  }
  try {
    for (const voucher of used) {
      assert.equal(station.redeem(voucher, { voucher, delivered: 0 }), 'used', `${what}: ${voucher.sequence}`);
    }
    assert.deepEqual(station.openVouchers()[0], open, what);
    assert.equal(lastReceipt(station)?.receipt, receipt, what);
    return 'kept';
  } finally {
    station.dispose();
  }
}

/** Cuts `file` of the crashed `bench` at each of `lengths`. */
function cutAt(bench: Bench, file: string, lengths: Iterable<number>, left: Known): Record<string, number> {
  const crashed = newFolder();
  const work = newFolder();
  copyAfterCrash(bench.folder, crashed);
  const whole = new Map(filesIn(crashed).map((name) => [name, readFileSync(join(crashed, name))]));
  const tally = { kept: 0, refused: 0 };
  for (const length of lengths) {
    rmSync(join(work, 'journal.sqlite-shm'), { force: true });
    for (const [name, bytes] of whole)
      writeFileSync(join(work, name), name === file ? bytes.subarray(0, length) : bytes);
    tally[check(work, bench, left, `${file} cut to ${length} bytes`)]++;
  }
  return tally;
}

function* everyByte(from: number, to: number, step = 1): Generator<number> {
  for (let length = to; length >= from; length -= step) yield length;
}

describe('a journal cut short', function () {
  this.timeout(180_000);
  after(removeFolders);

  /** A station with a past in its database, that sold again just before the plug was pulled. */
  function sold(): { bench: Bench; used: Voucher[]; before: number } {
    const bench = new Bench();
    const used = [-3, -2].map((back) => bench.charge(bench.code(bench.slot + back), 10).voucher);
    bench.restart();
    used.push(bench.charge(bench.code(bench.slot - 1), 20).voucher);
    return { bench, used, before: sizeOf(bench, 'journal.sqlite-wal') };
  }

  const sizeOf = (bench: Bench, file: string) => statSync(join(bench.folder, file)).size;

  it('in its log, at every byte of the redeeming and the checkpoint after it', () => {
    const { bench, used } = sold();
    const voucher = bench.voucher(bench.code(bench.slot));
    const before = sizeOf(bench, 'journal.sqlite-wal');
    assert.equal(bench.station.redeem(voucher, { voucher, delivered: 0 }), 'redeemed');
    bench.station.checkpoint([{ voucher, delivered: 17.25 }]);
    const lengths = everyByte(before - 1, sizeOf(bench, 'journal.sqlite-wal'));
    const tally = cutAt(bench, 'journal.sqlite-wal', lengths, known(bench, [...used, voucher]));
    assert.equal(tally.refused, 0);
    bench.station.dispose();
  });

  it('in its log, anywhere before', () => {
    const { bench, used } = sold();
    used.push(bench.redeem(bench.code(bench.slot)).voucher);
    const lengths = everyByte(0, sizeOf(bench, 'journal.sqlite-wal'), 61);
    const tally = cutAt(bench, 'journal.sqlite-wal', lengths, known(bench, used));
    assert.equal(tally.refused, 0);
    bench.station.dispose();
  });

  for (const [what, file] of [
    ['the older', 'snapshot-a'],
    ['the newer', 'snapshot-b'],
  ] as const) {
    it(`in ${what} snapshot or the other, at every byte that says something`, () => {
      const { bench, used } = sold();
      used.push(bench.redeem(bench.code(bench.slot)).voucher);
      const said = readFileSync(join(bench.folder, file)).toString('latin1').trimEnd().length;
      assert(said > 500);
      const left = known(bench, used);
      assert.equal(cutAt(bench, file, everyByte(0, said + 1), left).refused, 0);
      assert.equal(cutAt(bench, file, everyByte(said, 4096, 97), left).refused, 0);
      bench.station.dispose();
    });
  }

  it('in its database opens as it was or not at all', () => {
    const { bench, used } = sold();
    used.push(bench.redeem(bench.code(bench.slot)).voucher);
    const tally = cutAt(
      bench,
      'journal.sqlite',
      everyByte(0, sizeOf(bench, 'journal.sqlite') - 1, 31),
      known(bench, used),
    );
    assert(tally.refused! > 0);
    bench.station.dispose();
  });

  it('in its database, closed, opens not at all', () => {
    const { bench, used } = sold();
    used.push(bench.redeem(bench.code(bench.slot)).voucher);
    const left = known(bench, used);
    bench.station.dispose();
    const tally = cutAt(bench, 'journal.sqlite', everyByte(0, sizeOf(bench, 'journal.sqlite') - 1, 61), left);
    assert.equal(tally.kept, 0);
  });

  it('after an end, forgets neither the end nor its receipt', () => {
    const { bench, used } = sold();
    const opened = bench.redeem(bench.code(bench.slot));
    used.push(opened.voucher);
    const before = sizeOf(bench, 'journal.sqlite-wal');
    bench.station.close([{ ...opened, delivered: 42, ended: 'unplugged' }]);
    const lengths = everyByte(before, sizeOf(bench, 'journal.sqlite-wal'), 3);
    assert.equal(cutAt(bench, 'journal.sqlite-wal', lengths, known(bench, used)).refused, 0);
    bench.station.dispose();
  });

  it('and damaged in a snapshot as well, honours nothing twice: 1,200 trials', () => {
    const { bench, used } = sold();
    const before = sizeOf(bench, 'journal.sqlite-wal');
    used.push(bench.redeem(bench.code(bench.slot)).voucher);
    const left = known(bench, used);
    const after = sizeOf(bench, 'journal.sqlite-wal');
    const crashed = newFolder();
    const work = newFolder();
    copyAfterCrash(bench.folder, crashed);
    const whole = new Map(filesIn(crashed).map((name) => [name, readFileSync(join(crashed, name))]));
    const tally = { kept: 0, refused: 0 };
    for (let trial = 0; trial < 1200; trial++) {
      // Every length in turn, from the log as it is to all of what is left of the transactions before.
      const length = after - ((trial * 7919) % (after - before));
      const snapshot = trial % 2 === 0 ? 'snapshot-a' : 'snapshot-b';
      rmSync(join(work, 'journal.sqlite-shm'), { force: true });
      for (const [name, bytes] of whole) {
        const damaged = Buffer.from(name === 'journal.sqlite-wal' ? bytes.subarray(0, length) : bytes);
        if (name === snapshot) damaged[(trial * 31) % 600]! ^= 1 << (trial % 8);
        writeFileSync(join(work, name), damaged);
      }
      tally[check(work, bench, left, `log cut to ${length} bytes, ${snapshot} damaged (${trial})`)]++;
    }
    assert(tally.refused > 0);
    bench.station.dispose();
  });

  it('writes down that it mended itself', () => {
    const { bench, used } = sold();
    used.push(bench.redeem(bench.code(bench.slot)).voucher);
    const crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
    writeFileSync(join(crashed, 'journal.sqlite-wal'), '');
    const mended = new Bench(CLOCK, { folder: crashed, clocks: bench.clocks });
    mended.restart();
    const kinds = readFileSync(join(crashed, 'journal.sqlite')).toString('latin1');
    assert(kinds.includes('journal-recovered'));
    mended.station.dispose();
    bench.station.dispose();
  });
});

describe('the plug pulled in the middle of a write', () => {
  after(removeFolders);

  /** Every file as it stood at each step of each write of a charge, with what had been promised by then. */
  function history() {
    const moments: { folder: string; what: string; promised: Known; doing: Known }[] = [];
    let promised: Known = { used: [], open: undefined, receipt: undefined };
    let doing = promised;
    let act = 'open';
    const folder = newFolder();
    const bench = new Bench(CLOCK, {
      folder,
      onWrite: (point) => {
        const copy = newFolder();
        copyAfterCrash(folder, copy);
        moments.push({ folder: copy, what: `${point} of ${act}`, promised, doing });
      },
    });
    const run = (name: string, then: Known, work: () => void) => {
      act = name;
      doing = then;
      work();
      promised = then;
    };
    return { bench, moments, run, now: () => promised };
  }

  it('at its very first start, also in the middle of a snapshot, leaves a station that starts', () => {
    const { bench, moments } = history();
    assert(moments.length > 4, `${moments.length} moments`);
    for (const { folder, what } of moments) {
      const first = existsSync(join(folder, 'snapshot-b')) && statSync(join(folder, 'snapshot-b')).size === 0;
      for (const bytes of first ? [undefined, 0, 100] : [undefined]) {
        if (bytes !== undefined) {
          // The first snapshot is being written: nothing of that commit is in the log yet.
          truncateSync(join(folder, 'snapshot-a'), bytes);
          rmSync(join(folder, 'journal.sqlite-wal'), { force: true });
        }
        const station = Station.open(bench.settings, { folder, clocks: bench.clocks });
        assert.equal(station.highestUsed(), 0, what);
        station.dispose();
      }
    }
    bench.station.dispose();
  });

  it('leaves what was before, or what was to be, and never less', () => {
    const { bench, moments, run, now } = history();
    const used: Voucher[] = [];
    for (let i = 0; i < 4; i++) {
      const code = bench.code(bench.slot + i);
      let voucher!: Voucher;
      run('verify', now(), () => {
        voucher = bench.voucher(code);
      });
      const opened = { voucher, delivered: 0 };
      used.push(voucher);
      run('redeem', { ...now(), used: [...used], open: opened }, () => bench.station.redeem(voucher, opened));
      for (const delivered of [10, 20]) {
        const record = { voucher, delivered };
        run('checkpoint', { ...now(), open: record }, () => bench.station.checkpoint([record]));
      }
      const ended: SessionRecord = { voucher, delivered: 25, ended: 'unplugged' };
      const receipt = bench.station.receiptFor(ended);
      run('close', { ...now(), open: undefined, receipt }, () => bench.station.close([ended]));
      run('service', now(), () => bench.station.useService('test-relay', bench.slot - 10 + i));
    }
    assert(moments.length > 100, `${moments.length} moments`);
    for (const { folder, what, promised, doing } of moments) {
      const station = Station.open(bench.settings, { folder, clocks: bench.clocks });
      for (const voucher of promised.used) {
        assert.equal(station.redeem(voucher, { voucher, delivered: 0 }), 'used', what);
      }
      const open = plain(station.openVouchers()[0]);
      const receipt = lastReceipt(station)?.receipt;
      const is = ({ open: o, receipt: r }: Known) => r === receipt && JSON.stringify(o) === JSON.stringify(open);
      assert(is(promised) || is(doing), what);
      // A number is used up if, and only if, its session is there.
      const latest = doing.used.at(-1);
      if (latest && !promised.used.includes(latest)) {
        const spent = open?.voucher.sequence === latest.sequence;
        if (spent) assert.equal(station.redeem(latest, { voucher: latest, delivered: 0 }), 'used', what);
        else assert.equal(station.redeem(latest, { voucher: latest, delivered: 0 }), 'redeemed', what);
      }
      station.dispose();
    }
    bench.station.dispose();
  });
});
