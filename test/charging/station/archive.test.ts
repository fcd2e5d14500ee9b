import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { openExport } from '../../../charging/station/journal/export.ts';
import type { Line } from '../../../charging/station/journal/lines.ts';
import { Bench, COUNTER, copyAfterCrash, filesIn, newFolder, removeFolders } from './support.ts';

const SMALL = { keepSessions: 40, keepRecords: 30, fileBytes: 16_384, files: 3 };

/** Sells `count` vouchers from number `first` on, each over as it begins. */
function sell({ station, ...bench }: Bench, first: number, count: number): void {
  for (let n = first; n < first + count; n++) {
    const voucher = Bench.prototype.voucherOf.call(bench, n);
    assert.equal(station.redeem(voucher, { voucher, delivered: 60, ended: 'used-up' }), 'redeemed');
    if (n % 3 === 0) station.append('started', { n });
  }
}

function read(folder: string): {
  lines: Line[];
  dropped: { sessions: number; records: number };
  cut: readonly string[];
} {
  const journal = openExport(folder);
  try {
    return { lines: [...journal.lines(['session', 'record'])], dropped: journal.dropped, cut: journal.cut };
  } finally {
    journal.close();
  }
}

const sequences = (lines: Line[]) => lines.filter((line) => line.type === 'session').map((line) => line.sequence);
const bytesOf = (folder: string) => filesIn(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

describe('the journal over years', function () {
  this.timeout(60_000);
  after(removeFolders);

  it('stays under its bound on the disk, and counts what falls out of its archive', () => {
    const bench = new Bench(COUNTER, SMALL);
    sell(bench, 1, 600);
    const early = bytesOf(bench.folder);
    sell(bench, 601, 2400);
    const late = bytesOf(bench.folder);
    assert(late < early * 1.3 + 20_000, `${early} bytes after 600 sessions, ${late} after 3000`);
    const archives = filesIn(bench.folder).filter((name) => name.startsWith('archive-'));
    assert.equal(archives.length, SMALL.files);
    for (const name of archives) assert(statSync(join(bench.folder, name)).size <= SMALL.fileBytes);

    const { lines, dropped, cut } = read(bench.folder);
    const kept = sequences(lines);
    assert.deepEqual(cut, []);
    assert(dropped.sessions > 0);
    assert.equal(dropped.sessions + kept.length, 3000);
    assert.deepEqual(
      kept,
      Array.from(kept, (_, i) => 3000 - kept.length + 1 + i),
      'the latest, each once, in order',
    );
    const told = lines.filter((line) => line.type === 'record' && line.kind === 'archive-dropped');
    assert(told.length > 0);
    bench.station.dispose();
  });

  it('moves an open session to no archive, however old', () => {
    const bench = new Bench(COUNTER, { ...SMALL, files: 99 });
    const opened = bench.redeem(bench.code(1));
    for (let i = 0; i < 200; i++) bench.station.append('started', { i });
    bench.station.close([{ ...opened, delivered: 60, ended: 'used-up' }]);
    sell(bench, 2, 200);
    assert.deepEqual(
      sequences(read(bench.folder).lines),
      Array.from({ length: 201 }, (_, i) => i + 1),
    );
    bench.station.dispose();
  });

  it('loses and doubles nothing when the plug is pulled anywhere in an archiving', () => {
    const folder = newFolder();
    const copies: { folder: string; sold: number }[] = [];
    let sold = 0;
    let copying = false;
    const bench = new Bench(COUNTER, {
      ...SMALL,
      files: 99,
      folder,
      onWrite: () => {
        if (!copying) return;
        const copy = newFolder();
        copyAfterCrash(folder, copy);
        copies.push({ folder: copy, sold });
      },
    });
    sell(bench, 1, 130);
    sold = 130;
    copying = true;
    for (let n = 131; n <= 145; n++, sold++) sell(bench, n, 1);
    copying = false;
    assert(copies.length > 80);
    for (const copy of copies) {
      const after = new Bench(COUNTER, { ...SMALL, files: 99, folder: copy.folder, clocks: bench.clocks });
      const highest = after.station.highestUsed();
      assert(highest === copy.sold || highest === copy.sold + 1, `${highest} after ${copy.sold}`);
      sell(after, highest + 1, 60);
      const { lines, dropped } = read(copy.folder);
      const numbers = sequences(lines);
      assert.equal(dropped.sessions, 0);
      assert.deepEqual(
        numbers,
        Array.from({ length: highest + 60 }, (_, i) => i + 1),
      );
      after.station.dispose();
    }
    bench.station.dispose();
  });

  it('goes on behind an archive file that was cut, and says that it is', () => {
    const bench = new Bench(COUNTER, SMALL);
    sell(bench, 1, 60);
    const name = filesIn(bench.folder).find((file) => file.startsWith('archive-'));
    assert(name);
    const path = join(bench.folder, name);
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 5);
    sell(bench, 61, 60);
    const { lines, cut } = read(bench.folder);
    assert.deepEqual(cut, [path]);
    const numbers = sequences(lines);
    assert(numbers.length >= 119);
    assert.equal(numbers.at(-1), 120);
    assert.equal(new Set(numbers).size, numbers.length);
    bench.station.dispose();
  });

  it('can be told to keep less: what is too much moves out bit by bit', () => {
    const bench = new Bench(COUNTER);
    sell(bench, 1, 900);
    bench.station.dispose();
    const smaller = new Bench(COUNTER, {
      folder: bench.folder,
      clocks: bench.clocks,
      keepSessions: 20,
      keepRecords: 20,
    });
    sell(smaller, 901, 10);
    const database = statSync(join(bench.folder, 'journal.sqlite')).size;
    assert(filesIn(bench.folder).includes('archive-000001.jsonl'));
    assert.deepEqual(
      sequences(read(bench.folder).lines),
      Array.from({ length: 910 }, (_, i) => i + 1),
    );
    assert(database < 400_000);
    smaller.station.dispose();
  });
});
