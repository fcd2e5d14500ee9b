// The cloud's HTTP contract, read when the first node that needs it is made. Node-RED reads every node of a package at its
// start; a charger has no use for the cloud's validators, metrics and limiters, and would carry 25 MB of them.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const file = `../../api/index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
let read: typeof import('../../api/index.ts') | undefined;

/** At once, as Node-RED makes nodes. */
export function api(): typeof import('../../api/index.ts') {
  read ??= require(file) as typeof import('../../api/index.ts');
  return read;
}
