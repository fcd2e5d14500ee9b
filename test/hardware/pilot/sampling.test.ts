import assert from 'node:assert/strict';
import { dutyForCurrent, PilotJudge } from '../../../hardware/pilot/control-pilot.ts';
import { openControlPilot } from '../../../hardware/pilot/open.ts';
import { randomFrom } from '../../support/random.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedMcp3008 } from './simulated-converters.ts';
import { runPilot } from './simulated-pilot.ts';

/** The wiring diagram's divider, from its resistors. */
const atConverter = (pilotV: number) => (pilotV / 330 + 3.3 / 82) / (1 / 330 + 1 / 82 + 1 / 82);

async function opened(volts: (at: number) => number, spacingUs: number, jitter: number) {
  const clock = new ManualClock();
  const heard: string[] = [];
  const spi = new SimulatedMcp3008(clock, (_, at) => atConverter(volts(at)));
  const random = randomFrom(spacingUs);
  spi.transferMs = () => (spacingUs * (1 + (random() * 2 - 1) * jitter)) / 1000;
  const pilot = await openControlPilot(
    { converter: 'mcp3008', channel: 0, clock, bus: spi, oscillating: true },
    {
      onState: (state) => heard.push(state),
      onFault: ({ code }) => heard.push(code),
      onRecovered: () => heard.push('recovered'),
    },
  );
  const close = async () => {
    const closing = pilot.close();
    await clock.advance(200);
    await closing;
  };
  return { clock, heard, close };
}

describe('a pilot that its generator drives', () => {
  for (const [currentA, spacingUs] of [
    [10, 200],
    [6, 125],
    [6, 143],
    [6, 167],
    [6, 250],
    [6, 333],
    [13, 400],
    [80, 200],
    [80, 333],
  ] as const) {
    it(`at ${currentA} A, read each ${spacingUs} µs, holds its vehicle, and lets go of it within 200 ms`, async () => {
      const duty = dutyForCurrent(currentA);
      let upV = 6;
      const { clock, heard, close } = await opened((at) => (at % 1 < duty ? upV : -12), spacingUs, 0.03);
      await clock.advance(10_000);
      assert.deepEqual(heard, ['C']);
      upV = 12;
      await clock.advance(200);
      await close();
      assert.deepEqual(heard, ['C', 'A']);
    });
  }

  it('is never taken for unplugged, at any duty, spacing and jitter; and always within 200 ms when it is', () => {
    let seed = 0;
    for (const jitter of [0.03, 0.3]) {
      for (const currentA of [6, 7, 10, 16, 32, 51, 63, 78, 80]) {
        for (const spacingUs of [
          20, 50, 83, 100, 111, 125, 143, 151, 167, 178, 200, 222, 250, 286, 300, 333, 363, 400,
        ]) {
          const run = { duty: dutyForCurrent(currentA), spacingUs, jitter, seconds: 30, unplugEverySeconds: 10, seed };
          const { falseUnpluggings, slowestUnplugMs } = runPilot(run);
          const where = `${currentA} A, ${spacingUs} µs ± ${jitter * 100} %, seed ${seed}`;
          assert.equal(falseUnpluggings, 0, where);
          assert.ok(slowestUnplugMs <= 200, `${where}: ${slowestUnplugMs} ms`);
          seed += 1;
        }
      }
    }
  });

  for (const [currentA, spacingUs] of [
    [6, 250],
    [80, 333],
  ] as const) {
    it(`is never taken for unplugged in an hour at ${currentA} A, read each ${spacingUs} µs`, () => {
      const duty = dutyForCurrent(currentA);
      assert.equal(runPilot({ duty, spacingUs, jitter: 0.03, seconds: 3_600, seed: 1 }).falseUnpluggings, 0);
    });
  }

  it('is a fault, not an unplugged vehicle, once the generator has died', async () => {
    for (const deadV of [-12, 9]) {
      let dead = false;
      const { clock, heard, close } = await opened((at) => (dead ? deadV : at % 1 < 0.3 ? 9 : -12), 60, 0.03);
      await clock.advance(1_000);
      dead = true;
      await clock.advance(1_500);
      assert.deepEqual(heard, ['B']);
      await clock.advance(5_000);
      dead = false;
      await clock.advance(1_000);
      await close();
      assert.deepEqual(heard, ['B', 'pilot-implausible', 'recovered', 'B']);
    }
  });

  it('whose peaks are missed says nothing: two reads of a pulled plug agree across what was missed between', () => {
    const judge = new PilotJudge();
    const missed = { positiveV: -12, negativeV: -12 };
    for (let read = 0; read < 4; read++) judge.take({ positiveV: 9, negativeV: -12 }, true);
    for (let read = 0; read < 10; read++) assert.deepEqual(judge.take(missed, true), { state: 'B', changed: false });
    judge.take({ positiveV: 12, negativeV: -12 }, true);
    assert.deepEqual(judge.take(missed, true), { state: 'B', changed: false });
    assert.deepEqual(judge.take({ positiveV: 12, negativeV: -12 }, true), { state: 'A', changed: true });
  });

  it('shorted to the protective conductor lets go of its vehicle', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take({ positiveV: 6, negativeV: -12 }, true);
    judge.take({ positiveV: 0.2, negativeV: -0.2 }, true);
    assert.deepEqual(judge.take({ positiveV: 0.2, negativeV: -0.2 }, true), { state: 'E', changed: true });
  });
});

describe('a steady pilot', () => {
  it('at −12 V is a station that is not available, as soon as two reads say so', () => {
    const judge = new PilotJudge();
    for (let read = 0; read < 4; read++) judge.take({ positiveV: 9, negativeV: 9 }, false);
    judge.take({ positiveV: -12, negativeV: -12 }, false);
    assert.deepEqual(judge.take({ positiveV: -12, negativeV: -12 }, false), { state: 'F', changed: true });
  });
});
