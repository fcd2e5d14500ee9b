import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { asFault, guarded, NodeFault, onClose, onInput } from '../../../nodes/shared/handlers.ts';
import type { Message, NodeStatus, RED, RedNode, Send } from '../../../nodes/shared/red.ts';
import { filledIn } from '../../../nodes/shared/settings.ts';
import { Status } from '../../../nodes/shared/status.ts';
import { booleanOf, numberOf, textOf } from '../../../nodes/shared/values.ts';

/** As much of a node as a handler meets. */
class FakeNode extends EventEmitter {
  readonly statuses: NodeStatus[] = [];
  readonly errors: unknown[] = [];
  status(status: NodeStatus): void {
    this.statuses.push(status);
  }
  error(error: unknown): void {
    this.errors.push(error);
  }
}

const runtime = { _: (key: string) => (key === 'a-node.errors.out-of-paper' ? 'no paper' : key) } as unknown as RED;

function nodeWith(handler: (message: Message, send: Send) => void | PromiseLike<void>) {
  const node = new FakeNode();
  const status = new Status(runtime, node as unknown as RedNode, 'a-node');
  onInput(node as unknown as RedNode, status, handler);
  const receive = () =>
    new Promise<(Error | undefined)[]>((resolve) => {
      const calls: (Error | undefined)[] = [];
      node.emit(
        'input',
        {},
        () => {},
        (error?: Error) => {
          calls.push(error);
          // A second call would come before the next turn but one.
          setImmediate(() => setImmediate(() => resolve(calls)));
        },
      );
    });
  return { node, status, receive };
}

describe('however a handler fails', () => {
  it('ends a message with one done, whether the handler returns or resolves', async () => {
    assert.deepEqual(await nodeWith(() => {}).receive(), [undefined]);
    assert.deepEqual(await nodeWith(async () => {}).receive(), [undefined]);
  });

  it('ends a message with one done(error), whether the handler throws or rejects, and shows it', async () => {
    const fault = new NodeFault('out-of-paper', 'Put paper in.');
    for (const handler of [
      () => {
        throw fault;
      },
      () => Promise.reject(fault),
    ]) {
      const { node, receive } = nodeWith(handler);
      assert.deepEqual(await receive(), [fault]);
      assert.deepEqual(node.statuses, [{ fill: 'red', shape: 'ring', text: 'no paper' }]);
      assert.deepEqual(node.errors, [], 'done(error) alone tells it');
    }
  });

  it('gives whatever was thrown a code and a message', () => {
    assert.equal(asFault('a string').message, 'a string');
    assert.equal(asFault(undefined).code, 'unexpected');
    const system = Object.assign(new Error('gone'), { code: 'ENOENT' });
    assert.equal(asFault(system), system);
  });

  it('closes once, also when releasing fails', async () => {
    for (const release of [
      () => {},
      async () => {},
      () => Promise.reject(new Error('stuck')),
      () => assert.fail('stuck'),
    ]) {
      const node = new FakeNode();
      onClose(node as unknown as RedNode, release);
      let closed = 0;
      node.emit('close', false, () => {
        closed += 1;
      });
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      assert.equal(closed, 1);
    }
  });

  it('catches what timers and sockets throw, and never rejects', async () => {
    const node = new FakeNode();
    const status = new Status(runtime, node as unknown as RedNode, 'a-node');
    const seen: number[] = [];
    const act = guarded(node as unknown as RedNode, status, async (value: number) => {
      seen.push(value);
      if (value > 1) throw new Error('too much');
    });
    act(1);
    act(2);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(seen, [1, 2]);
    assert.equal(node.errors.length, 1);
    assert.equal(node.statuses.at(-1)?.text, 'too much');
  });

  it('tells the editor of a status once, as long as it stays the same', () => {
    const { node, status } = nodeWith(() => {});
    status.ready();
    status.ready();
    status.refused('refused', { reason: 'x' });
    status.ready();
    assert.equal(node.statuses.length, 3);
  });
});

describe('values as a person wires them', () => {
  it('texts come from strings, numbers and buffers', () => {
    assert.deepEqual([' 60 ', 60, Buffer.from('60\n')].map(textOf), ['60', '60', '60']);
    assert.deepEqual([null, undefined, {}, [], Number.NaN, true].map(textOf), Array(6).fill(undefined));
  });
  it('numbers are never made from what is none', () => {
    assert.deepEqual(['60', ' 6e1', Buffer.from('60'), 60].map(numberOf), [60, 60, 60, 60]);
    assert.deepEqual(['', ' ', 'x', '6 0', null, [], Infinity, true].map(numberOf), Array(8).fill(undefined));
  });
  it('yes and no are told in words and digits', () => {
    assert.deepEqual([true, 1, '1', 'ON', 'yes'].map(booleanOf), Array(5).fill(true));
    assert.deepEqual([false, 0, '0', 'off', 'No'].map(booleanOf), Array(5).fill(false));
    assert.deepEqual([2, '', 'perhaps', null, {}].map(booleanOf), Array(5).fill(undefined));
  });
  it('an environment variable that is not set fills nothing in', () => {
    const unset = `$${'{NOT_SET}'}`;
    assert.deepEqual([unset, '$(NOT_SET)', '', ' ', undefined].map(filledIn), Array(5).fill(undefined));
    assert.deepEqual([' text ', 5, false].map(filledIn), ['text', '5', 'false']);
  });
});
