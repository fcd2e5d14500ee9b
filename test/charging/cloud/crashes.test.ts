import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { openSqlite } from '../../../charging/cloud/database/sqlite.ts';
import type { ChargingRequest, Ledger } from '../../../charging/cloud/ledger.ts';
import { granted } from './answers.ts';
import { BOTH, freshUrl, sharedPostgres, TestLedger } from './databases.ts';

interface Line {
  readonly key: string;
  readonly station: string;
  readonly answer: ChargingRequest;
}

/** A process that issues; what it was answered so far. */
class Issuer {
  readonly lines: Line[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  done = false;
  unavailable = 0;
  #wanted: { lines: number; resolve(): void } | undefined;

  constructor(url: string, name: string, stations: readonly string[], count: number) {
    const file = new URL('./issuer-process.ts', import.meta.url).pathname;
    this.child = spawn(process.execPath, [file, url, name, stations.join(','), String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.child.stdout! });
    lines.on('line', (line) => this.#take(line));
    this.ended = Promise.all([once(this.child, 'exit'), once(lines, 'close')]);
  }

  #take(line: string): void {
    // The last line of a process that was killed may be cut; then the answer did not reach anyone.
    if (!line.endsWith('}')) return;
    const said = JSON.parse(line) as Line & { done?: boolean; unavailable?: number };
    if (said.done) {
      this.done = true;
      this.unavailable = said.unavailable ?? 0;
    } else this.lines.push(said);
    if (this.#wanted && this.lines.length >= this.#wanted.lines) this.#wanted.resolve();
  }

  async answered(lines: number): Promise<void> {
    if (this.lines.length >= lines) return;
    const reached = new Promise<void>((resolve) => {
      this.#wanted = { lines, resolve };
    });
    await Promise.race([reached, this.ended]);
    assert.ok(this.lines.length >= lines, `ended after ${this.lines.length} answers`);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Every answer stands in the ledger exactly once, the same key gives it again, and the day's sums agree. */
async function assertBalanced(ledger: Ledger, lines: readonly Line[]): Promise<void> {
  const rows = new Map<string, number>();
  let vouchers = 0;
  let after: string | undefined;
  do {
    const page = await ledger.listCodes({ limit: 500, after });
    for (const { request } of page.items) {
      rows.set(request!, (rows.get(request!) ?? 0) + 1);
      vouchers++;
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  for (const { key, answer } of lines) assert.equal(rows.get(granted(answer).id), 1, key);
  assert.equal(new Set(lines.map(({ answer }) => `${answer.station} ${answer.code}`)).size, lines.length);
  for (const { key, station, answer } of lines) {
    const again = await ledger.issue({ client: 'app', station, amount: 60, idempotencyKey: key });
    assert.deepEqual(again, answer);
  }
  const { days } = await ledger.statistics();
  assert.equal(
    days.reduce((total, day) => total + day.issued, 0),
    vouchers,
  );
}

describe('a ledger on SQLite', () => {
  it('has each commit on the disk before its answer is sent: a power cut, which no killed process shows', async () => {
    const db = await openSqlite(await freshUrl('sqlite'), 1000);
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
    const syncs = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
    await db.destroy();
    assert.deepEqual(
      [mode.rows[0]?.journal_mode, syncs.rows[0]?.synchronous],
      ['wal', 2],
      'sqlite.org/pragma.html: FULL',
    );
  });
});

for (const kind of BOTH) {
  describe(`a cloud process killed in the middle, on ${kind}`, function () {
    this.timeout(60_000);
    it('has every answer it gave in the ledger, once, kill after kill', async () => {
      const at = await TestLedger.open(kind, { now: Date.now });
      const stations = ['K-1', 'K-2', 'K-3'];
      for (const id of stations) granted(await at.ledger.createStation({ id, sequence: 'counter', layout: 'long' }));
      await at.ledger.close();
      const lines: Line[] = [];
      for (let round = 0; round < 4; round++) {
        const issuer = new Issuer(at.url, `round-${round}`, stations, 1e9);
        await issuer.answered(40 + round * 70);
        await issuer.kill();
        lines.push(...issuer.lines);
      }
      assert.ok(lines.length > 500);
      const ledger = await at.another({ now: Date.now });
      await assertBalanced(ledger, lines);
      await ledger.close();
    });
  });
}

describe('two cloud processes on one PostgreSQL', function () {
  this.timeout(60_000);
  it('lose nothing and repeat nothing while one is killed and PostgreSQL restarts', async function () {
    this.timeout(90_000);
    const at = await TestLedger.open('postgresql', { now: Date.now });
    const stations = ['R-1', 'R-2'];
    for (const id of stations) granted(await at.ledger.createStation({ id, sequence: 'counter', layout: 'long' }));
    const killed = new Issuer(at.url, 'killed', stations, 1e9);
    const stays = new Issuer(at.url, 'stays', stations, 3000);
    await Promise.all([killed.answered(300), stays.answered(300)]);
    await killed.kill();
    const before = stays.lines.length;
    await (await sharedPostgres()).restart();
    await stays.ended;
    assert.ok(stays.done, 'the process that stayed came to its end');
    assert.equal(stays.lines.length, 3000);
    assert.ok(before < 3000, 'PostgreSQL was restarted in the middle');
    await assertBalanced(at.ledger, [...killed.lines, ...stays.lines]);
    await at.ledger.close();
  });
});
