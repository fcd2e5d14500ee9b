// That flows have started, told to nodes that repeat then what those which were just started have not heard.
import type { RED } from './red.ts';

interface Listening {
  readonly tellers: Set<() => void>;
  readonly listener: () => void;
}

/** One listener for all nodes of all stations: Node.js warns of a leak at more than ten. */
const listening = new WeakMap<RED['events'], Listening>();

/**
 * Calls `tell` each time that flows have started: a level (a vehicle, a relay) is told again after each deploy, since nodes
 * that were just started have not heard it. Gives the function that ends it.
 */
export function onFlowsStarted({ events }: RED, tell: () => void): () => void {
  const { tellers, listener } = listening.get(events) ?? listen(events);
  tellers.add(tell);
  return () => {
    if (!tellers.delete(tell) || tellers.size > 0) return;
    events.removeListener('flows:started', listener);
    listening.delete(events);
  };
}

/** A node was started by itself, after the others: all tell again. */
export function startedAfterwards({ events }: RED): void {
  listening.get(events)?.listener();
}

function listen(events: RED['events']): Listening {
  const tellers = new Set<() => void>();
  const listener = () => {
    for (const tell of tellers) tell();
  };
  const one = { tellers, listener };
  listening.set(events, one);
  events.on('flows:started', listener);
  return one;
}
