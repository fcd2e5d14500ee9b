// Who may ask the charger: tried on the running product, over the wire, as a browser would and as it would not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { strangers } from '../../../flows/charger/strangers.ts';
import { Applications } from '../../support/applications.ts';

const HANDSHAKE = '/dashboard/socket.io/?EIO=4&transport=polling';

describe('strangers at the charger', function () {
  this.timeout(60_000);
  let running: Applications;
  let own: string;
  before(async () => {
    running = await Applications.start({ only: 'charger', env: { STATION_KEY: '5a'.repeat(32), ADMIN_PASSWORD: '' } });
    own = new URL(running.charger).host;
  });
  after(() => running?.remove());

  /** The status, with just these headers. */
  function ask(method: string, path: string, headers: Record<string, string>, body = ''): Promise<number> {
    return new Promise((resolve, reject) => {
      const length = body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) };
      const asked = request(running.charger + path, { method, headers: { host: own, ...length, ...headers } });
      asked.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode!)));
      asked.on('error', reject).end(body);
    });
  }

  /** The status of an offer to become a WebSocket. */
  async function upgrade(path: string, headers: Record<string, string>): Promise<string> {
    const { hostname: host, port } = new URL(running.charger);
    const socket = connect(Number(port), host).setEncoding('utf8');
    const all = { host: own, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', ...headers };
    const key = Buffer.alloc(16).toString('base64');
    const lines = Object.entries({ ...all, 'sec-websocket-key': key }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const [answer] = (await once(socket, 'data')) as [string];
    socket.destroy();
    return answer.slice(9, 12);
  }

  it('find a password on the editor, which was told once', async () => {
    assert.equal(await ask('GET', '/editor/flows', {}), 401);
    assert.equal(await ask('POST', '/editor/flows', {}, '[]'), 401);
    const [, password = ''] = /Editor of the charger's flow: user admin, password (\S+)/.exec(running.output) ?? [];
    const signedIn = await running.editorToken(running.charger, password);
    assert.equal(await ask('GET', '/editor/flows', signedIn), 200);
  });

  it('do not keep a person at this machine from anything', async () => {
    assert.equal(await ask('GET', '/bench/state', {}), 200);
    for (const host of [own, `localhost:${own.split(':')[1]}`, 'LOCALHOST', `[::1]:${own.split(':')[1]}`]) {
      assert.equal(await ask('POST', '/bench/keys', { host }, '{"keys":"1"}'), 200, host);
    }
    assert.equal(await ask('POST', '/bench/keys', { origin: running.charger }, '{"keys":"*"}'), 200);
    assert.equal(await ask('GET', HANDSHAKE, { origin: running.charger }), 200);
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    assert.equal(await ask('GET', '/dashboard/', link), 200, 'a link to the panel may be followed');
  });

  const ELSEWHERE: Readonly<Record<string, Record<string, string>>> = {
    'under a name that somebody else pointed here': { host: 'evil.example' },
    'under such a name with our port': { host: 'evil.example:1881' },
    'under a name that begins as ours does': { host: 'localhost.evil.example' },
    'under a name that ends as an address does': { host: '127.0.0.1.evil.example' },
    'from a page elsewhere': { origin: 'https://evil.example' },
    'from a page of another port of this machine': { origin: 'http://localhost:8080' },
    'from a page without an origin': { origin: 'null' },
    'from a page whose browser says so': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  };
  for (const [how, headers] of Object.entries(ELSEWHERE)) {
    it(`get nothing ${how}`, async () => {
      for (const [method, path, body] of [
        ['GET', '/editor/flows', ''],
        ['POST', '/editor/auth/token', '{}'],
        ['GET', '/dashboard/', ''],
        ['GET', HANDSHAKE, ''],
        ['POST', `${HANDSHAKE}&sid=x`, '40'],
        ['GET', '/bench/state', ''],
        ['POST', '/bench/keys', '{"keys":"1"}'],
        ['GET', '/', ''],
      ] as const) {
        assert.equal(await ask(method, path, headers, body), 403, `${method} ${path}`);
      }
      assert.equal(await upgrade('/dashboard/socket.io/?EIO=4&transport=websocket', headers), '403');
      assert.equal(await upgrade('/editor/comms', headers), '403');
    });
  }

  it('cannot have it keep panels without end', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 100; index += 1) statuses.push(await ask('GET', HANDSHAKE, {}));
    assert.equal(statuses.at(-1), 429);
    assert.equal(await ask('GET', '/bench/state', {}), 200);
  });

  it('on a network may use its address or a name that it was given, and nobody else’s', () => {
    const says = (given: string, allowed?: string) =>
      strangers({ host: '0.0.0.0', allowed })({ method: 'GET', headers: { host: given } } as never)?.status;
    for (const good of ['192.0.2.7:1881', '[2001:db8::7]:1881', hostname(), `${hostname()}.local:1881`, 'localhost'])
      assert.equal(says(good), undefined, good);
    assert.equal(says('evil.example'), 403);
    assert.equal(says('box.example', 'shop.example, BOX.example'), undefined);
  });
});
