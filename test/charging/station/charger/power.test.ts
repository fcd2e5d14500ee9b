// The station's power is shared: who comes first charges first, the readings never stay above the limit, and relays close one
// after the other.
import assert from 'node:assert/strict';
import { Site } from './site.ts';

describe('a station that may draw so much', () => {
  it('lets who has no room wait, not redeemed, and served in the order in which they came', () => {
    const site = new Site({ outlets: 4, stationPowerW: 4000, outletPowerW: 2000 });
    for (const outlet of [3, 1, 4, 2]) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(500);
    }
    assert.deepEqual(site.phases, ['charging', 'waiting', 'charging', 'waiting']);
    site.pass(600_000);
    assert.deepEqual(site.phases, ['charging', 'waiting', 'charging', 'waiting'], 'it may last');
    assert.deepEqual(
      site.open.map(({ outlet }) => outlet),
      [3, 1],
    );
    site.plug(3, false);
    site.pass(500);
    assert.deepEqual(site.phases, ['charging', 'waiting', 'free', 'charging'], '4 came before 2');
  });

  it('lets nobody without a vehicle stand in the way', () => {
    const site = new Site({ outlets: 2, stationPowerW: 2000, outletPowerW: 2000 });
    site.give(1);
    site.give(2);
    site.plug(2);
    assert.deepEqual(site.phases, ['waiting', 'charging']);
  });

  it('lets one after the other charge where nobody says what one draws', () => {
    const site = new Site({ outlets: 3, stationPowerW: 5000 });
    site.read(3, 0);
    for (const outlet of [1, 2, 3]) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(500);
    }
    assert.deepEqual(site.phases, ['charging', 'waiting', 'waiting']);
    site.plug(1, false);
    site.pass(500);
    assert.deepEqual(site.phases, ['free', 'charging', 'waiting']);
    site.plug(2, false);
    site.pass(500);
    assert.deepEqual(site.phases, ['free', 'free', 'charging']);
  });

  it('pauses the youngest as soon as readings rise above the limit; their time stands still until there is room', () => {
    const site = new Site({ outlets: 3, stationPowerW: 5000 });
    for (const outlet of [2, 1, 3]) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(500);
      site.read(outlet, 1500);
    }
    assert.deepEqual(site.phases, ['charging', 'charging', 'charging']);
    site.done = [];
    site.read(1, 2500);
    assert.deepEqual(site.done.slice(0, 2), ['relay 3 off', 'checkpoint'], 'in the same moment');
    assert.deepEqual(site.phases, ['charging', 'charging', 'paused']);
    const before = site.open.find(({ outlet }) => outlet === 3);
    assert.equal(before?.halted, true, 'a cut meanwhile is none of its');
    for (let minute = 0; minute < 60; minute++) {
      site.pass(1000);
      site.read(1, 2500);
      site.read(2, 1500);
    }
    assert.deepEqual(site.phases, ['charging', 'charging', 'paused']);
    site.read(1, 2000);
    site.pass(300);
    assert.deepEqual(site.phases, ['charging', 'charging', 'charging']);
    const after = site.open.find(({ outlet }) => outlet === 3);
    assert.equal(after?.delivered, before?.delivered);
    assert.equal(after?.halted, undefined);
  });

  it('pauses as many as it takes, and lets the oldest of them go on first', () => {
    const site = new Site({ outlets: 3, stationPowerW: 5000 });
    for (const outlet of [1, 2, 3]) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(500);
      site.read(outlet, 1500);
    }
    site.read(1, 4500);
    assert.deepEqual(site.phases, ['charging', 'paused', 'paused']);
    site.read(1, 3000);
    site.pass(300);
    assert.deepEqual(site.phases, ['charging', 'charging', 'paused']);
  });

  it('ends a session that waits for power when it is unplugged, stopped, or a fault comes, with its receipt', () => {
    for (const [reason, end] of [
      ['unplugged', (site: Site) => site.plug(2, false)],
      ['fault', (site: Site) => site.hear({ type: 'fault', outlet: 2, code: 'gpio-lost', standing: true })],
      [
        'service',
        (site: Site) =>
          site.hear({ type: 'service-used', outlet: 2, operation: 'end-session', sequence: 99, result: 'done' }),
      ],
    ] as const) {
      const site = new Site({ outlets: 2, stationPowerW: 3000 });
      for (const outlet of [1, 2]) {
        site.give(outlet);
        site.plug(outlet);
        site.pass(500);
        site.read(outlet, 1500);
      }
      site.read(1, 2000);
      assert.equal(site.phases[1], 'paused', reason);
      end(site);
      assert.equal(site.closed[0]?.ended, reason);
      assert.ok(site.closed[0]?.receipt, reason);
      assert.equal(site.phases[0], 'charging');
    }
  });

  it('is never asked for more than it may give by vehicles that take a while to draw', () => {
    const site = new Site({ outlets: 3, stationPowerW: 4000, outletPowerW: 2000 });
    for (const outlet of [1, 2, 3]) {
      site.give(outlet);
      site.plug(outlet);
      site.pass(500);
      site.read(outlet, 0);
    }
    assert.deepEqual(site.phases, ['charging', 'charging', 'waiting']);
    for (let second = 0; second < 12; second++) {
      site.pass(1000);
      for (const outlet of [1, 2, 3]) site.read(outlet, outlet === 3 ? 0 : 1000);
    }
    assert.deepEqual(site.phases, ['charging', 'charging', 'charging'], 'its meter said that it draws less');
  });
});

describe('relays of several outlets', () => {
  it('do not close within the same 200 ms: twenty that resume take four seconds', () => {
    const voucher = (outlet: number) => ({ ...new Site({ outlets: 1 }).voucher(outlet) });
    const open = Array.from({ length: 20 }, (_, i) => ({
      voucher: voucher(i + 1),
      session: i + 1,
      outlet: i + 1,
      delivered: 10,
    }));
    const site = new Site({ outlets: 20 }, open);
    const times: number[] = [];
    let seen = site.phases.filter((phase) => phase !== 'waiting').length;
    assert.equal(seen, 1);
    for (let ms = 0; ms < 5000; ms += 10) {
      site.pass(10);
      const now = site.phases.filter((phase) => phase !== 'waiting').length;
      assert.ok(now - seen <= 1);
      if (now > seen) times.push(ms);
      seen = now;
    }
    assert.equal(seen, 20);
    for (const [index, ms] of times.slice(1).entries()) assert.ok(ms - times[index]! >= 200, `${times}`);
    assert.ok(times.at(-1)! <= 4000);
  });

  it('do so for a relay test as well, which closes at its next beat', () => {
    const site = new Site({ outlets: 2 });
    site.give(1);
    site.plug(1);
    site.done = [];
    site.hear({ type: 'service-used', outlet: 2, operation: 'test-relay', sequence: 99, result: 'done' });
    assert.deepEqual(site.done, []);
    site.pass(1000);
    assert.deepEqual(site.done.slice(0, 1), ['relay 2 on']);
  });
});
