import assert from 'node:assert/strict';
import type { MeterReading } from '../../../hardware/meter/meter.ts';
import { openS0Meter } from '../../../hardware/meter/s0.ts';
import { S0Counter } from '../../../hardware/meter/s0-counter.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { SimulatedLine } from '../linux/simulated-line.ts';
import { judgingUpTo } from './judging.ts';

interface BenchOptions {
  impulsesPerKwh?: number;
  startWh?: number;
  highestPowerW?: number;
  keep?(energyWh: number, isLast: boolean): void;
}

async function bench(
  { highestPowerW = 3_700, ...options }: BenchOptions = {},
  line = new SimulatedLine(),
  clock = new ManualClock(),
) {
  const readings: MeterReading[] = [];
  const told: string[] = [];
  const saved: number[] = [];
  const meter = await openS0Meter(
    line,
    {
      line: 22,
      impulsesPerKwh: 1000,
      startWh: 0,
      judging: judgingUpTo(highestPowerW),
      keep: (energyWh) => saved.push(energyWh),
      clock,
      ...options,
    },
    {
      onReading: (reading) => readings.push(reading),
      onFault: ({ code }) => told.push(code),
      onRecovered: () => told.push('recovered'),
    },
  );
  /** The contact pulls the wire down for 30 ms; the next pulse may come `everyMs` after this one's start. */
  const pulse = async (everyMs = 1_000) => {
    line.set(false);
    await clock.advance(30);
    line.set(true);
    await clock.advance(everyMs - 30);
  };
  return { clock, line, readings, told, saved, meter, pulse };
}

describe('an S0 meter', () => {
  it('counts a watt-hour for each pulse at 1000 imp/kWh', async () => {
    const { pulse, meter } = await bench();
    for (let count = 0; count < 25; count++) await pulse();
    assert.equal(meter.latest?.energyWh, 25);
  });

  it('counts what its constant says', async () => {
    const { pulse, meter } = await bench({ impulsesPerKwh: 640 });
    for (let count = 0; count < 64; count++) await pulse(2_000);
    assert.equal(meter.latest?.energyWh, 100);
  });

  it('counts each pulse once however its contact bounces', async () => {
    const { line, clock, meter } = await bench();
    for (let count = 0; count < 10; count++) {
      for (const level of [false, true, false, true, false]) {
        line.set(level);
        await clock.advance(1);
      }
      await clock.advance(30);
      for (const level of [true, false, true, false, true]) {
        line.set(level);
        await clock.advance(2);
      }
      await clock.advance(950);
    }
    await clock.advance(1_000);
    assert.equal(meter.latest?.energyWh, 10);
  });

  it('takes disturbances shorter than a pulse for none', async () => {
    const { line, clock, meter } = await bench();
    for (let count = 0; count < 100; count++) {
      line.set(false);
      await clock.advance(5);
      line.set(true);
      await clock.advance(195);
    }
    assert.equal(meter.latest?.energyWh, 0);
  });

  it('takes two spikes of 1 ms within 10 ms for no pulse of 10 ms, nor any number of them', async () => {
    const { line, clock, meter } = await bench();
    for (const apartMs of [9, 8, 5, 2]) {
      for (let spike = 0; spike < 20; spike++) {
        line.set(false);
        await clock.advance(1);
        line.set(true);
        await clock.advance(apartMs);
      }
      await clock.advance(1_000);
    }
    assert.equal(meter.latest?.energyWh, 0);
  });

  it('counts no hum of 100 Hz, however much of its period it closes, and a pulse in the midst of it once', async () => {
    const { line, clock, meter } = await bench();
    const hum = async (closedMs: number, seconds: number) => {
      for (let period = 0; period < seconds * 100; period++) {
        line.set(false);
        await clock.advance(closedMs);
        line.set(true);
        await clock.advance(10 - closedMs);
      }
    };
    for (const closedMs of [1, 3, 5, 7, 9]) await hum(closedMs, 2);
    assert.equal(meter.latest?.energyWh, 0);
    for (let pulse = 1; pulse <= 3; pulse++) {
      line.set(false);
      await clock.advance(30);
      line.set(true);
      await clock.advance(5);
      await hum(5, 1);
    }
    await clock.advance(1_000);
    assert.equal(meter.latest?.energyWh, 3);
  });

  it('that is read too late to see a contact open in between takes no two spikes for one pulse', () => {
    const counter = new S0Counter({ impulsesPerKwh: 1000 });
    counter.edge(true, 0);
    assert.equal(counter.edge(true, 10), false);
    counter.edge(false, 11);
    assert.equal(counter.energyWh, 0);
  });

  it('goes on from where the journal says it stood, and has its count kept each second, and the last as such', async () => {
    const kept: [number, boolean][] = [];
    const { pulse, clock, meter } = await bench({
      startWh: 41_000,
      keep: (energyWh, isLast) => kept.push([energyWh, isLast]),
    });
    await clock.advance(1_000);
    assert.equal(meter.latest?.energyWh, 41_000);
    for (let count = 0; count < 12; count++) await pulse();
    const counts = kept.map(([energyWh]) => energyWh);
    assert.ok(counts.length >= 11, `${counts}`);
    assert.deepEqual(counts.toSorted(), counts);
    await meter.close();
    assert.deepEqual(kept.at(-1), [41_012, true]);
    assert.ok(kept.slice(0, -1).every(([, isLast]) => !isLast));
  });

  it('has nothing kept while nothing changes', async () => {
    const { clock, meter, saved } = await bench({ startWh: 7 });
    await clock.advance(60_000);
    await meter.close();
    assert.deepEqual(saved, []);
  });

  it('estimates the power from the spacing of its pulses, and lets it fade when they stop', async () => {
    const { pulse, clock, meter } = await bench();
    for (let count = 0; count < 5; count++) await pulse(2_000);
    assert.equal(Math.round(meter.latest!.powerW!), 1_800);
    await clock.advance(34_000);
    assert.equal(Math.round(meter.latest!.powerW!), 100);
    await clock.advance(16 * 60_000);
    assert.equal(meter.latest!.powerW, 0);
  });

  it('gives a fresh reading each second, so that its age tells of the line and not of the load', async () => {
    const { clock, readings, told } = await bench();
    await clock.advance(10_000);
    assert.equal(readings.length, 10);
    assert.equal(readings.at(-1)?.at, 10_000);
    assert.deepEqual(told, []);
  });

  it('that pulses faster than the station can deliver is not believed', async () => {
    const { line, clock, told } = await bench({ highestPowerW: 1_000 });
    // 50 pulses a second would be 180 kW.
    for (let count = 0; count < 100; count++) {
      line.set(false);
      await clock.advance(10.5);
      line.set(true);
      await clock.advance(10.5);
    }
    assert.equal(told[0], 'meter-implausible');
  });

  it('says that its line is lost, within two reads, and counts on when it is back', async () => {
    const { line, clock, told, pulse, meter } = await bench();
    await pulse();
    line.lose();
    await clock.advance(2_000);
    assert.deepEqual(told, ['meter-silent']);
    line.lost = false;
    await clock.advance(2_000);
    assert.deepEqual(told, ['meter-silent', 'recovered']);
    await pulse();
    assert.equal(meter.latest?.energyWh, 2);
  });

  it('counts through sysfs, which can set no pull, where the board pulls its line up', async () => {
    const line = new SimulatedLine();
    line.setsPulls = false;
    const { pulse, meter } = await bench({}, line);
    for (let count = 0; count < 3; count++) await pulse();
    assert.equal(meter.latest?.energyWh, 3);
  });

  it('through sysfs says that the board does not pull its line up, and takes no pulse at the start for that', async () => {
    const line = new SimulatedLine();
    line.setsPulls = false;
    line.level = false;
    const clock = new ManualClock();
    const opening = assert.rejects(bench({}, line, clock), { code: 'no-pull', message: /gpio=22=ip,pu/ });
    await clock.advance(2_000);
    await opening;
    assert.equal(line.held, false);
    assert.equal(clock.waiting, 0);

    line.level = false;
    const opened = bench({}, line, clock);
    await clock.advance(60);
    line.set(true);
    await clock.advance(60);
    assert.equal((await opened).line.held, true);
  });

  it('lets go of its line when it is closed', async () => {
    const { line, clock, meter, readings } = await bench();
    await meter.close();
    assert.equal(line.held, false);
    const { length } = readings;
    await clock.advance(10_000);
    assert.equal(readings.length, length);
    assert.equal(clock.waiting, 0);
  });

  it('is refused with a constant that no meter has', async () => {
    for (const impulsesPerKwh of [0, -1, Number.NaN, 1e6]) {
      await assert.rejects(bench({ impulsesPerKwh }), RangeError);
      assert.throws(() => new S0Counter({ impulsesPerKwh }), RangeError);
    }
  });
});
