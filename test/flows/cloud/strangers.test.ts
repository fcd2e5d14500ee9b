// What strangers can use up, and under which address they are counted: tried over HTTP, behind a proxy that is trusted.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRefused } from '../../../charging/cloud/ledger.ts';
import { Cloud } from './support/cloud.ts';

const PASSWORD = 'of nobody else';
const ALLOWED = 20;

describe('strangers at the cloud, behind a proxy', function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let app: Record<string, string>;
  let sold = 0;

  before(async () => {
    const env = { RATE_LIMIT_STATION: String(ALLOWED), RATE_LIMIT_VISITOR: '30', RATE_LIMIT_CLIENT: '1000' };
    cloud = await Cloud.start({ env: { ...env, ADMIN_PASSWORD: PASSWORD, PUBLIC_CHARGING: '1', TRUST_PROXY: '1' } });
    const ledger = await cloud.ledger();
    for (const id of ['A', 'B', 'C', 'D', 'E']) await ledger.createStation({ id, sequence: 'counter' });
    const made = await ledger.createApiKey({ name: 'app', role: 'customer app', by: 'test' });
    await ledger.close();
    if (isRefused(made)) throw new Error(made.refused.detail);
    app = { authorization: `Bearer ${made.key}` };
  });
  after(() => cloud?.remove());

  /** From an address of the stranger's own, so that no other limit is reached. */
  const elsewhere = () => {
    sold += 1;
    return { 'x-forwarded-for': `198.51.100.${sold % 250}` };
  };
  const order = (station: string, amount: number, headers: Record<string, string>) =>
    cloud.ask('POST', '/charging-requests', { station, amount }, headers).then(({ status }) => status);

  it('try nothing from a dialog: that is for who may write the node', async () => {
    for (const way of ['code-issuer/any/ledger', 'read-keypad/any/press']) {
      const { status } = await cloud.call('POST', `/editor/offline-charging/${way}`, { typed: '1' });
      assert.equal(status, 401, way);
    }
  });

  describe('use up of what a station may be asked for', () => {
    it('nothing by what comes to nothing', async () => {
      for (let index = 0; index < 3 * ALLOWED; index += 1) {
        assert.equal(await order('A', 31, elsewhere()), 422);
        const receipt = { station: 'A', receipt: '000000000000' };
        const settled = await cloud.ask('POST', '/receipts', receipt, elsewhere());
        assert.ok(settled.status >= 400 && settled.status !== 429, `${settled.status}`);
      }
      assert.equal(await order('A', 30, elsewhere()), 201);
      assert.equal(await order('A', 30, app), 201);
    });

    it('nothing by many wrong ones at once, nor by synchronizing it', async () => {
      const wrong = Array.from({ length: 2 * ALLOWED }, () => order('B', 31, elsewhere()));
      await Promise.all(wrong);
      for (let index = 0; index < 2 * ALLOWED; index += 1) {
        const { status } = await cloud.ask('POST', '/stations/B/synchronizations', undefined, elsewhere());
        assert.notEqual(status, 429);
      }
      for (let index = 0; index < ALLOWED; index += 1) assert.equal(await order('B', 30, app), 201, `${index}`);
    });

    it('a half at most, by what is issued: the rest is for those with a key', async () => {
      const strangers = [];
      for (let index = 0; index < ALLOWED; index += 1) strangers.push(await order('C', 30, elsewhere()));
      assert.deepEqual(strangers, [...Array(ALLOWED / 2).fill(201), ...Array(ALLOWED / 2).fill(429)]);
      const keyed = [];
      for (let index = 0; index < ALLOWED; index += 1) keyed.push(await order('C', 30, app));
      assert.deepEqual(keyed, [...Array(ALLOWED / 2).fill(201), ...Array(ALLOWED / 2).fill(429)]);
    });

    it('nothing by asking again for what was issued', async () => {
      const first = { 'idempotency-key': 'the-one', cookie: `visitor=${'A'.repeat(22)}` };
      for (let index = 0; index < ALLOWED; index += 1) {
        assert.equal(await order('D', 30, { ...first, ...elsewhere() }), 201);
      }
      for (let index = 1; index < ALLOWED; index += 1) assert.equal(await order('D', 30, app), 201, `${index}`);
      assert.equal(await order('D', 30, app), 429);
    });
  });

  describe('are counted under one address', () => {
    const SPELLINGS = [
      (port: number) => `203.0.113.7:${port}`,
      (port: number) => `[::ffff:203.0.113.7]:${port}`,
      () => '::ffff:cb00:7107',
      () => '::FFFF:203.0.113.7',
      (port: number) => `::ffff:203.0.113.7%eth${port}`,
      (port: number) => `"203.0.113.7:${port}"`,
      (port: number) => `198.51.100.${port % 200}, 203.0.113.7`,
      (port: number) => `1.2.3.4:${port}, 203.0.113.7:${port}`,
    ];
    const spelt = (index: number) => ({ 'x-forwarded-for': SPELLINGS[index % SPELLINGS.length]!(1024 + index) });

    it('whatever the proxy and they themselves write', async () => {
      const statuses = [];
      for (let index = 0; index < 130; index += 1) {
        statuses.push((await cloud.ask('GET', '/stations/E', undefined, spelt(index))).status);
      }
      assert.deepEqual(statuses, [...Array(30).fill(200), ...Array(100).fill(429)]);
      assert.equal((await cloud.ask('GET', '/stations/E', undefined, elsewhere())).status, 200);
    });

    it('also where they guess the dashboard’s password', async () => {
      const guess = async (index: number, password: string) => {
        const authorization = `Basic ${btoa(`admin:${password}`)}`;
        return (await cloud.call('GET', '/dashboard/', undefined, { authorization, ...spelt(index) })).status;
      };
      const statuses = [];
      for (let index = 0; index < 26; index += 1) statuses.push(await guess(index, `wrong ${index}`));
      assert.deepEqual(statuses, [...Array(20).fill(401), ...Array(6).fill(429)]);
      assert.equal(await guess(27, PASSWORD), 429, 'not even the right one');
    });
  });

  describe('who guess the editor’s password', () => {
    const signIn = (password: string, from: string, form = false) => {
      const typed = { client_id: 'node-red-editor', grant_type: 'password', scope: '*', username: 'admin', password };
      const headers = { 'x-forwarded-for': from };
      if (!form) return cloud.call('POST', '/editor/auth/token', typed, headers);
      const urlencoded = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      return cloud.call('POST', '/editor/auth/token', new URLSearchParams(typed).toString(), urlencoded);
    };

    it('lock out their own address after five, and the administrator from no other', async () => {
      for (let index = 0; index < 5; index += 1) {
        assert.equal((await signIn(`wrong ${index}`, `192.0.2.66:${index + 1}`, index % 2 === 0)).status, 403);
      }
      const locked = await signIn(PASSWORD, '192.0.2.66');
      assert.equal(locked.status, 429);
      assert.ok(Number(locked.headers.get('retry-after')) > 60);
      for (let index = 0; index < 8; index += 1) {
        assert.equal((await signIn(PASSWORD, '192.0.2.67', index % 2 === 0)).status, 200);
      }
    });

    it('from many addresses lock nobody out either', async () => {
      for (let index = 0; index < 12; index += 1) {
        assert.equal((await signIn('wrong', `192.0.2.${100 + index}`)).status, 403);
      }
      assert.equal((await signIn(PASSWORD, '192.0.2.67')).status, 200);
    });

    it('are not read at length before they are known', async () => {
      const large = { nodes: 'x'.repeat(3 * 1024 * 1024) };
      assert.equal((await cloud.call('POST', '/editor/flows', large)).status, 401);
      assert.equal((await signIn('x'.repeat(100_000), '192.0.2.200')).status, 413);
    });
  });

  it('are told by no prefix of theirs where things are, if they come past the proxy', async () => {
    const prefixed = { 'x-forwarded-prefix': '/shop', 'x-forwarded-for': '192.0.2.90' };
    const { body } = await cloud.ask('GET', '/openapi.json', undefined, prefixed);
    assert.equal(body.servers[0].url, '/shop', 'the proxy is trusted');
    const untrusting = await Cloud.start({ env: { TRUST_PROXY: '10.0.0.0/8' } });
    try {
      const { body: own } = await untrusting.ask('GET', '/openapi.json', undefined, prefixed);
      assert.equal(own.servers[0].url, '/');
    } finally {
      await untrusting.remove();
    }
  });
});

describe('TRUST_PROXY', function () {
  this.timeout(120_000);
  it('names itself when it is wrong', async () => {
    const main = new URL('../../../flows/server/main.ts', import.meta.url).pathname;
    const dataDir = mkdtempSync(join(tmpdir(), 'trust-proxy-'));
    for (const wrong of ['true', 'yes', 'proxy.example', '10.0.0.0/64']) {
      const env = {
        ...process.env,
        TRUST_PROXY: wrong,
        DATA_DIR: dataDir,
        CLOUD_PORT: '0',
      };
      const failed = await promisify(execFile)(process.execPath, [main, 'cloud'], { env }).catch((error) => error);
      assert.equal(failed.code, 1, wrong);
      assert.match(failed.stderr, /^TRUST_PROXY takes the number of proxies/m);
      assert.ok(!failed.stderr.includes('    at '), failed.stderr);
    }
    rmSync(dataDir, { recursive: true });
  });
});

describe('a path before the contract’s', function () {
  this.timeout(60_000);
  it('that a trusted proxy took off stands in every link', async () => {
    const cloud = await Cloud.start({ env: { TRUST_PROXY: 'loopback', ADMIN_PASSWORD: PASSWORD } });
    try {
      const ledger = await cloud.ledger();
      await ledger.createStation({ id: 'A', sequence: 'counter' });
      const made = await ledger.createApiKey({ name: 'op', role: 'operator', by: 'test' });
      await ledger.close();
      if (isRefused(made)) throw new Error(made.refused.detail);
      const key = { authorization: `Bearer ${made.key}` };
      for (const [given, prefix] of [
        ['/shop', '/shop'],
        ['/shop/', '/shop'],
        ['/outer, /inner', '/outer/inner'],
        ['/a/b-c_d.e~f', '/a/b-c_d.e~f'],
        ['//evil.example', ''],
        ['https://evil.example', ''],
        ['/a/../b', ''],
        ['shop', ''],
      ] as const) {
        const headers = { ...key, 'x-forwarded-prefix': given };
        const bought = await cloud.ask('POST', '/charging-requests', { station: 'A', amount: 30 }, headers);
        assert.equal(bought.headers.get('location'), `${prefix}/charging-requests/${bought.body.id}`, given);
        const id = `S-${given.length}-${given.replace(/\W/g, '')}`;
        const station = await cloud.ask('POST', '/stations', { id }, headers);
        assert.equal(station.headers.get('location'), `${prefix}/stations/${id}`, given);
        const { body } = await cloud.ask('GET', '/openapi.json', undefined, headers);
        assert.equal(body.servers[0].url, prefix === '' ? '/' : prefix, given);
      }
      const basic = { authorization: `Basic ${btoa(`admin:${PASSWORD}`)}`, 'x-forwarded-prefix': '/shop' };
      for (const path of ['/dashboard', '/editor']) {
        const moved = await cloud.call('GET', path, undefined, basic);
        assert.equal(new URL(moved.headers.get('location') ?? '', 'http://x').pathname, `/shop${path}/`);
      }
      const page = await (await cloud.call('GET', '/charge/A', undefined, basic)).text();
      assert.doesNotMatch(page, /(?:href|src)="\//, 'the page names what it loads beside itself');
    } finally {
      await cloud.remove();
    }
  });

  it('that is Node-RED’s own root stands in every link, and before every path', async () => {
    const cloud = await Cloud.start({ env: { TEST_ROOT: '/shop' }, flow: (nodes) => nodes });
    try {
      const made = await cloud.ask('POST', '/shop/stations', { id: 'A', sequence: 'counter' });
      assert.equal(made.status, 201);
      assert.equal(made.headers.get('location'), '/shop/stations/A');
      const bought = await cloud.ask('POST', '/shop/charging-requests', { station: 'A', amount: 30 });
      assert.equal(bought.headers.get('location'), `/shop/charging-requests/${bought.body.id}`);
      assert.equal((await cloud.ask('GET', bought.headers.get('location')!)).status, 200);
      assert.equal((await cloud.ask('GET', '/shop/openapi.json')).body.servers[0].url, '/shop');
      assert.equal((await cloud.call('GET', '/shop/charge/A')).status, 200);
      assert.equal((await cloud.call('GET', '/shop/charge-assets/app.js')).status, 200);
      assert.equal((await cloud.ask('PUT', '/shop/charging-requests')).status, 405);
      assert.equal((await cloud.call('GET', '/shop/dashboard/')).status, 200);
      assert.equal((await cloud.call('GET', '/shop/dashboard/socket.io/?EIO=4&transport=polling')).status, 200);
      assert.equal((await cloud.ask('GET', '/stations/A')).status, 404);
      assert.equal((await cloud.ask('GET', '/shopping/stations/A')).status, 404);
    } finally {
      await cloud.remove();
    }
  });
});
