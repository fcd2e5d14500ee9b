import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
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

  it('waits for a request that was begun, and for no connection on which nothing is asked', async () => {
    const cloud = await Cloud.start();
    try {
      await withCounter(cloud);
      const { hostname, port } = new URL(cloud.url);
      const idle = connect(Number(port), hostname);
      const kept = connect(Number(port), hostname).setEncoding('utf8');
      const body = JSON.stringify(ORDER);
      kept.write('POST /charging-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
      kept.write(`Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
      await once(kept, 'data');
      const ends = cloud.stop();
      await once(idle, 'close');
      // Longer than the ledger's patience, which a lock in its database can take.
      await new Promise((resolve) => setTimeout(resolve, 4500));
      kept.write(body);
      const [answer] = await once(kept, 'data');
      assert.match(answer, /^HTTP\/1\.1 201 /);
      assert.match(answer, /^connection: close\r$/im);
      await once(kept, 'close');
      assert.equal(await ends, 0);
    } finally {
      await cloud.remove();
    }
  });

  it('stops at once while a dashboard is open, also one that has just been answered', async () => {
    const cloud = await Cloud.start();
    try {
      const agent = new Agent({ keepAlive: true });
      await new Promise((resolve) =>
        get(`${cloud.url}/healthz`, { agent }, (answer) => answer.resume().on('end', resolve)),
      );
      const socket = new WebSocket(`${cloud.url.replace('http', 'ws')}/dashboard/socket.io/?EIO=4&transport=websocket`);
      await once(socket, 'message');
      const from = performance.now();
      assert.equal(await cloud.stop(), 0);
      assert.ok(performance.now() - from < 2500, `${performance.now() - from} ms`);
      agent.destroy();
    } finally {
      await cloud.remove();
    }
  });

  describe('on the wire', () => {
    let cloud: Cloud;
    before(async () => {
      cloud = await Cloud.start();
      await withCounter(cloud);
    });
    after(() => cloud.remove());

    /** All that comes back until the connection ends. */
    const hear = (sent: string) =>
      new Promise<string>((resolve, reject) => {
        let heard = '';
        const { hostname, port } = new URL(cloud.url);
        const socket = connect(Number(port), hostname, () => socket.write(sent));
        socket.setEncoding('utf8').on('data', (text) => {
          heard += text;
        });
        socket.on('close', () => resolve(heard)).on('error', reject);
      });
    const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
    const problemOf = (status: number, name: string) =>
      new RegExp(
        `^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json[\\s\\S]*urn:offline-charging:problem:${name}"`,
      );

    it('answers what is no HTTP, and what no flow hears of, with problem details', async () => {
      assert.match(await hear(head('GET\0/ HTTP/9.9')), problemOf(400, 'malformed-http'));
      const large = head('GET / HTTP/1.1', 'Host: localhost', `X: ${'x'.repeat(40_000)}`);
      assert.match(await hear(large), problemOf(431, 'headers-too-large'));
      assert.match(await hear(head('GET /healthz HTTP/1.1')), problemOf(400, 'malformed-http'));
      assert.match(await hear(head('GET /editor/ HTTP/1.1')), problemOf(400, 'malformed-http'));
      assert.match(await hear(head('GET /healthz HTTP/1.0')), /^HTTP\/1\.1 200 /);
      const expects = head('GET /healthz HTTP/1.1', 'Host: localhost', 'Connection: close', 'Expect: foo');
      assert.match(await hear(expects), problemOf(417, 'expectation-failed'));
      assert.match(
        await hear(head('CONNECT example.org:443 HTTP/1.1', 'Host: x')),
        problemOf(405, 'method-not-allowed'),
      );
      assert.equal((await cloud.ask('GET', '/healthz')).status, 200);
    });

    it('answers a request that offers another protocol as if it did not', async () => {
      const body = '{"station":"NONE","amount":30}';
      for (const offered of ['h2c', 'TLS/1.0', 'websocket']) {
        const upgrade = ['Host: localhost', 'Connection: Upgrade, close', `Upgrade: ${offered}`];
        assert.match(await hear(head('GET /healthz HTTP/1.1', ...upgrade)), /^HTTP\/1\.1 200 [\s\S]*\}$/, offered);
        const json = ['Content-Type: application/json', `Content-Length: ${body.length}`];
        const posted = head('POST /charging-requests HTTP/1.1', ...upgrade, ...json) + body;
        assert.match(await hear(posted), problemOf(404, 'unknown-station'), offered);
      }
    });

    it('takes the whole address as the target', async () => {
      const asked = (line: string) => hear(head(`${line} HTTP/1.1`, 'Host: localhost', 'Connection: close'));
      assert.match(await asked('PUT http://localhost/charging-requests'), problemOf(405, 'method-not-allowed'));
      assert.match(await asked('GET http://localhost/charge/CP-0001'), /^HTTP\/1\.1 200 [\s\S]*set-cookie: visitor=/i);
      assert.match(await asked('GET HTTP://LOCALHOST/stations?limit=1'), /^HTTP\/1\.1 200 /);
      assert.match(await asked('GET http://localhost'), problemOf(404, 'not-found'));
      assert.match(await asked('GET http://localhost/editor/flows'), /^HTTP\/1\.1 401 /);
      // The address counts, not the header beside it: this one is not made for this machine.
      assert.match(await asked('GET http://evil.example/stations'), problemOf(401, 'not-authenticated'));
    });

    it('says 413 to 10 MB at once, announced or not, and reads the next request on the same connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const send = (headers: Record<string, string | number>, pieces: readonly Buffer[]) =>
        new Promise<{ status: number; port: number }>((resolve, reject) => {
          const call = request(`${cloud.url}/charging-requests`, { method: 'POST', agent, headers }, (answer) => {
            const port = answer.socket.localPort ?? 0;
            answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, port }));
          });
          call.on('error', reject);
          for (const piece of pieces) call.write(piece);
          call.end();
        });
      const json = { 'content-type': 'application/json' };
      const large = Array.from({ length: 160 }, () => Buffer.alloc(65_536, 0x20));
      const announced = await send({ ...json, 'content-length': 160 * 65_536 }, large);
      const chunked = await send(json, large);
      const next = await send(json, [Buffer.from('{"station":"COUNTER","amount":30}')]);
      agent.destroy();
      assert.deepEqual([announced.status, chunked.status, next.status], [413, 413, 201]);
      assert.deepEqual([chunked.port, next.port], [announced.port, announced.port], 'one connection');
    });

    it('says 413 to 10 MB of a client that reads no answer before it has sent all, and closes then', async () => {
      const { hostname, port } = new URL(cloud.url);
      for (const length of ['Content-Length: 10000000', 'Transfer-Encoding: chunked']) {
        const socket = connect(Number(port), hostname).pause();
        const body = Buffer.alloc(10_000_000, 0x20);
        const framed = length.startsWith('T')
          ? [Buffer.from('989680\r\n'), body, Buffer.from('\r\n0\r\n\r\n')]
          : [body];
        socket.write(`POST /charging-requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${length}\r\n`);
        socket.write('Content-Type: application/json\r\n\r\n');
        for (const piece of framed) await new Promise((resolve) => socket.write(piece, resolve));
        const answer = await text(socket);
        assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*"urn:offline-charging:problem:body-too-large"/);
      }
    });

    it('answers a body that is too large before a slow client has sent it', async () => {
      const { hostname, port } = new URL(cloud.url);
      const socket = connect(Number(port), hostname);
      socket.write('POST /charging-requests HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
      socket.write('Content-Length: 10000000\r\n\r\n{"station":');
      const answer = await new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
      socket.destroy();
      assert.match(answer, /^HTTP\/1\.1 413 /);
    });
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
