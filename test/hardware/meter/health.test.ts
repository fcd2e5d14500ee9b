import assert from 'node:assert/strict';
import fc from 'fast-check';
import { implausible } from '../../../charging/station/meter-plausibility.ts';
import { MeterHealth } from '../../../hardware/meter/health.ts';
import type { MeterReading } from '../../../hardware/meter/meter.ts';
import { ManualClock } from '../linux/manual-clock.ts';
import { judgingUpTo } from './judging.ts';

function bench() {
  const clock = new ManualClock();
  const good: number[] = [];
  const told: string[] = [];
  const health = new MeterHealth(
    {
      onReading: ({ energyWh }) => good.push(energyWh),
      onFault: ({ code }) => told.push(code),
      onRecovered: () => told.push('recovered'),
    },
    clock,
    judgingUpTo(3_600)(),
  );
  /** A reading each second. */
  const read = async (energyWh: number, rest: Partial<MeterReading> = {}) => {
    await clock.advance(1_000);
    health.read({ energyWh, at: clock.now(), ...rest });
  };
  return { clock, good, told, health, read };
}

describe('a meter', () => {
  it('is in fault after two bad reads in a row, not after one', async () => {
    const { health, told, read } = bench();
    await read(100);
    health.failed('timed out');
    await read(101);
    health.failed('timed out');
    assert.deepEqual(told, []);
    health.failed('timed out');
    assert.deepEqual(told, ['meter-silent']);
    health.failed('timed out');
    assert.deepEqual(told, ['meter-silent']);
  });

  it('is in fault 5 s after its last good reading, also when no read ends', async () => {
    const { clock, told, read } = bench();
    await read(100);
    await clock.advance(4_999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told, ['meter-silent']);
  });

  it('that never answered is in fault after 5 s', async () => {
    const { clock, told } = bench();
    await clock.advance(5_000);
    assert.deepEqual(told, ['meter-silent']);
  });

  it('is well again with its next good reading', async () => {
    const { clock, told, read, good } = bench();
    await read(100);
    await clock.advance(6_000);
    await read(101);
    assert.deepEqual(told, ['meter-silent', 'recovered']);
    assert.deepEqual(good, [100, 101]);
  });

  it('that went backwards, or jumped, does not move what is billed', async () => {
    const { told, read, good } = bench();
    await read(1_000);
    await read(900);
    await read(1_001);
    await read(99_000);
    await read(1_002);
    assert.deepEqual(good, [1_000, 1_001, 1_002]);
    assert.deepEqual(told, []);
    await read(5);
    await read(9_999_999);
    assert.deepEqual(told, ['meter-implausible']);
  });

  it('that was exchanged is in fault first, and believed after three readings that agree', async () => {
    const { told, read, good } = bench();
    await read(50_000);
    await read(12);
    await read(12);
    assert.deepEqual(told, ['meter-implausible']);
    await read(13);
    assert.deepEqual(told, ['meter-implausible', 'recovered']);
    assert.deepEqual(good, [50_000, 13]);
  });

  it('may have grown, while nobody read it, by what the station can deliver in that time', async () => {
    const { clock, read, good } = bench();
    await read(0);
    await clock.advance(3_600_000);
    await read(3_600);
    assert.deepEqual(good, [0, 3_600]);
  });

  it('is not believed with NaN, infinity or a negative count', () => {
    const limits = { highestPowerW: 3_600 };
    for (const energyWh of [Number.NaN, Number.POSITIVE_INFINITY, -1])
      assert.notEqual(implausible(undefined, { energyWh, at: 0 }, limits), undefined);
    for (const rest of [{ powerW: Number.NaN }, { voltageV: Number.NaN }, { currentA: Number.NaN }, { powerW: 1e6 }])
      assert.notEqual(implausible(undefined, { energyWh: 1, at: 0, ...rest }, limits), undefined);
    assert.equal(implausible(undefined, { energyWh: 1, powerW: 0, at: 0 }, limits), undefined);
  });

  it('tells a fault once while it stands, and its good readings only grow until a fault ended', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(200), fc.constant(-1), fc.constant(1e9))), (steps) => {
        const clock = new ManualClock();
        const told: string[] = [];
        let last = -1;
        const health = new MeterHealth(
          {
            onReading: ({ energyWh }) => {
              if (told.at(-1) !== 'recovered') assert.ok(energyWh >= last, `${energyWh} after ${last}`);
              last = energyWh;
              told.push('reading');
            },
            onFault: ({ code }) => {
              assert.notEqual(told.at(-1), code);
              told.push(code);
            },
            onRecovered: () => told.push('recovered'),
          },
          clock,
          judgingUpTo(3_600)(),
        );
        for (const step of steps) {
          clock.pass(1_000);
          if (step === -1) health.failed('timed out');
          else health.read({ energyWh: step, at: clock.now() });
        }
        health.close();
      }),
    );
  });
});
