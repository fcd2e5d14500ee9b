import assert from 'node:assert/strict';
import { Cloud } from './support/cloud.ts';

describe('a cloud whose ledger is away', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start({ env: { DATABASE_URL: 'postgres://cloud:hunter2@127.0.0.1:1/ledger' } });
  });
  after(() => cloud.remove());

  it('says 503, and when to ask again, to whatever needs it', async () => {
    for (const [method, path, body] of [
      ['POST', '/charging-requests', { station: 'CP-0001', amount: 60 }],
      ['GET', '/stations/CP-0001'],
      ['POST', '/receipts', { station: 'CP-0001', receipt: '041873629150' }],
      ['GET', '/ledger.csv'],
      ['GET', '/healthz'],
    ] as const) {
      const refused = await cloud.ask(method, path, body);
      assert.equal(refused.status, 503, path);
      assert.equal(refused.body.type, 'urn:offline-charging:problem:ledger-unavailable');
      assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      assert.ok(!JSON.stringify(refused.body).includes('hunter2'));
    }
  });

  it('still gives its pages and its contract', async () => {
    assert.equal((await cloud.call('GET', '/charge/CP-0001')).status, 200);
    assert.equal((await cloud.call('GET', '/openapi.json')).status, 200);
  });

  it('logs why, without the password, and not once for each request', () => {
    const lines = cloud.output
      .split('\n')
      .filter((line) => /"level":"(?:warn|error)"/.test(line) && /ledger|127\.0\.0\.1:1/i.test(line));
    assert.ok(lines.length >= 1 && lines.length <= 3, lines.join('\n'));
    assert.ok(!cloud.output.includes('hunter2'));
  });
});
