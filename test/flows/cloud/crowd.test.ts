// Those who cost the cloud without asking for anything: sockets before login, connections without end, answers that nobody
// reads. Each is bounded, and others are served meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { until } from '../../support/applications.ts';
import { Cloud } from './support/cloud.ts';

const HANDSHAKE = '/dashboard/socket.io/?EIO=4&transport=polling';
const PASSWORD = 'of the crowd';

describe('a crowd at the cloud', function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let sockets: Socket[];

  before(async () => {
    cloud = await Cloud.start({ env: { ADMIN_PASSWORD: PASSWORD, PUBLIC_CHARGING: '1', TRUST_PROXY: '10.0.0.0/8' } });
  });
  after(() => cloud?.remove());
  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  /** A connection from an address of this machine's. */
  async function open(from = '127.0.0.1'): Promise<Socket> {
    const { hostname, port } = new URL(cloud.url);
    const socket = connect({ port: Number(port), host: hostname, localAddress: from });
    socket.on('error', () => {}).resume();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  const megabytes = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${cloud.pid}/status`, 'utf8'))![1]) / 1024;
  const health = async () => (await cloud.call('GET', '/healthz')).status;
  const basic = { authorization: `Basic ${btoa(`admin:${PASSWORD}`)}` };

  it('gets no socket of the dashboard without a session, by either transport', async () => {
    for (const headers of [{}, { cookie: 'operator=made-up' }, basic]) {
      const refused = await cloud.ask('GET', HANDSHAKE, undefined, headers as Record<string, string>);
      assert.equal(refused.status, 401);
      assert.equal(refused.body.type, 'urn:offline-charging:problem:not-authenticated');
    }
    assert.equal((await cloud.call('POST', `${HANDSHAKE}&sid=AAAA`, '40')).status, 401);
    assert.equal((await cloud.call('GET', '/dashboard/socket.io/anything?EIO=4&transport=polling')).status, 401);
    const socket = await open();
    socket.write(`GET /dashboard/socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n`);
    socket.write(
      `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('0'.repeat(16))}\r\n\r\n`,
    );
    const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string];
    assert.match(answer, /^HTTP\/1\.1 401 /);
  });

  it('costs nothing by 5,000 handshakes without a session', async () => {
    const before = megabytes();
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let index = 0; index < 250; index += 1) await (await cloud.call('GET', HANDSHAKE)).text();
      }),
    );
    assert.ok(megabytes() - before < 60, `${before} MB before, ${megabytes()} MB after`);
  });

  it('of one session gets so many sockets a minute, and then waits', async () => {
    const [cookie = ''] = (await cloud.call('GET', '/dashboard/', undefined, basic)).headers.getSetCookie();
    const session = { cookie: cookie.split(';')[0]! };
    const statuses = [];
    for (let index = 0; index < 80; index += 1) {
      const answer = await cloud.call('GET', HANDSHAKE, undefined, session);
      await answer.text();
      statuses.push(answer.status);
    }
    assert.equal(statuses[0], 200);
    assert.equal(statuses.at(-1), 429);
    assert.notEqual((await cloud.call('GET', '/dashboard/', undefined, session)).status, 401);
  });

  it('that opens connections without end is served by turns, and nobody else is shut out', async () => {
    const idle = await Promise.all(Array.from({ length: 1500 }, () => open('127.0.0.2')));
    assert.equal(await health(), 200);
    await until('500 of 1500 are ended', () => idle.filter(({ closed }) => closed).length >= 450);
  });

  it('that begins requests on all its connections is not served instead of everybody else', async () => {
    await Promise.all(
      Array.from({ length: 1200 }, async () => {
        const socket = await open('127.0.0.3');
        socket.write(
          'POST /charging-requests HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
        );
      }),
    );
    assert.equal(await health(), 200);
  });

  it('that asks again and again and reads nothing costs little, and others are served', async () => {
    const before = megabytes();
    const asked = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2000);
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const socket = (await open('127.0.0.4')).pause();
        socket.write(asked);
      }),
    );
    for (let index = 0; index < 20; index += 1) assert.equal(await health(), 200);
    assert.ok(megabytes() - before < 150, `${before} MB before, ${megabytes()} MB after`);
  });

  it('is answered, where a client asks for a few things at once and reads', async () => {
    const socket = (await open()).setEncoding('utf8');
    let heard = '';
    socket.on('data', (text) => {
      heard += text;
    });
    socket.write('GET /stations/NONE HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(49));
    socket.write('GET /stations/NONE HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(socket, 'close');
    assert.equal(heard.match(/HTTP\/1\.1 (?:404|429) /g)?.length, 50);
  });

  it('that opens the editor’s socket without end is refused', async () => {
    const offer = `GET /editor/comms HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${btoa('0'.repeat(16))}\r\n\r\n`;
    const open400 = await Promise.all(
      Array.from({ length: 400 }, async () => {
        const socket = await open('127.0.0.5');
        socket.write(offer);
        return socket;
      }),
    );
    assert.equal(await health(), 200);
    const own = (await open('127.0.0.6')).setEncoding('utf8');
    own.write(offer);
    assert.match(((await once(own, 'data')) as [string])[0], /^HTTP\/1\.1 101 /);
    await until('150 of 400 are ended', () => open400.filter(({ closed }) => closed).length >= 150);
  });
});
