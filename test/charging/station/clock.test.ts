import assert from 'node:assert/strict';
import { machineClocks } from '../../../charging/station/clocks.ts';
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
    bench.charge(bench.code(bench.slot));
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

    it('uses its number up: the code is used afterwards, and so is a voucher of that number', () => {
      const n = bench.slot + 2;
      synchronize(n);
      assert.equal(bench.outcome(bench.service('synchronize', n)), 'used');
      assert.equal(bench.outcome(bench.code(n)), 'used');
      assert.equal(bench.station.useService('synchronize', n), 'used');
      assert.equal(bench.station.highestUsed(), n);
    });

    it('never leads back below the highest number used', () => {
      bench.charge(bench.code(bench.slot + 3));
      assert.equal(bench.outcome(bench.service('synchronize', bench.slot + 2)), 'expired');
      assert.equal(bench.station.useService('synchronize', bench.slot + 2), 'used');
      assert.equal(bench.station.now(), bench.clocks.wall);
    });

    it('leads a station that never sold anything to no time before its build', () => {
      bench.clocks.wall = 0;
      const built = Math.floor(bench.clocks.builtMs / 300_000);
      assert.equal(bench.outcome(bench.service('synchronize', built - 1)), 'expired');
      synchronize(built);
    });

    it('is one of all numbers ahead with its six digits: the first', () => {
      const n = bench.slot + 990_000;
      assert.equal(bench.outcome(bench.service('synchronize', n + 1_000_000)), 'invalid');
      synchronize(n);
    });

    it('brings a counter into step, and leaves its clock alone', () => {
      bench.station.dispose();
      bench = new Bench(COUNTER);
      const now = bench.station.now();
      assert.equal(bench.outcome(bench.code(700)), 'out-of-step');
      synchronize(705);
      assert.equal(bench.outcome(bench.code(700)), 'accepted');
      assert.equal(bench.station.now(), now);
      assert.equal(bench.outcome(bench.service('synchronize', 705)), 'used');
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
