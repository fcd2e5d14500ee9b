import assert from 'node:assert/strict';
import { Applications, until } from '../support/applications.ts';
import {
  compactCode,
  longCode,
  serviceCodeOf,
  stationKeyOf,
  unusedIn,
  wrongCode,
} from '../support/independent-codes.ts';

const MASTER = '8d87515c6755d09568ba7af901ca5d19ee6bb137558f92c638787895863db753';
const KEY = stationKeyOf(MASTER, 'CP-0001');
const SLOT = 300;
const slotNow = () => Math.floor(Date.now() / 1000 / SLOT);

describe('the two commands of the README', function () {
  this.timeout(60_000);
  let running: Applications;
  before(async () => {
    running = await Applications.start({ env: { MASTER_KEY: MASTER } });
  });
  after(() => running.remove());

  it('say where to click', () => {
    assert.match(running.output, new RegExp(`${running.cloud}/charge/CP-0001`));
    assert.match(running.output, new RegExp(`${running.charger}/dashboard`));
  });

  it('a code bought over HTTP closes the relay, unplugging opens it, and the code is used', async () => {
    const bought = await running.buy(60);
    assert.match(bought.code, /^\d{10}$/);
    assert.equal(bought.station, 'CP-0001');
    assert.equal(bought.amount, 60);
    assert.equal(bought.unit, 'min');
    assert.equal(String(bought.display).replaceAll(' ', ''), bought.code);
    assert.ok(Date.parse(String(bought.expiresAt)) > Date.parse(String(bought.issuedAt)));

    running.plug(true);
    await running.keys(`${bought.code}#`);
    await until('the relay is on', () => running.relayPin() === '1');
    const charging = await running.settled('charging', ({ state }) => state === 'charging');
    assert.equal(charging.relay, true);
    assert.equal(charging.vehicle, true);
    assert.equal(charging.outcome, 'accepted');

    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0');
    const ended = await running.settled('a receipt is shown', ({ state }) => state === 'receipt');
    assert.match(ended.receipt ?? '', /^\d{12}$/);
    assert.equal((await running.keys(`${bought.code}#`)).outcome, 'used');
    assert.equal(running.relayPin(), '0');
  });

  it('a passer-by tells the cloud what the station reported of it, and what was left is settled', async () => {
    const ended = (await running.state()) as unknown as { report: string; receipt: string };
    const heard = await running.post('/stations/CP-0001/reports', { report: ended.report });
    assert.deepEqual(await heard.json(), { report: 1, sessions: 1, new: 1, missing: 0 });
    const again = await running.post('/stations/CP-0001/reports', { report: ended.report });
    assert.deepEqual(await again.json(), { report: 1, sessions: 1, new: 0, missing: 0 });
    const byHand = await running.post('/receipts', { station: 'CP-0001', receipt: ended.receipt });
    assert.equal(byHand.status, 409);
    assert.equal(((await byHand.json()) as { settled: { bought: number } }).settled.bought, 60);
  });

  it('makes the codes that an independent implementation makes', async () => {
    const { code } = await running.buy(90);
    const possible = Array.from({ length: 6 }, (_, ahead) => compactCode(KEY, 'min', 30, 3, slotNow() - 1 + ahead));
    assert.ok(possible.includes(code), `${code} is none of ${possible}`);
  });

  it('takes two customers’ codes in the reverse order', async () => {
    const first = await running.buy(30);
    const second = await running.buy(60);
    for (const { code } of [second, first]) {
      running.plug(true);
      await running.keys(`${code}#`);
      await until('the relay is on', () => running.relayPin() === '1');
      running.plug(false);
      await until('the relay is off', () => running.relayPin() === '0');
      await running.settled('the session is over', ({ relay }) => !relay);
    }
  });

  it('waits for the vehicle, and redeems nothing until it is there', async () => {
    const code = compactCode(KEY, 'min', 30, 1, slotNow() - 3);
    assert.equal((await running.keys(`${code}#`)).state, 'armed');
    assert.equal((await running.keys(`${code}#`)).outcome, 'accepted');
    assert.equal(running.relayPin(), '0');
    running.plug(true);
    await until('the relay is on', () => running.relayPin() === '1');
    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0');
    assert.equal((await running.keys(`${code}#`)).outcome, 'used');
  });

  it('tells expired, out of step and mistyped apart', async () => {
    const old = compactCode(KEY, 'min', 30, 1, slotNow() - 24 - 2);
    const early = compactCode(KEY, 'min', 30, 1, slotNow() + 8 + 2);
    assert.equal((await running.keys(`${old}#`)).outcome, 'expired');
    assert.equal((await running.keys(`${early}#`)).outcome, 'out-of-step');
    assert.equal((await running.keys('123#')).outcome, 'mistyped');
    const genuine = compactCode(KEY, 'min', 30, 1, slotNow());
    const last = (Number(genuine.at(-1)) + 1) % 10;
    assert.equal((await running.keys(`${genuine.slice(0, -1)}${last}#`)).outcome, 'mistyped');
  });

  it('shows a receipt whose rest, less than what was bought, an independent implementation reads', async () => {
    const n = slotNow() - 5;
    running.plug(true);
    await running.keys(`${compactCode(KEY, 'min', 30, 2, n)}#`);
    await running.settled('charging', ({ state }) => state === 'charging');
    await running.keys('*1#');
    const { receipt } = await running.settled('the receipt is shown', ({ state }) => state === 'receipt');
    const unused = unusedIn(receipt ?? '', KEY, 'min', 30, n);
    assert.ok(unused !== undefined && unused >= 153 && unused < 155, `unused is ${unused}`);
    running.plug(false);
  });

  const bad: [string, unknown, number][] = [
    ['malformed JSON', '{"station":', 400],
    ['an empty body', '', 400],
    ['an array', [], 400],
    ['null', 'null', 400],
    ['a 10 MB body', { station: 'CP-0001', amount: 60, more: 'x'.repeat(10_000_000) }, 413],
    ['an unknown station', { station: 'CP-9999', amount: 60 }, 404],
    ['a station that is a number', { station: 1, amount: 60 }, 400],
    ['no amount', { station: 'CP-0001' }, 400],
    ['amount 0', { station: 'CP-0001', amount: 0 }, 422],
    ['amount −30', { station: 'CP-0001', amount: -30 }, 422],
    ['amount 45', { station: 'CP-0001', amount: 45 }, 422],
    ['amount 60.5', { station: 'CP-0001', amount: 60.5 }, 422],
    ['amount 1e9', { station: 'CP-0001', amount: 1e9 }, 422],
    ['amount "60"', { station: 'CP-0001', amount: '60' }, 400],
    ['amount null', { station: 'CP-0001', amount: null }, 400],
  ];
  for (const [name, body, status] of bad) {
    it(`answers ${name} with ${status} as problem details, and then the next request`, async () => {
      const response = await running.post('/charging-requests', body);
      assert.equal(response.status, status);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
      const problem = (await response.json()) as Record<string, unknown>;
      assert.equal(problem.status, status);
      assert.equal(typeof problem.type, 'string');
      assert.equal(typeof problem.title, 'string');
      assert.equal((await fetch(`${running.cloud}/healthz`)).status, 200);
    });
  }

  it('answers another content type with 415', async () => {
    const body = '{"station":"CP-0001","amount":60}';
    const response = await running.post('/charging-requests', body, { 'content-type': 'text/plain' });
    assert.equal(response.status, 415);
  });

  it('answers unknown paths, wrong methods and broken paths as problem details', async () => {
    for (const [path, method, status] of [
      ['/nothing/here', 'GET', 404],
      ['/charging-requests', 'DELETE', 405],
      ['/stations/%E0%A4%A', 'GET', 400],
      ['/stations/CP-9999', 'GET', 404],
      ['/charging-requests/guess', 'GET', 404],
    ] as const) {
      const response = await fetch(running.cloud + path, { method });
      assert.equal(response.status, status, path);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/, path);
    }
  });

  it('gives one code for one idempotency key, and refuses another body under it', async () => {
    const header = { 'idempotency-key': 'a-key-of-the-client' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => running.post('/charging-requests', { station: 'CP-0001', amount: 60 }, header)),
    );
    if (answers[0]!.status === 429) return;
    const codes = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { code: string }).code));
    assert.equal(new Set(codes).size, 1);
    const other = await running.post('/charging-requests', { station: 'CP-0001', amount: 90 }, header);
    assert.equal(other.status, 409);
  });

  it('gives the same voucher again, in either layout', async () => {
    const response = await running.post('/charging-requests', { station: 'CP-0001', amount: 60 });
    assert.ok([201, 429].includes(response.status));
    if (response.status === 429) {
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
      return;
    }
    const bought = (await response.json()) as { id: string; code: string };
    const again = await fetch(`${running.cloud}/charging-requests/${bought.id}`);
    assert.equal(((await again.json()) as { code: string }).code, bought.code);
    const long = await fetch(`${running.cloud}/charging-requests/${bought.id}?layout=long`);
    const { code } = (await long.json()) as { code: string };
    const possible = Array.from({ length: 6 }, (_, ahead) => longCode(KEY, 'min', 30, 2, slotNow() - 1 + ahead));
    assert.ok(possible.includes(code));
  });

  it('stops cleanly on Ctrl-C, and the relay is off', async () => {
    running.plug(true);
    await running.keys(`${compactCode(KEY, 'min', 30, 2, slotNow() - 6)}#`);
    await until('the relay is on', () => running.relayPin() === '1');
    assert.equal(await running.stop(), 0);
    assert.equal(running.relayPin(), '0');
  });
});

describe('guessing at the keypad', function () {
  this.timeout(60_000);
  let running: Applications;
  const env = { STATION_KEY: KEY.toString('hex'), STATION_SEQUENCE: 'counter' };
  before(async () => {
    running = await Applications.start({ only: 'charger', env });
  });
  after(() => running.remove());

  it('locks after ten wrong codes, and a restart or a power cut does not unlock it', async () => {
    for (let i = 0; i < 10; i++) assert.equal((await running.keys(`${wrongCode(i)}#`)).outcome, 'invalid');
    assert.equal((await running.keys(`${wrongCode(11)}#`)).outcome, 'locked');
    assert.equal((await running.keys(`${compactCode(KEY, 'min', 30, 1, 1)}#`)).outcome, 'locked');
    await running.stop();
    await running.start();
    assert.equal((await running.keys(`${compactCode(KEY, 'min', 30, 1, 1)}#`)).outcome, 'locked');
    await running.cutPower();
    await running.start();
    assert.equal((await running.keys(`${compactCode(KEY, 'min', 30, 1, 1)}#`)).outcome, 'locked');
  });

  it('hears those who paid all the same: the long layout opens a locked keypad', async () => {
    running.plug(true);
    assert.equal((await running.keys(`${longCode(KEY, 'min', 30, 1, 1)}#`)).outcome, 'accepted');
    await until('the relay is on', () => running.relayPin() === '1');
    running.plug(false);
    await until('the relay is off', () => running.relayPin() === '0');
    assert.equal((await running.keys(`${longCode(KEY, 'min', 30, 1, 1)}#`)).outcome, 'used');
  });

  it('is brought into step by a synchronize code', async () => {
    const far = compactCode(KEY, 'min', 30, 1, 40);
    assert.equal((await running.keys(`${far}#`)).outcome, 'out-of-step');
    assert.equal((await running.keys(`${serviceCodeOf(KEY, 'synchronize', 39)}#`)).outcome, 'accepted');
    assert.equal((await running.keys(`${far}#`)).outcome, 'accepted');
    assert.equal((await running.keys(`${serviceCodeOf(KEY, 'synchronize', 39)}#`)).outcome !== 'accepted', true);
  });
});
