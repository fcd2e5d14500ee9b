import assert from 'node:assert/strict';
import { Bench } from '../charger/bench.ts';

describe('a service code', () => {
  it('test-relay closes the relay for 10 s with nothing plugged in', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    assert.equal(bench.state, 'idle');
    assert.equal(bench.commanded, true);
    assert.match(bench.display, /^Relay test: ON \| 10 s to go/);
    bench.pass(9999);
    assert.equal(bench.commanded, true);
    bench.pass(1);
    assert.equal(bench.commanded, false);
    assert.equal(bench.screen, 'test-done');
  });

  it('is used up on the disk before the relay closes', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    const log = bench.journal.log.filter((entry) => /use-service|relay on/.test(entry));
    assert.deepEqual(log, ['use-service', 'relay on']);
  });

  it('test-relay ends at once when something is plugged in', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    bench.charger.vehicle(true);
    assert.equal(bench.commanded, false);
  });

  it('test-relay is refused, and not used up, while somebody may be plugging in', () => {
    const bench = new Bench();
    bench.charger.vehicle(false, true);
    bench.charger.service('test-relay', 900);
    assert.ok(!bench.commands.includes(true));
    assert.equal(bench.screen, 'test-refused');
    assert.equal(bench.journal.used.size, 0);
    bench.charger.vehicle(false);
    bench.charger.service('test-relay', 900);
    assert.equal(bench.commanded, true);
  });

  it('test-relay ends as soon as the contact of the plug closes, before that is believed', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    bench.charger.vehicle(false, true);
    assert.equal(bench.commanded, false);
  });

  for (const vehicle of [true, undefined]) {
    it(`test-relay is refused, and not used up, when the plug is ${vehicle ? 'in' : 'unknown'}`, () => {
      const bench = new Bench({ vehicle });
      bench.charger.service('test-relay', 900);
      assert.ok(!bench.commands.includes(true));
      assert.equal(bench.screen, 'test-refused');
      assert.equal(bench.journal.used.size, 0);
    });
  }

  it('test-relay is refused while a customer is armed', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.charger.service('test-relay', 900);
    assert.equal(bench.state, 'armed');
    assert.equal(bench.commanded, false);
  });

  it('test-relay finds a relay that does not close', () => {
    const bench = new Bench();
    bench.stuck = false;
    bench.charger.service('test-relay', 900);
    bench.pass(3000);
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-did-not-close']);
    assert.equal(bench.commanded, false);
  });

  it('test-relay finds a relay that does not open', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    bench.stuck = true;
    bench.pass(15_000);
    assert.deepEqual(bench.charger.snapshot().faults, ['relay-stuck-on']);
  });

  it('a voucher that is typed during a relay test is not used up', () => {
    const bench = new Bench();
    bench.charger.service('test-relay', 900);
    bench.charger.voucher(bench.voucher());
    assert.equal(bench.screen, 'busy');
    assert.equal(bench.journal.used.has(7), false);
  });

  it('end-session ends a charge with its receipt', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.service('end-session', 900);
    assert.equal(bench.commanded, false);
    assert.equal(bench.journal.last?.ended, 'service');
    bench.pass(13_000);
    assert.equal(bench.state, 'receipt');
  });

  it('typed a second time does nothing', () => {
    const bench = new Bench();
    bench.charger.service('end-session', 900);
    bench.charge();
    bench.charger.service('end-session', 900);
    assert.equal(bench.state, 'charging');
    assert.equal(bench.charger.snapshot().outcome, 'used');
  });

  it('of a synchronization, typed a second time, sends nobody for a new code', () => {
    const bench = new Bench();
    bench.charger.service('synchronize', 900);
    bench.charger.service('synchronize', 900);
    assert.equal(bench.screen, 'in-step');
    bench.pass(13_000);
    bench.charger.refused({ outcome: 'used', operation: 'synchronize' });
    assert.equal(bench.screen, 'in-step');
    assert.match(bench.display, /in step already/);
  });

  for (const [operation, screen] of [
    ['synchronize', 'synchronized'],
    ['clear-lockout', 'lockout-cleared'],
    ['show-report', 'no-report'],
  ] as const) {
    it(`${operation} says that it is done, also while a vehicle charges`, () => {
      const bench = new Bench();
      bench.charge();
      bench.charger.service(operation, 900);
      assert.equal(bench.screen, screen);
      assert.equal(bench.state, 'charging');
      assert.ok(bench.journal.used.has(900));
    });
  }
});
