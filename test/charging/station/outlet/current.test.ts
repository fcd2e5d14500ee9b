import assert from 'node:assert/strict';
import { Bench, MINUTE } from '../charger/bench.ts';

/** A station with a meter that this test reads out, each second; what it sells does not matter to a welded contactor. */
class Metered extends Bench {
  wh = 5_000_000;

  constructor(unit: 'min' | 'Wh') {
    super({ config: { unit } });
    this.metered = false;
    this.say(0);
  }

  say(powerW: number | undefined, energyWh = this.wh): void {
    this.charger.meter({ energyWh, ...(powerW === undefined ? {} : { powerW }) });
  }

  /** So many seconds at a power that is counted; `counts: false`: by nobody. `shown`: what the power register says. */
  draw(
    seconds: number,
    powerW: number,
    { counts = true, shown = (): number | undefined => powerW, stepWh = 0 } = {},
  ): void {
    for (let second = 0; second < seconds; second++) {
      this.pass(1000);
      if (counts) this.wh += powerW / 3600;
      const energyWh = stepWh === 0 ? this.wh : Math.floor(this.wh / stepWh) * stepWh;
      this.say(shown(), energyWh);
    }
  }

  get faults(): readonly string[] {
    return this.charger.snapshot().faults;
  }

  unplug(): void {
    this.charger.vehicle(false);
  }
}

for (const unit of ['min', 'Wh'] as const) {
  describe(`a contactor that is welded, without a feedback line, at a ${unit} station`, () => {
    const amount = unit === 'min' ? 60 : 5000;

    it('is a fault within 10 s of the end of a charge: the socket is live', () => {
      const bench = new Metered(unit);
      bench.charge(7, amount);
      bench.draw(60, 3000);
      bench.unplug();
      bench.draw(10, 3000);
      assert.deepEqual(bench.faults, ['relay-stuck-on']);
      assert.equal(bench.journal.notes.filter(({ kind }) => kind === 'current-through-open-relay').length, 1);
    });

    it('is a fault at a station that nobody uses, by its counter alone or by its power alone', () => {
      for (const options of [{ shown: () => undefined }, { counts: false }]) {
        const bench = new Metered(unit);
        bench.draw(30, 0);
        bench.draw(12, 3000, options);
        assert.deepEqual(bench.faults, ['relay-stuck-on']);
        bench.charge(8, amount);
        assert.equal(bench.journal.used.size, 0, 'and nothing is sold');
      }
    });

    it('is a fault of a small load too, and of one on a meter that is wired backwards', () => {
      const small = new Metered(unit);
      small.draw(300, 60, { stepWh: 1 });
      assert.deepEqual(small.faults, ['relay-stuck-on']);
      const backwards = new Metered(unit);
      backwards.draw(20, -3000, { counts: false });
      assert.deepEqual(backwards.faults, ['relay-stuck-on']);
    });

    it('is a fault from the start', () => {
      const bench = new Metered(unit);
      bench.powerCut({ vehicle: undefined });
      bench.charger.vehicle(false);
      bench.draw(10, 3000);
      assert.deepEqual(bench.faults, ['relay-stuck-on']);
    });

    it('is a fault until something is plugged in and draws nothing for 30 s, or an operator has looked', () => {
      for (const operator of [false, true]) {
        const bench = new Metered(unit);
        bench.draw(20, 3000);
        bench.draw(600, 0);
        assert.deepEqual(bench.faults, ['relay-stuck-on'], 'with nothing plugged in no current proves nothing');
        if (operator) bench.charger.service('end-session', 900);
        else bench.charger.vehicle(true);
        bench.draw(29, 0);
        assert.equal(bench.faults.length, operator ? 0 : 1);
        bench.draw(2, 0);
        assert.deepEqual(bench.faults, []);
        assert.equal(bench.state, 'idle');
      }
    });

    it('cannot be cleared by an operator while current flows', () => {
      const bench = new Metered(unit);
      bench.draw(20, 3000);
      bench.charger.service('end-session', 900);
      assert.deepEqual(bench.faults, ['relay-stuck-on']);
    });
  });

  describe(`no false alarm of a welded contactor, at a ${unit} station`, () => {
    const amount = unit === 'min' ? 60 : 5000;
    function afterCharge(): Metered {
      const bench = new Metered(unit);
      bench.charge(7, amount);
      bench.draw(60, 3000);
      bench.unplug();
      return bench;
    }
    const calm = (bench: Metered) => {
      assert.deepEqual(bench.faults, []);
      bench.draw(300, 0);
      assert.deepEqual(bench.faults, []);
    };

    it('by readings that are still of the charge', () => {
      const bench = afterCharge();
      bench.draw(4, 3000);
      calm(bench);
    });

    it('by a register that averages power slowly', () => {
      for (const tauS of [2, 10, 60, 180]) {
        const bench = afterCharge();
        let powerW = 3000;
        bench.draw(900, 0, {
          shown: () => {
            powerW *= Math.exp(-1 / tauS);
            return powerW;
          },
        });
        calm(bench);
      }
    });

    it('by a register that is renewed every 10 s', () => {
      const bench = afterCharge();
      bench.draw(10, 0, { shown: () => 3000 });
      calm(bench);
    });

    it('by a pulse that comes late, and the power that is made of pulses', () => {
      for (const stepWh of [1, 10]) {
        const bench = new Metered(unit);
        bench.charge(7, amount);
        bench.draw(30, 3000, { stepWh, shown: () => undefined });
        bench.draw(90, 3000, { stepWh });
        bench.unplug();
        bench.wh = Math.floor(bench.wh / stepWh) * stepWh;
        for (let second = 1; second <= 900; second++) {
          bench.pass(1000);
          if (second === 8) bench.wh += stepWh;
          bench.say(Math.min(3000, (stepWh * 3600) / Math.max(1, second - 8)));
          assert.deepEqual(bench.faults, [], `after ${second} s, ${stepWh} Wh a pulse`);
        }
      }
    });

    it('by a counter that bounces, is reset, or is restored', () => {
      const bench = afterCharge();
      bench.draw(20, 0);
      const { wh } = bench;
      for (const energyWh of [wh - 1, wh, wh - 1, wh - 1, wh, wh - 1, wh - 1, wh, 0, 0, 0, wh, 0, 0, wh, wh + 0.4]) {
        bench.pass(1000);
        bench.say(0, energyWh);
        assert.ok(!bench.faults.includes('relay-stuck-on'), `${energyWh} Wh`);
      }
    });

    it('by what the station itself draws behind its meter', () => {
      const bench = new Metered(unit);
      bench.draw(4 * 3600, 8, { stepWh: 1 });
      assert.deepEqual(bench.faults, []);
    });
  });
}

describe('a meter that cannot be billed by', () => {
  function charging(options = {}): Metered {
    const bench = new Metered('Wh');
    bench.charge(7, 5000);
    bench.draw(30, 3000, { ...options, shown: () => undefined });
    bench.draw(90, 3000, options);
    return bench;
  }
  /** Seconds until the charge stops. */
  function stops(bench: Metered, powerW: number, options: object): number {
    for (let second = 1; second <= 120; second++) {
      bench.draw(1, powerW, options);
      if (bench.state !== 'charging') return second;
    }
    return Number.POSITIVE_INFINITY;
  }

  it('is a fault within 10 s when it counts backwards, and bills the last good reading', () => {
    for (const powerW of [-3000, -700, -40]) {
      const bench = charging();
      const { delivered } = bench.charger.snapshot();
      const seconds = stops(bench, powerW, { counts: false });
      assert.ok(seconds <= 10, `${powerW} W: after ${seconds} s`);
      assert.deepEqual(bench.faults, ['meter-implausible']);
      assert.equal(bench.commanded, false);
      assert.equal(bench.journal.last?.delivered, delivered);
      assert.equal(bench.journal.last?.ended, 'fault');
      assert.deepEqual(bench.journal.notes.find(({ kind }) => kind === 'meter-wrong')?.details, { why: 'backwards' });
    }
  });

  it('is a fault from a charge’s first seconds on', () => {
    for (const powerW of [-3000, 3000]) {
      const bench = new Metered('Wh');
      bench.charge(7, 5000);
      assert.ok(stops(bench, powerW, { counts: false }) <= 10, `${powerW} W`);
      assert.equal(bench.journal.last?.delivered, 0);
    }
  });

  it('is a fault within 10 s when its counter stands still while power flows', () => {
    for (const powerW of [3000, 1200, 11_000]) {
      const bench = charging();
      const { delivered } = bench.charger.snapshot();
      const seconds = stops(bench, powerW, { counts: false });
      assert.ok(seconds <= 10, `${powerW} W: after ${seconds} s`);
      assert.equal(bench.journal.last?.delivered, delivered);
      assert.deepEqual(bench.faults, ['meter-implausible']);
    }
  });

  it('is a fault when the power rises slowly under a counter that stands still', () => {
    const bench = new Metered('Wh');
    bench.charge(7, 5000);
    bench.draw(5, 0);
    for (let second = 0; second < 10; second++) bench.draw(1, 300 * second, { counts: false });
    assert.ok(stops(bench, 3000, { counts: false }) <= 10);
  });

  it('stays a fault until the vehicle is unplugged, so that the next customer does not lose his voucher to it', () => {
    const bench = charging();
    stops(bench, -3000, { counts: false });
    bench.draw(60, 0);
    assert.equal(bench.state, 'fault');
    bench.charger.vehicle(false);
    bench.draw(1, 0);
    assert.equal(bench.state, 'receipt');
  });

  it('is none when its counter is coarse, and that was seen', () => {
    for (const stepWh of [1, 5, 10]) {
      const bench = charging({ stepWh });
      for (const powerW of [3000, 300, 60, 7000]) {
        bench.draw(900, powerW, { stepWh });
        assert.notEqual(bench.state, 'fault', `${stepWh} Wh a step, ${powerW} W`);
        bench.charger.vehicle(false);
        bench.charge((bench.journal.last?.voucher.sequence ?? 7) + 1, 50_000);
      }
    }
  });

  it('is none when a vehicle stops, starts and feeds back a little', () => {
    const bench = charging();
    for (const powerW of [0, 3000, 4, 0, 3000, -8, 0, 700, 0]) bench.draw(40, powerW, { counts: powerW > 0 });
    assert.deepEqual(bench.faults, []);
    assert.equal(bench.commanded, true);
  });

  it('stops no station that sells minutes, and is in its journal', () => {
    const bench = new Metered('min');
    bench.charge(7, 60);
    bench.draw(60, -3000, { counts: false });
    assert.equal(bench.state, 'charging');
    assert.ok(bench.journal.notes.some(({ kind }) => kind === 'meter-wrong'));
    bench.pass(MINUTE);
    assert.equal(bench.commanded, true);
  });
});
