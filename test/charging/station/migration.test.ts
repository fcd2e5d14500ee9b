// The journal in test/fixtures/journal-0.1.0 was written by 0.1.0 (1f85f83) and left as a power cut leaves it: five codes and
// a service code used, the last session open with 20 of 60 minutes delivered, the receipt of the one before on the display.
// Whatever happens while it is brought up to date, nothing in it is honoured twice and nothing is lost.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { receiptCode, stationKey, voucherCode } from '../../../charging/codes/index.ts';
import { openExport } from '../../../charging/station/journal/export.ts';
import { readSnapshots } from '../../../charging/station/journal/snapshots.ts';
import { SCHEMA_VERSION } from '../../../charging/station/journal/tables.ts';
import { Station } from '../../../charging/station/station.ts';
import type { JournalError } from '../../../charging/station/types.ts';
import { CLOCK, Hands, KEY, lastReceipt, newFolder, removeFolders } from './support.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/journal-0.1.0');
const CHILD = join(import.meta.dirname, 'migrating-process.ts');
const USED = [5984496, 5984498, 5984520, 5984521, 5984524, 5984525];
const VOUCHERS = USED.filter((n) => n !== 5984521);
const OPEN = 5984525;
const WALL = 1_795_357_500_000;

function copied(from = FIXTURE): string {
  const folder = newFolder();
  cpSync(from, folder, { recursive: true });
  return folder;
}

function open(folder: string, settings = CLOCK): Station {
  const clocks = new Hands();
  clocks.wall = WALL;
  clocks.boot = 7;
  return Station.open(settings, { folder, clocks });
}

const code = (sequence: number, quantity = 2) =>
  voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity, sequence });
const rows = (folder: string) => {
  const journal = openExport(folder);
  const lines = [...journal.lines(['session'])];
  journal.close();
  return lines as unknown as { sequence: number; session: number; outlet: number; ended: string | null }[];
};

/** What must hold of the journal, whatever was done to it on the way. */
function holds(station: Station, folder: string, what: string): void {
  for (const n of USED) {
    const voucher = { ...station.openVouchers()[0]!.voucher, sequence: n };
    assert.equal(station.redeem(voucher, { voucher, delivered: 0 }), 'used', `${what}: ${n} a second time`);
  }
  assert.equal(station.verify(code(5984520)).outcome, 'used', what);
  assert.equal(station.highestUsed(), OPEN, what);
  const session = station.openVouchers()[0];
  assert.equal(session?.voucher.sequence, OPEN, what);
  assert.equal(session?.delivered, 20, what);
  assert.deepEqual([session?.session, session?.outlet], [OPEN, 1], what);
  assert.equal(lastReceipt(station)?.receipt, '198829230133', what);
  assert.equal(station.meterCounter('S0'), 1234.5, what);
  assert.match(station.journalId, /^[0-9a-f]{8}$/, what);
  assert.deepEqual(
    rows(folder).map(({ sequence, session: id, outlet }) => [sequence, id, outlet]),
    VOUCHERS.map((n) => [n, n, 1]),
    what,
  );
}

describe('a journal of 0.1.0', function () {
  this.timeout(120_000);
  after(removeFolders);

  it('migrates by itself: every number is used, the session is open, each voucher has a session and an outlet', () => {
    const folder = copied();
    const station = open(folder);
    holds(station, folder, 'migrated');
    const { journalId } = station;
    station.dispose();
    const again = open(folder);
    holds(again, folder, 'opened again');
    assert.equal(again.journalId, journalId, 'its id stays');
    again.dispose();
    const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
    assert.deepEqual({ ...db.prepare('PRAGMA user_version').get() }, { user_version: SCHEMA_VERSION });
    db.close();
    assert.equal(readSnapshots(folder).outdated, false, 'both snapshots as well');
  });

  it('counts what it still holds of closed vouchers, and counts on', () => {
    const folder = copied();
    const station = open(folder);
    const before = station.totals();
    assert.equal(before.closed, 4);
    assert.equal(before.delivered, (60 + 45 + 30 + 15) * 60);
    const session = station.openVouchers()[0]!;
    station.close([{ ...session, delivered: 30, ended: 'unplugged' }]);
    const { unit, step } = CLOCK;
    assert.equal(lastReceipt(station)?.receipt, receiptCode(KEY, { unit, step, unused: 77, sequence: OPEN }));
    assert.deepEqual(station.totals(), { ...before, closed: 5, delivered: before.delivered + 1800 });
    const verdict = station.verify(code(OPEN + 1));
    assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
    assert.equal(station.redeem(verdict.voucher, { voucher: verdict.voucher, delivered: 0 }), 'redeemed');
    assert.equal(rows(folder).at(-1)?.session, OPEN + 1, 'no session has the id of another');
    station.dispose();
  });

  it('takes for used what its memory of 64 numbers did not reach back to', () => {
    const folder = copied();
    const station = open(folder);
    assert.equal(station.verify(code(OPEN - 63)).outcome, 'expired', 'not used, as it knows');
    assert.equal(station.verify(code(OPEN - 64)).outcome, 'used', 'used, for all it knows');
    station.dispose();
  });

  it('is whole after a kill -9 at each step of that, and again at the same step', () => {
    const env = { ...process.env, WALL: String(WALL) };
    let steps = 0;
    for (let step = 1; ; step++) {
      const folder = copied();
      const killed = spawnSync(process.execPath, [CHILD, folder, String(step)], { env });
      if (killed.status === 0) break;
      assert.equal(killed.signal, 'SIGKILL', killed.stderr.toString());
      steps = step;
      const onceMore = copied(folder);
      spawnSync(process.execPath, [CHILD, onceMore, String(step)], { env });
      for (const each of [folder, onceMore]) {
        const station = open(each);
        holds(station, each, `killed at step ${step}`);
        station.dispose();
      }
    }
    assert(steps >= 10, `${steps} steps`);
  });

  it('is whole, or refused, with its log cut off anywhere: the snapshots know', () => {
    const size = statSync(join(FIXTURE, 'journal.sqlite-wal')).size;
    for (let length = 0; length <= size; length += 1500) {
      const folder = copied();
      truncateSync(join(folder, 'journal.sqlite-wal'), length);
      const station = open(folder);
      for (const n of USED) {
        const voucher = { ...station.openVouchers()[0]!.voucher, sequence: n };
        assert.equal(station.redeem(voucher, { voucher, delivered: 0 }), 'used', `log of ${length}: ${n}`);
      }
      assert.equal(station.openVouchers()[0]?.delivered, 20, `log of ${length}`);
      assert.match(station.journalId, /^[0-9a-f]{8}$/);
      station.dispose();
    }
  });

  it('is read by the export before it is migrated, as it will be after', () => {
    const folder = copied();
    const before = rows(folder);
    open(folder).dispose();
    assert.deepEqual(rows(folder), before);
  });

  it('is refused by a program that is older than it, with a sentence', () => {
    const folder = copied();
    open(folder).dispose();
    for (const name of ['snapshot-a', 'snapshot-b']) {
      const text = readFileSync(join(folder, name), 'latin1');
      writeFileSync(join(folder, name), text.replace('snapshot 4 ', 'snapshot 5 '), 'latin1');
    }
    assert.throws(
      () => open(folder),
      (error: JournalError) => {
        assert.equal(error.code, 'journal-newer');
        assert.match(error.message, /newer version of this program/);
        return true;
      },
    );
  });
});

describe('a new key version', () => {
  after(removeFolders);
  const NEW = { ...CLOCK, key: stationKey(new Uint8Array(32).fill(1), 'CP-0001', 2) };

  it('that is taken back leaves what was used under the key before used', () => {
    const folder = copied();
    const station = open(folder);
    station.close([{ ...station.openVouchers()[0]!, ended: 'unplugged' }]);
    const verdict = station.verify(code(OPEN + 1));
    assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
    station.redeem(verdict.voucher, { voucher: verdict.voucher, delivered: 60, ended: 'used-up' });
    station.dispose();
    for (const settings of [NEW, CLOCK, NEW, CLOCK]) {
      const next = open(folder, settings);
      assert.equal(next.highestUsed(), settings === NEW ? 0 : OPEN + 1);
      assert.equal(next.verify(code(OPEN + 1)).outcome, settings === NEW ? 'invalid' : 'used');
      next.dispose();
    }
  });

  it('begins a new journal id and new totals, and an open session keeps the key it began with', () => {
    const folder = copied();
    const station = open(folder);
    // A session of 0.1.0 says nothing of its key: this one begins under the old key now.
    station.close([{ ...station.openVouchers()[0]!, ended: 'unplugged' }]);
    const verdict = station.verify(code(OPEN + 1));
    assert(verdict.outcome === 'accepted' && verdict.kind === 'voucher');
    const record = { voucher: verdict.voucher, delivered: 0 };
    assert.equal(station.redeem(verdict.voucher, record), 'redeemed');
    const { journalId } = station;
    station.dispose();

    const renewed = open(folder, NEW);
    assert.notEqual(renewed.journalId, journalId);
    assert.equal(renewed.totals().closed, 0);
    assert.equal(renewed.highestUsed(), 0, 'a new number line');
    renewed.close([{ ...record, delivered: 30, ended: 'unplugged' }]);
    const { unit, step } = CLOCK;
    const digits = receiptCode(KEY, { unit, step, unused: 77, sequence: OPEN + 1 });
    assert.equal(lastReceipt(renewed)?.receipt, digits, 'its receipt is of the old key');
    assert.equal(renewed.totals().closed, 0, 'it was sold under the earlier id, which reports do not tell of any more');
    renewed.dispose();
    const db = new DatabaseSync(join(folder, 'journal.sqlite'), { readOnly: true });
    const { body } = db.prepare('SELECT body FROM state').get() as { body: string };
    db.close();
    assert(!body.includes(Buffer.from(KEY).toString('hex')), 'a closed session leaves no key behind');
  });
});
