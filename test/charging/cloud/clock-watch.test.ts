// The cloud's clock is held against the database's and the newest moment in the ledger.
import assert from 'node:assert/strict';
import { ClockWatch } from '../../../charging/cloud/clock-watch.ts';
import { openDatabase } from '../../../charging/cloud/database/open.ts';
import { granted, refusal } from './answers.ts';
import { BOTH, freshUrl, sharedPostgres, TestLedger } from './databases.ts';

for (const kind of BOTH) {
  describe(`a clock that is behind the ledger on ${kind}`, function () {
    this.timeout(120_000);

    it('sells nothing by more than half a slot, says so once, and goes on when it is right', async () => {
      const said: string[] = [];
      const at = await TestLedger.open(kind, { onTrouble: (line) => said.push(line) });
      granted(await at.ledger.createStation({ id: 'A-1' }));
      granted(await at.ledger.createStation({ id: 'COUNTS', sequence: 'counter' }));
      const issue = (station: string, idempotencyKey?: string) =>
        at.ledger.issue({ client: 'app', station, amount: 30, idempotencyKey });
      const bought = granted(await issue('A-1', 'one'));
      at.now -= 150_000;
      granted(await issue('A-1'));
      at.now -= 1;
      for (let i = 0; i < 3; i++) assert.equal(refusal(await issue('A-1')), '503 clocks-apart');
      assert.equal(refusal(await at.ledger.synchronize({ client: 'app', station: 'A-1' })), '503 clocks-apart');
      assert.equal(
        refusal(await at.ledger.serviceCode({ client: 'op', station: 'A-1', operation: 'clear-lockout' })),
        '503 clocks-apart',
      );
      assert.deepEqual(granted(await issue('A-1', 'one')), bought, 'what was sold is told again');
      granted(await issue('COUNTS'));
      assert.equal(said.length, 1);
      assert.match(said[0]!, /150 s behind the newest in the ledger, and nothing is sold/);
      await at.ledger.close();
      // And at the next start.
      at.ledger = await at.another();
      assert.equal(refusal(await issue('A-1')), '503 clocks-apart');
      at.now += 1;
      granted(await issue('A-1'));
      await at.ledger.close();
    });
  });
}

describe('a clock beside the database’s', function () {
  this.timeout(120_000);

  it('is as far off as it is at least, either way, and nothing while they agree', async () => {
    await sharedPostgres();
    const { db } = await openDatabase(await freshUrl('postgresql'), 4000, Date.now());
    const offBy = async (ms: number) => {
      const clocks = { now: () => Date.now() + ms, monotonic: () => performance.now() };
      return new ClockWatch('postgresql', () => {}, clocks).off({ db, now: Date.now() });
    };
    assert.equal(await offBy(0), 0);
    for (const ms of [3_600_000, -3_600_000]) {
      const off = await offBy(ms);
      assert.ok(off <= 3_600_000 && off > 3_590_000, `${off}`);
    }
    await db.destroy();
  });

  it('is looked at again each ten seconds, at once when it was stepped, and says when sales go on', async () => {
    const { db } = await openDatabase(await freshUrl('postgresql'), 4000, Date.now());
    const said: string[] = [];
    let ahead = 0;
    let monotonic = 0;
    const watch = new ClockWatch('postgresql', (line) => said.push(line), {
      now: () => Date.now() + ahead,
      monotonic: () => monotonic,
    });
    let now = 10_000_000;
    const off = () => watch.off({ db, now });
    assert.equal(await off(), 0);
    ahead = 3_600_000;
    monotonic += 9000;
    now += 9000;
    assert.equal(await off(), 0, 'not looked yet');
    monotonic += 1001;
    now += 1001;
    const seen = await off();
    assert.ok(seen > 3_590_000);
    watch.tell(true, seen);
    watch.tell(true, seen);
    ahead = 0;
    now -= 3_600_000;
    assert.equal(await off(), 0, 'looked at once');
    watch.tell(false, 0);
    assert.deepEqual(
      said.map((line) => /database's, and nothing is sold|right again/.exec(line)?.[0]),
      ["database's, and nothing is sold", 'right again'],
    );
    await db.destroy();
  });
});
