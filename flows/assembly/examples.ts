// The examples that Node-RED offers to import: those beside the nodes, and the two applications' flows as an integrator
// can run them. Each says which package its nodes are from, so that the editor offers to install what is missing.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FlowNode } from './flow-node.ts';

const root = join(import.meta.dirname, '../..');
/** As the charger's flow has them from its variables, which an integrator's Node-RED has not. */
const TRIED: Readonly<Record<string, object>> = {
  'control relay': { through: 'direct', line: 'relay' },
  'detect vehicle': { line: 'vehicle' },
};
const GLOBAL_CONFIG = '0ff11e5ca4000003';

/** The examples by the names that Node-RED shows, `1 Start here` first. */
export function exampleFlows(): Readonly<Record<string, readonly FlowNode[]>> {
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const modules = { [name]: version };
  const found: Record<string, FlowNode[]> = {};
  for (const file of globSync('nodes/*/examples/*.json', { cwd: root })) {
    found[basename(file, '.json')] = JSON.parse(readFileSync(join(root, file), 'utf8'));
  }
  const start = found['1 Start here']!;
  for (const side of ['cloud', 'charger']) {
    const nodes = JSON.parse(readFileSync(join(root, 'flows', side, 'flow.json'), 'utf8')) as FlowNode[];
    found[`${side} flow`] = tried(withoutPages(nodes), start);
  }
  for (const nodes of Object.values(found)) nodes.push({ id: GLOBAL_CONFIG, type: 'global-config', env: [], modules });
  return found;
}

/**
 * Without the dashboard's nodes: Node-RED runs none of its flows while one node's type is missing, and the dashboard is a
 * package of its own. The operator's tab, which is all dashboard, is a file of its own in the sources.
 */
function withoutPages(nodes: readonly FlowNode[]): FlowNode[] {
  const gone = new Set(nodes.filter(({ type }) => type.startsWith('ui-')).map(({ id }) => id));
  const kept = (ids: readonly string[]) => ids.filter((id) => !gone.has(id));
  return nodes
    .filter(({ id }) => !gone.has(id))
    .map((node) => ({
      ...node,
      ...(node.wires !== undefined && { wires: (node.wires as string[][]).map(kept) }),
      ...(node.nodes !== undefined && { nodes: kept(node.nodes as string[]) }),
    }));
}

/**
 * A charger's flow with the station that all examples share, its relay on a simulated pin (no guard is there to hold one),
 * and what registers the station, so that it has a key. A flow without a station is left as it is.
 */
function tried(nodes: readonly FlowNode[], start: readonly FlowNode[]): FlowNode[] {
  const own = nodes.find(({ type }) => type === 'charging station');
  if (own === undefined) return [...nodes];
  const tab = nodes.find(({ type }) => type === 'tab')!;
  const station = start.find(({ type }) => type === 'charging station')!;
  const tryOut = nodes.map((node) => {
    if (node === own) return station;
    return node.station === own.id ? { ...node, ...TRIED[node.type], station: station.id } : node;
  });
  return [...tryOut, ...registering(start, tab.id, lowest(nodes) + 80)];
}

/** The button and the node that register the station, as `1 Start here` has them, on another tab. */
function registering(start: readonly FlowNode[], tab: string, y: number): FlowNode[] {
  const issuer = start.find(({ type }) => type === 'code issuer')!;
  const create = start.find(({ type, does }) => type === 'manage ledger' && does === 'createStation')!;
  const button = start.find(({ wires }) => (wires as string[][] | undefined)?.flat().includes(create.id))!;
  const there = (node: FlowNode) => ({ ...node, id: `0ff11e5ca499${node.id.slice(-4)}`, z: tab, y });
  return [issuer, { ...there(button), wires: [[there(create).id]] }, there(create)];
}

const lowest = (nodes: readonly FlowNode[]) => Math.max(...nodes.map(({ y }) => Number(y ?? 0)));
