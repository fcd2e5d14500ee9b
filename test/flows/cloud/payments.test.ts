import assert from 'node:assert/strict';
import { Cloud, type FlowNode } from './support/cloud.ts';

/** What the tab's own comments tell an integrator to do. */
function withPayments(nodes: FlowNode[]): FlowNode[] {
  const [shop, payments] = nodes.filter(({ type }) => type === 'tab');
  return nodes.map((node) => {
    if (node === payments) return { ...node, disabled: false };
    const replaced = node.type === 'http in' && node.z === shop?.id && /^\/charging-requests/.test(String(node.url));
    return replaced ? { ...node, d: true } : node;
  });
}

describe('the example of requests that are paid for first', function () {
  this.timeout(60_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start({ flow: withPayments, env: { PAYMENT_SECRET: 'what the provider knows' } });
    const price = { minorUnits: 150, currency: 'EUR' };
    assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001', price })).status, 201);
  });
  after(() => cloud.remove());

  const paid = (reference: string, payment: string, secret = 'what the provider knows') =>
    cloud.ask('POST', '/payments', { reference, payment }, { 'x-payment-secret': secret });

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
