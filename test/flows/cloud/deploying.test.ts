// What callers hear while flows are deployed: an answer, or when to come again; never nothing, and never that what they
// asked for is not there.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Cloud, type FlowNode } from './support/cloud.ts';

const PASSWORD = 'the deploying one';
const ORDER = { station: 'COUNTER', amount: 30 };

/** A tab of somebody's own, whose answer takes as long as the request says. */
const SLOW_TAB: FlowNode[] = [
  { id: 'slow-tab', type: 'tab', label: 'Slow' },
  { id: 'slow-in', type: 'http in', z: 'slow-tab', url: '/slow', method: 'get', wires: [['slow-wait']] },
  {
    id: 'slow-wait',
    type: 'function',
    z: 'slow-tab',
    func: "setTimeout(() => { msg.payload = 'late'; node.send(msg); }, Number(msg.req.query.ms));",
    outputs: 1,
    wires: [['slow-out']],
  },
  { id: 'slow-out', type: 'http response', z: 'slow-tab', wires: [] },
];

describe('a deployment', function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let authorization: string;

  before(async () => {
    cloud = await Cloud.start({ env: { ADMIN_PASSWORD: PASSWORD }, flow: (nodes) => [...nodes, ...SLOW_TAB] });
    assert.equal((await cloud.ask('POST', '/stations', { id: 'COUNTER', sequence: 'counter' })).status, 201);
    const signIn = {
      client_id: 'node-red-editor',
      grant_type: 'password',
      scope: '*',
      username: 'admin',
      password: PASSWORD,
    };
    authorization = `Bearer ${(await cloud.ask('POST', '/editor/auth/token', signIn)).body.access_token}`;
  });
  after(() => cloud?.remove());

  /** Deploys the flow with one node of a type renamed; resolves when Node-RED has answered. */
  async function deploy(how: 'full' | 'nodes' | 'flows', renamed: string): Promise<number> {
    const headers = { authorization, 'node-red-api-version': 'v2', 'node-red-deployment-type': how };
    const { body } = await cloud.ask('GET', '/editor/flows', undefined, headers);
    const node = (body.flows as FlowNode[]).find(({ type, id }) => type === renamed || id === renamed)!;
    node.name = `renamed ${performance.now()}`;
    return (await cloud.ask('POST', '/editor/flows', body, headers)).status;
  }

  /** While another program holds the database, so that requests are under way for as long as we like. */
  async function withLedgerHeld<T>(act: (release: () => void) => Promise<T>): Promise<T> {
    const other = new DatabaseSync(join(cloud.dataDir, 'cloud', 'ledger.sqlite'));
    other.exec('begin immediate');
    let held = true;
    const release = () => {
      if (held) other.exec('rollback');
      held = false;
    };
    try {
      return await act(release);
    } finally {
      release();
      other.close();
    }
  }

  for (const how of ['nodes', 'flows', 'full'] as const) {
    for (const renamed of ['issue code', 'admit request', 'code issuer', 'http response']) {
      it(`of "${how}" with a renamed ${renamed} answers each request that is under way`, async () => {
        await withLedgerHeld(async (release) => {
          const begun = await Promise.all(Array.from({ length: 8 }, () => cloud.begin('POST', '/charging-requests')));
          const answers = begun.map((end) => end(ORDER));
          const deployed = deploy(how, renamed);
          setTimeout(release, 700);
          assert.equal(await deployed, 200);
          assert.deepEqual(await Promise.all(answers), Array(8).fill(201));
        });
      });
    }
  }

  it('answers what comes while it runs, and knows everything that is there', async () => {
    let over = false;
    const statuses: number[] = [];
    const types: unknown[] = [];
    const asking = Array.from({ length: 8 }, async (_, index) => {
      while (!over) {
        const { status, body, headers } =
          index % 2 === 0
            ? await cloud.ask('GET', '/stations/COUNTER')
            : await cloud.ask('POST', '/charging-requests', ORDER);
        statuses.push(status);
        if (status >= 400) types.push(body.type);
        if (status === 503) assert.ok(Number(headers.get('retry-after')) >= 1);
      }
    });
    for (const how of ['full', 'flows', 'nodes', 'full'] as const) assert.equal(await deploy(how, 'issue code'), 200);
    over = true;
    await Promise.all(asking);
    assert.deepEqual(
      [...new Set(statuses)].filter((status) => ![200, 201, 503].includes(status)),
      [],
    );
    assert.deepEqual(
      [...new Set(types)].filter((type) => type !== 'urn:offline-charging:problem:restarting'),
      [],
    );
    assert.ok(statuses.filter((status) => status < 300).length > 0);
  });

  it('tells when to come again what it would have to wait for too long', async () => {
    for (const how of ['full', 'nodes'] as const) {
      const answer = cloud.ask('GET', '/slow?ms=60000');
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(await deploy(how, 'slow-wait'), 200);
      const { status, body, headers } = await answer;
      assert.equal(status, 503, how);
      assert.equal(body.type, 'urn:offline-charging:problem:restarting');
      assert.ok(Number(headers.get('retry-after')) >= 1);
    }
  });

  it('lets what it did not touch be answered', async () => {
    const answer = cloud.call('GET', '/slow?ms=7000');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await deploy('nodes', 'issue code'), 200);
    assert.equal(await (await answer).text(), 'late');
  });

  it('keeps nobody waiting who has no right to deploy', async () => {
    const slow = cloud.call('GET', '/slow?ms=3000');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const refused = cloud.call('POST', '/editor/flows', [], { 'node-red-deployment-type': 'full' });
    const from = performance.now();
    assert.equal((await cloud.call('GET', '/stations/COUNTER')).status, 200);
    assert.ok(performance.now() - from < 2500);
    assert.equal((await refused).status, 401);
    assert.equal((await slow).status, 200);
  });
});
