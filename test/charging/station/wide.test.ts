import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readReceipt } from '../../../charging/codes/index.ts';
import { checksum, decodeState } from '../../../charging/station/journal/state.ts';
import {
  Bench,
  CLOCK,
  COUNTER,
  copyAfterCrash,
  HOUR,
  lastReceipt,
  MINUTE,
  newFolder,
  plain,
  removeFolders,
  WIDE,
} from './support.ts';

describe('a station of the wide family', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench(WIDE);
  });
  afterEach(() => {
    bench.station.dispose();
    removeFolders();
  });

  for (const layout of ['wide', 'wide-long'] as const) {
    it(`accepts ${layout} codes up to 767 slots old and 256 ahead, and says why not beyond`, () => {
      const outcome = (offset: number) => bench.outcome(bench.code(bench.slot + offset, layout));
      assert.equal(outcome(-767), 'accepted');
      assert.equal(outcome(-768), 'expired');
      assert.equal(outcome(256), 'accepted');
      assert.equal(outcome(257), 'out-of-step');
    });
  }

  it('honours 300 vouchers in any order, each once, in whichever layout they are typed', () => {
    const first = bench.slot - 760;
    const numbers = Array.from({ length: 300 }, (_, i) => first + ((i * 7919) % 880));
    assert.equal(new Set(numbers).size, 300);
    for (const [i, n] of numbers.entries()) bench.charge(bench.code(n, i % 2 ? 'wide' : 'wide-long'));
    for (const [i, n] of numbers.entries()) {
      assert.equal(bench.outcome(bench.code(n, i % 2 ? 'wide-long' : 'wide')), 'used');
    }
    bench.restart();
    for (const n of numbers) assert.equal(bench.outcome(bench.code(n)), 'used');
  });

  it('hears no code of another family', () => {
    for (const layout of ['compact', 'long'] as const) {
      assert.notEqual(bench.outcome(bench.code(bench.slot, layout)), 'accepted');
    }
    const compact = new Bench(CLOCK);
    const long = new Bench({ ...CLOCK, layout: 'long' });
    for (const layout of ['wide', 'wide-long'] as const) {
      for (const other of [compact, long]) assert.notEqual(other.outcome(bench.code(other.slot, layout)), 'accepted');
    }
    assert.equal(long.outcome(bench.code(long.slot, 'compact')), 'mistyped');
    compact.station.dispose();
    long.station.dispose();
  });

  it('when locked still hears 14 and 15 digits, from a bucket of their own, and no 12', () => {
    for (let i = 0; i < 10; i++) assert.equal(bench.outcome(bench.guess(bench.slot + i)), 'invalid');
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
    assert.equal(bench.outcome(bench.code(bench.slot, 'wide-long')), 'accepted');
    assert.equal(bench.outcome(bench.service('clear-lockout', bench.slot + 1)), 'accepted');
    for (let i = 0; i < 5; i++) assert.equal(bench.outcome(bench.guess(bench.slot + i, 'wide-long')), 'invalid');
    const locked = bench.station.verify(bench.code(bench.slot, 'wide-long'));
    assert.deepEqual(locked, { outcome: 'locked', retryAfterSeconds: 300 });
    bench.clocks.pass(5 * MINUTE);
    bench.redeem(bench.code(bench.slot, 'wide-long'));
  });

  it('takes service codes in the window of its rescue layout, with show-report among them', () => {
    assert.equal(bench.outcome(bench.service('show-report', bench.slot - 767)), 'accepted');
    assert.equal(bench.outcome(bench.service('test-relay', bench.slot - 768)), 'expired');
    assert.equal(bench.outcome(bench.service('end-session', bench.slot + 256)), 'accepted');
    assert.equal(bench.station.useService('show-report', bench.slot), 'done');
    assert.equal(bench.outcome(bench.service('show-report', bench.slot)), 'used');
  });

  it('gives receipts of 14 digits', () => {
    const { receipt } = bench.station.openVouchers()[0] ?? { receipt: undefined };
    assert.equal(receipt, undefined);
    bench.charge(bench.code(bench.slot), 30);
    const reading = readReceipt(lastReceipt(bench.station)!.receipt!);
    assert(typeof reading === 'object');
    assert.deepEqual([reading.layout, reading.unused, reading.residue], ['wide-long', 77, bench.slot % 1024]);
  });

  it('knows by a voucher that was honoured that its slot less 128 has come', () => {
    bench.charge(bench.code(bench.slot + 128));
    assert.equal(bench.station.clockState(), 'ok');
    bench.clocks.wall -= 2 * MINUTE;
    assert.equal(bench.station.clockState(), 'lost');
  });
});

describe('a journal of 0.1.0', () => {
  afterEach(removeFolders);

  /** The same folder as 0.1.0 would have written it: 64 bits in hex, version 1 of schema and snapshots. */
  function asWrittenBefore(folder: string): void {
    const older = (body: string) => {
      const state = JSON.parse(body);
      const used = Buffer.from(state.window.memory, 'base64url').subarray(-8).toString('hex');
      const { journalId: _id, totals: _totals, sessions: _sessions, sessionKeys: _keys, ...rest } = state;
      const { openVouchers, closed } = decodeState(body);
      const { openVouchers: _open, closed: _closed, ...before } = rest;
      const records = { openSession: plain(openVouchers[0]) ?? null, lastClosed: plain(closed[0]) ?? null };
      return JSON.stringify({ ...before, ...records, window: { highest: state.window.highest, used } });
    };
    const db = new DatabaseSync(join(folder, 'journal.sqlite'));
    const { body } = db.prepare('SELECT body FROM state').get() as { body: string };
    db.prepare('UPDATE state SET body = ?, checksum = ?').run(older(body), checksum(older(body)));
    db.exec('PRAGMA user_version = 1');
    db.close();
    for (const name of ['snapshot-a', 'snapshot-b']) {
      const path = join(folder, name);
      const text = readFileSync(path, 'utf8');
      const before = older(text.slice(text.indexOf('\n') + 1).trim());
      const head = `offline-charging snapshot 1 ${checksum(before)} ${Buffer.byteLength(before)}\n`;
      writeFileSync(path, `${head}${before}`.padEnd(4095).concat('\n'));
    }
  }

  for (const settings of [CLOCK, COUNTER]) {
    it(`goes on with a ${settings.sequence}: nothing twice, nothing lost, its receipt too`, () => {
      const bench = new Bench(settings);
      const first = settings.sequence === 'clock' ? bench.slot - 10 : 5;
      const used = [first, first + 2, first + 9];
      for (const n of used) bench.charge(bench.code(n), 10);
      const { receipt } = lastReceipt(bench.station)!;
      const open = bench.redeem(bench.code(first + 8));
      bench.station.dispose();
      asWrittenBefore(bench.folder);
      // A cut right after the migration, and one before anything was written again.
      bench.station = bench.open();
      const crashed = newFolder();
      copyAfterCrash(bench.folder, crashed);
      for (const folder of [bench.folder, crashed]) {
        const at = new Bench(settings, { clocks: bench.clocks, folder: folder === crashed ? crashed : again(bench) });
        for (const n of [...used, first + 8]) assert.equal(at.outcome(at.code(n)), 'used');
        assert.equal(at.outcome(at.code(first + 7)), 'accepted');
        assert.deepEqual(plain(at.station.openVouchers()[0]), open);
        at.station.close([{ ...open, delivered: open.voucher.amount, ended: 'used-up' }]);
        assert.equal(at.station.fateOf(at.code(used[2]!))?.receipt, receipt);
        at.station.dispose();
      }
    });
  }

  const again = (bench: Bench) => {
    bench.station.dispose();
    return bench.folder;
  };

  it('honours no number that it did not know, though its window reaches there now', () => {
    const bench = new Bench(CLOCK);
    const first = bench.slot;
    bench.charge(bench.code(first));
    bench.clocks.pass(20 * HOUR);
    bench.charge(bench.code(bench.slot));
    bench.station.dispose();
    asWrittenBefore(bench.folder);
    const wide = new Bench({ ...CLOCK, layout: 'wide' }, { clocks: bench.clocks, folder: bench.folder });
    assert.equal(wide.outcome(wide.code(first)), 'used');
    assert.equal(wide.outcome(wide.code(wide.slot - 64)), 'used');
    assert.equal(wide.outcome(wide.code(wide.slot - 63)), 'accepted');
    wide.station.dispose();
  });

  it('that a later version wrote is refused with a sentence, also in a snapshot', () => {
    const bench = new Bench(CLOCK);
    bench.station.dispose();
    const path = join(bench.folder, 'snapshot-a');
    writeFileSync(path, readFileSync(path, 'utf8').replace('snapshot 4', 'snapshot 5'));
    assert.throws(() => bench.open(), { code: 'journal-newer' });
  });
});
