import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JournalError } from '../../../charging/station/types.ts';
import { Bench, CLOCK, copyAfterCrash, filesIn, lastReceipt, newFolder, removeFolders } from './support.ts';

/** Every file of the journal but the one that readers share, by its content. */
function contents(folder: string): Record<string, string> {
  const files = filesIn(folder).filter((name) => !name.endsWith('-shm'));
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

describe('a journal that cannot be used', () => {
  let bench: Bench;
  let database: string;
  beforeEach(() => {
    bench = new Bench();
    bench.charge(bench.code(bench.slot), 20);
    bench.redeem(bench.code(bench.slot + 1));
    database = join(bench.folder, 'journal.sqlite');
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  /** Opening must fail so, twice, and change no byte. */
  function refuses(code: string, message: RegExp): void {
    const before = contents(bench.folder);
    for (let i = 0; i < 2; i++) {
      assert.throws(
        () => bench.open(),
        (error: JournalError) => {
          assert.equal(error.name, 'JournalError', error.stack ?? '');
          assert.equal(error.code, code, error.message);
          assert.match(error.message, message);
          assert(error.message.includes(bench.folder) || code === 'sqlite-missing');
          return true;
        },
      );
    }
    assert.deepEqual(contents(bench.folder), before);
  }

  const edit = (sql: string) => {
    const db = new DatabaseSync(database);
    db.exec(sql);
    db.close();
  };

  it('because it is newer is left as it is, closed or after a crash', () => {
    bench.station.dispose();
    edit('PRAGMA user_version = 5');
    refuses('journal-newer', /newer version/);
    const db = new DatabaseSync(database);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE later (a); INSERT INTO later VALUES (1)');
    const crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
    db.close();
    const other = bench;
    bench = Object.assign(Object.create(Object.getPrototypeOf(other)), other, { folder: crashed });
    assert(filesIn(crashed).includes('journal.sqlite-wal'));
    refuses('journal-newer', /newer version/);
  });

  it('because its pages are damaged is left as it is, and the message says how to go on', () => {
    bench.station.dispose();
    const bytes = readFileSync(database);
    bytes.fill(0xa5, 2048 * 2, 2048 * 5);
    writeFileSync(database, bytes);
    refuses('journal-corrupt', /snapshot-a and snapshot-b/);
  });

  it('because a bit of its state flipped is left as it is', () => {
    bench.station.dispose();
    const bytes = readFileSync(database);
    const at = bytes.indexOf('"highest":') + 12;
    assert(at > 12);
    bytes[at]! ^= 1;
    writeFileSync(database, bytes);
    refuses('journal-corrupt', /state is not whole/);
  });

  it('because it is no journal at all is left as it is', () => {
    bench.station.dispose();
    writeFileSync(database, 'These are not the bytes you are looking for. '.repeat(200));
    refuses('journal-corrupt', /not a database/);
    rmSync(database);
    edit('CREATE TABLE somebody_elses (a)');
    refuses('journal-corrupt', /no station's journal/);
  });

  it('because it was emptied is left as it is', () => {
    bench.station.dispose();
    truncateSync(database, 0);
    refuses('journal-corrupt', /empty/);
  });

  it('because its database is gone while its log is there is left as it is', () => {
    const crashed = newFolder();
    copyAfterCrash(bench.folder, crashed);
    bench.station.dispose();
    rmSync(join(crashed, 'journal.sqlite'));
    assert.throws(() => new Bench(CLOCK, { folder: crashed }), /missing beside its log/);
    assert(filesIn(crashed).includes('journal.sqlite-wal'));
  });

  it('because it belongs to another station is left as it is', () => {
    bench.station.dispose();
    const before = contents(bench.folder);
    assert.throws(
      () => new Bench({ ...CLOCK, stationId: 'CP-0002' }, { folder: bench.folder }),
      (error: JournalError) => error.code === 'journal-of-another-station' && /CP-0001/.test(error.message),
    );
    assert.deepEqual(contents(bench.folder), before);
  });

  it('because Node has no SQLite says which Node has', () => {
    bench.station.dispose();
    const real = process.getBuiltinModule;
    try {
      process.getBuiltinModule = ((name: string) => (name === 'node:sqlite' ? undefined : real(name))) as never;
      refuses('sqlite-missing', /Node 22\.13 or later/);
    } finally {
      process.getBuiltinModule = real;
    }
  });

  it('starts again from its snapshots when an operator moves the damaged database aside', () => {
    bench.station.dispose();
    renameSync(database, join(newFolder(), 'damaged'));
    bench.station = bench.open();
    assert.equal(bench.outcome(bench.code(bench.slot)), 'used');
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
    assert.equal(bench.station.openVouchers()[0]?.voucher.sequence, bench.slot + 1);
    assert.equal(lastReceipt(bench.station)?.voucher.sequence, bench.slot);
    bench.restart();
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
  });

  it('does not start from one snapshot when the other, perhaps newer, is damaged as well as the database', () => {
    bench.station.dispose();
    rmSync(database);
    truncateSync(join(bench.folder, 'snapshot-a'), 100);
    refuses('journal-corrupt', /snapshot is not whole/);
  });

  it('goes on without snapshots, and makes them anew', () => {
    bench.station.dispose();
    rmSync(join(bench.folder, 'snapshot-a'));
    rmSync(join(bench.folder, 'snapshot-b'));
    bench.restart();
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
    bench.station.dispose();
    rmSync(database);
    bench.station = bench.open();
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
  });

  describe('because both snapshots are damaged', () => {
    /** As a crash left it, but for the files that are cut to so many bytes. */
    function cut(bytes: number, names: readonly string[]): void {
      const crashed = newFolder();
      copyAfterCrash(bench.folder, crashed);
      bench.station.dispose();
      for (const name of names) truncateSync(join(crashed, name), bytes);
      bench = Object.assign(Object.create(Object.getPrototypeOf(bench)), bench, { folder: crashed });
    }

    for (const bytes of [0, 1, 100]) {
      it(`to ${bytes} bytes, and its log, is left as it is: it might honour its codes once more`, () => {
        cut(bytes, ['snapshot-a', 'snapshot-b', 'journal.sqlite-wal']);
        refuses('journal-corrupt', /Both snapshots .* damaged/);
      });
    }

    it('is left as it is beside a whole log too, and goes on from its database when an operator moves them aside', () => {
      cut(0, ['snapshot-a', 'snapshot-b']);
      refuses('journal-corrupt', /move snapshot-a and snapshot-b elsewhere/);
      for (const name of ['snapshot-a', 'snapshot-b']) rmSync(join(bench.folder, name));
      bench.station = bench.open();
      assert.equal(bench.outcome(bench.code(bench.slot)), 'used');
      assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'used');
    });

    it('or gone is left as it is', () => {
      cut(0, ['snapshot-a', 'journal.sqlite-wal']);
      rmSync(join(bench.folder, 'snapshot-b'));
      refuses('journal-corrupt', /Both snapshots .* damaged/);
    });
  });

  it('because two programs write it serves one of them: the other stops before it sells a code twice', () => {
    const second = new Bench(CLOCK, { folder: bench.folder, clocks: bench.clocks });
    const opened = second.station.openVouchers()[0];
    assert(opened);
    second.station.close([{ ...opened, delivered: 60, ended: 'used-up' }]);
    assert.throws(
      () => bench.station.verify(bench.code(bench.slot + 2)),
      (error: JournalError) => error.code === 'journal-in-use',
    );
    second.charge(second.code(bench.slot + 2));
    assert.throws(() => bench.station.verify(bench.code(bench.slot + 2)), /Another program/);
    second.station.dispose();
  });

  it('because another process has it is told so at the start, and the other goes on', async () => {
    bench.station.dispose();
    const program = new URL('journal-holder.ts', import.meta.url).pathname;
    const holder = spawn(process.execPath, [program, bench.folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(holder.stdout, 'data');
      refuses('journal-in-use', /Another program/);
      holder.stdin.write('again');
      assert.equal(String((await once(holder.stdout, 'data'))[0]), 'wrote');
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    bench.restart();
  });

  it('because it was closed says so', () => {
    bench.station.dispose();
    bench.station.dispose();
    assert.throws(
      () => bench.station.verify(bench.code(bench.slot)),
      (error: JournalError) => error.code === 'journal-closed',
    );
  });
});
