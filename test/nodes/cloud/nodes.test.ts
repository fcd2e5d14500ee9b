import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { receiptCode, sealReport, stationKey } from '../../../charging/codes/index.ts';
import admitRequest from '../../../nodes/admit-request/admit-request.ts';
import codeIssuer from '../../../nodes/code-issuer/code-issuer.ts';
import issueCode from '../../../nodes/issue-code/issue-code.ts';
import manageLedger from '../../../nodes/manage-ledger/manage-ledger.ts';
import readReport from '../../../nodes/read-report/read-report.ts';
import settleReceipt from '../../../nodes/settle-receipt/settle-receipt.ts';
import { until } from '../../support/applications.ts';

const MASTER_KEY = '11'.repeat(32);
const NODES = [codeIssuer, admitRequest, issueCode, settleReceipt, readReport, manageLedger];

// biome-ignore lint/suspicious/noExplicitAny: messages and nodes of the test helper.
type Any = any;

const require = createRequire(import.meta.url);
const helper = require('node-red-node-test-helper') as Any;
helper.init(require.resolve('node-red'));

describe("the cloud's nodes", () => {
  const left = new EventEmitter();
  let folder: string;
  before((done: () => void) => {
    folder = mkdtempSync(join(tmpdir(), 'cloud-nodes-'));
    helper.startServer(done);
  });
  after((done: () => void) => {
    rmSync(folder, { recursive: true, force: true });
    helper.stopServer(done);
  });
  afterEach(() => helper.unload());

  /** Nodes that share their two outputs. */
  function flowOf(nodes: readonly Record<string, unknown>[], issuer: Record<string, unknown> = {}): Any[] {
    const ledger = `sqlite:${join(folder, 'ledger.sqlite')}`;
    return [
      { id: 'issuer', type: 'code issuer', ledger, ...issuer },
      {
        id: 'create',
        type: 'manage ledger',
        issuer: 'issuer',
        does: 'createStation',
        wires: [['created'], ['created']],
      },
      { id: 'created', type: 'helper' },
      ...nodes.map((node, index) => ({ id: `n${index}`, issuer: 'issuer', wires: [['good'], ['refused']], ...node })),
      { id: 'good', type: 'helper' },
      { id: 'refused', type: 'helper' },
    ];
  }

  /** The flow of such nodes, with the station CP-0001. Gives the first node. */
  async function load(...nodes: Record<string, unknown>[]): Promise<Any> {
    await helper.load(NODES as Any, flowOf(nodes) as Any, { issuer: { masterKey: MASTER_KEY } });
    listen();
    await through(helper.getNode('create'), { payload: { id: 'CP-0001', sequence: 'counter' } });
    return helper.getNode('n0');
  }

  /** What leaves by either output, as it comes. */
  function listen(): void {
    for (const output of ['created', 'good', 'refused']) {
      helper.getNode(output)?.on('input', (message: Any) => left.emit('left', { output, message }));
    }
  }

  /** Sends and gives what leaves by either output. */
  async function through(node: Any, message: Any): Promise<{ output: string; message: Any }> {
    const leaving = once(left, 'left');
    node.receive(message);
    return (await leaving)[0];
  }

  /** What a message's done was called with. */
  const ended = (node: Any): Promise<Error | undefined> =>
    new Promise((resolve) => node.on('call:error', (call: Any) => resolve(call.args[0])));

  it('nodes that a newer version saved say so in red, and with each message’s end', async () => {
    const node = await load({ type: 'issue code', does: 'issue', version: 2 });
    const failed = ended(node);
    node.receive({ payload: { station: 'CP-0001', amount: 60 } });
    assert.equal(((await failed) as Error & { code?: string }).code, 'config-newer');
    await helper.unload();
    const flow = [
      { id: 'issuer', type: 'code issuer', version: 2 },
      { id: 'n', type: 'issue code', issuer: 'issuer', wires: [[], []] },
    ];
    await helper.load(NODES as Any, flow as Any, { issuer: { masterKey: MASTER_KEY } });
    assert.match(helper.getNode('n').status.lastCall?.args[0].text ?? '', /saved by/);
  });

  it('issue code takes station and amount, and keeps what came with the message', async () => {
    const node = await load({ type: 'issue code', does: 'issue' });
    const { output, message } = await through(node, { payload: { station: 'CP-0001', amount: 60 }, topic: 'kept' });
    assert.equal(output, 'good');
    assert.match(message.payload.code, /^\d{10}$/);
    assert.equal(message.statusCode, 201);
    assert.equal(message.topic, 'kept');
  });

  it('issue code takes an amount alone, as number, text or buffer, for the station of its settings', async () => {
    const node = await load({ type: 'issue code', does: 'issue', station: 'CP-0001' });
    for (const payload of [60, '60', Buffer.from('60')]) {
      const { message } = await through(node, { payload });
      assert.equal(message.payload.amount, 60);
    }
  });

  it('issue code sends what is refused to its second output, ready for http response', async () => {
    const node = await load({ type: 'issue code', does: 'issue', station: 'CP-0001' });
    const { output, message } = await through(node, { payload: 45, req: 'kept' });
    assert.equal(output, 'refused');
    assert.equal(message.statusCode, 422);
    assert.equal(message.headers['content-type'], 'application/problem+json');
    assert.equal(message.payload.type, 'urn:offline-charging:problem:amount-not-sold');
    assert.equal(message.req, 'kept');
  });

  it('issue code ends a message that says nothing with an error that has a code', async () => {
    const node = await load({ type: 'issue code', does: 'issue' });
    const error = ended(node);
    node.receive({ payload: { amount: 60 } });
    assert.equal(((await error) as Any).code, 'no-station');
  });

  it('issue code reads the same voucher again for its client, and for no other', async () => {
    const node = await load(
      { type: 'issue code', does: 'issue', station: 'CP-0001' },
      { type: 'issue code', does: 'read' },
    );
    const reader = helper.getNode('n1');
    const { message } = await through(node, { payload: 60, client: 'app-1' });
    const { id, code } = message.payload;
    const mine = await through(reader, { payload: { id }, client: 'app-1' });
    assert.equal(mine.message.payload.code, code);
    const another = await through(reader, { payload: { id }, client: 'app-2' });
    assert.equal(another.message.statusCode, 404);
  });

  it('settle receipt gives back what was left, once', async () => {
    const seller = await load(
      { type: 'issue code', does: 'issue', station: 'CP-0001' },
      { type: 'settle receipt', station: 'CP-0001' },
      { type: 'manage ledger', does: '' },
    );
    const node = helper.getNode('n1');
    const { message } = await through(seller, { payload: 60 });
    const sold = await through(helper.getNode('n2'), { topic: 'listCodes', payload: { search: message.payload.id } });
    const [{ sequence }] = sold.message.payload.items;
    const own = stationKey(Buffer.from(MASTER_KEY, 'hex'), 'CP-0001', 1);
    const receipt = receiptCode(own, { unit: 'min', step: 30, unused: 77, sequence });

    const { message: settled } = await through(node, { payload: receipt.replace(/(.{4})/g, '$1 ') });
    assert.equal(settled.payload.request, message.payload.id);
    assert.equal(settled.payload.bought, 60);
    assert.ok(settled.payload.unused > 29 && settled.payload.unused <= 30);
    const again = await through(node, { payload: { station: 'CP-0001', receipt } });
    assert.equal(again.message.statusCode, 409);
    const mistyped = await through(node, { payload: '123456789012' });
    assert.equal(mistyped.message.statusCode, 422);
  });

  it('read report takes the link of a QR code, the text alone or both parts, and sends each alarm by its third output', async () => {
    const wires = [['good'], ['refused'], ['created']];
    const node = await load({ type: 'read report', station: 'CP-0001', wires });
    const totals = { closed: 0, delivered: 0, meterWh: null, relayClosings: 0, wrongGuesses: 0, lockouts: 0 };
    const of = (number: number, faults: number[]) =>
      sealReport(stationKey(Buffer.from(MASTER_KEY, 'hex'), 'CP-0001', 1), {
        ...{ journal: '00c0ffee', keyVersion: 1, boot: 1, number, timeSeconds: 0, highest: 0, totals, faults },
        ...{ closed: [], open: [], sureTimeSeconds: 0 },
      });
    const link = `https://example.org/charge/CP-0001#report=${of(1, [])}&receipt=041873629150`;
    const { output, message } = await through(node, { payload: link, topic: 'kept' });
    assert.deepEqual(
      [output, message.topic, message.payload],
      ['good', 'kept', { report: 1, sessions: 0, new: 0, missing: 0 }],
    );
    const both: Any[] = [];
    const gone = new Promise<void>((resolve) => {
      left.on('left', (each) => both.push(each) === 2 && resolve());
    });
    node.receive({ payload: { station: 'CP-0001', report: of(2, [3]) } });
    await gone;
    left.removeAllListeners('left');
    const shown = both.map((each) => [each.output, each.message.topic ?? each.message.payload.report]);
    assert.deepEqual(shown.sort(), [
      ['created', 'fault-standing'],
      ['good', 2],
    ]);
    assert.equal((await through(node, { payload: of(3, []).replace(/^./, 'B') })).output, 'refused');
    // Whoever sends what nearly is a link keeps nobody waiting: read back and forth, these would take an hour.
    for (const nearly of ['a', 'a&', '/charge/a']) {
      const payload = `https://example.org/charge/${nearly.repeat(2_000_000 / nearly.length)}`;
      assert.equal((await through(node, { payload })).output, 'refused');
    }
  });

  it('admit request takes bodies as bytes, text and objects alike', async () => {
    const node = await load({ type: 'admit request', call: 'requestCharging' });
    const wanted = { station: 'CP-0001', amount: 60 };
    const headers = { 'content-type': 'application/json', authorization: 'Bearer made-up' };
    for (const payload of [JSON.stringify(wanted), Buffer.from(JSON.stringify(wanted)), wanted]) {
      const refused = await through(node, { payload, req: { headers, query: {}, socket: {} } });
      assert.equal(refused.message.statusCode, 401, 'a made-up key');
    }
  });

  it('manage ledger does what its settings or the topic say', async () => {
    const node = await load({ type: 'manage ledger', does: '' });
    const listed = await through(node, { topic: 'listStations', payload: {} });
    assert.equal(listed.message.payload.items[0].id, 'CP-0001');
    const health = await through(node, { topic: 'readHealth' });
    assert.equal(health.message.payload.status, 'ok');
    const exported = await through(node, { topic: 'exportLedger', payload: {} });
    assert.match(exported.message.payload, /^issued_at,/);
    assert.equal(exported.message.parts.index, 0);
    const error = ended(node);
    node.receive({ topic: 'constructor' });
    assert.equal(((await error) as Any).code, 'no-act');
  });

  it('what cannot be written down ends its own message, neither those beside it nor Node-RED; a search may be anything', async () => {
    const node = await load({ type: 'manage ledger', does: '' });
    const circle: Any = {};
    circle.itself = circle;
    for (const payload of [circle, { search: 5n }]) {
      const error = ended(node);
      const listed = through(node, { topic: 'listStations', payload: {} });
      node.receive({ topic: 'listCodes', payload });
      assert.match(((await error) as Error).message, /cannot be written as JSON/);
      assert.equal((await listed).message.payload.items[0].id, 'CP-0001');
    }
    for (const topic of ['listStations', 'listCodes', 'listSettled', 'listStationHealth'])
      for (const payload of [{ search: 5 }, { search: {} }, new Date()]) {
        const { output, message } = await through(node, { topic, payload });
        assert.equal(output, 'good', `${topic} ${JSON.stringify(message.payload)}`);
      }
    const error = ended(node);
    node.receive({ topic: 'createStation', payload: {} });
    assert.equal(((await error) as Error).message, 'Give the id as msg.payload.id.');
  });

  it('a ledger that is away is a 503 that says when to ask again, shown in red, and no error', async () => {
    const flow = [
      { id: 'issuer', type: 'code issuer', ledger: 'postgres://nobody@127.0.0.1:1/nothing' },
      {
        id: 'n',
        type: 'issue code',
        does: 'issue',
        station: 'CP-0001',
        issuer: 'issuer',
        wires: [['good'], ['refused']],
      },
      { id: 'good', type: 'helper' },
      { id: 'refused', type: 'helper' },
    ];
    await helper.load(NODES as Any, flow as Any, { issuer: { masterKey: MASTER_KEY } });
    listen();
    const node = helper.getNode('n');
    const { output, message } = await through(node, { payload: 60 });
    assert.equal(output, 'refused');
    assert.equal(message.statusCode, 503);
    assert.match(message.headers['retry-after'], /^\d+$/);
    assert.equal(node.status.lastCall.args[0].fill, 'red');
    assert.equal(node.error.callCount, 0);
  });

  it('a node whose code issuer is deleted says so, and issues again as soon as it is back, not touched itself', async () => {
    const nodes = [{ type: 'issue code', does: 'issue', station: 'CP-0001' }];
    await load(...nodes);
    const deploy = (flow: Any[]) => helper.setFlows(flow, 'nodes', { issuer: { masterKey: MASTER_KEY } });
    await deploy(flowOf(nodes).filter(({ id }) => id !== 'issuer'));
    const without = helper.getNode('n0');
    assert.match(without.status.lastCall.args[0].text, /code issuer/);
    assert.equal(without.status.lastCall.args[0].fill, 'red');
    const error = ended(without);
    without.receive({ payload: 60 });
    assert.equal(((await error) as Any).code, 'no-issuer');
    await deploy(flowOf(nodes));
    await until('it begins anew', () => without.status.lastCall.args[0].fill !== 'red');
    assert.ok(helper.getNode('n0') === without, 'Node-RED itself started it again');
    const { output, message } = await through(without, { payload: 60 });
    assert.deepEqual([output, message.payload.station], ['good', 'CP-0001']);
  });

  it('a node without a code issuer says so, in its status and to who asks it', async () => {
    const flow = [{ id: 'n', type: 'issue code', does: 'issue', issuer: '', wires: [[], []] }];
    await helper.load(NODES as Any, flow as Any);
    const node = helper.getNode('n') as Any;
    assert.equal(node.status.lastCall.args[0].fill, 'red');
    const error = ended(node);
    node.receive({ payload: { station: 'CP-0001', amount: 60 } });
    assert.equal(((await error) as Any).code, 'no-issuer');
  });
});
