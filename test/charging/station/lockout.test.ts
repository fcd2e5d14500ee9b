import assert from 'node:assert/strict';
import { Bench, COARSE, COUNTER, copyAfterCrash, HOUR, MINUTE, newFolder, removeFolders } from './support.ts';

describe('the lockout of a station', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(COARSE);
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  const guess = (times: number, layout: 'compact' | 'long' = 'compact') => {
    for (let i = 0; i < times; i++) assert.equal(bench.outcome(bench.guess(bench.slot + i, layout)), 'invalid');
  };

  it('carries the seconds to wait, rounded up', () => {
    guess(10);
    bench.clocks.pass(1500);
    assert.deepEqual(bench.station.verify(bench.code(bench.slot)), { outcome: 'locked', retryAfterSeconds: 899 });
    assert.equal(bench.station.lockedForSeconds(), 899);
  });

  it('leaves the long code of the same voucher to be heard', () => {
    guess(10);
    assert.equal(bench.outcome(bench.code(bench.slot, 'compact')), 'locked');
    assert.equal(bench.outcome(bench.code(bench.slot, 'long')), 'accepted');
  });

  it('survives restarts of the program, and counts guesses over them', () => {
    guess(4);
    bench.restart();
    guess(4);
    bench.restart();
    guess(2);
    bench.restart();
    assert.equal(bench.outcome(bench.guess(bench.slot)), 'locked');
    bench.clocks.pass(10 * MINUTE);
    bench.restart();
    assert.equal(bench.station.lockedForSeconds(), 300);
    bench.clocks.pass(5 * MINUTE);
    guess(1);
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
  });

  it('is not waited out without power', () => {
    guess(10);
    bench.station.dispose();
    bench.clocks.reboot(30 * 24 * HOUR);
    bench.station = bench.open();
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
    assert.equal(bench.station.lockedForSeconds(), 900);
  });

  it('is on the disk before the answer is known: pulling the plug meanwhile wins no guess', () => {
    const { clocks } = bench;
    for (let i = 0; i < 10; i++) {
      const crashed = newFolder();
      bench.station.dispose();
      let commits = 0;
      bench = new Bench(bench.settings, {
        clocks,
        folder: bench.folder,
        onWrite: (point) => {
          if (point === 'committed' && ++commits === 2) copyAfterCrash(bench.folder, crashed);
        },
      });
      commits = 1;
      guess(1);
      bench.station.dispose();
      bench = new Bench(bench.settings, { clocks, folder: crashed });
    }
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
  });

  it('costs nothing for codes that are genuine, whatever the answer', () => {
    bench.charge(bench.code(bench.slot));
    for (let i = 0; i < 30; i++) {
      assert.equal(bench.outcome(bench.code(bench.slot)), 'used');
      assert.equal(bench.outcome(bench.code(bench.slot - 60)), 'expired');
      assert.equal(bench.outcome(bench.code(bench.slot + 60)), 'out-of-step');
      assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'accepted');
      assert.equal(bench.outcome('1234567890'), 'mistyped');
    }
    guess(10);
    assert.equal(bench.outcome(bench.code(bench.slot + 1)), 'locked');
    assert.equal(bench.outcome('1234567890'), 'mistyped');
  });

  it('costs nothing for a genuine code over a kill of the program right after the answer', () => {
    for (let i = 0; i < 12; i++) {
      assert.equal(bench.outcome(bench.code(bench.slot)), 'accepted');
      const crashed = newFolder();
      copyAfterCrash(bench.folder, crashed);
      const { clocks } = bench;
      bench.station.dispose();
      bench = new Bench(bench.settings, { clocks, folder: crashed });
    }
  });

  it('hears one more guess when a voucher is redeemed, none when one is verified', () => {
    guess(10);
    const voucher = bench.voucher(bench.code(bench.slot, 'long'));
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
    bench.station.redeem(voucher, { voucher, delivered: 0 });
    assert.equal(bench.outcome(bench.code(bench.slot)), 'used');
    guess(1);
    assert.equal(bench.outcome(bench.code(bench.slot)), 'locked');
  });

  it('is not bought off: 90 of the cheapest vouchers in half an hour buy 90 guesses, and two for the time', () => {
    bench.station.dispose();
    bench = new Bench(COUNTER);
    let guesses = 0;
    let salt = 0;
    const guessAll = () => {
      for (let outcome = ''; outcome !== 'locked'; ) {
        outcome = bench.outcome(bench.guess(salt++));
        if (outcome === 'invalid') guesses++;
      }
    };
    guessAll();
    assert.equal(guesses, 10);
    for (let n = 0; n < 90; n++) {
      const voucher = bench.voucherOf(n + 1, 1);
      bench.station.redeem(voucher, { voucher, delivered: 30, ended: 'used-up' });
      guessAll();
      bench.clocks.pass(20_000);
    }
    guessAll();
    assert.equal(guesses, 10 + 90 + 2);
  });

  it('cannot be lifted by typing one unredeemed code again and again', () => {
    for (let i = 0; i < 10; i++) {
      guess(1);
      assert.equal(bench.outcome(bench.code(bench.slot)), i < 9 ? 'accepted' : 'locked');
    }
  });

  it('gives long codes five more guesses, then makes them wait for their own bucket', () => {
    guess(10);
    guess(5, 'long');
    assert.deepEqual(bench.station.verify(bench.code(bench.slot, 'long')), {
      outcome: 'locked',
      retryAfterSeconds: 300,
    });
    bench.clocks.pass(5 * MINUTE);
    assert.equal(bench.outcome(bench.code(bench.slot, 'long')), 'accepted');
    assert.equal(bench.outcome(bench.code(bench.slot, 'compact')), 'locked');
  });

  it('writes nothing while it is locked, nor for what is mistyped', () => {
    const { clocks, folder } = bench;
    guess(10);
    bench.station.dispose();
    let writes = 0;
    bench = new Bench(bench.settings, { clocks, folder, onWrite: () => writes++ });
    for (let i = 0; i < 50; i++) {
      assert.equal(bench.outcome(bench.guess(bench.slot)), 'locked');
      assert.equal(bench.outcome('12345'), 'mistyped');
    }
    assert.equal(writes, 0);
  });
});
