// PostgreSQL as it is run: switches to read-only, standbys that do not answer, roles that may little, hosts in a row.
import assert from 'node:assert/strict';
import pg from 'pg';
import { Limits } from '../../../api/limits.ts';
import { type LedgerError, type LedgerOptions, LedgerUnavailable, openLedger } from '../../../charging/cloud/ledger.ts';
import { granted } from './answers.ts';
import { freePort, freshUrl, MASTER_KEY, Postgres, sharedPostgres } from './databases.ts';
import { Wire } from './wire.ts';

const CALL = { client: 'app', station: 'CP-0001', amount: 30 };
const unavailable = (error: unknown) => error instanceof LedgerUnavailable;

describe('a ledger on PostgreSQL as it is run', function () {
  this.timeout(60_000);
  const leftOver: (() => unknown)[] = [];
  afterEach(async () => {
    while (leftOver.length > 0) await leftOver.pop()!();
  });

  async function open(url: string, options: Partial<LedgerOptions> = {}) {
    const ledger = await openLedger({ url, masterKey: MASTER_KEY, patienceMs: 1500, ...options });
    leftOver.push(() => ledger.close());
    return ledger;
  }

  async function admin(url: string, ...statements: string[]) {
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    const results = [];
    for (const statement of statements) results.push((await client.query(statement)).rows);
    await client.end();
    return results;
  }

  async function withStation(options: Partial<LedgerOptions> = {}) {
    const url = await freshUrl('postgresql');
    const ledger = await open(url, options);
    granted(await ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    return { url, ledger };
  }

  it('sells again by itself after its connections were read-only for a while', async () => {
    const { url, ledger } = await withStation();
    const name = new URL(url).pathname.slice(1);
    await admin(url, `alter database ${name} set default_transaction_read_only = on`);
    // Those that are open go on as they were; each new one takes no writes, and stays so for its life.
    await admin(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    );
    await assert.rejects(ledger.issue(CALL), unavailable);
    await assert.rejects(ledger.health(), unavailable);
    assert.ok('id' in (await ledger.station('CP-0001')), 'reads go on');
    await admin(url.replace(name, 'postgres'), `alter database ${name} reset default_transaction_read_only`);
    granted(await ledger.issue(CALL));
  });

  it('answers no one while a standby that must have each commit does not answer', async () => {
    const { url, ledger } = await withStation();
    await admin(url, "alter system set synchronous_standby_names = 'nobody'", 'select pg_reload_conf()');
    leftOver.push(() => admin(url, 'alter system reset synchronous_standby_names', 'select pg_reload_conf()'));
    const call = { ...CALL, idempotencyKey: 'in doubt' };
    await assert.rejects(ledger.issue(call), unavailable);
    await admin(url, 'alter system reset synchronous_standby_names', 'select pg_reload_conf()');
    let answer: unknown;
    while (!answer) answer = await ledger.issue(call).catch(() => undefined);
    granted(answer as never);
    assert.equal((await ledger.listCodes()).items.length, 1);
  });

  it('takes of several hosts the one that takes writes, and says what it cannot read', async () => {
    const url = await freshUrl('postgresql');
    const { port, pathname } = new URL(url);
    const dead = await freePort();
    const ledger = await open(`postgres://postgres:postgres@127.0.0.1:${dead},127.0.0.1:${port}${pathname}`);
    granted(await ledger.createStation({ id: 'CP-0001' }));
    await open(
      `postgres://postgres:postgres@/${pathname.slice(1)}?host=127.0.0.1,127.0.0.1&port=${dead},${port}&target_session_attrs=read-write`,
    );
    for (const bad of ['postgres://u:p@h1:54321x,h2/n', 'postgres://u:p@h1,h2/n?target_session_attrs=standby']) {
      await assert.rejects(open(bad), (error: LedgerError) => error.code === 'ledger-url', bad);
    }
  });

  it('passes over a host that takes no writes', async () => {
    const url = new URL(await freshUrl('postgresql'));
    const name = url.pathname.slice(1);
    const other = await Postgres.start();
    leftOver.push(() => other.stop());
    const standby = `postgres://postgres:postgres@127.0.0.1:${other.port}`;
    await admin(
      `${standby}/postgres`,
      `create database ${name}`,
      'alter system set default_transaction_read_only = on',
      'select pg_reload_conf()',
    );
    const ledger = await open(`${standby},127.0.0.1:${url.port}/${name}`);
    granted(await ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    granted(await ledger.issue(CALL));
    const [stations] = await admin(url.href, 'select id from stations');
    assert.deepEqual(stations, [{ id: 'CP-0001' }]);
  });

  it('refuses a database that is not in UTF8', async () => {
    const { port } = await sharedPostgres();
    const url = `postgres://postgres:postgres@127.0.0.1:${port}/latin`;
    await admin(
      url.replace('/latin', '/postgres'),
      `create database latin encoding 'LATIN1' locale 'C' template template0`,
    );
    await assert.rejects(open(url), (error: LedgerError) => {
      assert.equal(error.code, 'ledger-encoding');
      assert.match(error.message, /LATIN1.*UTF8/);
      return true;
    });
  });

  it('opens for a role that may not create tables, which sells, counts and is healthy', async () => {
    const { url, ledger } = await withStation();
    await admin(
      url,
      `create role seller login password 's'`,
      'revoke create on schema public from public',
      'grant select, insert, update, delete on all tables in schema public to seller',
    );
    leftOver.push(() => admin(url, 'drop owned by seller', 'drop role seller'));
    await ledger.close();
    const seller = await open(url.replace('postgres:postgres@', 'seller:s@'));
    granted(await seller.issue(CALL));
    await seller.health();
    const limits = Limits.inDatabase({ client: 2, visitor: 0, station: 0 }, async () => seller);
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push(await limits.take('client', 'a'));
    assert.deepEqual(
      taken.map((wait) => wait === undefined),
      [true, true, false],
    );
    const [rows] = await admin(url, "select points from request_limits where key = 'client:a'");
    assert.equal(rows![0].points, 2);
    await seller.close();
  });

  it('counts anew what a replica counted whose clock was years ahead', async () => {
    const { url, ledger } = await withStation();
    const limits = Limits.inDatabase({ client: 2, visitor: 0, station: 0 }, async () => ledger);
    const years = Date.now() + 4 * 365 * 86_400_000;
    await admin(url, `insert into request_limits (key, points, expire) values ('client:a', 2, ${years})`);
    const taken: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) taken.push(await limits.take('client', 'a'));
    assert.deepEqual(
      taken.map((wait) => wait === undefined),
      [true, true, true, false],
    );
    assert.ok(taken[3]! <= 60, 'no longer than a minute');
  });

  it('counts for itself within a second when its connections say nothing any more', async () => {
    const url = new URL(await freshUrl('postgresql'));
    const wire = new Wire(Number(url.port));
    leftOver.push(() => wire.end());
    url.port = String(await wire.port());
    const ledger = await open(url.href, { patienceMs: 4000 });
    const limits = Limits.inDatabase({ client: 2, visitor: 0, station: 0 }, async () => ledger);
    assert.equal(await limits.take('client', 'a'), undefined);
    wire.cut();
    const began = performance.now();
    assert.equal(await limits.take('client', 'a'), undefined);
    assert.ok(performance.now() - began < 3000);
    wire.mend();
  });

  it('sets its time-outs for a transaction, and names no statement', async () => {
    const { url, ledger } = await withStation();
    const limits = Limits.inDatabase({ client: 5, visitor: 0, station: 0 }, async () => ledger);
    await limits.take('client', 'a');
    granted(await ledger.issue(CALL));
    // What a pooler would hand to the next client with the connection.
    const { query } = pg.Client.prototype;
    const asked: unknown[] = [];
    pg.Client.prototype.query = function (this: pg.Client, ...args: never[]) {
      asked.push(args[0]);
      return (query as (...all: never[]) => never).apply(this, args);
    } as never;
    try {
      const { openPostgres } = await import('../../../charging/cloud/database/postgres.ts');
      const db = await openPostgres(url, 750);
      await db.transaction().execute((tx) => tx.selectFrom('codes').selectAll().execute());
      await db.selectFrom('codes').selectAll().execute();
      await db.destroy();
    } finally {
      pg.Client.prototype.query = query;
    }
    const texts = asked.map((one) => (typeof one === 'string' ? one : (one as { text: string }).text));
    assert.ok(texts.some((text) => /^begin.*set local statement_timeout = 750/.test(text)));
    for (const text of texts) assert.doesNotMatch(text, /\bset (?!local)/i);
    for (const one of asked) assert.ok(typeof one === 'string' || !(one as { name?: string }).name);
  });
});

describe('a badly written DATABASE_URL', () => {
  it('is told without a piece of its password', async () => {
    const urls = [
      'postgres://user:geh#eim@host/db',
      'postgres://user:geh/eim@host/db',
      'postgres://user:geh?eim@host/db',
      'postgres://user:12/geheim@host/db',
      'postgres://user:a@geheim/b@host/db',
      'postgres://user:geh%eim@host/db',
      'postgres://user:geh:eim/@host/db',
      'postgres://geheim',
    ];
    for (const url of urls.slice(0, -1)) {
      await assert.rejects(openLedger({ url, masterKey: MASTER_KEY, patienceMs: 500 }), (error: LedgerError) => {
        assert.equal(error.code, 'ledger-url', url);
        assert.doesNotMatch(error.message, /geh|eim@|12\//, url);
        return true;
      });
    }
  });
});
