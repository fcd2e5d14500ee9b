// What every energy meter gives, however it is read.
import type { FaultListener } from '../linux/errors.ts';

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
  close(): Promise<void>;
}

/** No good reading for so long is silence (docs/hardware.md). */
export const silentAfterMs = 5_000;
/** So many bad reads in a row are a fault. */
export const badReadsForFault = 2;
