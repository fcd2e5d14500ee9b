import assert from 'node:assert/strict';
import { machineClocks } from '../../../nodes/charging-station/machine-clocks.ts';
import { Bench, CLOCK, COUNTER, DAY, Hands, HOUR, MINUTE, NOON, removeFolders } from './support.ts';

describe('the station’s clock', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.station.dispose());
  after(removeFolders);

  const lost = () => bench.station.clockState() === 'lost';

  it('is lost before the station’s own build', () => {
    bench.station.dispose();
    const clocks = new Hands();
    clocks.wall = clocks.builtMs - 1;
    bench = new Bench(CLOCK, { clocks });
    assert.equal(lost(), true);
    assert.equal(bench.outcome(bench.code(bench.slot)), 'clock-lost');
    clocks.wall++;
    assert.equal(lost(), false);
    assert.equal(bench.outcome(bench.code(bench.slot)), 'accepted');
  });

  it('is lost before the last time that the station remembers, but for two seconds', () => {
    bench.clocks.pass(HOUR);
    bench.charge(bench.code(bench.slot));
    bench.clocks.wall -= 2000;
    assert.equal(lost(), false);
    bench.clocks.wall -= 1;
    assert.equal(lost(), true);
    bench.restart();
    assert.equal(lost(), true);
  });

  it('does not count what it cannot judge as a guess, and reveals nothing about it', () => {
    bench.clocks.wall = 0;
    for (let i = 0; i < 40; i++) assert.equal(bench.outcome(bench.guess(1000 + i)), 'clock-lost');
    assert.equal(bench.outcome(bench.code(0)), 'clock-lost');
    assert.equal(bench.outcome(bench.service('clear-lockout', 5)), 'clock-lost');
    bench.clocks.wall = NOON;
    assert.equal(bench.outcome(bench.code(bench.slot)), 'accepted');
  });

  it('forgets a day that never was: the wall clock jumps ahead and back', () => {
    bench.clocks.wall += DAY;
    bench.clocks.pass(5 * MINUTE);
    assert.equal(lost(), false);
    bench.clocks.pass(5 * MINUTE);
    bench.station.useService('test-relay', bench.slot);
    bench.restart();
    bench.clocks.wall -= DAY;
    assert.equal(lost(), false);
  });

  it('knows an RTC that fell behind over a power cut', () => {
    bench.clocks.pass(HOUR);
    bench.charge(bench.code(bench.slot));
    bench.station.dispose();
    bench.clocks.reboot(0, false);
    bench.clocks.wall -= 30 * MINUTE;
    bench.station = bench.open();
    assert.equal(lost(), true);
  });

  it('believes the time after a power cut that lies later', () => {
    bench.station.dispose();
    bench.clocks.reboot(90 * DAY);
    bench.station = bench.open();
    assert.equal(lost(), false);
    bench.clocks.wall -= DAY;
    assert.equal(lost(), true);
  });

  it('remembers within a minute what it lived to while nobody typed anything', () => {
    for (let i = 0; i < 180; i++) {
      bench.clocks.pass(MINUTE);
      bench.station.clockState();
    }
    bench.station.dispose();
    bench.clocks.reboot(0);
    bench.clocks.wall -= MINUTE + 2001;
    bench.station = bench.open();
    assert.equal(lost(), true);
  });

  it('writes nothing while time alone passes, more often than once a minute', () => {
    let writes = 0;
    bench.station.dispose();
    bench = new Bench(CLOCK, { clocks: new Hands(), onWrite: (point) => (writes += point === 'committed' ? 1 : 0) });
    writes = 0;
    for (let i = 0; i < 600; i++) {
      bench.clocks.pass(1000);
      bench.station.clockState();
      bench.station.now();
      bench.station.lockedForSeconds();
    }
    assert.equal(writes, 10);
  });

  describe('healed by synchronize', () => {
    /** Types a synchronize code for number `n` and has its effect. */
    function synchronize(n: number): void {
      const verdict = bench.station.verify(bench.service('synchronize', n));
      assert.deepEqual(verdict, { outcome: 'accepted', kind: 'service', operation: 'synchronize', sequence: n });
      assert.equal(bench.station.useService('synchronize', n), 'done');
    }

    it('takes the slot of its number for the time, also when that is 1970 by the RTC', () => {
      const right = bench.slot;
      bench.clocks.wall = 0;
      assert.equal(lost(), true);
      synchronize(right);
      assert.equal(lost(), false);
      assert.equal(bench.station.now(), right * 300_000);
      assert.equal(bench.outcome(bench.code(right - 23)), 'accepted');
      bench.clocks.pass(HOUR);
      assert.equal(bench.station.now(), right * 300_000 + HOUR);
      bench.restart();
      assert.equal(bench.station.now(), right * 300_000 + HOUR);
    });

    it('needs no second one when a dead RTC gets a new battery and the right time', () => {
      const right = bench.slot;
      bench.station.dispose();
      bench.clocks.reboot(0);
      bench.clocks.wall = 0;
      bench.station = bench.open();
      synchronize(right);
      bench.station.dispose();
      bench.clocks.reboot(0);
      bench.clocks.wall = NOON + HOUR;
      bench.station = bench.open();
      assert.equal(bench.station.now(), NOON + HOUR);
      assert.equal(lost(), false);
      assert.equal(bench.outcome(bench.code(bench.slot)), 'accepted');
    });

    it('keeps no offset once the machine’s clock was set to its time, whatever setting it took', () => {
      const right = bench.slot;
      bench.clocks.wall -= 10 * DAY;
      synchronize(right);
      bench.clocks.pass(MINUTE);
      bench.clocks.wall = right * 300_000 + MINUTE + 20;
      assert.equal(bench.station.clockState(), 'ok');
      assert.equal(bench.station.now(), right * 300_000 + MINUTE, 'setting it moves nothing');
      bench.station.dispose();
      bench.clocks.reboot(HOUR);
      bench.station = bench.open();
      assert.equal(bench.station.now(), bench.clocks.wall);
    });

    it('goes back in time when the RTC ran ahead, and the time it remembers with it', () => {
      const right = bench.slot + 1;
      bench.station.dispose();
      bench.clocks.reboot(20 * DAY);
      bench.station = bench.open();
      assert.equal(bench.outcome(bench.code(right)), 'expired');
      synchronize(right);
      assert.equal(lost(), false);
      assert.equal(bench.outcome(bench.code(right + 1)), 'accepted');
      bench.restart();
      assert.equal(lost(), false);
    });

    it('leaves a clock alone that tells that slot already', () => {
      bench.clocks.pass(123_456);
      const now = bench.station.now();
      synchronize(bench.slot);
      assert.equal(bench.station.now(), now);
    });

    it('has no number of its own: a voucher of that number is honoured, and H stays', () => {
      const n = bench.slot + 2;
      synchronize(n);
      assert.equal(bench.station.highestUsed(), 0);
      bench.charge(bench.code(n));
      assert.equal(bench.station.highestUsed(), n);
    });

    it('changes nothing the second time, and says so, however long after in that boot', () => {
      bench.clocks.wall -= 10 * DAY;
      synchronize(bench.slot + 10 * 288);
      bench.clocks.pass(4 * MINUTE);
      for (const wait of [0, HOUR, DAY]) {
        bench.clocks.pass(wait);
        const now = bench.station.now();
        const n = Math.floor(NOON / 300_000);
        const again = bench.station.verify(bench.service('synchronize', n));
        assert.deepEqual(again, { outcome: 'used', operation: 'synchronize' });
        assert.equal(bench.station.useService('synchronize', n), 'used');
        assert.equal(bench.station.now(), now);
      }
    });

    it('heals again with the same code when the RTC died after it', () => {
      const n = bench.slot;
      bench.clocks.wall = 0;
      synchronize(n);
      bench.station.dispose();
      bench.clocks.reboot(MINUTE);
      bench.clocks.wall = -10 * DAY;
      bench.station = bench.open();
      assert.equal(lost(), true);
      synchronize(n);
      assert.equal(lost(), false);
      assert.equal(bench.outcome(bench.code(n)), 'accepted');
    });

    it('does not depend on the numbers used: one of two slots before them leads to sure time', () => {
      const n = bench.slot + 3;
      bench.charge(bench.code(n));
      synchronize(n - 4);
      assert.equal(bench.station.highestUsed(), n);
    });

    it('is genuine from two slots before sure time’s on, however many days were quiet', () => {
      bench.charge(bench.code(bench.slot));
      for (let day = 0; day < 60; day++) {
        for (let part = 0; part < 24 * 12; part++) {
          bench.clocks.pass(5 * MINUTE);
          bench.station.clockState();
        }
      }
      const sureMs = NOON - 4 * 300_000 + 0.999 * 60 * DAY;
      const first = Math.floor(sureMs / 300_000) - 2;
      const now = bench.station.now();
      assert.equal(bench.outcome(bench.service('synchronize', Math.floor(NOON / 300_000))), 'expired');
      assert.equal(bench.outcome(bench.service('synchronize', first - 1)), 'expired');
      assert.equal(bench.station.useService('synchronize', first - 1), 'used');
      assert.equal(bench.station.now(), now);
      synchronize(first);
      assert.equal(bench.station.now(), Math.ceil(sureMs));
    });

    it('costs no guess when it is an old one, even of many years ago', () => {
      for (let i = 0; i < 20; i++) {
        assert.equal(bench.outcome(bench.service('synchronize', bench.slot - 1_200_000 - i)), 'expired');
      }
      assert.equal(bench.station.lockedForSeconds(), 0);
    });

    it('leads a station that never sold anything to no time before its build', () => {
      bench.clocks.wall = 0;
      const built = Math.floor(bench.clocks.builtMs / 300_000);
      assert.equal(bench.outcome(bench.service('synchronize', built - 3)), 'expired');
      synchronize(built - 2);
      assert.equal(bench.station.now(), bench.clocks.builtMs);
    });

    it('is one of the two lowest numbers with its six digits', () => {
      const n = bench.slot + 100;
      assert.equal(bench.outcome(bench.service('synchronize', n + 2_000_000)), 'invalid');
      synchronize(n + 1_000_000);
      synchronize(n);
    });

    it('brings a counter into step, and leaves its clock alone', () => {
      bench.station.dispose();
      bench = new Bench(COUNTER);
      const now = bench.station.now();
      assert.equal(bench.outcome(bench.code(700)), 'out-of-step');
      synchronize(705);
      assert.equal(bench.station.highestUsed(), 705);
      assert.equal(bench.outcome(bench.code(700)), 'accepted');
      assert.equal(bench.outcome(bench.code(705)), 'accepted', 'a synchronization uses no number');
      assert.equal(bench.station.now(), now);
      assert.equal(bench.outcome(bench.service('synchronize', 705)), 'used');
      assert.equal(bench.outcome(bench.service('synchronize', 704)), 'expired');
      bench.charge(bench.code(705));
      bench.charge(bench.code(706));
      assert.equal(bench.outcome(bench.service('synchronize', 705)), 'expired');
      synchronize(706);
      assert.equal(bench.outcome(bench.code(706)), 'used');
    });

    describe('and its machine’s clock set right afterwards', () => {
      const OFFSETS = [2 * HOUR, 5 * HOUR, 3 * DAY, 60 * DAY, 300 * DAY, 400 * DAY];
      const wrongBy = (ms: number) => {
        bench.station.dispose();
        const clocks = new Hands();
        clocks.builtMs = NOON - 30 * DAY;
        clocks.wall = NOON + ms;
        bench = new Bench(CLOCK, { clocks });
        synchronize(Math.floor(NOON / 300_000));
      };
      const right = () => {
        bench.clocks.wall = trueMs();
      };
      let passed = 0;
      const trueMs = () => NOON + passed;
      const pass = (ms: number) => {
        passed += ms;
        bench.clocks.pass(ms);
      };
      const trueSlot = () => Math.floor(trueMs() / 300_000);
      beforeEach(() => {
        passed = 0;
      });

      for (const ms of OFFSETS.flatMap((offset) => [offset, -offset])) {
        it(`honours fresh codes in that boot and after the next, by ${ms / HOUR} h`, () => {
          wrongBy(ms);
          pass(HOUR);
          right();
          assert.equal(bench.outcome(bench.code(trueSlot())), 'accepted');
          bench.charge(bench.code(trueSlot()));
          pass(HOUR);
          assert.equal(bench.outcome(bench.code(trueSlot())), 'accepted');
          bench.station.dispose();
          bench.clocks.reboot(HOUR);
          passed += HOUR;
          bench.station = bench.open();
          assert.equal(bench.outcome(bench.code(trueSlot())), 'accepted');
        });

        it(`says clock-lost, never expired, when it happens without power, and one code heals: ${ms / HOUR} h`, () => {
          wrongBy(ms);
          pass(HOUR);
          bench.charge(bench.code(trueSlot()));
          bench.station.dispose();
          bench.clocks.reboot(HOUR);
          passed += HOUR;
          right();
          bench.station = bench.open();
          const before = bench.station.lockedForSeconds();
          for (let i = 0; i < 12; i++) {
            const outcome = bench.outcome(bench.code(trueSlot() - (i % 3)));
            assert(outcome === 'clock-lost' || (ms < -365 * DAY && outcome === 'accepted'), outcome);
          }
          assert.equal(bench.station.lockedForSeconds(), before);
          if (ms < -365 * DAY) return;
          synchronize(trueSlot());
          assert.equal(bench.outcome(bench.code(trueSlot())), 'accepted');
        });
      }

      it('writes the new offset down at once: power that goes right after makes nothing wrong', () => {
        wrongBy(-3 * DAY);
        right();
        bench.station.clockState();
        bench.station.dispose();
        bench.clocks.reboot(0);
        bench.station = bench.open();
        assert.equal(bench.station.now(), bench.clocks.wall);
        assert.equal(bench.outcome(bench.code(trueSlot())), 'accepted');
      });
    });
  });
});

describe('the machine’s clocks', () => {
  it('tell one boot from the next by the kernel’s id, and run on across programs', () => {
    const clocks = machineClocks();
    assert.equal(clocks.bootId, machineClocks().bootId);
    assert.notEqual(clocks.bootId, '');
    const before = clocks.monotonicMs();
    assert(machineClocks().monotonicMs() >= before);
    assert(Math.abs(clocks.wallMs() - Date.now()) < MINUTE);
    assert(clocks.builtMs <= Date.now());
  });
});
