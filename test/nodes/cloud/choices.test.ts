// The dialogs offer what the programs do, no more and no less.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CALLS } from '../../../api/contract.ts';
import { dialogHtml, offered } from '../../support/dialogs.ts';

const root = new URL('../../../', import.meta.url).pathname;
const options = (name: string, setting = 'does') => offered(dialogHtml(name), setting)!;

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly g?: string;
  readonly url?: string;
  readonly method?: string;
  readonly call?: string;
  readonly does?: string;
  readonly issuer?: string;
  readonly wires?: readonly (readonly string[])[];
  readonly nodes?: readonly string[];
}
const flow = JSON.parse(readFileSync(`${root}dist/flows/cloud/flow.json`, 'utf8')) as FlowNode[];
const byId = new Map(flow.map((node) => [node.id, node]));

describe('what an integrator chooses from', () => {
  it('admit request lists every call of the contract, with its route', () => {
    assert.deepEqual(options('admit-request', 'call').sort(), [...CALLS.keys()].sort());
    for (const { id, method, path } of CALLS.values()) {
      assert.ok(dialogHtml('admit-request').includes(`"${id}":"${method} ${path.replace('{id}', ':id')}"`), id);
    }
  });

  it('each act of issue code and manage ledger that the flow uses is in their lists', () => {
    for (const { type, does } of flow) {
      if (type === 'issue code') assert.ok(options('issue-code').includes(does ?? ''), does);
      if (type === 'take payment') assert.ok(options('take-payment').includes(does ?? ''), does);
      if (type === 'manage ledger' && does) assert.ok(options('manage-ledger').includes(does), does);
    }
  });
});

describe('the flow of the cloud', () => {
  const routes = flow.filter(({ type, z }) => type === 'http in' && z === flow[0]!.id);

  it('answers every call of the contract once, by the node that admits that call', () => {
    const served = routes.map(({ method, url, wires }) => {
      const admit = byId.get(wires?.[0]?.[0] ?? '');
      return [`${method?.toUpperCase()} ${url}`, admit?.type, admit?.call];
    });
    const wanted = [...CALLS.values()].map(({ id, method, path }) => {
      return [`${method} ${path.replace('{id}', ':id')}`, 'admit request', id];
    });
    assert.deepEqual(served.sort(), wanted.sort());
  });

  it('sends whatever is refused to the client', () => {
    const answering = ['admit request', 'take payment', 'issue code', 'settle receipt', 'read report'];
    for (const { id, type, z, wires } of flow) {
      if (z !== flow[0]!.id || !answering.includes(type)) continue;
      const [target] = wires?.[1] ?? [];
      assert.equal(byId.get(target ?? '')?.type, 'http response', id);
    }
  });

  it('holds no key, and each of its nodes stands in a group', () => {
    assert.doesNotMatch(JSON.stringify(flow), /masterKey|[0-9a-f]{64}/);
    for (const node of flow.filter(({ z, type }) => z === flow[0]!.id && type !== 'group')) {
      assert.ok(byId.get(node.g ?? '')?.nodes?.includes(node.id), node.id);
    }
  });
});
