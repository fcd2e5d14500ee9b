import assert from 'node:assert/strict';
import { Bench, MINUTE } from '../charger/bench.ts';

describe('a charge by the minute', () => {
  it('begins when a code was typed and a vehicle plugged in', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    assert.equal(bench.state, 'armed');
    assert.equal(bench.commanded, false);
    assert.equal(bench.journal.used.has(7), false, 'a code that was only typed is not redeemed');
    bench.charger.vehicle(true);
    assert.equal(bench.state, 'charging');
    assert.equal(bench.commanded, true);
  });

  it('begins at once when the vehicle is there already', () => {
    const bench = new Bench({ vehicle: true });
    bench.charger.voucher(bench.voucher());
    assert.equal(bench.state, 'charging');
  });

  it('is redeemed on the disk before the relay closes', () => {
    const bench = new Bench();
    bench.charge();
    const log = bench.journal.log.filter((entry) => /redeem|relay on/.test(entry));
    assert.deepEqual(log, ['redeem', 'relay on']);
  });

  it('runs for the minutes that were bought, from when the relay is closed, and thanks', () => {
    const bench = new Bench();
    bench.stuck = false;
    bench.charge(7, 60);
    bench.pass(2000);
    bench.relay(true);
    bench.stuck = undefined;
    bench.pass(60 * MINUTE - 1);
    assert.equal(bench.state, 'charging');
    bench.pass(1);
    assert.equal(bench.state, 'idle');
    assert.equal(bench.commanded, false);
    assert.equal(bench.screen, 'thanks');
    assert.equal(bench.journal.last?.ended, 'used-up');
    assert.equal(bench.journal.last?.delivered, 60);
    assert.equal(bench.journal.last?.receipt, undefined);
  });

  it('shows what is left', () => {
    const bench = new Bench();
    bench.charge(7, 90);
    bench.pass(10 * MINUTE);
    assert.equal(bench.display, 'Charging | Left    1:20:00 | Charged 10:00 | * = stop');
    const { remaining, delivered, unit } = bench.charger.snapshot();
    assert.deepEqual({ remaining, delivered, unit }, { remaining: 80, delivered: 10, unit: 'min' });
  });

  it('stops with a receipt when the vehicle is unplugged, and the relay opens before anything is written', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(15 * MINUTE);
    bench.journal.log.length = 0;
    bench.charger.vehicle(false);
    assert.deepEqual(bench.journal.log, ['relay off', 'close']);
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.ended, 'unplugged');
    assert.equal(bench.journal.last?.delivered, 15);
    assert.equal(bench.display, 'Unplugged | Left 45:00 | Receipt for refund: | 0007 0000 0116');
    assert.equal(bench.charger.snapshot().receipt, '000700000116');
  });

  it('stops with a receipt when * is pressed', () => {
    const bench = new Bench();
    bench.charge();
    bench.stop();
    assert.equal(bench.state, 'receipt');
    assert.equal(bench.journal.last?.ended, 'stop-key');
  });

  it('is kept to the millisecond, so that a moment of it is off the receipt', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(200);
    bench.charger.vehicle(false);
    assert.equal(bench.journal.last?.delivered, 0.2 / 60);
    assert.equal(bench.charger.snapshot().receipt, '000700000154');
    assert.match(bench.display, /Left 59:59/);
  });

  it('is kept to the millisecond over a power cut', () => {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(90_999);
    bench.charger.stop();
    bench.powerCut({ vehicle: true });
    assert.equal(bench.state, 'charging');
    bench.stop();
    assert.ok(Math.abs(bench.journal.last!.delivered * MINUTE - 90_999) < 1e-6);
  });

  it('is not counted while nobody could tell whether the relay was closed', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(1000);
    bench.now += 8000; // the program was stopped; the guard let go after 2 s
    bench.charger.vehicle(false);
    assert.equal(bench.journal.last?.delivered, 3 / 60);
  });

  it('writes a checkpoint each minute', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(5 * MINUTE);
    assert.equal(bench.journal.log.filter((entry) => entry === 'checkpoint').length, 5);
    assert.equal(bench.journal.open?.delivered, 5);
  });

  it('goes on without a pause when the vehicle takes nothing', () => {
    const bench = new Bench();
    bench.charge();
    for (let minute = 0; minute < 10; minute++) {
      bench.charger.meter({ energyWh: 100, powerW: 0 });
      bench.pass(MINUTE);
    }
    assert.equal(bench.state, 'charging');
  });
});

describe('a code that was typed', () => {
  it('stays good for 120 s without a vehicle, and is not used up after that', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.pass(119_999);
    assert.equal(bench.state, 'armed');
    bench.pass(1);
    assert.equal(bench.state, 'idle');
    assert.equal(bench.screen, 'not-plugged-in');
    assert.equal(bench.journal.used.size, 0);
    bench.charge();
    assert.equal(bench.state, 'charging');
  });

  it('counts down while the station waits for the plug', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.pass(30_000);
    assert.match(bench.display, /within 90 s/);
  });

  it('gives way to the next one, and neither is used up by that', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher(7, 60));
    bench.charger.voucher(bench.voucher(8, 30));
    bench.charger.vehicle(true);
    assert.deepEqual([...bench.journal.used], [8]);
    assert.equal(bench.charger.snapshot().remaining, 30);
  });

  it('is cancelled with *, and not used up', () => {
    const bench = new Bench();
    bench.charger.voucher(bench.voucher());
    bench.charger.key('*');
    assert.equal(bench.state, 'idle');
    assert.equal(bench.screen, 'cancelled');
    bench.charger.vehicle(true);
    assert.equal(bench.commanded, false);
  });

  it('is not used up by a station that is charging another, until that is asked for', () => {
    const bench = new Bench();
    bench.charge(7);
    bench.charger.voucher(bench.voucher(8));
    assert.equal(bench.state, 'charging');
    assert.equal(bench.screen, 'ask-add');
    assert.deepEqual([...bench.journal.used], [7]);
    bench.pass(13_000);
    assert.equal(bench.screen, 'cancelled');
    assert.deepEqual([...bench.journal.used], [7]);
  });

  it('is refused as used when it was redeemed meanwhile', () => {
    const bench = new Bench();
    bench.journal.used.add(7);
    bench.charge(7);
    assert.equal(bench.state, 'idle');
    assert.equal(bench.commanded, false);
    assert.equal(bench.charger.snapshot().outcome, 'used');
    assert.equal(bench.screen, 'used');
  });

  it('waits while the relay rests between closings: the seconds are shown, and nothing is redeemed before', () => {
    const bench = new Bench();
    bench.relay(false, 8);
    bench.charge();
    assert.equal(bench.state, 'armed');
    assert.match(bench.display, /starts in 9 s/);
    assert.equal(bench.journal.used.size, 0);
    bench.pass(8500);
    assert.equal(bench.state, 'charging');
  });

  it('is not dropped after 120 s when only the relay makes its customer wait', () => {
    const bench = new Bench();
    bench.relay(false, 400);
    bench.charge();
    bench.pass(399_000);
    assert.equal(bench.state, 'armed');
    bench.pass(2000);
    assert.equal(bench.state, 'charging');
  });

  it('waits for a relay that has not said what it is', () => {
    const bench = new Bench();
    bench.charger.relay({ on: false, ready: false, readyInSeconds: 0 });
    bench.charge();
    assert.equal(bench.screen, 'armed-checking');
    bench.charger.relay({ on: false, ready: true });
    assert.equal(bench.state, 'charging');
  });
});

describe('a receipt', () => {
  function withReceipt(): Bench {
    const bench = new Bench();
    bench.charge(7, 60);
    bench.pass(10 * MINUTE);
    bench.charger.vehicle(false);
    return bench;
  }

  it('is shown for 60 s', () => {
    const bench = withReceipt();
    bench.pass(59_999);
    assert.equal(bench.state, 'receipt');
    bench.pass(1);
    assert.equal(bench.state, 'idle');
  });

  it('goes with *, and comes again with *', () => {
    const bench = withReceipt();
    bench.charger.key('*');
    assert.equal(bench.state, 'idle');
    assert.equal(bench.screen, 'idle-receipt');
    bench.charger.key('*');
    assert.equal(bench.state, 'receipt');
    assert.match(bench.display, /0007 0000 0129/);
  });

  it('stays when # is pressed, once more or ten times: a scanner ends a code with two of them', () => {
    const bench = withReceipt();
    for (let press = 0; press < 10; press++) bench.charger.key('#');
    assert.equal(bench.state, 'receipt');
    assert.match(bench.display, /0007 0000 0129/);
  });

  it('goes when the next code is typed, which is taken at once', () => {
    const bench = withReceipt();
    bench.charger.typed('0');
    assert.equal(bench.state, 'idle');
    const other = withReceipt();
    other.charger.voucher(other.voucher(8));
    assert.equal(other.state, 'armed');
  });

  it('is kept until the next customer has come and gone', () => {
    const bench = withReceipt();
    bench.charge(8, 30);
    bench.pass(30 * MINUTE);
    assert.equal(bench.state, 'idle');
    bench.charger.key('*');
    assert.equal(bench.screen, 'no-receipt');
  });

  it('outlives a customer who types a code and goes away', () => {
    const bench = withReceipt();
    bench.charger.voucher(bench.voucher(8));
    bench.pass(130_000);
    bench.charger.key('*');
    assert.equal(bench.state, 'receipt');
  });

  it('outlives a power cut', () => {
    const bench = withReceipt();
    bench.powerCut({ vehicle: false });
    assert.equal(bench.state, 'idle');
    assert.equal(bench.charger.snapshot().receipt, '000700000129');
    bench.charger.key('*');
    assert.equal(bench.state, 'receipt');
  });
});

describe('what was typed', () => {
  it('is shown digit by digit, and its outcome is forgotten when the next is typed', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'mistyped' });
    assert.equal(bench.charger.snapshot().outcome, 'mistyped');
    bench.charger.typed('051');
    assert.match(bench.display, /051/);
    assert.equal(bench.charger.snapshot().outcome, null);
  });

  it('is answered for a few seconds: with what to do', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'out-of-step' });
    assert.match(bench.display, /OUT OF STEP/);
    bench.pass(12_000);
    assert.equal(bench.screen, 'idle');
  });

  it('is answered with the time to wait when the keypad is locked', () => {
    const bench = new Bench();
    bench.charger.refused({ outcome: 'locked', retryAfterSeconds: 899 });
    assert.match(bench.display, /^LOCKED: wait 14:59/);
    bench.pass(9000);
    assert.match(bench.display, /^LOCKED: wait 14:50/);
  });

  it('does not stop a charge when it is refused', () => {
    const bench = new Bench();
    bench.charge();
    bench.charger.refused({ outcome: 'invalid' });
    assert.equal(bench.state, 'charging');
    assert.equal(bench.commanded, true);
  });

  it('is met by a screen that asks to set the clock, when the clock is lost', () => {
    const bench = new Bench();
    bench.journal.clock = 'lost';
    bench.pass(61_000);
    assert.equal(bench.screen, 'idle-clock-lost');
    bench.journal.clock = 'ok';
    bench.charger.service('synchronize', 500);
    assert.equal(bench.screen, 'synchronized');
    bench.pass(13_000);
    assert.equal(bench.screen, 'idle');
  });
});
