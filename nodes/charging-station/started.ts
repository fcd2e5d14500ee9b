// A level (a vehicle, a relay) is told again after each deploy: nodes that were just started have not heard it.
import type { RED } from '../shared/red.ts';

/** Calls `tell` each time that flows have started. Gives the function that ends it. */
export function onFlowsStarted(red: RED, tell: () => void): () => void {
  red.events.on('flows:started', tell);
  return () => red.events.removeListener('flows:started', tell);
}
