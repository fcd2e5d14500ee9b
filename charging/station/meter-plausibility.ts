// Whether what a meter says can be true. Pure. Meters lie when a frame is garbled, when they restart, and when they were
// exchanged; a session is billed from them, so a reading that can't be true must not reach it. The reader of a meter judges
// by it (hardware/meter is handed the judge), and so does the session, whose readings may come from a flow's own meter.

export interface Reading {
  /** The meter's counter; only ever grows. */
  readonly energyWh: number;
  readonly powerW?: number;
  readonly currentA?: number;
  readonly voltageV?: number;
  /** When it was read, monotonic milliseconds. */
  readonly at: number;
}

export interface PlausibilityLimits {
  /** The highest power that the station can deliver. Jumps above what it allows in the time that passed are not true. */
  readonly highestPowerW: number | undefined;
  /** What the counter's last digit is worth, and the meter's error: allowed on top of any jump. */
  readonly slackWh?: number;
}

const DEFAULT_SLACK_WH = 20;
/** A meter may read a little above the station's power for a moment (inrush), never twice of it. */
const POWER_MARGIN = 1.25;

/** Why a counter can't have moved so, in English for the log; undefined when it can. */
export function implausibleCount(
  last: Pick<Reading, 'energyWh' | 'at'> | undefined,
  { energyWh, at }: Pick<Reading, 'energyWh' | 'at'>,
  { highestPowerW, slackWh = DEFAULT_SLACK_WH }: PlausibilityLimits,
): string | undefined {
  if (!Number.isFinite(energyWh)) return 'the energy is not a number';
  if (energyWh < 0) return `the energy is negative (${energyWh} Wh)`;
  if (!last) return undefined;
  if (energyWh < last.energyWh) return `the counter went backwards, from ${last.energyWh} to ${energyWh} Wh`;
  if (highestPowerW === undefined) return undefined;
  const most = (POWER_MARGIN * highestPowerW * Math.max(0, at - last.at)) / 3_600_000 + slackWh;
  const grown = energyWh - last.energyWh;
  if (grown <= most) return undefined;
  return `the counter jumped by ${Math.round(grown)} Wh, where ${Math.round(most)} Wh were possible`;
}

/** Why a reading can't be true, in English for the log; undefined when it can. */
export function implausible(last: Reading | undefined, next: Reading, limits: PlausibilityLimits): string | undefined {
  const { powerW, currentA, voltageV } = next;
  for (const value of [powerW, currentA, voltageV])
    if (value !== undefined && !Number.isFinite(value)) return 'a value is not a number';
  const { highestPowerW = Number.POSITIVE_INFINITY } = limits;
  if (powerW !== undefined && Math.abs(powerW) > 10 * highestPowerW)
    return `${Math.round(powerW)} W is far beyond the station's highest power`;
  return implausibleCount(last, next, limits);
}

/** So many readings in a row that agree with each other, not with the last good one: a meter that was exchanged. */
const READINGS_FOR_NEW_BASE = 3;

/**
 * Judges readings as they come. One that can't be true is told apart and the good one before it stays the measure.
 * A meter that was exchanged or reset stays implausible (so that whoever bills from it hears of it) until three readings
 * agree with each other; from then on they are the measure.
 */
export class PlausibilityJudge {
  readonly #limits: PlausibilityLimits;
  #good: Reading | undefined;
  #doubtful: Reading[] = [];

  constructor(limits: PlausibilityLimits) {
    this.#limits = limits;
  }

  /** Undefined when the reading is good; else why not. */
  judge(reading: Reading): string | undefined {
    const reason = implausible(this.#good, reading, this.#limits);
    if (reason === undefined) {
      this.#good = reading;
      this.#doubtful = [];
      return undefined;
    }
    const before = this.#doubtful.at(-1);
    const agrees = implausible(before, reading, this.#limits) === undefined;
    this.#doubtful = agrees ? [...this.#doubtful, reading] : [];
    if (this.#doubtful.length < READINGS_FOR_NEW_BASE) return reason;
    this.#good = reading;
    this.#doubtful = [];
    return undefined;
  }
}
