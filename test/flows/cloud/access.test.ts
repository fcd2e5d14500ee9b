import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MOST_ENTRIES } from '../../../api/audit-allowance.ts';
import { until } from '../../support/applications.ts';
import { Cloud } from './support/cloud.ts';

const cli = new URL('../../../flows/launcher/cli.ts', import.meta.url).pathname;

async function keys(cloud: Cloud, ...args: string[]): Promise<string> {
  const env = { ...process.env, DATA_DIR: cloud.dataDir, MASTER_KEY: '', DATABASE_URL: '' };
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'keys', ...args], { env });
  return stdout.trim();
}

function asksForKeys(cloud: Cloud): Promise<void> {
  return until('the cloud asks for keys', async () => (await cloud.ask('GET', '/stations')).status === 401);
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('who may call the cloud', function () {
  this.timeout(120_000);
  describe('on loopback, before any key is made', () => {
    let cloud: Cloud;
    before(async () => {
      cloud = await Cloud.start();
    });
    after(() => cloud.remove());

    it('everybody on this machine, and it says so', async () => {
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001' })).status, 201);
      assert.match(cloud.output, /No API key has been made: everything is open to this machine/);
    });

    it('but not through a proxy, nor for a page that points its own name here', async () => {
      const throughProxy = { 'x-forwarded-for': '203.0.113.9' };
      assert.equal((await cloud.ask('GET', '/stations', undefined, throughProxy)).status, 401);
      assert.equal((await cloud.ask('GET', '/stations', undefined, { forwarded: 'for=203.0.113.9' })).status, 401);
      const rebound = await new Promise<number>((resolve, reject) => {
        request(`${cloud.url}/stations`, { headers: { host: 'evil.example' } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
      assert.equal(rebound, 401);
    });

    it('and nobody without a key once the first key is made', async () => {
      const key = await keys(cloud, 'create', '--role', 'operator', '--name', 'first');
      await asksForKeys(cloud);
      assert.equal((await cloud.ask('GET', '/stations', undefined, bearer(key))).status, 200);
      assert.equal((await cloud.ask('GET', '/stations/CP-0001')).status, 200, 'what a station sells stays public');
    });
  });

  describe('with keys', () => {
    let cloud: Cloud;
    let operator: string;
    let app: string;
    before(async () => {
      cloud = await Cloud.start();
      operator = await keys(cloud, 'create', '--role', 'operator', '--name', 'operator');
      await asksForKeys(cloud);
      app = await keys(cloud, 'create', '--role', 'customer-app', '--name', 'app');
      assert.equal((await cloud.ask('POST', '/stations', { id: 'CP-0001' }, bearer(operator))).status, 201);
    });
    after(() => cloud.remove());

    it('a customer app buys codes, and does nothing that is the operator’s', async () => {
      const order = { station: 'CP-0001', amount: 60 };
      const bought = await cloud.ask('POST', '/charging-requests', order, bearer(app));
      assert.equal(bought.status, 201);
      for (const [method, path] of [
        ['POST', '/stations'],
        ['GET', '/stations'],
        ['DELETE', '/stations/CP-0001'],
        ['GET', '/stations/CP-0001/provisioning'],
        ['POST', '/stations/CP-0001/service-codes'],
        ['GET', '/ledger.csv'],
        ['GET', '/metrics'],
      ] as const) {
        const refused = await cloud.ask(method, path, method === 'POST' ? {} : undefined, bearer(app));
        assert.equal(refused.status, 403, `${method} ${path}`);
        assert.equal(refused.body.type, 'urn:offline-charging:problem:not-allowed');
      }
    });

    it('another client’s request is not found, and the attempts stand in the audit', async () => {
      const order = { station: 'CP-0001', amount: 60 };
      const { id } = (await cloud.ask('POST', '/charging-requests', order, bearer(app))).body;
      const guess = await cloud.ask('GET', `/charging-requests/${id}`, undefined, bearer(operator));
      assert.equal(guess.status, 404);
      const odd = { station: "CP'/\n", amount: 60 };
      assert.equal((await cloud.ask('POST', '/charging-requests', odd, bearer(app))).status, 404);
      const ledger = await cloud.ledger();
      try {
        await until('all three are in the audit', async () => {
          const actions = new Set((await ledger.listAudit({ limit: 100 })).items.map(({ action }) => action));
          return ['foreign-request', 'call-not-allowed', 'station-id-not-possible'].every((each) => actions.has(each));
        });
      } finally {
        await ledger.close();
      }
    });

    it('whoever makes up ids of requests stands in the audit once for each, and no more often than is told', async () => {
      const madeUp = async () => {
        const ledger = await cloud.ledger();
        const { items } = await ledger.listAudit({ limit: 500 });
        await ledger.close();
        return items.filter(({ action }) => action === 'made-up-request-id').length;
      };
      const guess = (index: number) =>
        cloud.ask('GET', `/charging-requests/${index.toString(16).padStart(32, '0')}`, undefined, bearer(app));
      const before = await madeUp();
      for (let index = 0; index < 3; index++) assert.equal((await guess(index)).status, 404);
      await until('they are in the audit', async () => (await madeUp()) >= before + 3);
      assert.equal(await madeUp(), before + 3);
      const many = MOST_ENTRIES + 200;
      await Promise.all(Array.from({ length: many }, (_, index) => guess(index)));
      await until('they are in the audit', async () => (await madeUp()) >= MOST_ENTRIES);
      assert.ok((await madeUp()) < many);
    });

    it('no key, a wrong scheme and a made-up key are 401 with a challenge', async () => {
      for (const headers of [
        {},
        { authorization: `Basic ${app}` },
        { authorization: 'Bearer' },
        bearer('oc_made_up'),
      ]) {
        const refused = await cloud.ask('GET', '/stations', undefined, headers as Record<string, string>);
        assert.equal(refused.status, 401);
        assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/);
        assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
      }
    });

    it('a revoked key is refused within seconds', async () => {
      const key = await keys(cloud, 'create', '--role', 'customer-app', '--name', 'lost phone');
      const order = { station: 'CP-0001', amount: 60 };
      assert.notEqual((await cloud.ask('POST', '/charging-requests', order, bearer(key))).status, 401);
      const [id = ''] = (await keys(cloud, 'list'))
        .split('\n')
        .find((line) => line.includes('lost phone'))!
        .split(' ');
      await keys(cloud, 'revoke', id);
      await until(
        'it is refused',
        async () => (await cloud.ask('POST', '/charging-requests', order, bearer(key))).status === 401,
        5000,
      );
    });

    it('keys are never in the log, nor in the ledger’s files', async () => {
      assert.ok(!cloud.output.includes(operator) && !cloud.output.includes(app));
      const secret = app.slice(-43);
      const found = promisify(execFile)('grep', ['-rlFe', secret, cloud.dataDir]);
      const { stdout } = await found.catch(() => ({ stdout: '' }));
      assert.equal(stdout, '');
    });
  });

  describe('reachable from other machines', () => {
    let cloud: Cloud;
    let elsewhere: string;
    before(async () => {
      cloud = await Cloud.start({ env: { HOST: '0.0.0.0' } });
      const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
      const outside = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
      elsewhere = `http://${outside}:${new URL(cloud.url).port}`;
    });
    after(() => cloud.remove());

    it('it is not open, not even to this machine, and says how to make a key', async () => {
      for (const base of [cloud.url, elsewhere]) {
        for (const path of ['/stations', '/metrics', '/ledger.csv', '/stations/CP-0001/provisioning']) {
          assert.equal((await fetch(base + path)).status, 401);
        }
        assert.equal((await fetch(`${base}/dashboard`)).status, 401);
        assert.equal((await fetch(`${base}/editor/flows`)).status, 401);
        assert.equal((await fetch(`${base}/healthz`)).status, 200);
      }
      assert.match(cloud.output, /offline-charging keys create --role operator/);
    });
  });

  describe('behind a proxy on the same machine', () => {
    it('it is not open, whatever the proxy passes on', async () => {
      const cloud = await Cloud.start({ env: { TRUST_PROXY: '1' } });
      try {
        assert.equal((await cloud.ask('GET', '/stations')).status, 401);
        const password = /user admin, password (\S+)/.exec(cloud.output)?.[1] ?? '';
        const authorization = `Basic ${btoa(`admin:${password}`)}`;
        for (const [proto, secure] of [
          ['https', true],
          ['http', false],
        ] as const) {
          const headers = { authorization, 'x-forwarded-proto': proto, 'x-forwarded-for': '192.0.2.7' };
          const [cookie = ''] = (await cloud.call('GET', '/dashboard/', undefined, headers)).headers.getSetCookie();
          assert.match(cookie, /^operator=/);
          assert.equal(/; Secure/.test(cookie), secure, proto);
        }
      } finally {
        await cloud.remove();
      }
    });
  });

  describe('where the public may charge', () => {
    let cloud: Cloud;
    before(async () => {
      cloud = await Cloud.start({ env: { PUBLIC_CHARGING: '1', RATE_LIMIT_VISITOR: '12' } });
      const operator = await keys(cloud, 'create', '--role', 'operator', '--name', 'operator');
      await asksForKeys(cloud);
      const counter = { id: 'CP-0001', sequence: 'counter' };
      assert.equal((await cloud.ask('POST', '/stations', counter, bearer(operator))).status, 201);
    });
    after(() => cloud.remove());

    async function openPage(): Promise<{ cookie: string }> {
      const page = await cloud.call('GET', '/charge/CP-0001');
      assert.equal(page.status, 200);
      const [cookie = ''] = page.headers.getSetCookie();
      assert.match(cookie, /^visitor=[\w-]{22}; .*HttpOnly; SameSite=Lax/);
      return { cookie: cookie.split(';')[0]! };
    }

    it('a visitor of the page buys a code, finds it again, and nobody else does', async () => {
      const visitor = await openPage();
      const order = { station: 'CP-0001', amount: 60 };
      const bought = await cloud.ask('POST', '/charging-requests', order, visitor);
      assert.equal(bought.status, 201);
      const path = `/charging-requests/${bought.body.id}`;
      assert.equal((await cloud.ask('GET', path, undefined, visitor)).status, 200);
      assert.equal((await cloud.ask('GET', path, undefined, await openPage())).status, 404);
      assert.equal((await cloud.ask('GET', path)).status, 404);
      assert.equal((await cloud.ask('GET', '/stations', undefined, visitor)).status, 401);
    });

    it('somebody who asks without having been on the page is given a cookie with the code', async () => {
      const bought = await cloud.call('POST', '/charging-requests', { station: 'CP-0001', amount: 30 });
      assert.equal(bought.status, 201);
      const cookie = bought.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const { id } = (await bought.json()) as { id: string };
      assert.equal((await cloud.ask('GET', `/charging-requests/${id}`, undefined, { cookie })).status, 200);
    });

    it('a load balancer may ask for the health as often as it likes', async () => {
      const asked = await Promise.all(Array.from({ length: 30 }, () => cloud.ask('GET', '/healthz')));
      assert.deepEqual([...new Set(asked.map(({ status }) => status))], [200]);
    });

    it('one who asks too often is told when to try again, whatever cookies are thrown away', async () => {
      const order = { station: 'CP-0001', amount: 30 };
      let refused = await cloud.ask('POST', '/charging-requests', order);
      for (let index = 0; index < 15 && refused.status !== 429; index += 1) {
        refused = await cloud.ask('POST', '/charging-requests', order);
      }
      assert.equal(refused.status, 429);
      assert.equal(refused.body.type, 'urn:offline-charging:problem:too-many-requests');
      const seconds = Number(refused.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 60);
    });

    it('keys are guessed no faster than visitors may ask', async () => {
      const guess = () => cloud.ask('GET', '/stations', undefined, bearer(`oc_${'0'.repeat(16)}_${'A'.repeat(43)}`));
      let refused = await guess();
      for (let index = 0; index < 15 && refused.status !== 429; index += 1) refused = await guess();
      assert.equal(refused.status, 429);
    });
  });

  describe('editor and dashboard', () => {
    let cloud: Cloud;
    before(async () => {
      cloud = await Cloud.start();
      await keys(cloud, 'create', '--role', 'operator', '--name', 'operator');
      await asksForKeys(cloud);
    });
    after(() => cloud.remove());

    const login = (password: string) =>
      fetch(`${cloud.url}/editor/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: 'node-red-editor',
          grant_type: 'password',
          scope: '*',
          username: 'admin',
          password,
        }),
      });
    const told = () => /user admin, password (\S+)/.exec(cloud.output)?.[1] ?? '';

    it('the editor’s pages and flows are for the administrator', async () => {
      assert.equal((await cloud.call('GET', '/editor/flows')).status, 401);
      assert.equal((await login('wrong')).status, 403);
      const { access_token: token } = (await (await login(told())).json()) as { access_token: string };
      const flows = await cloud.call('GET', '/editor/flows', undefined, bearer(token));
      assert.equal(flows.status, 200);
      assert.ok(!(await flows.text()).includes(told()), 'no password in the flow');
    });

    it('the dashboard asks for the administrator’s password once', async () => {
      const refused = await cloud.ask('GET', '/dashboard/');
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic/);
      const basic = (password: string) => ({ authorization: `Basic ${btoa(`admin:${password}`)}` });
      assert.equal((await cloud.call('GET', '/dashboard/', undefined, basic('wrong'))).status, 401);
      const entered = await cloud.call('GET', '/dashboard/', undefined, basic(told()));
      assert.notEqual(entered.status, 401);
      const session = entered.headers.getSetCookie()[0] ?? '';
      assert.match(session, /^operator=[\w-]+; .*HttpOnly; SameSite=Strict/);
      const cookie = session.split(';')[0]!;
      assert.notEqual((await cloud.call('GET', '/dashboard/', undefined, { cookie })).status, 401);
      assert.equal(await connects({ cookie }), true);
      assert.equal(await connects({}), false);
      assert.equal(await connects({ cookie, origin: 'https://evil.example' }), false);
    });

    /** Socket.IO's handshake, by long polling; whoever may not have one is told at its first request. */
    async function connects(headers: Record<string, string>): Promise<boolean> {
      const path = '/dashboard/socket.io/?EIO=4&transport=polling';
      const begun = await cloud.call('GET', path, undefined, headers);
      const opened = await begun.text();
      if (begun.status === 401) return false;
      const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
      const text = { ...headers, 'content-type': 'text/plain;charset=UTF-8' };
      await (await cloud.call('POST', `${path}&sid=${sid}`, '40', text)).text();
      const answer = await (await cloud.call('GET', `${path}&sid=${sid}`, undefined, headers)).text();
      assert.match(answer, /^40/);
      return true;
    }

    it('the dashboard looks at 20 wrong passwords of an address, one at a time, and at no more', async () => {
      const enter = (password: string) =>
        cloud.call('GET', '/dashboard/', undefined, { authorization: `Basic ${btoa(`admin:${password}`)}` });
      const guesses = await Promise.all(Array.from({ length: 25 }, (_, index) => enter(`guess ${index}`)));
      const statuses = guesses.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [...Array(20).fill(401), ...Array(5).fill(429)]);
      const right = await enter(told());
      assert.equal(right.status, 429);
      assert.ok(Number(right.headers.get('retry-after')) > 0);
      assert.equal(right.headers.get('content-type'), 'application/problem+json');
    });

    it('what is secret lies in files that only their owner reads', () => {
      for (const file of ['master.key', 'cloud/admin.hash', 'cloud/credential.secret']) {
        assert.equal(statSync(join(cloud.dataDir, file)).mode & 0o777, 0o600, file);
      }
    });

    it('the password is told once, and works after a restart', async () => {
      const password = told();
      await cloud.stop();
      cloud.output = '';
      await cloud.start();
      assert.equal(told(), '');
      assert.equal((await login(password)).status, 200);
    });
  });
});
