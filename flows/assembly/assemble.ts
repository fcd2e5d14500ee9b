// The flows as they are shipped: what the build writes to dist/ and examples/. The flows of the sources name the files
// of their pages, so that a page stands in the repository once.
import type { FlowNode } from './flow-node.ts';
import { cloudNodes } from './operator.ts';
import { chargerNodes } from './panel.ts';

/** The shipped flows by the side that runs them. */
export async function assembledFlows(): Promise<Readonly<Record<'cloud' | 'charger', readonly FlowNode[]>>> {
  return { cloud: await cloudNodes(), charger: chargerNodes() };
}
