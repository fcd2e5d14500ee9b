import assert from 'node:assert/strict';
import { NotGenuine, type Provider, type Told } from '../../../api/payments/provider.ts';
import { simulatedProvider } from '../../../api/payments/simulated.ts';

const request = 'a'.repeat(32);
const price = { minorUnits: 300, currency: 'EUR' };
const order = {
  ...{ request, description: '60 min · CP-0001 <b>', price, lapsesAt: Date.now() + 60_000 },
  returnTo: 'https://charge.example/charge/CP-0001',
};

describe('a simulated bank', () => {
  let provider: Provider;
  let told: Told[];
  let said: string[];
  let url: string;
  beforeEach(async () => {
    [told, said] = [[], []];
    const tell = async (one: Told) => void told.push(one);
    provider = await simulatedProvider({ address: 'http://127.0.0.1:0', tell, say: (line) => said.push(line) });
    ({ url } = await provider.open(order));
  });
  afterEach(() => provider.close!());

  const post = (act = '', headers: Record<string, string> = {}) =>
    fetch(url + act, { method: 'POST', headers, redirect: 'manual' });
  const paid = (n: number, minorUnits = 300) => ({
    ...{ what: 'paid', request, payment: `simulated-${request}-${n}` },
    amount: { minorUnits, currency: 'EUR' },
  });

  it('says that it is one, on this machine alone', () => {
    assert.match(said.join(), /^Payments are simulated: no money is taken.*http:\/\/127\.0\.0\.1:\d+/);
  });

  it('has one page for a request, in the language of who reads it', async () => {
    assert.equal((await provider.open(order)).url, url);
    const page = async (language: string) => (await fetch(url, { headers: { 'accept-language': language } })).text();
    assert.match(await page('en-GB'), /No money is moved.*60 min · CP-0001 &lt;b&gt;.*Pay 3\.00 EUR.*2\.99 EUR/);
    assert.match(await page('zh-CN,zh'), /lang="zh-CN".*支付 3\.00 EUR/);
    const { status } = await fetch(`${url.slice(0, -1)}b`);
    assert.equal(status, 404);
  });

  it('tells at once what is paid, also twice and too little, and leads back', async () => {
    const back = await post('/pay', { accept: 'text/html' });
    assert.deepEqual([back.status, back.headers.get('location')], [303, order.returnTo]);
    await post();
    await post('/less');
    assert.deepEqual(told, [paid(1), paid(2), paid(3, 299)]);
    assert.deepEqual(await provider.look(request, false), { told, open: false });
  });

  it('takes nothing at a page that was closed', async () => {
    assert.deepEqual(await provider.look(request, false), { told: [], open: true });
    await provider.look(request, true);
    assert.equal((await post('/pay')).status, 410);
    assert.deepEqual(told, []);
    assert.match(await (await fetch(url)).text(), /Nobody can pay here any more/);
  });

  it('pays back at once, and believes no call', async () => {
    const back = { ...{ id: 'b', key: 'b-0', round: 0, payment: 'p', amount: price }, again: false, sent: false };
    assert.deepEqual(await provider.refund({ ...back, reference: undefined }), {
      state: 'paid',
      reference: 'simulated-b-0',
    });
    await assert.rejects(provider.read(Buffer.from('{}'), {}), NotGenuine);
  });

  it('takes any port where the usual one is taken, and says which', async () => {
    const { port } = new URL(url);
    const other = await simulatedProvider({
      address: `http://127.0.0.1:${port}`,
      tell: async () => {},
      say: (line) => said.push(line),
    });
    assert.doesNotMatch(said.at(-1)!, new RegExp(`:${port},`));
    await other.close!();
  });
});
