import assert from 'node:assert/strict';
import { Bench, COARSE, COUNTER, removeFolders } from './support.ts';

describe('service codes', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(COARSE);
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  const lock = () => {
    for (let i = 0; i < 10; i++) bench.outcome(bench.guess(bench.slot + i));
  };

  it('are accepted with their operation and number, and used once', () => {
    for (const [i, operation] of (['clear-lockout', 'test-relay', 'end-session'] as const).entries()) {
      const sequence = bench.slot + i;
      const code = bench.service(operation, sequence);
      assert.deepEqual(bench.station.verify(code), { outcome: 'accepted', kind: 'service', operation, sequence });
      assert.equal(bench.outcome(code), 'accepted', 'verifying alone uses nothing up');
      assert.equal(bench.station.useService(operation, sequence), 'done');
      assert.equal(bench.station.useService(operation, sequence), 'used');
      assert.equal(bench.outcome(code), 'used');
    }
  });

  it('lie in the same window as the long layout, and say why not beyond', () => {
    const outcome = (offset: number) => bench.outcome(bench.service('test-relay', bench.slot + offset));
    assert.equal(outcome(-47), 'accepted');
    assert.equal(outcome(-48), 'expired');
    assert.equal(outcome(16), 'accepted');
    assert.equal(outcome(17), 'out-of-step');
  });

  it('may lie three sixteenths of it ahead, and what was paid for an eighth, without harm to the clock', () => {
    for (const ahead of [0, 1, 2, 4]) bench.charge(bench.code(bench.slot + ahead));
    const paid = bench.code(bench.slot + 8, 'long');
    bench.charge(paid);
    assert.equal(bench.outcome(paid), 'used');
    const service = bench.service('clear-lockout', bench.slot + 12);
    assert.equal(bench.outcome(service), 'accepted');
    assert.equal(bench.station.useService('clear-lockout', bench.slot + 12), 'done');
    assert.equal(bench.outcome(bench.code(bench.slot + 3)), 'accepted', 'the clock is not lost');
  });

  it('lie in that window for a counter as well', () => {
    bench.station.dispose();
    bench = new Bench(COUNTER);
    bench.station.useService('synchronize', 5000);
    const outcome = (sequence: number) => bench.outcome(bench.service('end-session', sequence));
    assert.equal(outcome(4953), 'accepted');
    assert.equal(outcome(4952), 'expired');
    assert.equal(outcome(5016), 'accepted');
    assert.equal(outcome(5017), 'out-of-step');
  });

  it('are heard while short codes are locked out, and clear the lockout', () => {
    lock();
    const code = bench.service('clear-lockout', bench.slot);
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
    assert.equal(bench.outcome(code), 'accepted');
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked', 'not before it is used');
    assert.equal(bench.station.useService('clear-lockout', bench.slot), 'done');
    assert.equal(bench.station.lockedForSeconds(), 0);
    bench.restart();
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'accepted');
  });

  it('other than clear-lockout leave the lockout as it is: anybody may fetch a synchronize code', () => {
    lock();
    assert.equal(bench.station.useService('synchronize', bench.slot), 'done');
    assert.equal(bench.station.useService('test-relay', bench.slot + 1), 'done');
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
  });

  it('of one operation do not pass for another', () => {
    const code = bench.service('test-relay', bench.slot);
    assert.equal(bench.outcome(bench.service('end-session', bench.slot)), 'accepted');
    assert.notEqual(code.slice(7), bench.service('end-session', bench.slot).slice(7));
  });
});
