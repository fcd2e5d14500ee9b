// Two files of a journal damaged at once, one of them the snapshot that was written last: whatever is left, no used code is
// accepted again.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Station } from '../../../charging/station/station.ts';
import type { JournalError } from '../../../charging/station/types.ts';
import { Bench, copyAfterCrash, filesIn, newFolder, removeFolders } from './support.ts';

const LOG = 'journal.sqlite-wal';

describe('a journal with two damaged files', function () {
  this.timeout(120_000);
  after(removeFolders);

  let bench: Bench;
  let crashed: string;
  /** What the log held before the last code was redeemed. */
  let before: number;
  beforeEach(() => {
    bench = new Bench();
    bench.charge(bench.code(bench.slot - 1), 10);
    bench.restart();
    const voucher = bench.voucher(bench.code(bench.slot));
    before = readFileSync(join(bench.folder, LOG)).length;
    assert.equal(bench.station.redeem(voucher, { voucher, delivered: 0 }), 'redeemed');
    crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
  });
  afterEach(() => bench.station.dispose());

  /** How often it was refused, and how often it opened; then it knows the last code as used. */
  function opened(damages: Iterable<(folder: string) => void>): { refused: number; kept: number } {
    const whole = filesIn(crashed).map((name) => [name, readFileSync(join(crashed, name))] as const);
    const folder = newFolder();
    const tally = { refused: 0, kept: 0 };
    for (const damage of damages) {
      for (const name of filesIn(folder)) rmSync(join(folder, name));
      for (const [name, bytes] of whole) writeFileSync(join(folder, name), bytes);
      damage(folder);
      let station: Station;
      try {
        station = Station.open(bench.settings, { folder, clocks: bench.clocks });
      } catch (error) {
        assert.equal((error as JournalError).code, 'journal-corrupt', String(error));
        tally.refused++;
        continue;
      }
      try {
        assert.equal(station.verify(bench.code(bench.slot)).outcome, 'used');
        tally.kept++;
      } finally {
        station.dispose();
      }
    }
    return tally;
  }

  const newest = () => {
    const generation = (name: string) =>
      Number(/"generation":(\d+)/.exec(readFileSync(join(crashed, name), 'latin1'))![1]);
    return generation('snapshot-a') > generation('snapshot-b') ? 'snapshot-a' : 'snapshot-b';
  };
  const loses: Readonly<Record<string, (path: string) => void>> = {
    'cut short': (path) => truncateSync(path, 100),
    gone: (path) => rmSync(path),
  };

  for (const [what, lose] of Object.entries(loses)) {
    it(`the newer snapshot ${what}, and one bit of the log's last transaction: is left as it is`, () => {
      const name = newest();
      const bytes = readFileSync(join(crashed, LOG));
      function* flips() {
        for (let at = before; at < bytes.length; at += at % 4 === 0 ? 1 : 13)
          yield (folder: string) => {
            lose(join(folder, name));
            const flipped = Buffer.from(bytes);
            flipped[at]! ^= 1 << (at % 8);
            writeFileSync(join(folder, LOG), flipped);
          };
      }
      const { refused, kept } = opened(flips());
      assert.ok(refused > 500, `${refused} refused`);
      assert.equal(kept, 0);
    });

    it(`the newer snapshot ${what}, and the log emptied, gone, or damaged at its head: is left as it is`, () => {
      const name = newest();
      const bytes = readFileSync(join(crashed, LOG));
      function* damages() {
        yield (folder: string) => {
          lose(join(folder, name));
          truncateSync(join(folder, LOG), 0);
        };
        yield (folder: string) => {
          lose(join(folder, name));
          rmSync(join(folder, LOG));
        };
        for (let at = 0; at < 32; at++)
          yield (folder: string) => {
            lose(join(folder, name));
            const flipped = Buffer.from(bytes);
            flipped[at]! ^= 0x10;
            writeFileSync(join(folder, LOG), flipped);
          };
      }
      assert.deepEqual(opened(damages()), { refused: 34, kept: 0 });
    });
  }

  it('the newer snapshot alone goes on, and what an earlier use left in the log is no damage', () => {
    // So many commits that the log begins anew in its file, over what was there.
    for (let i = 0; i < 600; i++) bench.station.saveMeterCounters({ pulses: i + 1 });
    for (const name of filesIn(crashed)) rmSync(join(crashed, name));
    copyAfterCrash(bench.folder, crashed);
    const name = newest();
    const tally = opened(Object.values(loses).map((lose) => (folder: string) => lose(join(folder, name))));
    assert.deepEqual(tally, { refused: 0, kept: 2 });
  });

  it('the newer snapshot and the database gone: is left as it is', () => {
    bench.station.dispose();
    for (const name of filesIn(crashed)) rmSync(join(crashed, name));
    for (const name of filesIn(bench.folder))
      writeFileSync(join(crashed, name), readFileSync(join(bench.folder, name)));
    assert.ok(!existsSync(join(crashed, LOG)));
    const name = newest();
    const tally = opened([
      (folder) => {
        rmSync(join(folder, name));
        rmSync(join(folder, 'journal.sqlite'));
      },
    ]);
    assert.deepEqual(tally, { refused: 1, kept: 0 });
  });
});
