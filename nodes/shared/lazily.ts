// Types of nodes whose code is read when the first node of the type is made. Node-RED reads every node of a package at
// its start; a charger has no use for the cloud's validators, metrics and limiters, and would carry 25 MB of them.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { NodeConfig, RED, RedNode } from './red.ts';

const require = createRequire(import.meta.url);

/** What `construct.ts` beside a node's file exports. */
interface Constructing {
  /** Gives the constructor that Node-RED calls for each node. */
  construct(red: RED): (this: RedNode, config: NodeConfig) => void;
}

/**
 * A constructor for `RED.nodes.registerType`.
 * @param beside `import.meta.url` of the node's file: `construct.ts` lies in the same folder
 */
export function lazily(red: RED, beside: string): (this: RedNode, config: NodeConfig) => void {
  const file = new URL(beside.endsWith('.ts') ? './construct.ts' : './construct.js', beside);
  let construct: ReturnType<Constructing['construct']> | undefined;
  return function (config) {
    // Node-RED makes nodes at once, so the code is read at once, too.
    construct ??= (require(fileURLToPath(file)) as Constructing).construct(red);
    construct.call(this, config);
  };
}
