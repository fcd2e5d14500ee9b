import assert from 'node:assert/strict';
import { Bench, MINUTE } from '../charger/bench.ts';

describe('a notice', () => {
  it('stays its time, however often # is pressed: a scanner may end a code with two of them', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'expired' });
    for (let press = 0; press < 5; press++) bench.charger.key('#');
    bench.pass(11_999);
    assert.equal(bench.screen, 'expired');
    bench.pass(1);
    assert.equal(bench.screen, 'idle');
  });

  it('goes when the next code is begun', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'expired' });
    bench.charger.typed('0');
    assert.equal(bench.screen, 'typed');
  });
});

describe('what is no entry', () => {
  for (const trouble of ['num-lock-off', 'unreadable'] as const) {
    it(`${trouble}: is answered for a few seconds, and changes nothing`, () => {
      const bench = new Bench();
      bench.charge(7, 30);
      bench.charger.keypad(trouble);
      assert.equal(bench.screen, trouble);
      assert.equal(bench.state, 'charging');
      assert.equal(bench.commanded, true);
      bench.pass(12_000);
      assert.equal(bench.screen, 'charging-min');
    });
  }

  it('covers no screen that warns of a fault', () => {
    const bench = new Bench();
    bench.charger.fault('relay-stuck-on', true);
    bench.charger.keypad('num-lock-off');
    assert.equal(bench.screen, 'fault');
  });
});

describe('a journal that works again', () => {
  it('goes on with the session that it holds, though the last receipt is being looked at', () => {
    const bench = new Bench();
    bench.charge(7, 30);
    bench.pass(MINUTE);
    bench.charger.vehicle(false);
    bench.pass(2 * MINUTE);
    assert.equal(bench.state, 'idle');
    // On the disk, but its answer is lost.
    const { redeem } = bench.journal;
    bench.journal.redeem = (voucher, opened) => {
      redeem.call(bench.journal, voucher, opened);
      throw new Error('input/output error');
    };
    bench.charger.voucher(bench.voucher(8));
    bench.charger.vehicle(true);
    bench.journal.redeem = redeem;
    assert.equal(bench.state, 'fault');
    bench.charger.key('*');
    bench.pass(15_000);
    assert.equal(bench.journal.open?.voucher.sequence, 8);
    assert.equal(bench.state, 'charging');
  });
});
