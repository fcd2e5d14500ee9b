// The charger's flow as it is shipped: whole, tidy, and in step with what it is made of.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembledFlows } from '../../../flows/assembly/assemble.ts';
import { dialogSettings } from '../../../flows/assembly/dialogs.ts';
import { dialogHtml, dialogNames, offered, registered } from '../../support/dialogs.ts';

interface Node {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly z?: string;
  readonly g?: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly wires?: readonly (readonly string[])[];
  readonly links?: readonly string[];
  readonly nodes?: readonly string[];
  readonly [setting: string]: unknown;
}

const root = new URL('../../../', import.meta.url).pathname;
const flow = JSON.parse(readFileSync(join(root, 'dist/flows/charger/flow.json'), 'utf8')) as Node[];
const byId = new Map(flow.map((node) => [node.id, node]));
const { nodes: pack } = (
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { 'node-red': { nodes: Record<string, string> } }
)['node-red'];
const isOurs = ({ type }: Node) => Object.hasOwn(pack, type.replaceAll(' ', '-'));

describe('the charger’s flow', () => {
  it('is shipped with the pages of the panel, which stand in the sources once, in files of their own', async () => {
    assert.deepEqual(flow, (await assembledFlows()).charger, 'run: npm run build');
    const pages = flow.filter(({ type }) => type === 'ui-template').map(({ format }) => String(format));
    assert.equal(pages.length, 3);
    for (const page of pages) assert.match(page, /<template>/);
    const source = readFileSync(join(root, 'flows/charger/flow.json'), 'utf8');
    assert.deepEqual(source.match(/"format": ".*"/g)?.sort(), [
      '"format": "panel/display.vue"',
      '"format": "panel/keypad.vue"',
      '"format": "panel/plug.vue"',
    ]);
  });

  it('has every node once, and every wire, link, group and setting leads somewhere', () => {
    assert.equal(byId.size, flow.length);
    for (const node of flow) {
      for (const id of [...(node.wires ?? []).flat(), ...(node.links ?? []), ...(node.nodes ?? [])]) {
        assert.ok(byId.has(id), `${node.type} ${node.id} → ${id}`);
      }
      for (const id of [node.z, node.g, node.station, node.group, node.page, node.ui, node.theme]) {
        if (typeof id === 'string' && /^[0-9a-f]{16}$/.test(id)) assert.ok(byId.has(id), `${node.type} ${id}`);
      }
      for (const id of node.links ?? []) assert.ok(byId.get(id)?.links?.includes(node.id), 'links lead both ways');
    }
  });

  it('keeps each node in its group, and the groups apart', () => {
    const groups = flow.filter(({ type }) => type === 'group');
    for (const group of groups) {
      for (const id of group.nodes ?? []) {
        const node = byId.get(id)!;
        assert.equal(node.g, group.id);
        assert.ok(node.x > group.x && node.x < group.x + group.w, `${node.type} ${node.name}`);
        assert.ok(node.y > group.y && node.y < group.y + group.h, `${node.type} ${node.name}`);
      }
      for (const other of groups) {
        if (other === group) continue;
        const apart =
          group.x + group.w <= other.x ||
          other.x + other.w <= group.x ||
          group.y + group.h <= other.y ||
          other.y + other.h <= group.y;
        assert.ok(apart, `${group.name} and ${other.name}`);
      }
      assert.ok(
        (group.nodes ?? []).some((id) => byId.get(id)?.type === 'comment'),
        `${group.name} explains itself`,
      );
    }
    assert.ok(flow.every((node) => node.z === undefined || node.g !== undefined || node.type === 'group'));
  });

  it('reads from left to right: keypad, verify, session, relay', () => {
    const chain = ['read keypad', 'verify code', 'run session', 'control relay'].map((type) => {
      return flow.find((node) => node.type === type)!;
    });
    for (const [index, node] of chain.slice(0, -1).entries()) {
      assert.ok(node.x < chain[index + 1]!.x);
      assert.ok(node.wires!.flat().includes(chain[index + 1]!.id));
    }
    assert.equal(flow.find(({ type }) => type === 'verify code')!.redeem, 'session');
  });

  it('gives each of its nodes only settings that the dialog has, and choices that it offers', async () => {
    const common = new Set(['id', 'type', 'z', 'g', 'x', 'y', 'wires', 'inputs']);
    const dialogs = registered(dialogNames);
    for (const node of flow.filter(isOurs)) {
      const name = node.type.replaceAll(' ', '-');
      const html = dialogHtml(name);
      const { defaults } = dialogs[node.type]!;
      const { settings } = await dialogSettings(name);
      for (const [setting, value] of Object.entries(node)) {
        if (common.has(setting)) continue;
        assert.ok(defaults[setting], `${node.type}: ${setting}`);
        const choices = offered(html, setting);
        const own = `\${${settings[setting]?.variable}}`;
        if (choices) assert.ok([...choices, own].includes(String(value)), `${node.type}: ${setting} = ${value}`);
      }
    }
  });

  it('holds no key and no credential', () => {
    const text = JSON.stringify(flow);
    assert.doesNotMatch(text, /[0-9a-f]{64}/i);
    assert.doesNotMatch(text, /"credentials"/);
  });
});
