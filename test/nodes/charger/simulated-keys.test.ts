// When the bench contract answers: after what was typed was heard.
import assert from 'node:assert/strict';
import { Bench } from '../../../nodes/charging-station/simulation.ts';

const state = (outcome: string | null) => ({
  state: 'idle',
  relay: false,
  vehicle: false,
  display: [],
  outcome,
  receipt: null,
  outlets: [],
  report: null,
});

describe('the answer to keys that a script types', () => {
  it('waits for a session that has not begun yet, since nobody else hears the keys', async () => {
    const bench = new Bench();
    let begun = false;
    bench.session(() => (begun ? state(null) : undefined));
    const early: string[] = [];
    bench.keypad((key) => {
      if (!begun) early.push(key);
    });
    setTimeout(() => {
      begun = true;
      bench.changed();
    }, 50);
    await bench.type('12');
    assert.deepEqual(early, []);
  });

  it('waits for each outlet that is just starting or stopping', async () => {
    const bench = new Bench();
    const outlets = [{ state: 'free' }, { state: 'starting' }];
    bench.session(() => Object.assign(state('accepted'), { outlets }));
    bench.keypad((key) => {
      if (key !== '#') return;
      setTimeout(() => {
        outlets[1] = { state: 'charging' };
        bench.changed();
      }, 50);
    });
    await bench.type('2#');
    assert.equal(outlets[1]!.state, 'charging');
  });

  it('gives up on what nobody hears', async () => {
    const bench = new Bench(50);
    bench.session(() => state(null));
    bench.keypad((key) => key === '#' && bench.entryMade());
    await bench.type('1#');
    assert.equal(bench.state().outcome, null);
  });
});
