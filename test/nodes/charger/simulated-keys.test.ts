// When the bench contract answers: after what was typed was heard.
import assert from 'node:assert/strict';
import { RemoteControl, type SessionState } from '../../../nodes/charging-station/remote-control.ts';

const state = (outcome: SessionState['outcome'], outlets: SessionState['outlets'] = []): SessionState => ({
  state: 'idle',
  relay: false,
  vehicle: false,
  display: [],
  outcome,
  receipt: null,
  outlets,
  report: null,
});

const outlet = (name: 'free' | 'starting' | 'charging') => {
  const used = { remaining: 0, delivered: 0, receipt: null, vouchers: [] };
  return { outlet: 1, state: name, relay: false, vehicle: false, ...used };
};

describe('the answer to keys that a script types', () => {
  it('waits for a session that has not begun yet, since nobody else hears the keys', async () => {
    const remote = new RemoteControl();
    let begun = false;
    remote.session(() => (begun ? state(null) : undefined));
    const early: string[] = [];
    remote.keypad((key) => {
      if (!begun) early.push(key);
    });
    setTimeout(() => {
      begun = true;
      remote.changed();
    }, 50);
    await remote.type('12');
    assert.deepEqual(early, []);
  });

  it('waits for each outlet that is just starting or stopping', async () => {
    const remote = new RemoteControl();
    const outlets = [outlet('free'), outlet('starting')];
    remote.session(() => state('accepted', outlets));
    remote.keypad((key) => {
      if (key !== '#') return;
      setTimeout(() => {
        outlets[1] = outlet('charging');
        remote.changed();
      }, 50);
    });
    await remote.type('2#');
    assert.equal(outlets[1]!.state, 'charging');
  });

  it('gives up on what nobody hears', async () => {
    const remote = new RemoteControl(50);
    remote.session(() => state(null));
    remote.keypad((key) => key === '#' && remote.entryMade());
    await remote.type('1#');
    assert.equal(remote.state().outcome, null);
  });
});
