// The examples that Node-RED offers to import: each starts as it is, once the station has its key.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type FlowNode, Rig } from './support.ts';

const root = new URL('../../../', import.meta.url).pathname;
const CHARGER = 'nodes/{verify-code,detect-vehicle,read-keypad,read-meter,run-session}/examples/*.json';
const files = globSync(CHARGER, { cwd: root });

describe('the examples of a charger', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.remove());

  it('are there', () => {
    assert.ok(files.length >= 5);
    assert.equal(new Set(files.map((file) => basename(file))).size, files.length, 'they are gathered in one folder');
  });

  for (const file of files) {
    it(`“${basename(file, '.json')}” starts, and no node of it is red`, async () => {
      const flow = JSON.parse(readFileSync(join(root, file), 'utf8')) as (FlowNode & { z?: string })[];
      const station = flow.find(({ type }) => type === 'charging station')!;
      const ours = flow.filter(
        ({ type }) => type === 'charging station' || /^(verify|detect|control|run|read|show|simulate) /.test(type),
      );
      const known = new Set(ours.map(({ id }) => id));
      const moved = ours.map((node) => ({
        ...node,
        ...(node.wires && { z: 'tab', wires: node.wires.map((ids) => ids.filter((id) => known.has(id))) }),
        ...(node === station && { gpioFolder: join(rig.folder, 'pins') }),
      }));
      await rig.start(moved, undefined, station.id);
      const users = ours.filter((node) => node !== station);
      await rig.until('all have a status', () => users.every(({ id }) => rig.statuses.has(id)));
      for (const { id, type } of users) assert.notEqual(rig.statuses.get(id)?.fill, 'red', type);
    });
  }
});
