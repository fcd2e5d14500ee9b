// A node whose config node was disabled or deleted, and is back. Where only modified nodes are deployed Node-RED starts the
// config node alone (`added` in its diff of flows), and the nodes that name it would stay out of order until a full deploy.
import { onFlowsStarted, startedAfterwards } from './flows-started.ts';
import { onClose } from './handlers.ts';
import type { NodeConfig, RED, RedNode } from './red.ts';

/** What a node says on its way out takes a turn of the event loop to be sent, and one to be delivered. */
const TURNS = 3;

// biome-ignore lint/suspicious/noExplicitAny: each node narrows its own configuration.
type Construct = (this: any, saved: any) => void;

/** Nodes that begin anew together: none before what all said on their way out is heard, and each before any is told of it. */
interface Round {
  readonly closings: Promise<void>[];
  readonly makings: (() => void)[];
}
const rounds = new WeakMap<RED['events'], Round>();

/**
 * What `registerType` is given: makes the node, and makes it anew as soon as the config node that its setting names is there.
 * @param setting which names the config node
 */
export function awaiting(red: RED, setting: 'station' | 'issuer', construct: Construct): Construct {
  function AwaitingNode(this: RedNode, saved: NodeConfig & Readonly<Partial<Record<typeof setting, unknown>>>): void {
    const named = saved[setting];
    const isThere = () => typeof named === 'string' && red.nodes.getNode(named) != null;
    const beginAnew = () => {
      let isStopped = false;
      const closed = this.close(false);
      this.removeAllListeners('close');
      // A deploy that comes meanwhile stops it for good.
      onClose(this, () => {
        isStopped = true;
        return closed;
      });
      join(red, closed, () => {
        if (!isStopped) AwaitingNode.call(this, saved);
      });
    };
    // Before what the node itself does when flows have started.
    const forget = isThere() ? undefined : onFlowsStarted(red, () => isThere() && beginAnew());
    construct.call(this, saved);
    if (forget) onClose(this, forget);
  }
  return AwaitingNode;
}

function join(red: RED, closed: Promise<void>, make: () => void): void {
  const round = rounds.get(red.events) ?? begin(red);
  round.closings.push(closed);
  round.makings.push(make);
}

function begin(red: RED): Round {
  const round: Round = { closings: [], makings: [] };
  rounds.set(red.events, round);
  setImmediate(async () => {
    rounds.delete(red.events);
    await Promise.allSettled(round.closings);
    for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
    for (const make of round.makings) make();
    startedAfterwards(red);
  });
  return round;
}
