// What an integrator does in the editor while somebody charges: each node of the charger's flow renamed, disabled, moved, deleted,
// brought back, by each kind of deploy. After each the relay is open, or closed for a session that knows of it; what was paid
// goes on when the nodes are back, or stands on a receipt.
// `EDITS=all` tries every node with every deploy, with one outlet and with several; else each of our nodes is tried with one of
// them in turn.
import assert from 'node:assert/strict';
import type { FlowNode } from '../../flows/assembly/flow-node.ts';
import { DEPLOYMENTS, type Deployment, EditedCharger, ELSEWHERE, flowOf, nodesOf } from './edited-charger.ts';

type Edit = (flow: readonly FlowNode[], node: FlowNode) => readonly FlowNode[];

const changed = (flow: readonly FlowNode[], { id }: FlowNode, change: object) =>
  flow.map((each) => (each.id === id ? { ...each, ...change } : each));
/** No wire and no link leads to it any more. */
const cutOff = (flow: readonly FlowNode[], { id }: FlowNode): readonly FlowNode[] => {
  const without = (ids: unknown) => (ids as readonly string[]).filter((other) => other !== id);
  return flow.map((each) => ({
    ...each,
    ...(each.wires !== undefined && { wires: (each.wires as unknown[]).map(without) }),
    ...(each.links !== undefined && { links: without(each.links) }),
    ...(each.nodes !== undefined && { nodes: without(each.nodes) }),
  }));
};
const without = (flow: readonly FlowNode[], node: FlowNode) => cutOff(flow, node).filter(({ id }) => id !== node.id);

const RENAMED: Edit = (flow, node) => changed(flow, node, { name: `${node.name ?? ''} anew` });
/** What takes the node out of the flow, until that is undone. */
const OUT: Readonly<Record<string, Edit>> = {
  disabled: (flow, node) => changed(flow, node, { d: true }),
  moved: (flow, node) => {
    const wires = (node.wires as readonly unknown[] | undefined)?.map(() => []);
    return changed(cutOff(flow, node), node, { z: ELSEWHERE, g: undefined, wires });
  },
  deleted: without,
};
/** Without these nobody may charge. */
const OPENS = ['charging station', 'detect vehicle', 'run session', 'control relay'];
/** A config node is on no tab. */
const STAYS: Readonly<Record<string, readonly string[]>> = { moved: ['charging station'] };

const all = process.env.EDITS === 'all';

for (const outlets of [1, 3]) {
  describe(`a flow that is changed while ${outlets === 1 ? 'somebody charges' : 'one of several outlets charges'}`, function () {
    this.timeout(60_000);
    let charger: EditedCharger;
    before(async () => {
      charger = await EditedCharger.start(outlets);
    });
    after(() => charger?.end());

    const flow = flowOf(outlets);
    const nodes = nodesOf(flow);
    const charging = async () => {
      if (await charger.isCharging()) return;
      // What the case before it left.
      await charger.deploy(flow, 'full');
      await charger.isReady();
      await charger.charge();
    };
    const goesOn = async () => {
      await charger.charges('it charges again');
      await charger.isWhole();
    };
    let turn = outlets === 1 ? 0 : 1;
    /** Each kind of deploy, or each in its turn. */
    const deployments = (): readonly Deployment[] => {
      turn += 1;
      return all ? DEPLOYMENTS : [DEPLOYMENTS[turn % DEPLOYMENTS.length]!];
    };
    const isTried = ({ type }: FlowNode, leaves: boolean) => {
      if (all) return true;
      const ours = /^(charging|read|verify|detect|run|control|show) /.test(type);
      return outlets === 1 ? ours : leaves && OPENS.includes(type);
    };

    for (const deployment of DEPLOYMENTS) {
      it(`goes on after a deploy without a change (${deployment})`, async () => {
        await charging();
        await charger.deploy(flow, deployment);
        await goesOn();
      });
    }

    it('goes on when the flows were stopped and are started again', async () => {
      await charging();
      await charger.flows('stop');
      await charger.off('the relay is open', () => Promise.resolve());
      await charger.flows('start');
      await goesOn();
    });

    for (const deployment of DEPLOYMENTS) {
      it(`goes on when the flow was disabled and is enabled again (${deployment})`, async () => {
        await charging();
        const tab = flow.find(({ type }) => type === 'tab')!;
        await charger.deploy(changed(flow, tab, { disabled: true }), deployment);
        await charger.off('the relay is open', () => Promise.resolve());
        await charger.deploy(flow, deployment);
        await goesOn();
      });
    }

    for (const node of nodes) {
      const name = `${node.type}${node.name ? ` “${node.name}”` : ''}`;

      if (isTried(node, false))
        for (const deployment of deployments()) {
          it(`goes on when ${name} is renamed (${deployment})`, async () => {
            await charging();
            await charger.deploy(RENAMED(flow, node), deployment);
            await goesOn();
            await charger.deploy(flow, 'full');
            await goesOn();
          });
        }

      for (const [how, edit] of Object.entries(OUT)) {
        if (!isTried(node, true) || STAYS[how]?.includes(node.type)) continue;
        for (const deployment of deployments()) {
          it(`goes on when ${name} was ${how} and is back (${deployment})`, async () => {
            await charging();
            await charger.deploy(edit(flow, node), deployment);
            if (OPENS.includes(node.type)) await charger.off('the relay is open', () => Promise.resolve());
            await charger.until('nobody’s relay is closed', async () => charger.relay === '0' || charger.isCharging());
            await charger.deploy(flow, deployment);
            await goesOn();
          });

          it(`lets go when ${name} is ${how} for good, and gives a receipt (${deployment})`, async () => {
            await charging();
            await charger.deploy(edit(flow, node), deployment);
            await charger.unplug();
            await charger.deploy(flow, deployment);
            await charger.isClosed();
          });
        }
      }
    }

    it('sells again after all that', async () => {
      await charger.deploy(flow, 'full');
      await charging();
      await charger.unplug();
      await charger.isClosed();
      assert.doesNotMatch(charger.editor.output, /Uncaught|unhandled/i);
    });
  });
}
