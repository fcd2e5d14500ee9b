import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { freshUrl } from '../../charging/cloud/databases.ts';
import { until } from '../../support/applications.ts';
import { Cloud, type Json } from './support/cloud.ts';

const ORDER = { station: 'COUNTER', amount: 30 };

async function withCounter(cloud: Cloud): Promise<void> {
  assert.equal((await cloud.ask('POST', '/stations', { id: 'COUNTER', sequence: 'counter' })).status, 201);
}

describe('a cloud in operation', function () {
  this.timeout(60_000);
  it('gives every code that it answered again after kill -9, and no number twice', async () => {
    const cloud = await Cloud.start();
    try {
      await withCounter(cloud);
      const answered = new Map<string, Json>();
      const buy = async (key: string) => {
        const { status, body } = await cloud.ask('POST', '/charging-requests', ORDER, { 'idempotency-key': key });
        if (status === 201) answered.set(key, body);
      };
      const customers = Array.from({ length: 20 }, async (_, customer) => {
        for (let index = 0; ; index += 1) await buy(`${customer}-${index}`);
      });
      const over = Promise.allSettled(customers);
      await until('enough was sold', () => answered.size >= 100);
      await cloud.stop('SIGKILL');
      await over;

      await cloud.start();
      const before = [...answered];
      for (const [key, body] of before) {
        await buy(key);
        assert.deepEqual(answered.get(key), body);
      }
      const csv = await (await cloud.call('GET', '/ledger.csv')).text();
      const rows = csv
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((row) => row.split(','));
      assert.equal(new Set(rows.map((row) => row[4])).size, rows.length, 'each number once');
      const requests = new Set(rows.map((row) => row[1]));
      for (const [, { id }] of before) assert.ok(requests.has(id));
    } finally {
      await cloud.remove();
    }
  });

  it('answers what it has begun when it is asked to stop, and ends with 0', async () => {
    const cloud = await Cloud.start();
    try {
      await withCounter(cloud);
      const begun = await Promise.all(Array.from({ length: 30 }, () => cloud.begin('POST', '/charging-requests')));
      const under = begun.map((end) => end(ORDER));
      await Promise.race(under);
      const code = await cloud.stop();
      const statuses = (await Promise.allSettled(under)).map((each) => each.status === 'fulfilled' && each.value);
      assert.equal(code, 0);
      assert.ok(
        statuses.every((status) => status === 201),
        `${statuses}`,
      );
    } finally {
      await cloud.remove();
    }
  });

  it('answers what its ledger still commits when it is asked to stop', async () => {
    const cloud = await Cloud.start();
    try {
      await withCounter(cloud);
      const other = new DatabaseSync(join(cloud.dataDir, 'cloud', 'ledger.sqlite'));
      other.exec('begin immediate');
      const begun = await Promise.all(Array.from({ length: 5 }, () => cloud.begin('POST', '/charging-requests')));
      const answers = Promise.all(begun.map((end) => end(ORDER)));
      const stopped = cloud.stop();
      setTimeout(() => {
        other.exec('rollback');
        other.close();
      }, 3300);
      assert.deepEqual(await answers, [201, 201, 201, 201, 201]);
      assert.equal(await stopped, 0);
    } finally {
      await cloud.remove();
    }
  });

  it('waits for no client longer than it says: 10 s for headers, 20 s for a request', async () => {
    const cloud = await Cloud.start();
    try {
      const { hostname, port } = new URL(cloud.url);
      const drip = (sent: string) =>
        new Promise<number>((resolve) => {
          const begun = performance.now();
          const socket = connect(Number(port), hostname, () => socket.write(sent));
          const dripping = setInterval(() => socket.write('x'), 500);
          socket.on('error', () => {}).resume();
          socket.on('close', () => {
            clearInterval(dripping);
            resolve((performance.now() - begun) / 1000);
          });
        });
      const post = 'POST /charging-requests HTTP/1.1\r\nHost: localhost\r\n';
      const [headers, body] = await Promise.all([
        drip(`${post}X-Slow: `),
        drip(`${post}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n`),
      ]);
      assert.ok(headers >= 10 && headers < 14, `${headers} s`);
      assert.ok(body >= 20 && body < 24, `${body} s`);
    } finally {
      await cloud.remove();
    }
  });

  it('answers what is no HTTP as well', async () => {
    const cloud = await Cloud.start();
    try {
      const { hostname, port } = new URL(cloud.url);
      const hear = (sent: string) =>
        new Promise<string>((resolve, reject) => {
          let heard = '';
          const socket = connect(Number(port), hostname, () => socket.write(sent));
          socket.setEncoding('utf8').on('data', (text) => {
            heard += text;
          });
          socket.on('close', () => resolve(heard)).on('error', reject);
        });
      const garbage = await hear('GET\0/ HTTP/9.9\r\n\r\n');
      assert.match(garbage, /^HTTP\/1\.1 400 .*\r\n[\s\S]*application\/problem\+json[\s\S]*"malformed-http"|urn:/);
      const large = await hear(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
      assert.match(large, /^HTTP\/1\.1 431 [\s\S]*urn:offline-charging:problem:headers-too-large/);
      const health = 'GET /healthz HTTP/1.1\r\nConnection: close\r\n';
      assert.match(await hear(`${health}\r\n`), /^HTTP\/1\.1 400 [\s\S]*"urn:offline-charging:problem:malformed-http"/);
      const expecting = await hear(`${health}Host: localhost\r\nExpect: foo\r\n\r\n`);
      assert.match(expecting, /^HTTP\/1\.1 417 [\s\S]*urn:offline-charging:problem:expectation-failed/);
      const tunnel = await hear('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
      assert.match(tunnel, /^HTTP\/1\.1 405 [\s\S]*urn:offline-charging:problem:method-not-allowed/);
      const absolute = await hear(
        'PUT http://localhost/charging-requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      );
      assert.match(absolute, /^HTTP\/1\.1 405 /);
      const upgrading =
        'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n';
      assert.match(await hear(upgrading), /^HTTP\/1\.1 200 [\s\S]*"status":"ok"/);
      assert.equal((await cloud.ask('GET', '/healthz')).status, 200);
    } finally {
      await cloud.remove();
    }
  });

  it('is one cloud in two processes on PostgreSQL: same codes, same limits', async function () {
    this.timeout(60_000);
    const env = {
      DATABASE_URL: await freshUrl('postgresql'),
      MASTER_KEY: '22'.repeat(32),
      RATE_LIMITS: 'database',
      PUBLIC_CHARGING: '1',
      RATE_LIMIT_VISITOR: '10',
      HOST: '::',
    };
    const [one, other] = await Promise.all([Cloud.start({ env }), Cloud.start({ env })]);
    try {
      const ledger = await one.ledger(env.DATABASE_URL, env.MASTER_KEY);
      await ledger.createStation({ id: 'COUNTER', sequence: 'counter' });
      await ledger.close();
      const cookie = { cookie: 'visitor=AAAAAAAAAAAAAAAAAAAAAA', 'idempotency-key': 'one' };
      const first = await one.ask('POST', '/charging-requests', ORDER, cookie);
      const second = await other.ask('POST', '/charging-requests', ORDER, cookie);
      assert.equal(first.status, 201);
      assert.deepEqual(second.body, first.body);

      const statuses: number[] = [];
      for (let index = 0; index < 12; index += 1) {
        const cloud = index % 2 === 0 ? one : other;
        statuses.push((await cloud.ask('POST', '/charging-requests', ORDER)).status);
      }
      assert.deepEqual(statuses, [...Array(8).fill(201), ...Array(4).fill(429)]);
    } finally {
      await Promise.all([one.remove(), other.remove()]);
    }
  });
});
