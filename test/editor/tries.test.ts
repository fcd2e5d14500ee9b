// What dialogs ask a Node-RED for, of a station with two outlets and simulated pins; and who may ask.
import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StationProvisioning, writeProvisioning } from '../../charging/codes/provisioning.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { Guard } from '../../hardware/relay/guard.ts';
import { until } from '../support/applications.ts';
import { Editor } from '../support/editor.ts';

const folder = mkdtempSync(join(tmpdir(), 'offline-charging-tries-'));
const pins = join(folder, 'pins');
const guardSocket = join(folder, 'guard.sock');
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Flow' },
  ...[
    {
      ...{ id: 'station', type: 'charging station', version: 2, station: 'CP-0001', unit: 'min', step: '30' },
      ...{ layout: 'compact', sequence: 'counter', outlets: '2', driver: 'simulated', gpioFolder: pins },
      guardSocket,
    },
    {
      id: 'vehicle',
      type: 'detect vehicle',
      by: 'contact',
      line: 'vehicle; vehicle-2',
      activeLow: 'false',
      pull: 'unset',
      wires: [['session']],
    },
    { id: 'meter', type: 'read meter', meter: 'simulated' },
    { id: 'session', type: 'run session', wires: [['relay'], [], []] },
    {
      ...{ id: 'relay', type: 'control relay', through: 'guard', relay: 'relay', wires: [['session'], ['session']] },
      ...{ leastSeconds: '0', mostClosings: '0', windowMinutes: '10', longestHours: '0' },
    },
    { id: 'keyless', type: 'charging station', version: 2, station: 'CP-0002', unit: 'min', step: '0' },
    { id: 'lost', type: 'control relay', through: 'direct', line: '20; 21', station: 'keyless', wires: [[], []] },
    { id: 'unseen', type: 'detect vehicle', by: 'contact', line: '22; 23', station: 'keyless' },
    { id: 'uncounted', type: 'read meter', meter: 'none', station: 'keyless' },
    { id: 'direct', type: 'control relay', through: 'direct', line: '20; 21', activeLow: 'true', wires: [[], []] },
  ].map((node) =>
    node.type === 'charging station'
      ? node
      : { version: 1, station: 'station', z: 'tab', x: 0, y: 0, wires: [[]], ...node },
  ),
];

/** Whose name is the token. */
const USERS = { owner: '*', reader: 'read', stranger: 'flows.read' };
/** A node of nobody but this test answers with the routes of all nodes. */
const TELLING = `module.exports = ({ httpAdmin }) => httpAdmin.get('/every-route', (request, response) => {
  const { stack } = httpAdmin._router ?? httpAdmin.router;
  response.json(stack.flatMap(({ route }) => (route ? [{ path: route.path, methods: Object.keys(route.methods) }] : [])));
});`;
const SETTINGS = `nodesDir: ${JSON.stringify(join(folder, 'nodes'))}, adminAuth: {
  type: 'credentials',
  users: [],
  tokens: async (username) => {
    const permissions = ${JSON.stringify(USERS)}[username];
    return permissions ? { username, permissions } : null;
  },
}`;
/** Pages that are published anyway; a link to one carries nobody's name. */
const FOR_ANYBODY: ReadonlySet<string> = new Set(['get /offline-charging/docs/:page']);
const KEY = '5a'.repeat(32);
const GIVEN: StationProvisioning = {
  ...{ station: 'CP-0007', key: 'c3'.repeat(32), keyVersion: 2, unit: 'Wh', step: 500, layout: 'wide' },
  ...{ sequence: 'clock', slotSeconds: 120, outlets: 4, page: 'https://example.com/charge/CP-0007' },
};

describe('what dialogs ask a Node-RED for', function () {
  this.timeout(60_000);
  let editor: Editor;
  let guard: Guard | undefined;
  before(async () => {
    mkdirSync(pins);
    mkdirSync(join(folder, 'nodes'));
    writeFileSync(join(folder, 'nodes/telling.js'), TELLING);
    writeFileSync(join(folder, 'nodes/telling.html'), '');
    const driver = await openDriver('simulated', { folder: pins });
    const relays = { relay: { line: 'relay' }, 'relay-2': { line: 'relay-2', activeLow: true } };
    guard = await Guard.start({ socket: guardSocket, driver, relays });
    editor = await Editor.start(FLOW, { STATION_KEY: KEY, A_STATION: 'CP-0001' }, undefined, SETTINGS);
  });
  after(async () => {
    await editor?.end();
    await guard?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const fetched = (path: string, options: RequestInit = {}, user: keyof typeof USERS | '' = 'owner') => {
    const headers = { 'content-type': 'application/json', ...(user && { authorization: `Bearer ${user}` }) };
    return fetch(editor.url + path, { headers, ...options });
  };
  const asked = (node: string, what: string, typed = '') =>
    fetched(`/offline-charging/${node}/${what}`, { method: 'POST', body: JSON.stringify({ typed }) });
  const tried = async (node: string, what = 'look', typed = '') => {
    const answer = await asked(node, what, typed);
    assert.equal(answer.status, 200);
    return (await answer.json()) as { result: string; values?: object };
  };
  const pin = (line: string) => readFileSync(join(pins, line), 'utf8').trim();
  const seen = (...results: string[]) => ({ result: 'seen', outlets: results.map((result) => ({ result })) });

  it('the plug of each outlet', async () => {
    writeFileSync(join(pins, 'vehicle-2'), '1');
    await until('the vehicle is seen', async () =>
      JSON.stringify(await tried('detect-vehicle/vehicle')).includes('connected'),
    );
    assert.deepEqual(await tried('detect-vehicle/vehicle'), seen('none', 'connected'));
  });

  it('the meter of each outlet', async () => {
    await until('it read', async () => !JSON.stringify(await tried('read-meter/meter')).includes('unknown'));
    const reading = { result: 'reading', values: { energy: '0.00', power: ' · 0 W' } };
    assert.deepEqual(await tried('read-meter/meter'), { result: 'seen', outlets: [reading, reading] });
  });

  it('the relay guard: that it is there, and which relays this node holds', async () => {
    await until(
      'both are leased',
      async () => !JSON.stringify(await tried('control-relay/relay', 'guard')).includes('free'),
    );
    assert.deepEqual(await tried('control-relay/relay', 'guard'), {
      result: 'there',
      values: { driver: 'simulated' },
      outlets: [
        { result: 'held', values: { relay: 'relay', pin: 'relay' } },
        { result: 'held', values: { relay: 'relay-2', pin: 'relay-2,active-low' } },
      ],
    });
    assert.deepEqual(await tried('control-relay/direct', 'guard'), { result: 'no-guard' });
  });

  it('a click of the relay where nothing is plugged in: it closes and opens again', async () => {
    const click = tried('control-relay/relay', 'click', '1');
    await until('it closes', () => pin('relay') === '1');
    assert.deepEqual(await click, { result: 'clicked' });
    assert.equal(pin('relay'), '0');
  });

  it('no click where something is plugged in, where there is no such outlet, or without a guard', async () => {
    assert.deepEqual(await tried('control-relay/relay', 'click', '2'), { result: 'vehicle' });
    assert.equal(pin('relay-2'), '1', 'active low: off');
    assert.equal((await asked('control-relay/relay', 'click', '3')).status, 409);
    assert.deepEqual(await tried('control-relay/direct', 'click', '1'), { result: 'not-guarded' });
  });

  it('nothing where the station is broken, whose fault is told before what follows from it', async () => {
    for (const path of ['control-relay/lost/guard', 'detect-vehicle/unseen/look', 'read-meter/uncounted/look']) {
      const [type = '', id = '', what = ''] = path.split('/');
      const answer = await asked(`${type}/${id}`, what);
      assert.equal(answer.status, 409, path);
      assert.equal(((await answer.json()) as { code: string }).code, 'bad-step', path);
    }
  });

  it('which lines are whose, and what stands on their wires', async () => {
    const answer = await fetched('/offline-charging/charging-station/station/pins');
    const { simulated, lines } = (await answer.json()) as { simulated: boolean; lines: { line: string }[] };
    assert.equal(simulated, true);
    const wanted = [
      { line: '20', level: 1, use: 'relay' },
      { line: '21', level: 1, use: 'relay' },
      { line: 'relay', level: 0, use: 'relay' },
      { line: 'relay-2', level: 1, use: 'relay' },
      { line: 'vehicle', level: 0, use: 'vehicle' },
      { line: 'vehicle-2', level: 1, use: 'vehicle' },
    ];
    const found = lines.filter(({ line }) => wanted.some((one) => one.line === line));
    assert.deepEqual(
      found.toSorted((one, other) => one.line.localeCompare(other.line)),
      wanted,
    );
    assert.equal((await fetched('/offline-charging/charging-station/other/pins')).status, 404);
  });

  describe('the key of a station', () => {
    const read = (said: object, node = 'new') =>
      fetched(`/offline-charging/charging-station/${node}/key`, { method: 'POST', body: JSON.stringify(said) });
    const text = writeProvisioning(GIVEN);

    it('is told before it is deployed: what the text says, for this one answer, and never the key', async () => {
      const { key, keyVersion, page, ...terms } = GIVEN;
      for (const [typed, station] of [
        [text, ''],
        [`  ${text.slice(0, 60)}\n${text.slice(60)}\n`, 'CP-0007'],
        [text, `\${NO_SUCH_VARIABLE}`],
      ]) {
        const answer = await read({ typed, station });
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.deepEqual(await answer.json(), { is: 'text', terms, page, ofVariable: false });
      }
      assert.deepEqual(await (await read({ typed: key, station: 'CP-0001' })).json(), { is: 'key' });
    });

    it('that is deployed is read where nothing else is typed, here that of the variable', async () => {
      for (const said of [{}, { typed: '' }])
        assert.deepEqual(await (await read(said, 'station')).json(), { is: 'key' });
      assert.equal((await read({})).status, 404);
    });

    it('is refused with the reason, and told to nobody', async () => {
      const said = JSON.parse(Buffer.from(text.slice(4), 'base64url').toString());
      const textOf = (more: object) => `OC1:${Buffer.from(JSON.stringify({ ...said, ...more })).toString('base64url')}`;
      for (const [typed, code, values] of [
        [text, 'provisioning-other', { station: 'CP-0007' }],
        [text.slice(0, -9), 'provisioning-cut', {}],
        [textOf({ version: 2 }), 'provisioning-newer', {}],
        [text.replace('OC1', 'OC2'), 'provisioning-newer', {}],
        [textOf({ step: 0 }), 'provisioning-damaged', { what: 'step' }],
        [textOf({ key: KEY.slice(1) }), 'provisioning-damaged', { what: 'key' }],
        [KEY.slice(1), 'station-key-length', { length: 63 }],
        ['https://example.com/charge/CP-0001', 'station-key-address', undefined],
        ['station', 'bad-station-key', undefined],
      ] as const) {
        for (const station of ['CP-0001', `\${A_STATION}`, '$(A_STATION)']) {
          const answer = await read({ typed, station });
          assert.equal(answer.status, 409, code);
          const { message, ...rest } = (await answer.json()) as { message: string };
          // What the variable holds is not said: any variable of the process might be named.
          const expected = code === 'provisioning-other' && { expected: station };
          assert.deepEqual(rest, { code, ...(values && { values: { ...values, ...expected } }) });
          assert.doesNotMatch(message, /5a5a|c3c3/);
        }
      }
      const long = await read({ typed: 'x'.repeat(40_000) });
      assert.deepEqual([long.status, (await long.json()).code], [413, 'bad-station-key']);
      const form = {
        method: 'POST',
        headers: { authorization: 'Bearer owner' },
        body: new URLSearchParams({ typed: text }),
      };
      assert.equal((await fetched('/offline-charging/charging-station/station/key', form)).status, 415);
      assert.doesNotMatch(editor.output, /c3c3|OC1:/);
    });

    it('where no id can stand, by mistake the text itself, is refused without repeating it', async () => {
      for (const station of [text, '<img src="x" onerror="alert(1)">', 'CP-0007\u202e']) {
        const { message, ...rest } = await (await read({ typed: text, station })).json();
        assert.deepEqual([rest, message], [{ code: 'bad-id' }, 'No station can have this id.']);
      }
    });

    it('is a text, and that of a station: of anything else nothing is told', async () => {
      const noText = { toString: 1, valueOf: 1 };
      for (const said of [{ typed: noText }, { typed: [text] }, { typed: null }, { typed: text, station: noText }]) {
        const answer = await read(said, 'station');
        assert.deepEqual([answer.status, await answer.text()], [400, '']);
      }
      assert.equal((await read({}, 'session')).status, 404);
    });
  });

  it('nothing, where the permission is missing: each route that the nodes have', async () => {
    const every = (await (await fetched('/every-route')).json()) as { path: string; methods: string[] }[];
    const ours = new Map(
      every.flatMap(({ path, methods }) =>
        path.startsWith('/offline-charging/') ? methods.map((method) => [`${method} ${path}`, { path, method }]) : [],
      ),
    );
    const root = new URL('../../nodes/', import.meta.url).pathname;
    const sources = globSync('**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
    const written = (pattern: RegExp) => sources.flatMap((source) => source.match(pattern) ?? []).length;
    // One of those that register is in `openTries`, once for each type that has something to try.
    const routes = written(/httpAdmin\.\w+\(/g) - 1 + written(/openTries\(red, '|hasTries: true/g);
    assert.ok(routes > 0);
    assert.equal(ours.size, routes);
    const status = async (user: keyof typeof USERS | '', path: string, method: string) => {
      const body = method === 'get' ? {} : { body: '{}' };
      const filled = path.replace(':id', 'nobody').replace(':what', 'nothing');
      return (await fetched(filled, { method: method.toUpperCase(), ...body }, user)).status;
    };
    for (const [route, { path, method }] of ours) {
      if (FOR_ANYBODY.has(route)) continue;
      const seen = [];
      for (const user of ['', 'stranger', 'reader', 'owner'] as const) seen.push(await status(user, path, method));
      // What nobody may change, who may read may ask for.
      const wanted = [401, 401, method === 'get' ? 404 : 401, 404];
      assert.deepEqual(seen, wanted, route);
    }
  });

  it('that the guard is away, and then no relay is clicked', async () => {
    await guard?.stop();
    guard = undefined;
    const answer = await asked('control-relay/relay', 'guard');
    assert.equal(answer.status, 409);
    assert.equal(((await answer.json()) as { code: string }).code, 'guard-away');
    await until(
      'the lease is gone',
      async () => (await tried('control-relay/relay', 'click', '1')).result === 'no-lease',
    );
  });
});
