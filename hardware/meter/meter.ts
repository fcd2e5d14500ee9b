// What every energy meter gives, however it is read.
import { kindsOf } from '../device-kind.ts';
import type { GpioDriver } from '../gpio/driver.ts';
import type { FaultListener } from '../linux/errors.ts';
import type { OutletAt } from '../settings.ts';

export interface MeterReading {
  /** The meter's counter; only ever grows. */
  readonly energyWh: number;
  readonly powerW?: number;
  readonly currentA?: number;
  readonly voltageV?: number;
  /** When it was read, monotonic milliseconds of the clock that the meter was opened with. */
  readonly at: number;
}

/** Faults: `meter-silent` (two bad reads, or 5 s without a good one), `meter-implausible` (two readings that can't be true). */
export interface MeterListener extends FaultListener {
  /** Only readings that are plausible. */
  onReading(reading: MeterReading): void;
}

export interface Meter {
  readonly name: string;
  /** The last good reading. */
  readonly latest: MeterReading | undefined;
  /** What the relay is told: a simulated meter draws while it is on. */
  relay?(on: boolean): void;
  close(): Promise<void>;
}

/** Says why a reading can't be true; undefined when it can. It is handed each reading of one meter, in their order. */
export interface MeterJudge {
  judge(reading: MeterReading): string | undefined;
}

/**
 * Makes the judge of one meter.
 * @param slackWh what its counter may jump at once, where that is more than usual
 */
export type MeterJudging = (slackWh?: number) => MeterJudge;

/** What a meter is opened with. */
export interface MeterParts {
  /** Whose meter it is: a kind that has no wire by which to name what it keeps, names it by that. */
  readonly at: OutletAt;
  readonly judging: MeterJudging;
  readonly listener: MeterListener;
  gpio(): Promise<GpioDriver>;
  /** The counter that the station keeps for a meter that keeps none itself, under the first of its names. */
  counter(...names: readonly [string, ...string[]]): KeptCounter;
}

export interface KeptCounter {
  readonly startWh: number;
  /** Called with each count, each second at least. How often it is written is for whoever keeps it: the last one at once. Throws nothing. */
  keep(energyWh: number, isLast: boolean): void;
}

interface OfMeters {
  /** Whether the meter itself keeps its count, also of what flows while the station has no power. */
  readonly keepsCount: boolean;
}

export const meterKind = kindsOf<MeterParts, Meter, OfMeters>();
export type MeterKind = ReturnType<typeof meterKind>;

/** No good reading for so long is silence (docs/hardware.md). */
export const silentAfterMs = 5_000;
/** So many bad reads in a row are a fault. */
export const badReadsForFault = 2;
