import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import { until } from '../../support/applications.ts';
import { signedEvent } from '../../support/stripe-server.ts';
import { Cloud, type FlowNode, type Json } from './support/cloud.ts';
import { PAYMENTS, PayingCloud, referenceIn } from './support/paying.ts';

describe('a cloud that is paid first, by Stripe', function () {
  this.timeout(60_000);
  let paying: PayingCloud;
  let cloud: Cloud;
  before(async () => {
    const seller = {
      OPERATOR_NAME: 'Harbour <Power>',
      OPERATOR_ADDRESS: 'Quay 1\\n20457 Hamburg',
      OPERATOR_TAX_NUMBER: 'DE 123',
    };
    const env = {
      ...seller,
      OPERATOR_TERMS: 'https://harbour.example/terms',
      VAT_PERCENT: '19',
      TIME_ZONE: 'Europe/Berlin',
    };
    paying = await PayingCloud.start({ env });
    cloud = paying.cloud;
  });
  after(() => paying.remove());

  const reserve = async (headers: Record<string, string> = {}) =>
    (await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 }, headers)).body;
  const read = async (id: string) => (await cloud.ask('GET', `/charging-requests/${id}`)).body;
  const slug = ({ status, body }: { status: number; body: Json }) => `${status} ${body.type?.split(':').at(-1)}`;

  it('reserves, leads to the page to pay, is told of the payment, then issues one code', async () => {
    const order = { station: 'CP-0001', amount: 60 };
    const key = { 'idempotency-key': 'basket-7' };
    const reserved = await cloud.ask('POST', '/charging-requests', order, key);
    assert.equal(reserved.status, 202);
    assert.equal(reserved.body.status, 'reserved');
    assert.deepEqual(reserved.body.price, { minorUnits: 300, currency: 'EUR' });
    const { id, pay } = reserved.body;
    const session = paying.stripe.sessions.get(referenceIn(pay));
    assert.deepEqual([session.client_reference_id, session.amount_total, session.currency], [id, 300, 'eur']);
    assert.equal(session.success_url, `${cloud.url}/charge/CP-0001`);
    assert.equal((await cloud.ask('POST', '/charging-requests', order, key)).body.pay, pay, 'one page for one request');
    assert.equal((await read(id)).status, 'reserved', 'no code before the money');
    assert.equal((await read(id)).pay, pay, 'where to pay is known after a closed tab');
    assert.equal((await paying.pay(pay)).status, 200);
    assert.equal((await paying.tell(paying.stripe.events.at(-1))).status, 200, 'providers repeat themselves');
    const issued = await read(id);
    assert.match(issued.code, /^\d{10}$/);
    assert.deepEqual(await read(id), issued, 'asked again, the same code');
    assert.match((await cloud.ask('GET', `/charging-requests/${id}?layout=long`)).body.code, /^\d{12}$/);
    const again = await cloud.ask('POST', '/charging-requests', order, key);
    assert.deepEqual([again.status, again.body.code], [201, issued.code], 'its key gives its code');
  });

  it('asks Stripe when its customer is back before the word of the payment', async () => {
    const { id, pay } = await reserve();
    paying.stripe.pay(referenceIn(pay));
    assert.match((await read(id)).code, /^\d{10}$/);
  });

  it('believes Stripe alone, and says nothing else to anybody', async () => {
    const { id, pay } = await reserve();
    await read(id);
    const event = paying.stripe.pay(referenceIn(pay));
    const { body } = signedEvent(event);
    const forged = signedEvent(event, { secret: 'whsec_guessed' });
    const tell = (headers: Record<string, string>) => cloud.ask('POST', '/payments', body.toString(), headers);
    assert.equal(slug(await tell({})), '401 not-authenticated');
    assert.equal(slug(await tell(forged.headers)), '401 not-authenticated');
    assert.equal(slug(await tell(signedEvent(event, { ageSeconds: 3600 }).headers)), '401 not-authenticated');
    assert.equal((await read(id)).status, 'reserved');
    assert.deepEqual((await cloud.ask('POST', '/payments', body.toString(), signedEvent(event).headers)).body, {
      status: 'noted',
    });
    assert.equal((await cloud.ask('POST', '/payments', 'x'.repeat(300_000))).status, 413);
  });

  it('takes no payment for what costs nothing, and none where the station refuses', async () => {
    assert.equal((await cloud.ask('POST', '/stations', { id: 'FREE' })).status, 201);
    assert.equal((await cloud.ask('POST', '/charging-requests', { station: 'FREE', amount: 60 })).status, 201);
    assert.equal(
      slug(await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 61 })),
      '422 amount-not-sold',
    );
    assert.equal(
      slug(await cloud.ask('POST', '/charging-requests', { station: 'NONE', amount: 60 })),
      '404 unknown-station',
    );
  });

  it('gives nothing away at a station that was given a price just now, here or by another replica', async () => {
    const order = { station: 'SOON', amount: 60 };
    const ask = () => cloud.ask('POST', '/charging-requests', order, { 'idempotency-key': 'soon' });
    assert.equal((await cloud.ask('POST', '/stations', { id: 'SOON' })).status, 201);
    assert.equal((await cloud.ask('POST', '/charging-requests', order)).status, 201);
    const other = new DatabaseSync(join(cloud.dataDir, 'cloud', 'ledger.sqlite'));
    other.exec(`
      insert into station_terms select station, 2, unit, step, layout, numbering, slot_seconds, key_version, 150, 'EUR', since
        from station_terms where station = (select number from stations where id = 'SOON');
      update stations set terms = 2, revision = 2 where id = 'SOON'`);
    other.close();
    assert.equal(slug(await ask()), '409 terms-changed');
    assert.deepEqual((await ask()).body.price, { minorUnits: 300, currency: 'EUR' }, 'the same key, to be paid now');
    assert.equal((await cloud.ask('PATCH', '/stations/SOON', { price: null })).status, 200);
    assert.equal((await cloud.ask('POST', '/charging-requests', order)).status, 201);
    const price = { minorUnits: 100, currency: 'EUR' };
    assert.equal((await cloud.ask('PATCH', '/stations/SOON', { price })).status, 200);
    assert.equal((await cloud.ask('POST', '/charging-requests', order)).status, 202);
  });

  it('is told of a cancellation, and pays back what is paid all the same', async () => {
    const { id, pay } = await reserve();
    assert.equal((await cloud.ask('POST', '/cancellations', { request: id })).body.status, 'cancelled');
    assert.equal((await paying.pay(pay)).status, 200, 'Stripe need not say it again');
    await until('it is paid back', async () => (await read(id)).refunds?.[0]?.state === 'paid');
    const { paidWithoutCode, refunds } = await read(id);
    assert.deepEqual([paidWithoutCode[0].why, refunds[0].cause], ['cancelled', 'payment']);
    assert.equal(paying.stripe.keptOf(`pi_${referenceIn(pay)}`), 0);
  });

  it('shows the bill to its customer, with seller, tax and what went back, and nobody else’s', async () => {
    const { id, pay } = await reserve();
    await paying.pay(pay);
    await read(id);
    const page = async (query = '') => (await cloud.call('GET', `/charging-requests/${id}/bill${query}`)).text();
    const bill = await page();
    for (const said of [
      id,
      'Harbour &lt;Power&gt;',
      'Quay 1<br>20457 Hamburg',
      'DE 123',
      'VAT 19 %',
      '0.48 EUR',
      '2.52 EUR',
      '3.00 EUR',
      'harbour.example/terms',
      'Europe/Berlin',
    ]) {
      assert.ok(bill.includes(said), said);
    }
    assert.doesNotMatch(bill, /<script|Given back/);
    assert.match(await page('?language=zh-CN'), /增值税 19%/);
    await paying.tell(paying.stripe.refundByHand(`pi_${referenceIn(pay)}`, 100));
    assert.match(await page(), /Given back<\/th><td>1\.00 EUR · was paid.*Remains paid<\/th><td>2\.00 EUR/);
    const other = await cloud.ask('GET', `/charging-requests/${id}/bill`, undefined, {
      cookie: `visitor=${'x'.repeat(22)}`,
    });
    assert.equal(slug(other), '404 unknown-request');
  });

  it('says who sells at the foot of the customer’s page', async () => {
    const page = await (await cloud.call('GET', '/charge/CP-0001')).text();
    assert.match(
      page,
      /<footer[^>]*>Harbour &lt;Power&gt; · Quay 1, 20457 Hamburg · DE 123 · <a href="https:\/\/harbour/,
    );
  });

  it('answers 503 while Stripe is away, and the same key gets its page afterwards', async () => {
    const key = { 'idempotency-key': 'away' };
    paying.stripe.refuses = () => ({ status: 500, body: { error: { type: 'api_error', message: 'away' } } });
    const order = { station: 'CP-0001', amount: 60 };
    const away = await cloud.ask('POST', '/charging-requests', order, key);
    assert.equal(slug(away), '503 payment-away');
    assert.ok(Number(away.headers.get('retry-after')) > 0);
    await until('the log has it', () => /Stripe: away/.test(cloud.output));
    paying.stripe.refuses = () => undefined;
    assert.equal((await cloud.ask('POST', '/charging-requests', order, key)).status, 202);
  });

  it('keeps its secrets out of the environment and out of the flow', async () => {
    assert.doesNotMatch(cloud.output, /sk_test|whsec/);
  });
});

describe('a cloud without payments', function () {
  this.timeout(60_000);
  it('gives codes out at once, and hears no provider', async () => {
    const cloud = await Cloud.start({ env: PAYMENTS });
    try {
      const price = { minorUnits: 150, currency: 'EUR' };
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001', price })).status, 201);
      assert.equal((await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 })).status, 201);
      assert.equal((await cloud.ask('POST', '/payments', { reference: 'x', payment: 'y' })).status, 404);
    } finally {
      await cloud.remove();
    }
  });

  it('still gives the code of what was paid before they were switched off', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'switched-off-'));
    const before = await PayingCloud.start({ dataDir });
    const { body } = await before.cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 });
    assert.equal((await before.pay(body.pay)).status, 200);
    await before.remove();
    const cloud = await Cloud.start({ dataDir });
    try {
      assert.match((await cloud.ask('GET', `/charging-requests/${body.id}`)).body.code, /^\d{10}$/);
    } finally {
      await cloud.remove();
      rmSync(dataDir, { recursive: true });
    }
  });

  it('sells nothing unpaid where its payments are not set up whole', async () => {
    const cloud = await Cloud.start({ env: { PAYMENT_PROVIDER: 'stripe' } });
    try {
      const price = { minorUnits: 150, currency: 'EUR' };
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001', price })).status, 201);
      assert.equal((await cloud.ask('POST', '/charging-requests', { station: 'CP-0001', amount: 60 })).status, 503);
      assert.match(cloud.output, /PAYMENT_WEBHOOK_SECRET/);
    } finally {
      await cloud.remove();
    }
  });
});

describe('a cloud whose adapter says what makes no sense', function () {
  this.timeout(60_000);
  it('tells it so, in the answer and in the log, instead of taking it for noted', async () => {
    const secret = `whsec_${Buffer.from('a secret of thirty-two bytes long').toString('base64')}`;
    const env = { PAYMENT_PROVIDER: 'adapter', PAYMENT_WEBHOOK_SECRET: secret, PAYMENT_ADDRESS: 'http://127.0.0.1:9' };
    const cloud = await Cloud.start({ env });
    const tell = (type: string, data: object) => {
      const text = JSON.stringify({ type, data });
      const at = new Date();
      const signed = {
        'webhook-id': 'm',
        'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
        'webhook-signature': new Webhook(secret).sign('m', at, text),
      };
      return cloud.ask('POST', '/payments', text, signed);
    };
    try {
      const paid = { request: 'a'.repeat(32), payment: 'p', amount: '1e2', currency: 'EUR' };
      const { status, body } = await tell('payment.paid', paid);
      assert.deepEqual([status, body.type], [400, 'urn:offline-charging:problem:invalid-request']);
      assert.match(body.detail, /amount \(whole smallest units\)/);
      await until('the log has it', () => /makes no sense: payment\.paid/.test(cloud.output));
      assert.equal((await tell('payment.noticed', {})).status, 200, 'what is for others is none of this cloud’s');
    } finally {
      await cloud.remove();
    }
  });
});

describe('a route that two flows answer', function () {
  this.timeout(60_000);
  const shop = (nodes: FlowNode[]) => nodes.find(({ type }) => type === 'tab')!;
  /** A tab of the operator's own, that answers what the shipped one answers. */
  const own = (disabled: boolean): FlowNode[] => [
    { id: 'own-tab', type: 'tab', label: 'Payments of our own', disabled },
    { id: 'own-post', type: 'http in', z: 'own-tab', url: '/charging-requests', method: 'post', wires: [[]] },
    { id: 'own-get', type: 'http in', z: 'own-tab', url: '/charging-requests/:id', method: 'get', wires: [[]] },
  ];
  const order = { station: 'CP-0001', amount: 60 };

  it('is refused loudly at deploy, and gives no code away: rows beside the two that they replace', async () => {
    const cloud = await Cloud.start({ flow: (nodes) => [...nodes, ...own(false)] });
    try {
      for (const route of ['POST /charging-requests', 'GET /charging-requests/:id']) {
        const [line] = cloud.output.split('\n').filter((text) => text.includes(`answer ${route} (`));
        assert.ok(line, `${route}: ${cloud.output}`);
        assert.equal(JSON.parse(line).level, 'error');
        assert.match(line, /Charging cloud, Payments of our own/);
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
      flow: (nodes) => [...nodes, ...own(false)],
      env: { ADMIN_PASSWORD: 'correct horse battery staple' },
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
        const flows = deployed.flows.map((node: FlowNode) => (node.id === 'own-tab' ? { ...node, disabled } : node));
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
