import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import fc from 'fast-check';
import { findKeys, idempotencyHash } from '../../../charging/cloud/calls/idempotency.ts';
import { type KeptKey, NewestKeys } from '../../../charging/cloud/database/newest-keys.ts';
import { openDatabase } from '../../../charging/cloud/database/open.ts';
import { newWork, type Work } from '../../../charging/cloud/work.ts';
import { granted, refusal } from './answers.ts';
import { asVersion, freshUrl, TestLedger } from './databases.ts';
import { sharedOf } from './shared.ts';

const DAY = 86_400_000;

describe('idempotency keys on SQLite', function () {
  this.timeout(120_000);
  const issue = ({ ledger }: Pick<TestLedger, 'ledger'>, idempotencyKey: string, amount = 60) =>
    ledger.issue({ client: 'app', station: 'A-1', amount, idempotencyKey });

  it('give one code each, to two processes in turn and after both were closed', async () => {
    const at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'A-1', sequence: 'counter' }));
    const other = { ledger: await at.another() };
    const codes = new Map<string, string>();
    for (let i = 0; i < 20; i++) {
      const [first, second] = i % 2 === 0 ? [at, other] : [other, at];
      codes.set(`key ${i}`, granted(await issue(first, `key ${i}`)).code);
      assert.equal(granted(await issue(second, `key ${i}`)).code, codes.get(`key ${i}`));
      assert.equal(refusal(await issue(second, `key ${i}`, 90)), '409 idempotency-key-reused');
    }
    await at.ledger.close();
    await other.ledger.close();
    at.ledger = await at.another();
    for (const [key, code] of codes) assert.equal(granted(await issue(at, key)).code, code);
    assert.equal(new Set(codes.values()).size, 20);
    await at.ledger.close();
  });

  it('of a ledger that had no place for the newest ones give the code that was sold', async () => {
    const at = await TestLedger.open('sqlite');
    granted(await at.ledger.createStation({ id: 'A-1', sequence: 'counter' }));
    const sold = granted(await issue(at, 'old')).code;
    await at.ledger.close();
    // As version 4 left it.
    await at.execute(
      `insert into idempotency_keys select hash, station, item, what, used_at from newest_keys;
       drop table newest_keys; ${asVersion(4)}`,
    );
    at.ledger = await at.another();
    assert.equal(granted(await issue(at, 'old')).code, sold);
    assert.notEqual(granted(await issue(at, 'new')).code, sold);
    await at.ledger.close();
  });

  it('are known wherever they lie, whatever is rolled back, moved or added by another process', async () => {
    const step = fc.record({
      process: fc.nat({ max: 1 }),
      keys: fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 }),
      more: fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 4 }),
      move: fc.nat({ max: 9 }).map((number) => number === 0),
      commit: fc.nat({ max: 2 }).map((number) => number > 0),
      hours: fc.nat({ max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
        const url = await freshUrl('sqlite');
        const processes = [];
        for (let i = 0; i < 2; i++) {
          const shared = { ...sharedOf('sqlite'), newestKeys: new NewestKeys(12) };
          processes.push({ db: (await openDatabase(url, 4000, Date.now())).db, shared });
        }
        let known = new Map<string, { item: number; until: number }>();
        let now = 10 * DAY;
        let item = 0;
        for (const { process, keys, more, move, commit, hours } of steps) {
          now += hours * 3_600_000;
          const { db, shared } = processes[process]!;
          const draft = new Map(known);
          const askAndKeep = async (work: Work, numbers: readonly number[]) => {
            const hashes = numbers.map((number) => idempotencyHash('app', `${number}`));
            const found = await findKeys(work, hashes);
            const fresh: KeptKey[] = [];
            for (const hash of hashes) {
              const kept = draft.get(hash);
              assert.equal(found.get(hash)?.item, kept && kept.until > now ? kept.item : undefined);
              if (found.has(hash)) continue;
              fresh.push({ hash, station: 1, item: ++item, what: 0, used_at: now });
              draft.set(hash, { item, until: now + 3 * DAY });
            }
            if (fresh.length > 0) await shared.newestKeys.keep(work, fresh);
          };
          const done = db.transaction().execute(async (tx) => {
            const work = newWork(shared, tx, now);
            await askAndKeep(work, keys);
            if (move) await shared.newestKeys.moveToTree(work);
            if (more.length > 0) await askAndKeep(work, more);
            if (!commit) throw new Error('rolled back');
          });
          if (commit) {
            await done;
            known = draft;
          } else await assert.rejects(done, /rolled back/);
        }
        for (const { db } of processes) await db.destroy();
      }),
      { numRuns: 15 },
    );
  });

  it('cost no more pages of the log the more there are', async () => {
    const pagesOf = async (keys: number) => {
      const at = await TestLedger.open('sqlite');
      granted(await at.ledger.createStation({ id: 'A-1', sequence: 'counter' }));
      await at.execute(
        `insert into idempotency_keys (hash, station, item, what, used_at)
         with recursive c(i) as (select 1 union all select i + 1 from c where i < ${keys})
         select randomblob(16), 1, i, 0, ${at.now} from c`,
      );
      const log = `${at.url.slice('sqlite:'.length)}-wal`;
      const before = statSync(log).size;
      for (let round = 0; round < 40; round++) {
        await Promise.all(Array.from({ length: 25 }, (_, i) => issue(at, `${round}/${i}`)));
      }
      const pages = Math.round((statSync(log).size - before) / (4096 + 24));
      await at.ledger.close();
      return pages;
    };
    const few = await pagesOf(10);
    const many = await pagesOf(60_000);
    // A page for each of the thousand keys would be twice as many at least.
    assert.ok(many <= few * 1.1, `${many} pages beside ${few}`);
  });
});
