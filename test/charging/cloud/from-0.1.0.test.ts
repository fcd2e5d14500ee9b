// A ledger that 0.1.0 wrote goes on: nothing is sold, settled or lost twice, and a process that is killed in the middle of
// the upgrade leaves it as it was.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Ledger, openLedger } from '../../../charging/cloud/ledger.ts';
import { dataFolderOf010, type Facts, postgresOf010 } from '../../fixtures/from-0.1.0.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, type DatabaseKind, freshUrl } from './databases.ts';

const MINUTE = 60_000;

interface Old {
  readonly url: string;
  readonly masterKey: Uint8Array;
  readonly facts: Facts;
  query(sql: string): Promise<unknown[]>;
  remove(): void;
}

async function oldLedger(kind: DatabaseKind): Promise<Old> {
  if (kind === 'sqlite') {
    const { path, facts, remove } = dataFolderOf010();
    const file = join(path, 'cloud/ledger.sqlite');
    const masterKey = Buffer.from(readFileSync(join(path, 'master.key'), 'utf8').trim(), 'hex');
    const query = async (sql: string) => {
      const database = new DatabaseSync(file);
      const rows = database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
      database.close();
      return rows;
    };
    return { url: `sqlite:${file}`, masterKey, facts, query, remove };
  }
  const { sql, facts, masterKey } = postgresOf010();
  const url = await freshUrl('postgresql');
  const query = async (text: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };
  await query(sql);
  return { url, masterKey, facts, query, remove: () => {} };
}

for (const kind of BOTH) {
  describe(`a ledger of 0.1.0 on ${kind}`, function () {
    this.timeout(240_000);
    let old: Old;
    let ledger: Ledger;
    let now: number;
    let app: string;
    const open = () => openLedger({ url: old.url, masterKey: old.masterKey, now: () => now });
    before(async () => {
      old = await oldLedger(kind);
      now = Date.parse(old.facts.cutAt) + 5 * MINUTE;
      ledger = await open();
      app = granted(await ledger.authenticate(old.facts.keys.app)).client;
    });
    after(async () => {
      await ledger.close();
      old.remove();
    });
    const everyCode = async () => (await ledger.listCodes({ limit: 500 })).items;

    it('lets in who had a key, and nobody whose key was revoked', async () => {
      assert.equal(granted(await ledger.authenticate(old.facts.keys.operator)).role, 'operator');
      assert.equal(refusal(await ledger.authenticate(old.facts.keys.gone)), '401 unauthorized');
      assert.equal((await ledger.listApiKeys()).items.length, 3);
    });

    it('has its stations as they were, with one outlet each', async () => {
      const { items } = await ledger.listStations();
      assert.deepEqual(
        items.map(({ id, outlets, layout, slotSeconds, sequence, retiredAt }) => [
          ...[id, outlets, layout, slotSeconds, sequence],
          retiredAt !== null,
        ]),
        [
          ['BOOTH-2', 1, 'long', 300, 'counter', false],
          ['CP-0001', 1, 'compact', 300, 'clock', false],
          ['OLD-3', 1, 'compact', 300, 'clock', true],
        ],
      );
    });

    it('gives for each idempotency key the code that was sold, and draws nothing', async () => {
      const codes = (await everyCode()).length;
      for (const [name, bought] of Object.entries(old.facts.bought)) {
        const { station, amount } = bought;
        const call = { client: app, station, amount, idempotencyKey: `fixture-${name}` };
        const { rescue, ...again } = granted(await ledger.issue(call));
        assert.deepEqual(again, bought, name);
        assert.match(rescue.code, /^\d{12}$/);
        assert.deepEqual(granted(await ledger.request({ client: app, id: bought.id })), { ...again, rescue });
      }
      const sync = { client: app, station: 'CP-0001', idempotencyKey: 'fixture-sync' };
      assert.equal(granted(await ledger.synchronize(sync)).code, old.facts.sync.code);
      assert.equal((await everyCode()).length, codes);
    });

    it('settles the receipt that was not settled once, and the other one not again', async () => {
      const settle = (receipt: string) => ledger.settle({ client: app, station: 'CP-0001', receipt });
      const again = await settle(old.facts.receipts.settled);
      assert.equal(refusal(again), '409 receipt-settled');
      assert.deepEqual('refused' in again && again.refused.settled, old.facts.settlement);
      const settled = granted(await settle(old.facts.receipts.unsettled));
      assert.equal(settled.request, old.facts.bought.unsettled.id);
      assert.ok(settled.unused > 55 && settled.unused < 60);
      assert.equal(refusal(await settle(old.facts.receipts.unsettled)), '409 receipt-settled');
      const { items } = await ledger.listSettled();
      assert.deepEqual(
        items.map(({ source }) => source),
        ['typed', 'typed'],
      );
    });

    it('draws numbers that nobody has', async () => {
      const before = await everyCode();
      for (const station of ['CP-0001', 'BOOTH-2']) {
        const last = Math.max(...before.filter((code) => code.station === station).map(({ sequence }) => sequence));
        const amount = station === 'CP-0001' ? 30 : 500;
        const { id } = granted(await ledger.issue({ client: app, station, amount }));
        const drawn = (await everyCode()).find(({ request }) => request === id)!;
        assert.ok(drawn.sequence > last);
      }
      assert.equal(refusal(await ledger.issue({ client: app, station: 'OLD-3', amount: 30 })), '410 retired-station');
    });

    it('goes on with what was reserved, paid and issued', async () => {
      const { reservations, issued } = old.facts;
      const asked = async (id: string) => granted(await ledger.request({ client: 'shop', id }));
      const paid = await asked(reservations.paid);
      assert.equal('status' in paid && paid.status, 'paid');
      const waiting = await asked(reservations.waiting);
      assert.ok('status' in waiting && waiting.status === 'reserved');
      const again = await ledger.issueReserved({ client: 'shop', id: reservations.issued });
      assert.equal(granted(again).code, issued.code);
      const first = granted(await ledger.issueReserved({ client: 'shop', id: reservations.paid }));
      assert.deepEqual(granted(await ledger.issueReserved({ client: 'shop', id: reservations.paid })), first);
      const other = { id: reservations.waiting, payment: 'pay-issued' };
      assert.equal(refusal(await ledger.markPaid(other)), '409 payment-used');
    });

    it('is told to programs of before as one that they do not know', async () => {
      const [row] = (await old.query('select max(version) as version from ledger_migrations')) as { version: number }[];
      assert.ok(Number(row!.version) > 1);
    });
  });

  describe(`a process that is killed while it upgrades a ledger of 0.1.0 on ${kind}`, function () {
    this.timeout(600_000);

    it('leaves it as it was at each statement, however often, and the next one goes on', async () => {
      const old = await oldLedger(kind);
      const rows = async () =>
        JSON.stringify([
          await old.query(
            'select station, sequence, kind, quantity, price, client, issued_at from codes order by 1, 2',
          ),
          await old.query('select station, sequence, unused, refund, client, settled_at from receipts order by 1, 2'),
          await old.query('select station, reservation, paid_at, payment, sequence from reservations order by 1, 2'),
        ]);
      const before = await rows();
      const file = join(import.meta.dirname, 'killed-migrator.ts');
      let killed = 0;
      for (let at = 1; ; at++) {
        const { status, signal, stderr } = spawnSync(process.execPath, [file, old.url, String(at)], {
          encoding: 'utf8',
        });
        if (signal !== 'SIGKILL') {
          assert.equal(status, 0, stderr);
          break;
        }
        killed++;
        assert.equal(await rows(), before, `killed at statement ${at}`);
        const applied = (await old.query('select version from ledger_migrations')) as { version: number }[];
        assert.deepEqual(
          applied.map(({ version }) => Number(version)),
          [1],
          `killed at statement ${at}`,
        );
      }
      assert.ok(killed > 30, `${killed} statements`);
      assert.equal(await rows(), before);
      const now = Date.parse(old.facts.cutAt) + 5 * MINUTE;
      const ledger = await openLedger({ url: old.url, masterKey: old.masterKey, now: () => now });
      const app = granted(await ledger.authenticate(old.facts.keys.app)).client;
      const { station, amount, code } = old.facts.bought.open;
      const again = await ledger.issue({ client: app, station, amount, idempotencyKey: 'fixture-open' });
      assert.equal(granted(again).code, code);
      await ledger.close();
      old.remove();
    });
  });
}
