// The adapter of docs/payments.md, run as it stands there, between a bank and a cloud's desk.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { NotGenuine, NotUnderstood, type Provider } from '../../../api/payments/provider.ts';
import { adapterProvider } from '../../../api/payments/standard-webhooks.ts';
import { freePort } from '../../charging/cloud/databases.ts';
import { until } from '../../support/applications.ts';

const root = join(import.meta.dirname, '../../..');
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes long').toString('base64')}`;
const webhook = new Webhook(SECRET);
const REQUEST = 'a'.repeat(32);
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

/** Serves JSON, and keeps what it was asked. */
async function jsonServer(answers: Record<string, (body: Record<string, unknown>) => unknown>) {
  const asked: { path: string; text: string; headers: Record<string, string> }[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const path = request.url ?? '';
    asked.push({ path, text, headers: request.headers as Record<string, string> });
    response.end(JSON.stringify(answers[path]?.(JSON.parse(text)) ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, stop: () => new Promise((resolve) => server.close(resolve)) };
}

describe('another provider, through an adapter', () => {
  let folder: string;
  let child: ChildProcess;
  let address: string;
  let bank: Awaited<ReturnType<typeof jsonServer>>;
  let cloud: Awaited<ReturnType<typeof jsonServer>>;
  let provider: Provider;
  let broke = false;
  before(async () => {
    const code = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/payments.md'), 'utf8'))![1]!;
    folder = mkdtempSync(join(tmpdir(), 'adapter-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'adapter.mjs'), code);
    bank = await jsonServer({
      '/orders': ({ id }) => ({ order: `order-${id}`, link: 'https://bank.example/pay' }),
      '/paybacks': ({ once }) => (broke ? { ok: false, error: 'account closed' } : { ok: true, id: `back-${once}` }),
    });
    cloud = await jsonServer({ '/payments': () => ({}) });
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    const env = { PAYMENT_WEBHOOK_SECRET: SECRET, CLOUD_URL: cloud.url, BANK_URL: bank.url, PORT: String(port) };
    child = spawn(process.execPath, ['adapter.mjs'], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    provider = await adapterProvider({ address, secret: SECRET });
    await until('it listens', () =>
      fetch(address).then(
        () => true,
        () => false,
      ),
    );
  });
  after(async () => {
    child.kill();
    await Promise.all([bank.stop(), cloud.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const order = {
    request: REQUEST,
    description: '60 min',
    price: EUR_3,
    lapsesAt: Date.now(),
    returnTo: 'https://c/charge/A',
  };
  const back = {
    id: 'b'.repeat(32),
    key: `${'b'.repeat(32)}-0`,
    round: 0,
    payment: 'p-1',
    amount: EUR_3,
    again: false,
    sent: false,
    reference: undefined,
  };

  it('opens a page to pay', async () => {
    assert.deepEqual(await provider.open(order), { reference: `order-${REQUEST}`, url: 'https://bank.example/pay' });
    const { text } = bank.asked.find(({ path }) => path === '/orders')!;
    assert.deepEqual(JSON.parse(text), { id: REQUEST, cents: 300, currency: 'EUR', back: 'https://c/charge/A' });
  });

  it('tells what was paid, signed so that the cloud believes it, and nobody else', async () => {
    const paid = { order: REQUEST, id: 'p-1', cents: 300, currency: 'EUR' };
    await fetch(`${address}/bank`, { method: 'POST', body: JSON.stringify(paid) });
    const { text, headers } = cloud.asked.at(-1)!;
    const told = { what: 'paid', request: REQUEST, payment: 'p-1', amount: EUR_3, email: undefined };
    assert.deepEqual(await provider.read(Buffer.from(text), headers), [told]);
    const old = Math.floor(Date.now() / 1000) - 3600;
    const late = {
      'webhook-id': '1',
      'webhook-timestamp': `${old}`,
      'webhook-signature': webhook.sign('1', new Date(old * 1000), text),
    };
    for (const forged of [{}, { ...headers, 'webhook-id': 'other' }, late]) {
      await assert.rejects(provider.read(Buffer.from(text), forged), NotGenuine);
    }
    await assert.rejects(provider.read(Buffer.from(text.replace('300', '301')), headers), NotGenuine);
  });

  it('pays back, says what is refused, and answers nobody who does not sign', async () => {
    assert.deepEqual(await provider.refund(back), { state: 'paid', reference: `back-${back.key}` });
    broke = true;
    assert.deepEqual(await provider.refund(back), { state: 'failed', why: 'account closed' });
    const unsigned = await fetch(`${address}/refunds`, { method: 'POST', body: '{}' });
    assert.equal(unsigned.status, 503);
  });

  it('is asked again what found no answer, and need not know of lost words', async () => {
    const away = await adapterProvider({ address: 'http://127.0.0.1:9', secret: SECRET });
    assert.equal((await away.refund(back)).state, 'unknown');
    await assert.rejects(away.open(order), { code: 'payment-away' });
    const other = `whsec_${Buffer.from('another secret of thirty-two byte').toString('base64')}`;
    assert.equal((await (await adapterProvider({ address, secret: other })).refund(back)).state, 'unknown');
    assert.deepEqual(await provider.look('order-1', false), { told: [], open: true });
    assert.deepEqual(await provider.look('order-1', true), { told: [], open: false });
    await assert.rejects(adapterProvider({ address, secret: 'no secret!' }), { code: 'payment-refused' });
  });

  it('tells of refunds, of money that went by hand, and of disputes', async () => {
    const told = (type: string, data: object) => {
      const body = JSON.stringify({ type, data });
      const at = new Date();
      const signature = webhook.sign('m', at, body);
      const headers = {
        'webhook-id': 'm',
        'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
        'webhook-signature': signature,
      };
      return provider.read(Buffer.from(body), headers);
    };
    const refund = {
      what: 'refund',
      id: 'b'.repeat(32),
      round: 2,
      state: 'failed',
      reference: undefined,
      why: 'closed',
    };
    assert.deepEqual(await told('refund.failed', { refund: `${'b'.repeat(32)}-2`, why: 'closed' }), [refund]);
    const gone = { payment: 'p-1', reference: 'r-1', amount: '3.00', currency: 'EUR' };
    assert.deepEqual(await told('payment.refunded', gone), [
      { what: 'gone', payment: 'p-1', reference: 'r-1', amount: EUR_3 },
    ]);
    assert.deepEqual(await told('dispute.won', gone), [
      { what: 'dispute', payment: 'p-1', reference: 'r-1', amount: EUR_3, state: 'won' },
    ]);
    assert.deepEqual(await told('something.else', gone), []);
    const paid = { request: REQUEST, payment: 'p', amount: 300, currency: 'EUR' };
    for (const [type, data, name] of [
      ['payment.paid', { ...paid, amount: undefined }, 'without an amount'],
      ['payment.paid', { ...paid, amount: '1e2' }, 'an exponent'],
      ['payment.paid', { ...paid, amount: '3,00' }, 'a comma'],
      ['payment.paid', { ...paid, amount: 2.5 }, 'half a cent'],
      ['payment.paid', { ...paid, amount: -300 }, 'less than nothing'],
      ['payment.paid', { ...paid, amount: 2 ** 60 }, 'more than can be counted'],
      ['payment.paid', { ...paid, currency: 'euro' }, 'no currency'],
      ['payment.paid', { ...paid, request: undefined }, 'of no request'],
      ['refund.paid', { refund: 'mine' }, 'a refund of another'],
      ['payment.refunded', { ...gone, amount: '-3.00' }, 'less than nothing went back'],
      ['dispute.lost', { ...gone, reference: undefined }, 'a dispute of no name'],
    ] as const) {
      await assert.rejects(told(type, data), NotUnderstood, `${name}: told, so that nobody takes it for noted`);
    }
  });
});
