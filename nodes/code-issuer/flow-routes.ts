// Routes that two `http in` nodes answer. The first one answers and the other never hears of it, so that a flow that
// takes payments first, switched on beside the one that does not, gives codes away without a word.
import { type DoubledRoute, routeKey } from '../../api/doubled-routes.ts';
import type { RED } from '../shared/red.ts';

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly d?: boolean;
  readonly disabled?: boolean;
  readonly label?: string;
  readonly name?: string;
  readonly method?: string;
  readonly url?: string;
}

/** The routes of the deployed flows that more than one node answers, by their key. */
export function doubledRoutes(red: RED): Map<string, DoubledRoute> {
  const nodes: FlowNode[] = [];
  red.nodes.eachNode((node) => nodes.push(node as unknown as FlowNode));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const runs = ({ d, z }: FlowNode) => d !== true && byId.get(z ?? '')?.disabled !== true;
  const found = new Map<string, { route: string; tabs: string[] }>();
  for (const node of nodes) {
    if (node.type !== 'http in' || !node.url || !runs(node)) continue;
    const key = routeKey(node.method ?? 'get', node.url);
    const known = found.get(key) ?? { route: `${(node.method ?? 'get').toUpperCase()} ${node.url}`, tabs: [] };
    // One in a subflow is there as often as the subflow is.
    const parents = byId.get(node.z ?? '')?.type === 'subflow' ? instances(nodes, node.z!).filter(runs) : [node];
    for (const { z } of parents) known.tabs.push(byId.get(z ?? '')?.label || z || '');
    found.set(key, known);
  }
  return new Map([...found].filter(([, { tabs }]) => tabs.length > 1));
}

function instances(nodes: readonly FlowNode[], subflow: string): FlowNode[] {
  return nodes.filter(({ type }) => type === `subflow:${subflow}`);
}
