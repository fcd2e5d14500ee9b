import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Bench, COUNTER, filesIn, lastReceipt, newFolder, removeFolders } from '../../charging/station/support.ts';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const program = join(import.meta.dirname, '../../../flows/charger/journal-cli.ts');

function run(args: string[], env: Record<string, string> = { LANG: 'C' }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...env, ...COMPILE_CACHE },
  });
  return { status, stdout, stderr };
}

describe('offline-charging journal', function () {
  this.timeout(60_000);
  let bench: Bench;
  before(() => {
    bench = new Bench(undefined, { keepSessions: 4, keepRecords: 4 });
    for (let i = 0; i < 8; i++) {
      bench.charge(bench.code(bench.slot - 20 + i), i === 7 ? 10 : 0);
      bench.station.append('fault', { code: 'meter-silent', words: 'a "quoted", word' });
    }
    bench.redeem(bench.code(bench.slot));
  });
  after(() => {
    bench.station.dispose();
    removeFolders();
  });

  it('writes all that the journal and its archive hold, while the charger runs', () => {
    const { status, stdout } = run([bench.folder]);
    assert.equal(status, 0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sessions = lines.filter(({ type }) => type === 'session');
    assert.deepEqual(
      sessions.map(({ id }) => id),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.equal(sessions[7].ended, 'unplugged');
    assert.equal(sessions[7].receipt, lastReceipt(bench.station)?.receipt);
    assert.equal(sessions[8].ended, null);
    assert.equal(sessions[0].station, 'CP-0001');
    assert.equal(lines.filter(({ kind }) => kind === 'fault').length, 8);
    assert.equal(lines.filter(({ kind }) => kind === 'boot').length, 1);
  });

  it('writes a table that a spreadsheet opens', () => {
    const { status, stdout } = run([bench.folder, '--format', 'csv']);
    assert.equal(status, 0);
    const rows = stdout.split('\r\n');
    assert.equal(
      rows[0],
      'station,id,openedBoot,openedAt,closedBoot,closedAt,sequence,layout,quantity,amount,unit,step,delivered,meterStartWh,meterLastWh,ended,receipt',
    );
    assert.match(
      rows[1]!,
      /^CP-0001,1,1,2026-11-22T12:00:00\.000Z,1,2026-11-22T12:00:00\.000Z,\d+,compact,2,60,min,30,60,,,used-up,$/,
    );
    const faults = run([bench.folder, '--format=csv', '--only=records']).stdout;
    assert(faults.includes('fault,"{""code"":""meter-silent"",""words"":""a \\""quoted\\"", word""}"'));
  });

  it('picks sessions or records alone', () => {
    const types = (only: string) =>
      new Set(
        run([bench.folder, '--only', only])
          .stdout.trim()
          .split('\n')
          .map((line) => JSON.parse(line).type),
      );
    assert.deepEqual(types('sessions'), new Set(['session']));
    assert.deepEqual(types('records'), new Set(['record']));
  });

  it('says how many fell out of the archive', () => {
    const small = new Bench(COUNTER, { keepSessions: 5, keepRecords: 5, fileBytes: 2000, files: 1 });
    for (let n = 1; n <= 60; n++) {
      const voucher = small.voucherOf(n);
      small.station.redeem(voucher, { voucher, delivered: 60, ended: 'used-up' });
    }
    const { status, stdout, stderr } = run([small.folder, '--only', 'sessions']);
    assert.equal(status, 0);
    const left = stdout.trim().split('\n').length;
    assert(stderr.startsWith(`Older than these, ${60 - left} sessions and `), stderr);
    small.station.dispose();
  });

  it('explains itself, and what is wrong with what it was asked', () => {
    assert.match(run(['--help']).stdout, /^Usage: offline-charging journal FOLDER/);
    assert.equal(run(['--help']).status, 0);
    assert.match(run(['--help'], { LANG: 'zh_CN.UTF-8' }).stdout, /^用法/);
    for (const [args, words] of [
      [[], /Name one folder/],
      [['a', 'b'], /Name one folder/],
      [[bench.folder, '--format', 'xml'], /jsonl or csv/],
      [[bench.folder, '--only', 'faults'], /sessions or records/],
      [[bench.folder, '--loud'], /--loud/],
    ] as const) {
      const { status, stdout, stderr } = run([...args]);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, words);
    }
  });

  it('says why a journal cannot be read', () => {
    const folder = newFolder();
    assert.match(run([folder]).stderr, /There is no journal in/);
    assert.match(run([join(folder, 'none')], { LANG: 'zh_CN.UTF-8' }).stderr, /没有日志/);
    writeFileSync(join(folder, 'journal.sqlite'), 'no journal at all '.repeat(100));
    assert.match(run([folder]).stderr, /is damaged/);
    const newer = new Bench();
    newer.station.dispose();
    const db = new DatabaseSync(join(newer.folder, 'journal.sqlite'));
    db.exec('PRAGMA user_version = 9');
    db.close();
    const { status, stderr } = run([newer.folder]);
    assert.equal(status, 1);
    assert.match(stderr, /newer version/);
  });

  it('reads a folder in which it may not write', () => {
    const closed = new Bench();
    closed.charge(closed.code(closed.slot));
    closed.station.dispose();
    const before = filesIn(closed.folder);
    for (const name of before) chmodSync(join(closed.folder, name), 0o444);
    chmodSync(closed.folder, 0o555);
    const loader = join(newFolder(), 'as-nobody.mjs');
    mkdirSync(join(loader, '..'), { recursive: true });
    writeFileSync(loader, 'if (process.getuid() === 0) process.setuid(65534);');
    chmodSync(join(loader, '..'), 0o755);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', loader, program, closed.folder], {
      encoding: 'utf8',
    });
    chmodSync(closed.folder, 0o755);
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim().split('\n').length, 2);
    assert.deepEqual(filesIn(closed.folder), before);
  });

  it('stops quietly when nobody reads on', () => {
    const script = `"${process.execPath}" "${program}" "${bench.folder}" | true`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
  });
});
