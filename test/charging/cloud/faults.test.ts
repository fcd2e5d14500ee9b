import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import {
  type BatchReport,
  type ChargingRequest,
  LedgerError,
  LedgerUnavailable,
  openLedger,
} from '../../../charging/cloud/ledger.ts';
import { granted } from './answers.ts';
import { freshUrl, MASTER_KEY, sharedPostgres, TestLedger } from './databases.ts';
import { Wire } from './wire.ts';

const open = (url: string, masterKey = MASTER_KEY) => openLedger({ url, masterKey, patienceMs: 1500 });
const fails = (code: string) => (error: unknown) => {
  assert.ok(error instanceof LedgerError, String(error));
  assert.equal(error.code, code);
  assert.ok(error.message.length > 20);
  return true;
};
const unavailable = (error: unknown) => error instanceof LedgerUnavailable && error.message.length > 10;

describe('a ledger that does not open', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-faults-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says so for a URL that is none', async () => {
    for (const url of ['', 'mysql://x', 'sqlite:', 'sqlite::memory:', '/tmp/x']) {
      await assert.rejects(open(url), fails('ledger-url'), url);
    }
  });

  it('says so for a file that cannot be written, or is no ledger, and leaves it as it is', async () => {
    writeFileSync(join(folder, 'text'), 'no database at all '.repeat(100));
    await assert.rejects(open(`sqlite:${join(folder, 'text')}`), fails('ledger-not-writable'));
    assert.ok(readFileSync(join(folder, 'text'), 'utf8').startsWith('no database'));
    await assert.rejects(open(`sqlite:${join(folder, 'text', 'below')}`), fails('ledger-not-writable'));
    await assert.rejects(open(`sqlite:${folder}`), fails('ledger-not-writable'));
  });

  it('says so for another master key, without naming either', async () => {
    for (const url of [`sqlite:${join(folder, 'key.sqlite')}`, await freshUrl('postgresql')]) {
      await (await open(url)).close();
      await assert.rejects(open(url, new Uint8Array(32).fill(7)), (error: Error) => {
        assert.ok(!/3d3d|0707/.test(error.message));
        return fails('master-key-differs')(error);
      });
      await (await open(url)).close();
    }
  });

  it('says so for a ledger of a newer program', async () => {
    const path = join(folder, 'newer.sqlite');
    await (await open(`sqlite:${path}`)).close();
    const file = new DatabaseSync(path);
    file.exec("insert into kysely_migration (name, timestamp) values ('9999_later', '2027-01-01T00:00:00.000Z')");
    file.close();
    await assert.rejects(open(`sqlite:${path}`), fails('ledger-newer'));
  });

  it('says so when PostgreSQL is not there, within its patience', async () => {
    await assert.rejects(open('postgres://nobody:x@127.0.0.1:1/none'), fails('ledger-unavailable'));
    const { port } = await sharedPostgres();
    await assert.rejects(open(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`), fails('ledger-unavailable'));
  });

  it('keeps its file for its owner alone', async () => {
    const path = join(folder, 'deep', 'down', 'ledger.sqlite');
    await (await open(`sqlite:${path}`)).close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'deep')).mode & 0o777, 0o700);
    assert.ok(!existsSync(`${path}-wal`), 'closed cleanly');
  });
});

describe('a ledger that fails while it is used', function () {
  this.timeout(60_000);
  const leftOver: (() => unknown)[] = [];
  afterEach(async () => {
    while (leftOver.length > 0) await leftOver.pop()!();
  });

  it('is unavailable while another process holds the file, and works again afterwards', async () => {
    const at = await TestLedger.open('sqlite', { patienceMs: 300 });
    granted(await at.ledger.createStation({ id: 'CP-0001' }));
    const other = new DatabaseSync(at.url.slice('sqlite:'.length));
    other.exec('begin immediate');
    await assert.rejects(at.ledger.issue({ client: 'app', station: 'CP-0001', amount: 30 }), unavailable);
    await assert.rejects(at.ledger.health(), unavailable);
    other.exec('rollback');
    other.close();
    const call = { client: 'app', station: 'CP-0001', amount: 30 };
    let answer: unknown;
    while (!answer) answer = await at.ledger.issue(call).catch(() => undefined);
    granted(answer);
    await at.ledger.close();
  });

  it('is unavailable while PostgreSQL is out of reach, and works again by itself', async () => {
    const url = new URL(await freshUrl('postgresql'));
    const wire = new Wire(Number(url.port));
    leftOver.push(() => wire.end());
    url.port = String(await wire.port());
    const reports: BatchReport[] = [];
    const ledger = await openLedger({
      url: url.href,
      masterKey: MASTER_KEY,
      patienceMs: 1000,
      onBatch: (report) => reports.push(report),
    });
    leftOver.push(() => ledger.close());
    granted(await ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    wire.cut();
    const call = { client: 'app', station: 'CP-0001', amount: 30, idempotencyKey: 'over the cut' };
    await Promise.all([
      assert.rejects(ledger.issue(call), unavailable),
      assert.rejects(ledger.station('CP-0001'), unavailable),
      assert.rejects(ledger.health(), unavailable),
    ]);
    wire.mend();
    let answer: unknown;
    while (!answer) answer = await ledger.issue(call).catch(() => undefined);
    const { id } = granted(answer as ChargingRequest);
    const { items } = await ledger.listCodes();
    assert.deepEqual(
      items.map(({ request }) => request),
      [id],
    );
    assert.ok(reports.some(({ failed, retries }) => failed || retries > 0));
  });

  it('comes back when what PostgreSQL says makes no sense', async () => {
    const url = new URL(await freshUrl('postgresql'));
    const wire = new Wire(Number(url.port));
    leftOver.push(() => wire.end());
    url.port = String(await wire.port());
    const ledger = await openLedger({ url: url.href, masterKey: MASTER_KEY });
    leftOver.push(() => ledger.close());
    granted(await ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    wire.garble();
    const call = { client: 'app', station: 'CP-0001', amount: 30, idempotencyKey: 'garbled' };
    let answer: unknown;
    while (!answer) answer = await ledger.issue(call).catch((error) => assert.ok(unavailable(error)));
    granted(answer);
    assert.equal((await ledger.listCodes()).items.length, 1);
  });

  it('rides out a restart of PostgreSQL without refusing anyone', async () => {
    const at = await TestLedger.open('postgresql', { patienceMs: 15_000 });
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    const calls: Promise<unknown>[] = [];
    const ticking = setInterval(() => {
      calls.push(at.ledger.issue({ client: 'app', station: 'CP-0001', amount: 30 }));
    }, 10);
    await (await sharedPostgres()).restart();
    clearInterval(ticking);
    assert.ok(calls.length > 5);
    for (const answer of await Promise.all(calls)) granted(answer);
    await at.ledger.close();
  });

  it('starts its thread again when that died, and says meanwhile that it is unavailable', async () => {
    const at = await TestLedger.open('sqlite');
    leftOver.push(() => at.ledger.close());
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    const threads = new Set<Worker>();
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof postMessage>) {
      threads.add(this);
      return postMessage.apply(this, message);
    };
    const call = { client: 'app', station: 'CP-0001', amount: 30, idempotencyKey: 'over its death' };
    try {
      const doomed = at.ledger.issue(call);
      const caught = assert.rejects(doomed, unavailable);
      while (threads.size === 0) await new Promise((resolve) => setImmediate(resolve));
      for (const thread of threads) await thread.terminate();
      await caught;
    } finally {
      Worker.prototype.postMessage = postMessage;
    }
    const { id } = granted(await at.ledger.issue(call));
    assert.deepEqual(
      (await at.ledger.listCodes()).items.map(({ request }) => request),
      [id],
    );
  });

  it('finishes what it was asked before it closes, and takes nothing after', async () => {
    const at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    const issue = () => at.ledger.issue({ client: 'app', station: 'CP-0001', amount: 30 });
    const calls = Array.from({ length: 300 }, issue);
    const closed = at.ledger.close();
    await assert.rejects(issue(), unavailable);
    for (const answer of await Promise.all(calls)) granted(answer);
    await closed;
    await at.ledger.close();
  });

  it('tells how many calls shared a transaction, and works on half of many while the others are answered', async () => {
    const reports: BatchReport[] = [];
    const at = await TestLedger.open('sqlite', { onBatch: (report) => reports.push(report) });
    leftOver.push(() => at.ledger.close());
    granted(await at.ledger.createStation({ id: 'CP-0001', sequence: 'counter' }));
    reports.length = 0;
    const issue = () => at.ledger.issue({ client: 'app', station: 'CP-0001', amount: 30 });
    await Promise.all(Array.from({ length: 100 }, issue));
    assert.deepEqual(
      reports.map(({ kind, calls, failed }) => ({ kind, calls, failed })),
      Array.from({ length: 2 }, () => ({ kind: 'write', calls: 50, failed: false })),
    );
    assert.ok(reports[0]!.milliseconds > 0);
  });

  it('tells a health that writes', async () => {
    const at = await TestLedger.open('sqlite');
    const { database, milliseconds } = await at.ledger.health();
    assert.equal(database, 'sqlite');
    assert.ok(milliseconds > 0);
    await at.ledger.close();
  });
});
