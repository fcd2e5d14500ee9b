// What a station says to whom nothing was sold yet: "Ready to charge" only where the next code would charge.
import assert from 'node:assert/strict';
import { shortWords, words } from '../../../../charging/station/conversation/words.ts';
import { Bench, MemoryJournal, MINUTE } from '../charger/bench.ts';

class LockedJournal extends MemoryJournal {
  lockedSeconds = 0;
  lockedForSeconds(): number {
    return this.lockedSeconds;
  }
}

describe('a station that waits', () => {
  it('asks to unplug while the vehicle of a finished charge is still plugged in', () => {
    for (const [config, amount] of [
      [{ unit: 'min' as const }, 60],
      [{ unit: 'Wh' as const }, 500],
    ] as const) {
      const bench = new Bench({ config });
      bench.charge(7, amount);
      bench.pass(70 * MINUTE);
      bench.charger.key('*');
      bench.pass(MINUTE);
      assert.equal(bench.state, 'idle');
      assert.match(bench.display, /^Charge has ended\. \| Please unplug/);
      bench.charger.vehicle(false);
      assert.match(bench.display, /^Ready to charge/);
    }
  });

  it('says so beside the last receipt, when it was stopped early', () => {
    const bench = new Bench();
    bench.charge();
    bench.pass(10 * MINUTE);
    bench.stop();
    bench.pass(2 * MINUTE);
    assert.equal(bench.screen, 'idle-ended-receipt');
    bench.charger.key('*');
    assert.equal(bench.state, 'receipt');
  });

  it('is ready for who plugs in before typing, and for the next code of who stays', () => {
    const bench = new Bench();
    bench.charger.vehicle(true);
    assert.match(bench.display, /^Ready to charge/);
    bench.charge(7);
    bench.pass(61 * MINUTE);
    bench.charge(8);
    bench.pass(1000);
    assert.equal(bench.state, 'charging');
  });

  it('says LOCKED and for how long, and is ready again by itself', () => {
    const journal = new LockedJournal();
    const bench = new Bench({ journal });
    journal.lockedSeconds = 900;
    bench.charger.refused({ outcome: 'locked', retryAfterSeconds: 900 });
    bench.pass(20_000);
    assert.equal(bench.state, 'idle');
    assert.match(bench.display, /^LOCKED: wait 14:4\d \| or choose LOCKED on/);
    journal.lockedSeconds = 0;
    bench.pass(15 * MINUTE);
    assert.match(bench.display, /^Ready to charge/);
  });

  it('says LOCKED also after a restart, and no more once an operator unlocked it', () => {
    const journal = new LockedJournal();
    journal.lockedSeconds = 300;
    const bench = new Bench({ journal });
    bench.pass(2_000);
    assert.match(bench.display, /^LOCKED/);
    journal.lockedSeconds = 0;
    bench.charger.service('clear-lockout', 9);
    bench.pass(20_000);
    assert.match(bench.display, /^Ready to charge/);
  });
});

describe('energy on the display', () => {
  it('is written in kWh from 1000 Wh on, as the customer’s page has it, and never rounded up', () => {
    for (const [left, expected] of [
      [999, '999 Wh'],
      [1000, '1.00 kWh'],
      [1239, '1.23 kWh'],
      [77_500, '77.50 kWh'],
    ] as const) {
      const screen = { name: 'charging-Wh' as const, values: { left, used: left, elapsed: '10:00:00' } };
      for (const language of ['en', 'zh-CN'] as const) {
        assert.match(words(screen, language)[1]!, new RegExp(` ${expected.replace('../session', '\\.')}$`));
      }
      for (const line of words(screen, 'en')) assert.ok(line.length <= 20, line);
      for (const line of shortWords(screen, 'en')) assert.ok(line.length <= 16, line);
    }
  });
});
