// A ledger that is put back under a running cloud: it must not sell the same numbers twice.
import assert from 'node:assert/strict';
import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Ledger, LedgerUnavailable } from '../../../charging/cloud/ledger.ts';
import { granted } from './answers.ts';
import { TestLedger } from './databases.ts';

const CALL = { client: 'app', station: 'CP-0001', amount: 30 };
const healthy = (ledger: Ledger) =>
  ledger.health().then(
    () => true,
    () => false,
  );
const wentBack = (error: unknown) => error instanceof LedgerUnavailable && /went back/.test(error.message);

/** How a backup comes to be in the ledger's place while the cloud runs. */
const RESTORES: Readonly<Record<string, (file: string, backup: string) => void>> = {
  'copied over its file': (file, backup) => copyFileSync(backup, file),
  'copied over its file, without the log': (file, backup) => {
    copyFileSync(backup, file);
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  },
  'moved into its place': (file, backup) => {
    copyFileSync(backup, `${backup}-moved`);
    renameSync(`${backup}-moved`, file);
  },
  'written into it by SQLite': (file, backup) => {
    const other = new DatabaseSync(file);
    other.exec(`attach '${backup}' as backup`);
    other.exec('begin immediate; delete from main.codes; delete from main.tallies');
    other.exec('insert into main.codes select * from backup.codes');
    other.exec('insert into main.tallies select * from backup.tallies; commit');
    other.close();
  },
};

describe('a backup put under a running cloud', function () {
  this.timeout(60_000);

  for (const [how, restore] of Object.entries(RESTORES)) {
    it(`stops the ledger on SQLite when it is ${how}`, async () => {
      const said: string[] = [];
      const at = await TestLedger.open('sqlite', { onTrouble: (line) => said.push(line) });
      granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
      for (let i = 0; i < 3; i++) granted(await at.ledger.issue(CALL));
      const file = at.url.slice('sqlite:'.length);
      const backup = `${file}-backup`;
      const reader = new DatabaseSync(file);
      reader.exec(`vacuum into '${backup}'`);
      reader.close();
      for (let i = 0; i < 5; i++) granted(await at.ledger.issue(CALL));
      restore(file, backup);
      await assert.rejects(at.ledger.issue(CALL), wentBack);
      await assert.rejects(at.ledger.health(), wentBack);
      await assert.rejects(at.ledger.station('CP-0001'), wentBack);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0]!, /went back.*docs\/ledger\.md/);
      await at.ledger.close();
    });
  }

  it('stops the ledger on PostgreSQL too', async () => {
    const at = await TestLedger.open('postgresql');
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    granted(await at.ledger.issue(CALL));
    const admin = new pg.Client(at.url);
    await admin.connect();
    await admin.query('create table kept_codes as table codes; create table kept_tallies as table tallies');
    for (let i = 0; i < 3; i++) granted(await at.ledger.issue(CALL));
    await admin.query(
      'begin; delete from codes; delete from tallies; insert into codes table kept_codes; ' +
        'insert into tallies table kept_tallies; commit',
    );
    await admin.end();
    await assert.rejects(at.ledger.issue(CALL), wentBack);
    await assert.rejects(at.ledger.health(), wentBack);
    await at.ledger.close();
  });

  it('is not seen where another program only writes, checkpoints or backs up', async () => {
    const at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    granted(await at.ledger.issue(CALL));
    const other = new DatabaseSync(at.url.slice('sqlite:'.length));
    for (const mode of ['passive', 'full', 'restart', 'truncate']) {
      other.exec('delete from audit');
      other.exec(`pragma wal_checkpoint(${mode})`);
      granted(await at.ledger.issue(CALL));
    }
    const second = await at.another();
    granted(await second.issue(CALL));
    await second.close();
    granted(await at.ledger.issue(CALL));
    other.close();
    granted(await at.ledger.issue(CALL));
    await at.ledger.close();
  });
});

describe('a ledger that fails', function () {
  this.timeout(60_000);

  it('says so in one line at the change and in one when it is over, and health asks what a sale needs', async () => {
    for (const kind of ['sqlite', 'postgresql'] as const) {
      const said: string[] = [];
      const at = await TestLedger.open(kind, { onTrouble: (line) => said.push(line), patienceMs: 500 });
      granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
      const rename = async (from: string, to: string) => {
        const text = `alter table ${from} rename to ${to}`;
        if (kind === 'sqlite') {
          const file = new DatabaseSync(at.url.slice('sqlite:'.length));
          file.exec(text);
          file.close();
          return;
        }
        const client = new pg.Client(at.url);
        await client.connect();
        await client.query(text);
        await client.end();
      };
      for (const table of ['codes', 'receipts', 'reservations', 'idempotency_keys', 'tallies']) {
        said.length = 0;
        await rename(table, 'elsewhere');
        // It is asked of the ledger once a second at most.
        for (let well = true; well; ) well = await healthy(at.ledger);
        for (let i = 0; i < 3; i++) await at.ledger.issue({ ...CALL, idempotencyKey: `${table} ${i}` }).catch(() => {});
        assert.equal(said.length, 1, said.join('\n'));
        assert.match(said[0]!, new RegExp(`The ledger fails.*${table}`));
        await rename('elsewhere', table);
        granted(await at.ledger.issue(CALL));
        for (let well = false; !well; ) well = await healthy(at.ledger);
        assert.equal(said.length, 2, said.join('\n'));
        assert.match(said[1]!, /works again, after \d+ s and \d+ calls/);
      }
      await at.ledger.close();
    }
  });
});
