// What customers and the operator hear when the cloud's clock cannot be right.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { until } from '../../support/applications.ts';
import { Cloud } from './support/cloud.ts';

const HOUR = 3_600_000;

describe('a cloud whose clock is behind its ledger', function () {
  this.timeout(90_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start();
    const ledger = await cloud.ledger();
    await ledger.createStation({ id: 'CP-0001' });
    await ledger.createStation({ id: 'COUNTS', sequence: 'counter' });
    await ledger.close();
  });
  after(() => cloud.remove());
  const buy = (station: string) => cloud.ask('POST', '/charging-requests', { station, amount: 30 });
  /** As if all of it had been sold later. */
  const move = (ms: number) => {
    const file = new DatabaseSync(join(cloud.dataDir, 'cloud/ledger.sqlite'));
    file.exec('pragma busy_timeout = 5000');
    file.prepare('update codes set issued_at = issued_at + ?').run(ms);
    file.close();
  };

  it('sells nothing of a clock, says 503 and when to ask again, logs one line, and goes on when it is right', async () => {
    assert.equal((await buy('CP-0001')).status, 201);
    move(HOUR);
    let refused = await buy('CP-0001');
    await until(
      'it has looked',
      async () => {
        refused = await buy('CP-0001');
        return refused.status === 503;
      },
      30_000,
    );
    assert.equal(refused.body.type, 'urn:offline-charging:problem:clocks-apart');
    assert.equal(refused.headers.get('retry-after'), '30');
    for (let i = 0; i < 5; i++) assert.equal((await buy('CP-0001')).status, 503);
    assert.equal((await cloud.ask('POST', '/stations/CP-0001/synchronizations')).status, 503);
    assert.equal((await buy('COUNTS')).status, 201, 'a counter knows no clock');
    const lines = () => cloud.output.split('\n').filter((line) => line.includes("The cloud's clock"));
    assert.equal(lines().length, 1, lines().join('\n'));
    assert.match(lines()[0]!, /"level":"warn".*s behind the newest in the ledger, and nothing is sold/);
    move(-HOUR);
    await until('it sells again', async () => (await buy('CP-0001')).status !== 503, 30_000);
    await until('it says so', () => lines().length === 2);
    assert.match(lines()[1]!, /right again, and codes are sold/);
  });
});
