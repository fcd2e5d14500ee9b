import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dutyForCurrent, PilotJudge, type PilotPeaks, pilotStateOf } from '../../../hardware/pilot/control-pilot.ts';

const steady = (volts: number): PilotPeaks => ({ positiveV: volts, negativeV: volts });
const oscillating = (volts: number, negativeV = -12): PilotPeaks => ({ positiveV: volts, negativeV });

/** The current (A) that a vehicle may draw at a duty cycle (0–1): 0 where none is allowed (IEC 61851-1 table A.8). */
function currentForDuty(duty: number): number {
  const percent = duty * 100;
  if (percent < 8 || percent > 97) return 0;
  if (percent < 10) return 6;
  if (percent <= 85) return percent * 0.6;
  if (percent <= 96) return (percent - 64) * 2.5;
  return 80;
}

describe('the control pilot', () => {
  it('has the states of IEC 61851-1 at their voltages, a volt to either side', () => {
    const states = { A: 12, B: 9, C: 6, D: 3, E: 0, F: -12 };
    for (const [state, volts] of Object.entries(states))
      for (const off of [-1, 0, 1]) assert.equal(pilotStateOf(volts + off, undefined), state, `${volts + off} V`);
  });

  it('does not flutter between two states, however noisy it lies on their boundary', () => {
    for (const boundary of [10.5, 7.5, 4.5, 1.5, -6]) {
      for (const from of [boundary + 1, boundary - 1]) {
        const held = pilotStateOf(from, undefined);
        for (const off of [-0.29, -0.1, 0, 0.1, 0.29]) assert.equal(pilotStateOf(boundary + off, held), held);
      }
    }
  });

  it('comes to the right state from any other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'),
        fc.constantFrom(12, 9, 6, 3, 0, -12),
        (held, volts) => {
          assert.equal(pilotStateOf(volts, held as 'A'), pilotStateOf(volts, undefined));
        },
      ),
    );
  });

  it('tells an unplugged vehicle after two reads that agree', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take(steady(9), false);
    assert.deepEqual(judge.take(steady(12), false), { state: 'B', changed: false });
    assert.deepEqual(judge.take(steady(12), false), { state: 'A', changed: true });
  });

  it('tells a vehicle only after four reads that agree', () => {
    const judge = new PilotJudge();
    judge.take(steady(12), false);
    judge.take(steady(12), false);
    judge.take(steady(9), false);
    judge.take(steady(9), false);
    judge.take(steady(6), false);
    for (let read = 0; read < 3; read++) assert.deepEqual(judge.take(steady(9), false), { state: 'A', changed: false });
    assert.deepEqual(judge.take(steady(9), false), { state: 'B', changed: true });
  });

  it('takes a resistor without a diode for no vehicle, while a generator oscillates', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take(oscillating(9), true);
    assert.deepEqual(judge.take(oscillating(6), true), { state: 'B', changed: false });
    const told = [1, 2, 3].map(() => judge.take(oscillating(6, -6), true));
    assert.deepEqual(told.slice(0, 2), [
      { state: 'B', changed: false },
      { state: 'B', changed: false },
    ]);
    assert.match((told[2] as { fault: string }).fault, /No diode/);
    for (let read = 0; read < 3; read++) assert.deepEqual(judge.take(oscillating(9), true), { unsettled: true });
    assert.deepEqual(judge.take(oscillating(9), true), { state: 'B', changed: true });
  });

  it('takes a diode that conducts in one read of three for none, and one bad read among good ones for noise', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take(oscillating(6), true);
    for (let read = 0; read < 30; read++)
      assert.deepEqual(judge.take(oscillating(6, read % 4 === 0 ? -6 : -12), true), { state: 'C', changed: false });
    let faultAt: number | undefined;
    for (let read = 1; read <= 30; read++) {
      const verdict = judge.take(oscillating(6, read % 3 === 0 ? -12 : -6), true);
      if ('fault' in verdict) faultAt ??= read;
      else if (faultAt !== undefined) assert.deepEqual(verdict, { unsettled: true });
    }
    assert.ok(faultAt !== undefined && faultAt <= 4, `${faultAt} reads`);
    for (let read = 0; read < 4; read++) judge.take(oscillating(6), true);
    assert.deepEqual(judge.take(oscillating(6, -6), true), { state: 'C', changed: false });
  });

  it('cannot check the diode without a generator, and does not pretend to', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take(steady(9), false);
    assert.deepEqual(judge.take(steady(9), false), { state: 'B', changed: false });
  });

  it('far beyond its voltages is a fault of the wiring', () => {
    const judge = new PilotJudge();
    judge.take(steady(15), false);
    judge.take(steady(Number.NaN), false);
    assert.match((judge.take(steady(20), false) as { fault: string }).fault, /20\.0 V is no control pilot/);
  });
});

describe('the current that a pilot offers', () => {
  it('is the duty cycle of IEC 61851-1', () => {
    for (const [currentA, duty] of [
      [6, 0.1],
      [10, 0.1667],
      [16, 0.2667],
      [32, 0.5333],
      [51, 0.85],
      [63, 0.892],
      [80, 0.96],
    ] as const)
      assert.ok(Math.abs(dutyForCurrent(currentA) - duty) < 0.0001, `${currentA} A`);
  });

  it('is read back from the duty cycle as it was meant, and nowhere as more', () => {
    for (let currentA = 6; currentA <= 80; currentA += 0.5) {
      const read = currentForDuty(dutyForCurrent(currentA));
      // Between 51 and 52.5 A the standard's two formulas overlap: a vehicle takes the lower.
      assert.ok(
        read <= currentA + 1e-9 && read > currentA - (currentA > 51 && currentA <= 52.5 ? 1.5 + 1e-9 : 1e-9),
        `${currentA} A`,
      );
    }
  });

  it('is none where a vehicle must not draw any', () => {
    for (const duty of [0, 0.02, 0.05, 0.079, 0.98, 1]) assert.equal(currentForDuty(duty), 0);
    assert.equal(currentForDuty(0.085), 6);
    assert.equal(currentForDuty(0.965), 80);
  });

  it('is refused below 6 A and above 80 A', () => {
    for (const currentA of [0, 5.9, 81, Number.NaN]) assert.throws(() => dutyForCurrent(currentA), RangeError);
  });
});
