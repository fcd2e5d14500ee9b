import assert from 'node:assert/strict';
import { until } from '../../support/applications.ts';
import { Cloud, type FlowNode, type Json } from './support/cloud.ts';

/** What the tab's own comments tell an integrator to do. */
function withPayments(nodes: FlowNode[]): FlowNode[] {
  const [shop, payments] = nodes.filter(({ type }) => type === 'tab');
  return nodes.map((node) => {
    if (node === payments) return { ...node, disabled: false };
    const replaced = node.type === 'http in' && node.z === shop?.id && /^\/charging-requests/.test(String(node.url));
    return replaced ? { ...node, d: true } : node;
  });
}

/** As the contract writes money; providers may also tell smallest units or a text, and the currency beside it. */
const EUR_3 = { amount: { minorUnits: 300, currency: 'EUR' } };

describe('the example of requests that are paid for first', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start({ flow: withPayments, env: { PAYMENT_SECRET: 'what the provider knows' } });
    const price = { minorUnits: 150, currency: 'EUR' };
    assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001', price })).status, 201);
  });
  after(() => cloud.remove());

  const paid = (reference: string, payment: string, secret = 'what the provider knows', amount: object = EUR_3) =>
    cloud.ask('POST', '/payments', { reference, payment, ...amount }, { 'x-payment-secret': secret });
  const told = (reference: string, payment: string, amount: object) =>
    paid(reference, payment, 'what the provider knows', amount);
  const reserve = async (amount = 60, headers: Record<string, string> = {}) =>
    (await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount }, headers)).body.id as string;
  const slug = ({ status, body }: { status: number; body: Json }) => `${status} ${body.type?.split(':').at(-1)}`;

  it('reserves, is told of the payment, then issues one code', async () => {
    const order = { station: 'CP-0001', amount: 60 };
    const key = { 'idempotency-key': 'basket-7' };
    const reserved = await cloud.ask('POST', '/charging-requests', order, key);
    assert.equal(reserved.status, 202);
    assert.equal(reserved.body.status, 'reserved');
    assert.deepEqual(reserved.body.price, { minorUnits: 300, currency: 'EUR' });
    assert.match(reserved.body.pay, new RegExp(reserved.body.id));
    const { id } = reserved.body;
    assert.equal((await cloud.ask('POST', '/charging-requests', order, key)).body.id, id);

    const path = `/charging-requests/${id}`;
    assert.equal((await cloud.ask('GET', path)).body.status, 'reserved', 'no code before the money');
    assert.equal((await paid(id, 'pay-1')).status, 200);
    assert.equal((await paid(id, 'pay-1')).status, 200, 'providers repeat themselves');

    const issued = await cloud.ask('GET', path);
    assert.match(issued.body.code, /^\d{10}$/);
    assert.deepEqual((await cloud.ask('GET', path)).body, issued.body, 'asked again, the same code');
    const long = await cloud.ask('GET', `${path}?layout=long`);
    assert.match(long.body.code, /^\d{12}$/);
  });

  it('believes the provider alone', async () => {
    const order = { station: 'CP-0001', amount: 60 };
    const { id } = (await cloud.ask('POST', '/charging-requests', order)).body;
    assert.equal((await paid(id, 'pay-2', 'a guess')).status, 401);
    assert.equal((await cloud.ask('POST', '/payments', { reference: id, payment: 'pay-2' })).status, 401);
    assert.equal((await cloud.ask('GET', `/charging-requests/${id}`)).body.status, 'reserved');
    assert.equal((await paid('0'.repeat(32), 'pay-2')).status, 404);
  });

  it('compares amount and currency with the price, as providers write them', async () => {
    const id = await reserve();
    for (const [index, amount] of [
      { amount: 299, currency: 'EUR' },
      { amount: 3, currency: 'EUR' },
      { amount: 300, currency: 'USD' },
      { amount: '3.01', currency: 'EUR' },
      { amount: '300', currency: 'EUR' },
      { amount: { minorUnits: 30, currency: 'EUR' } },
    ].entries()) {
      assert.equal(slug(await told(id, `not-${index}`, amount)), '409 payment-differs', JSON.stringify(amount));
    }
    for (const amount of [
      {},
      { amount: null },
      { amount: 300 },
      { amount: 3.5, currency: 'EUR' },
      { amount: '3.001', currency: 'EUR' },
      { amount: '3,00', currency: 'EUR' },
      { amount: -300, currency: 'EUR' },
      { amount: '300', currency: 'ABC' },
      { amount: { minorUnits: 300 } },
      { amount: true, currency: 'EUR' },
    ]) {
      assert.equal((await told(id, 'no amount', amount)).status, 400, JSON.stringify(amount));
    }
    assert.equal((await cloud.ask('GET', `/charging-requests/${id}`)).body.status, 'reserved', 'no code for any of it');
    for (const [index, amount] of [
      { amount: 300, currency: 'EUR' },
      { amount: '3.00', currency: 'eur' },
      { amount: '3', currency: 'EUR' },
    ].entries()) {
      assert.equal((await told(await reserve(), `right-${index}`, amount)).status, 200, JSON.stringify(amount));
    }
  });

  it('takes a payment for one request alone', async () => {
    const [first, second] = [await reserve(), await reserve()];
    assert.equal((await paid(first, 'once')).status, 200);
    assert.equal(slug(await paid(second, 'once')), '409 payment-used');
    assert.equal((await cloud.ask('GET', `/charging-requests/${second}`)).body.status, 'reserved');
    assert.match((await cloud.ask('GET', `/charging-requests/${first}`)).body.code, /^\d{10}$/);
  });

  it('is told of a cancellation, and shows what is paid all the same', async () => {
    const key = { 'idempotency-key': 'cancelled' };
    const id = await reserve(60, key);
    const cancel = () => cloud.ask('POST', '/cancellations', { request: id });
    assert.equal((await cancel()).body.status, 'cancelled');
    assert.equal((await cancel()).status, 200, 'again changes nothing');
    assert.equal(slug(await paid(id, 'too late')), '410 cancelled');
    const { body } = await cloud.ask('GET', `/charging-requests/${id}`);
    assert.equal(body.status, 'cancelled');
    assert.deepEqual(
      body.paidWithoutCode.map(({ payment, why, amount, returnedAt }: Json) => [payment, why, amount, returnedAt]),
      [['too late', 'cancelled', EUR_3.amount, null]],
    );
    assert.equal(
      slug(await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 }, key)),
      '410 cancelled',
    );
    assert.equal(slug(await cloud.ask('POST', '/cancellations', { request: '0'.repeat(32) })), '404 unknown-request');
    const issued = await reserve();
    await paid(issued, 'in time');
    assert.equal(slug(await cloud.ask('POST', '/cancellations', { request: issued })), '409 already-paid');
  });

  it('answers the key of a request that is issued by now with its code', async () => {
    const key = { 'idempotency-key': 'to-the-end' };
    const id = await reserve(60, key);
    await paid(id, 'the end');
    const { body: issued } = await cloud.ask('GET', `/charging-requests/${id}`);
    const again = await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 }, key);
    assert.equal(again.status, 201);
    assert.deepEqual(again.body, issued);
  });

  it('answers what is no payment with problem details, and looks at the secret first', async () => {
    const secret = { 'x-payment-secret': 'what the provider knows' };
    const refused = async (body: string, headers: Record<string, string>, expected: number) => {
      const answer = await cloud.ask('POST', '/payments', body, headers);
      assert.equal(answer.status, expected, body.slice(0, 20));
      assert.equal(answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
      assert.equal(answer.body.status, expected);
    };
    for (const body of ['{bad}', 'null', '1', '[]', '', '{"reference":1,"payment":"x"}']) {
      await refused(body, {}, 401);
      await refused(body, secret, 400);
    }
    for (const payment of ['', '  ', '\u0000', 'x'.repeat(256)]) {
      const body = { reference: await reserve(), payment, amount: 300, currency: 'EUR' };
      await refused(JSON.stringify(body), secret, 400);
    }
    await refused('{}', { ...secret, 'content-type': 'no type at all' }, 400);
    await refused('{}', { ...secret, 'content-type': 'application/json; charset=utf-7' }, 400);
    await refused('x'.repeat(300_000), secret, 413);
  });
});

describe('the shipped flow', function () {
  this.timeout(60_000);
  it('has the payment example switched off', async () => {
    const cloud = await Cloud.start();
    try {
      assert.equal((await cloud.ask('POST', '/payments', { reference: 'x', payment: 'y' })).status, 404);
    } finally {
      await cloud.remove();
    }
  });
});

describe('a route that two flows answer', function () {
  this.timeout(60_000);
  const shop = (nodes: FlowNode[]) => nodes.find(({ type }) => type === 'tab')!;
  const example = (nodes: FlowNode[]) => nodes.filter(({ type }) => type === 'tab')[1]!;
  const order = { station: 'CP-0001', amount: 60 };

  it('is refused loudly at deploy, and gives no code away: the example beside the two rows that it replaces', async () => {
    const both = (nodes: FlowNode[]) =>
      nodes.map((node) => (node === example(nodes) ? { ...node, disabled: false } : node));
    const cloud = await Cloud.start({ flow: both, env: { PAYMENT_SECRET: 'x' } });
    try {
      for (const route of ['POST /charging-requests', 'GET /charging-requests/:id']) {
        const [line] = cloud.output.split('\n').filter((text) => text.includes(`answer ${route} (`));
        assert.ok(line, `${route}: ${cloud.output}`);
        assert.equal(JSON.parse(line).level, 'error');
        assert.match(line, /Charging cloud, Payment first \(example\)/);
      }
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001' })).status, 201, 'other routes work');
      const refused = await cloud.ask('POST', '/charging-requests', order);
      assert.equal(refused.status, 503);
      assert.match(refused.body.type, /:doubled-route$/);
      assert.match(refused.body.detail, /POST \/charging-requests twice/);
      assert.ok(Number(refused.headers.get('retry-after')) > 0);
      assert.equal((await cloud.ask('GET', `/charging-requests/${'0'.repeat(32)}`)).status, 503);
      const ledger = await cloud.ledger();
      assert.deepEqual((await ledger.listCodes()).items, []);
      await ledger.close();
    } finally {
      await cloud.remove();
    }
  });

  it('is found however it is written, and not where one of the two is switched off', async () => {
    const more = (nodes: FlowNode[]) =>
      [
        { url: '/Receipts/', method: 'post', wires: [['ecbf833937ec4aa4']] },
        { url: 'stations/:whatever', method: 'get', wires: [['e7f2c48c6233c148']] },
        { url: '/stations', method: 'post', d: true },
        { url: '/stations', method: 'delete' },
        { url: '/charging-requests/:id/more', method: 'post' },
      ].map((node, index) => ({ id: `more-${index}`, type: 'http in', z: shop(nodes).id, wires: [[]], ...node }));
    const cloud = await Cloud.start({ flow: (nodes) => [...nodes, ...more(nodes)] });
    try {
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001' })).status, 201);
      assert.equal((await cloud.ask('GET', '/stations')).status, 200);
      assert.equal((await cloud.ask('POST', '/charging-requests', order)).status, 201);
      const receipt = { station: 'CP-0001', receipt: '041873629150' };
      assert.equal((await cloud.ask('POST', '/receipts', receipt)).status, 503);
      assert.equal((await cloud.ask('GET', '/stations/CP-0001')).status, 503);
    } finally {
      await cloud.remove();
    }
  });

  it('works again when the next deploy has switched one of them off', async () => {
    const cloud = await Cloud.start({
      flow: (nodes) => nodes.map((node) => (node === example(nodes) ? { ...node, disabled: false } : node)),
      env: { PAYMENT_SECRET: 'x', ADMIN_PASSWORD: 'correct horse battery staple' },
    });
    try {
      await cloud.ask('POST', '/stations', { id: 'CP-0001' });
      assert.equal((await cloud.ask('POST', '/charging-requests', order)).status, 503);
      const login = { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username: 'admin' };
      const { body } = await cloud.ask('POST', '/editor/auth/token', {
        ...login,
        password: 'correct horse battery staple',
      });
      const headers = { authorization: `Bearer ${body.access_token}`, 'node-red-api-version': 'v2' };
      const deployed = (await cloud.ask('GET', '/editor/flows', undefined, headers)).body;
      for (const [disabled, expected] of [
        [true, 201],
        [false, 503],
      ] as const) {
        const flows = deployed.flows.map((node: FlowNode) =>
          node.type === 'tab' && /^Payment/.test(String(node.label)) ? { ...node, disabled } : node,
        );
        // In full: with its nodes alone, Node-RED takes the route of the other away as well.
        const kind = { 'node-red-deployment-type': 'full' };
        assert.equal((await cloud.ask('POST', '/editor/flows', { flows }, { ...headers, ...kind })).status, 200);
        const answers = async () => (await cloud.ask('POST', '/charging-requests', order)).status === expected;
        await until(`it answers ${expected}`, answers);
      }
    } finally {
      await cloud.remove();
    }
  });
});
