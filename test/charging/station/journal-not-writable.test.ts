import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WritePoint } from '../../../charging/station/journal/journal.ts';
import { JournalError } from '../../../charging/station/types.ts';
import { Bench, CLOCK, copyAfterCrash, filesIn, lastReceipt, newFolder, removeFolders } from './support.ts';

const notWritable = (error: unknown) => error instanceof JournalError && error.code === 'journal-not-writable';
const seller = join(import.meta.dirname, 'seller.ts');

function run(command: string, args: string[]): Record<string, unknown>[] {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a disk that cannot be written', function () {
  this.timeout(60_000);
  after(removeFolders);

  for (const code of ['ENOSPC', 'EROFS', 'EIO']) {
    for (const point of ['before', 'rows', 'snapshot'] as const) {
      it(`(${code} at "${point}") fails the act, changes nothing, and all goes on when it can be written again`, () => {
        let failing = false;
        const bench = new Bench(CLOCK, {
          onWrite: (at: WritePoint) => {
            if (failing && at === point) throw Object.assign(new Error(`${code}: as the disk says`), { code });
          },
        });
        const { station } = bench;
        const code1 = bench.code(bench.slot);
        const voucher = bench.voucher(code1);
        const opened = { voucher, delivered: 0 };
        const acts: (() => unknown)[] = [
          () => station.redeem(voucher, opened),
          () => station.checkpoint([{ ...opened, delivered: 20 }]),
          () => station.useService('clear-lockout', bench.slot + 1),
          () => station.close([{ ...opened, delivered: 30, ended: 'unplugged' }]),
          () => station.verify(bench.code(bench.slot + 2)),
          () => station.saveMeterCounters({ s0: 5 }),
        ];
        const look = (at = station) => [at.openVouchers()[0], lastReceipt(at), at.highestUsed(), at.meterCounter('s0')];
        for (const act of acts) {
          const before = look();
          failing = true;
          assert.throws(act, notWritable);
          assert.throws(act, notWritable);
          assert.deepEqual(look(), before);
          const crashed = newFolder();
          copyAfterCrash(bench.folder, crashed);
          const other = new Bench(CLOCK, { folder: crashed, clocks: bench.clocks });
          assert.deepEqual(look(other.station), before, 'also after a crash');
          other.station.dispose();
          failing = false;
          act();
        }
        assert.equal(bench.outcome(code1), 'used');
        assert(lastReceipt(station));
        station.dispose();
      });
    }
  }

  it('because it is full sells nothing more, takes nothing back, and sells again when there is room', () => {
    const folder = newFolder();
    // No file may grow beyond 128 kB: the log does, in the middle of a commit.
    const lines = run('bash', ['-c', `ulimit -f 128; exec "${process.execPath}" "${seller}" "${folder}" 60`]);
    const sold = lines.filter((line) => 'sold' in line).map((line) => Number(line.sold));
    const failed = lines.filter((line) => 'failed' in line);
    assert(sold.length > 2, `${sold.length} sold`);
    assert(failed.length > 0);
    assert.equal(failed[0]?.failed, 'journal-not-writable');
    const bench = new Bench(CLOCK, { folder });
    bench.clocks.wall = Number(failed.at(-1)?.slot) * 300_000;
    for (const slot of sold) {
      const voucher = { ...bench.voucherOf(slot) };
      assert.equal(bench.station.redeem(voucher, { voucher, delivered: 0 }), 'used');
    }
    const open = bench.station.openVouchers()[0];
    const refused = Number(failed[0]?.slot);
    const voucher = open?.voucher ?? bench.voucherOf(refused);
    assert.equal(voucher.sequence, refused);
    const redeemed = bench.station.redeem.bind(bench.station, voucher, { voucher, delivered: 0 });
    assert.equal(redeemed(), open ? 'used' : 'redeemed');
    bench.station.close([{ voucher, delivered: 0, ended: 'power-cut' }]);
    bench.clocks.pass(3_600_000);
    bench.charge(bench.code(bench.slot));
    bench.station.dispose();
  });

  it('because it is read-only is not sold from at all', () => {
    const bench = new Bench();
    bench.charge(bench.code(bench.slot));
    bench.station.dispose();
    const before = filesIn(bench.folder);
    for (const name of before) chmodSync(join(bench.folder, name), 0o444);
    chmodSync(bench.folder, 0o555);
    const nobody = process.getuid?.() === 0 ? ['65534'] : [];
    try {
      assert.deepEqual(run(process.execPath, [seller, bench.folder, '1', ...nobody]), [
        { closed: 'journal-not-writable' },
      ]);
      assert.deepEqual(filesIn(bench.folder), before);
    } finally {
      chmodSync(bench.folder, 0o755);
    }
  });

  it('because the folder cannot be made, or is a file, says so', () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => new Bench(CLOCK, { folder: join(folder, 'file') }), notWritable);
    assert.throws(() => new Bench(CLOCK, { folder: join(folder, 'file', 'below') }), notWritable);
    mkdirSync(join(folder, 'snapshots', 'snapshot-b'), { recursive: true });
    assert.throws(() => new Bench(CLOCK, { folder: join(folder, 'snapshots') }), notWritable);
    rmSync(join(folder, 'snapshots'), { recursive: true });
  });
});
