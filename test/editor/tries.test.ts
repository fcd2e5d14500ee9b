// What the buttons of dialogs ask a Node-RED for, of a station with two outlets and simulated pins.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/applications.ts';
import { Editor } from '../support/editor.ts';

const FLOW = [
  { id: 'tab', type: 'tab', label: 'Flow' },
  ...[
    {
      ...{ id: 'station', type: 'charging station', version: 2, station: 'CP-0001', unit: 'min', step: '30' },
      ...{ layout: 'compact', sequence: 'counter', outlets: '2', driver: 'simulated', gpioFolder: 'pins' },
    },
    {
      id: 'vehicle',
      type: 'detect vehicle',
      by: 'contact',
      line: 'vehicle; vehicle-2',
      activeLow: 'false',
      pull: 'unset',
    },
    { id: 'meter', type: 'read meter', meter: 'simulated' },
  ].map((node) =>
    node.id === 'station' ? node : { version: 1, station: 'station', z: 'tab', x: 0, y: 0, wires: [[]], ...node },
  ),
];

describe('what dialogs try on deployed nodes', function () {
  this.timeout(60_000);
  let editor: Editor;
  before(async () => {
    editor = await Editor.start(FLOW, { STATION_KEY: '5a'.repeat(32) });
    mkdirSync(join(editor.folder, 'pins'), { recursive: true });
  });
  after(() => editor?.end());

  const tried = async (node: string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${editor.url}/offline-charging/${node}/look`, { method: 'POST', headers, body: '{}' });
    assert.equal(answer.status, 200);
    return (await answer.json()) as unknown;
  };
  const seen = (text: string) => ({ result: 'seen', values: { seen: text } });

  it('the plug of each outlet', async () => {
    writeFileSync(join(editor.folder, 'pins/vehicle-2'), '1');
    await until('the vehicle is seen', async () =>
      JSON.stringify(await tried('detect-vehicle/vehicle')).includes('2: vehicle'),
    );
    assert.deepEqual(await tried('detect-vehicle/vehicle'), seen('1: no vehicle · 2: vehicle connected'));
  });

  it('the meter of each outlet', async () => {
    await until('it read', async () => !JSON.stringify(await tried('read-meter/meter')).includes('no reading'));
    assert.deepEqual(await tried('read-meter/meter'), seen('1: 0.00 kWh · 0 W · 2: 0.00 kWh · 0 W'));
  });
});
