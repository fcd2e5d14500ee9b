import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { ChargingRequest } from '../../../charging/cloud/ledger.ts';
import { openLedger } from '../../../charging/cloud/ledger.ts';
import { compactCode, stationKeyOf } from '../../support/independent-codes.ts';
import { granted } from './answers.ts';
import { BOTH, MASTER_KEY, MASTER_KEY_HEX, TestLedger } from './databases.ts';

/** The statement as docs/ledger.md gives it to whoever restores a backup. */
function statementInDocs(): string {
  const page = readFileSync(new URL('../../../docs/ledger.md', import.meta.url), 'utf8');
  return /```sql\n(insert into codes[^`]+)```/.exec(page)![1]!;
}

async function runRaw(url: string, sql: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const file = new DatabaseSync(url.slice('sqlite:'.length));
    file.exec(sql);
    file.close();
    return;
  }
  const client = new pg.Client(url);
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('a backup of a SQLite ledger', function () {
  this.timeout(60_000);
  it('taken while codes are issued holds everything answered before, and works when it is restored', async () => {
    const at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'A', sequence: 'counter' }));
    const answered: { key: string; answer: ChargingRequest }[] = [];
    let enough = false;
    const customer = async (_: unknown, name: number) => {
      for (let i = 0; !enough; i++) {
        const key = `${name} ${i}`;
        const answer = await at.ledger.issue({ client: 'app', station: 'A', amount: 30, idempotencyKey: key });
        answered.push({ key, answer: granted(answer) });
      }
    };
    const customers = Array.from({ length: 10 }, customer);
    while (answered.length < 200) await new Promise((resolve) => setImmediate(resolve));
    const before = answered.slice();
    const backup = `${at.url.slice('sqlite:'.length)}.backup`;
    await runRaw(at.url, `vacuum into '${backup}'`);
    const during = answered.length;
    while (answered.length < during + 100) await new Promise((resolve) => setImmediate(resolve));
    enough = true;
    await Promise.all(customers);
    await at.ledger.close();

    const restored = await openLedger({ url: `sqlite:${backup}`, masterKey: MASTER_KEY, now: () => at.now });
    for (const { key, answer } of before) {
      const again = await restored.issue({ client: 'app', station: 'A', amount: 30, idempotencyKey: key });
      assert.deepEqual(again, answer);
    }
    await restored.close();
  });
});

for (const kind of BOTH) {
  describe(`a restored ledger on ${kind}`, function () {
    this.timeout(60_000);
    it('skips the numbers that were drawn since, once it is told to', async () => {
      const at = await TestLedger.open(kind);
      granted(await at.ledger.createStation({ id: 'COUNTS', sequence: 'counter' }));
      granted(await at.ledger.createStation({ id: 'FRESH', sequence: 'counter' }));
      granted(await at.ledger.createStation({ id: 'CLOCK' }));
      for (let i = 0; i < 3; i++) granted(await at.ledger.issue({ client: 'app', station: 'COUNTS', amount: 30 }));
      await runRaw(at.url, statementInDocs());
      const next = async (station: string) =>
        granted(await at.ledger.issue({ client: 'app', station, amount: 30 })).code;
      const key = (station: string) => stationKeyOf(MASTER_KEY_HEX, station);
      assert.equal(await next('COUNTS'), compactCode(key('COUNTS'), 'min', 30, 1, 1004));
      assert.equal(await next('FRESH'), compactCode(key('FRESH'), 'min', 30, 1, 1001));
      assert.equal(await next('CLOCK'), compactCode(key('CLOCK'), 'min', 30, 1, at.now / 300_000));
      await at.ledger.close();
    });
  });
}
