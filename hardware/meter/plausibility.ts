// Whether what a meter says can be true. Pure. Meters lie when a frame is garbled, when they restart, and when they were
// exchanged; a session is billed from them, so a reading that can't be true must not reach it.
import type { MeterReading } from './meter.ts';

export interface PlausibilityLimits {
  /** The highest power that the station can deliver. Jumps above what it allows in the time that passed are not true. */
  readonly highestPowerW: number;
  /** What the counter's last digit is worth, and the meter's error: allowed on top of any jump. */
  readonly slackWh?: number;
}

const defaultSlackWh = 20;
/** A meter may read a little above the station's power for a moment (inrush), never twice of it. */
const powerMargin = 1.25;

/** Why a reading can't be true, in English for the log; undefined when it can. */
export function implausible(
  last: MeterReading | undefined,
  next: MeterReading,
  limits: PlausibilityLimits,
): string | undefined {
  const { energyWh, powerW } = next;
  if (!Number.isFinite(energyWh)) return 'the energy is not a number';
  if (energyWh < 0) return `the energy is negative (${energyWh} Wh)`;
  for (const value of [powerW, next.currentA, next.voltageV])
    if (value !== undefined && !Number.isFinite(value)) return 'a value is not a number';
  if (powerW !== undefined && Math.abs(powerW) > 10 * limits.highestPowerW)
    return `${Math.round(powerW)} W is far beyond the station's highest power`;
  if (!last) return undefined;
  if (energyWh < last.energyWh) return `the counter went backwards, from ${last.energyWh} to ${energyWh} Wh`;
  const most =
    (powerMargin * limits.highestPowerW * (next.at - last.at)) / 3_600_000 + (limits.slackWh ?? defaultSlackWh);
  if (energyWh - last.energyWh > most)
    return `the counter jumped by ${Math.round(energyWh - last.energyWh)} Wh, where ${Math.round(most)} Wh were possible`;
  return undefined;
}

/** So many readings in a row that agree with each other, not with the last good one: a meter that was exchanged. */
const readingsForNewBase = 3;

/**
 * Judges readings as they come. One that can't be true is told apart and the good one before it stays the measure.
 * A meter that was exchanged or reset stays implausible (so that whoever bills from it hears of it) until three readings
 * agree with each other; from then on they are the measure.
 */
export class PlausibilityJudge {
  readonly #limits: PlausibilityLimits;
  #good: MeterReading | undefined;
  #doubtful: MeterReading[] = [];

  constructor(limits: PlausibilityLimits) {
    this.#limits = limits;
  }

  /** Undefined when the reading is good; else why not. */
  judge(reading: MeterReading): string | undefined {
    const reason = implausible(this.#good, reading, this.#limits);
    if (reason === undefined) {
      this.#good = reading;
      this.#doubtful = [];
      return undefined;
    }
    const before = this.#doubtful.at(-1);
    const agrees = implausible(before, reading, this.#limits) === undefined;
    this.#doubtful = agrees ? [...this.#doubtful, reading] : [];
    if (this.#doubtful.length < readingsForNewBase) return reason;
    this.#good = reading;
    this.#doubtful = [];
    return undefined;
  }
}
