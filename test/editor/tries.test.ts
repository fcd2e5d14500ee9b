// What the buttons of dialogs ask a Node-RED for, of a station with two outlets and simulated pins.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDriver } from '../../hardware/gpio/open.ts';
import { Guard } from '../../hardware/relay/guard.ts';
import { until } from '../support/applications.ts';
import { Editor } from '../support/editor.ts';

const folder = mkdtempSync(join(tmpdir(), 'offline-charging-tries-'));
const guardSocket = join(folder, 'guard.sock');
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Flow' },
  ...[
    {
      ...{ id: 'station', type: 'charging station', version: 2, station: 'CP-0001', unit: 'min', step: '30' },
      ...{ layout: 'compact', sequence: 'counter', outlets: '2', driver: 'simulated', gpioFolder: folder },
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
    { id: 'direct', type: 'control relay', through: 'direct', line: '20; 21', activeLow: 'true', wires: [[], []] },
  ].map((node) =>
    node.id === 'station' ? node : { version: 1, station: 'station', z: 'tab', x: 0, y: 0, wires: [[]], ...node },
  ),
];

describe('what dialogs try on deployed nodes', function () {
  this.timeout(60_000);
  let editor: Editor;
  let guard: Guard | undefined;
  before(async () => {
    const driver = await openDriver('simulated', { folder });
    const relays = { relay: { line: 'relay' }, 'relay-2': { line: 'relay-2', activeLow: true } };
    guard = await Guard.start({ socket: guardSocket, driver, relays });
    editor = await Editor.start(FLOW, { STATION_KEY: '5a'.repeat(32) });
  });
  after(async () => {
    await editor?.end();
    await guard?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const asked = (node: string, what: string, typed = '') =>
    fetch(`${editor.url}/offline-charging/${node}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ typed }),
    });
  const tried = async (node: string, what = 'look', typed = '') => {
    const answer = await asked(node, what, typed);
    assert.equal(answer.status, 200);
    return (await answer.json()) as { result: string; values?: object };
  };
  const pin = (line: string) => readFileSync(join(folder, line), 'utf8').trim();
  const seen = (text: string) => ({ result: 'seen', values: { seen: text } });

  it('the plug of each outlet', async () => {
    writeFileSync(join(folder, 'vehicle-2'), '1');
    await until('the vehicle is seen', async () =>
      JSON.stringify(await tried('detect-vehicle/vehicle')).includes('2: vehicle'),
    );
    assert.deepEqual(await tried('detect-vehicle/vehicle'), seen('1: no vehicle · 2: vehicle connected'));
  });

  it('the meter of each outlet', async () => {
    await until('it read', async () => !JSON.stringify(await tried('read-meter/meter')).includes('no reading'));
    assert.deepEqual(await tried('read-meter/meter'), seen('1: 0.00 kWh · 0 W · 2: 0.00 kWh · 0 W'));
  });

  it('the relay guard: that it is there, and which relays this node holds', async () => {
    await until('both are leased', async () =>
      JSON.stringify(await tried('control-relay/relay', 'guard')).includes('2: '),
    );
    const held = '1: relay: relay, lease held · 2: relay-2: relay-2,active-low, lease held';
    assert.deepEqual(await tried('control-relay/relay', 'guard'), {
      result: 'there',
      values: { driver: 'simulated', seen: held },
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

  it('which lines are whose, and what stands on their wires', async () => {
    const answer = await fetch(`${editor.url}/offline-charging/charging-station/station/pins`);
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
    assert.equal((await fetch(`${editor.url}/offline-charging/charging-station/other/pins`)).status, 404);
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
