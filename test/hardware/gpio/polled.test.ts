import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { polledInput } from '../../../hardware/gpio/polled.ts';

describe('an input on a chip without edges', () => {
  const told = new EventEmitter();
  let level = false;
  let closed = 0;
  let gone = false;
  const open = () =>
    polledInput(
      {
        read: () => {
          if (gone) throw new Error('the chip is gone');
          return level;
        },
        close: () => {
          closed += 1;
        },
        onChange: (now) => told.emit('change', now),
        onLost: (error) => told.emit('lost', error),
      },
      1,
    );

  it('tells each change once, and says once that it is lost', async () => {
    const input = open();
    for (const next of [true, false]) {
      const changed = once(told, 'change');
      level = next;
      assert.deepEqual(await changed, [next]);
      assert.equal(input.read(), next);
    }
    let losses = 0;
    told.on('lost', () => {
      losses += 1;
    });
    const lost = once(told, 'lost');
    gone = true;
    assert.match(String(await lost), /gone/);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(losses, 1);
    await input.close();
    assert.equal(closed, 1);
    assert.throws(open, /gone/);
  });
});
