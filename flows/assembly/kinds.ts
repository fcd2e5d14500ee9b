// What the kinds of meters and keypads have of their own, in the charger's flow: each setting from its variable, so that a
// further kind needs no change of the flow.
import { KEYPADS } from '../../hardware/keypad/kinds.ts';
import { METERS } from '../../hardware/meter/kinds.ts';
import type { Settings } from '../../hardware/settings.ts';
import type { FlowNode } from './flow-node.ts';

const KINDS: Readonly<Record<string, readonly { readonly settings: Settings }[]>> = {
  'read meter': METERS,
  'read keypad': KEYPADS,
};

/** The node with each of its kinds' settings that a variable may say and the flow does not. */
export function withKinds(node: FlowNode): FlowNode {
  const settings = (KINDS[node.type] ?? []).flatMap((kind) => Object.entries(kind.settings));
  const said = settings.flatMap(([name, { variable }]) => (variable === undefined ? [] : [[name, `\${${variable}}`]]));
  return said.length === 0 ? node : { ...node, ...Object.fromEntries(said), ...node };
}
