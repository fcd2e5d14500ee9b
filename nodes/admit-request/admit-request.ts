// Registers `admit request`; what it does is in construct.ts.
import { lazily } from '../shared/lazily.ts';
import type { RED } from '../shared/red.ts';

export default function (RED: RED): void {
  RED.nodes.registerType('admit request', lazily(RED, import.meta.url));
}
