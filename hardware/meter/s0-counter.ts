// Counting the pulses of an S0 output (IEC 62053-31: a contact that closes for 30 ms or more at each pulse). Pure.

export interface S0CounterOptions {
  /** The meter's constant, printed on it: 1000 on most. */
  readonly impulsesPerKwh: number;
  /** Counted before, in Wh. */
  readonly startWh?: number;
  /** A pulse is true when the contact was closed so long; shorter is a disturbance. */
  readonly leastClosedMs?: number;
  /** An opening shorter than this is a bounce within one pulse. */
  readonly leastOpenMs?: number;
}

/** Power falls to 0 when the next pulse has not come for so long, whatever the last spacing was. */
const powerAfterMs = 15 * 60_000;

/**
 * Takes the raw edges of the contact with their times. A pulse is counted once it was closed for `leastClosedMs`, and once
 * only however its edges bounce.
 */
export class S0Counter {
  readonly #whPerPulse: number;
  readonly #leastClosedMs: number;
  readonly #leastOpenMs: number;
  #pulses = 0;
  readonly #startWh: number;
  #closed = false;
  #counted = false;
  #closedAt = Number.NEGATIVE_INFINITY;
  #openedAt = Number.NEGATIVE_INFINITY;
  /** When the last two pulses were, for the power. */
  #lastPulseAt: number | undefined;
  #spacingMs: number | undefined;

  constructor(options: S0CounterOptions) {
    const { impulsesPerKwh, startWh = 0, leastClosedMs = 10, leastOpenMs = 10 } = options;
    if (!(impulsesPerKwh > 0 && impulsesPerKwh <= 100_000))
      throw new RangeError(`${impulsesPerKwh} impulses per kWh is no meter's constant (printed on it, often 1000).`);
    this.#whPerPulse = 1000 / impulsesPerKwh;
    this.#startWh = startWh;
    this.#leastClosedMs = leastClosedMs;
    this.#leastOpenMs = leastOpenMs;
  }

  get energyWh(): number {
    return this.#startWh + this.#pulses * this.#whPerPulse;
  }

  /** The contact at `at` (monotonic ms). True when this completes a pulse. */
  edge(closed: boolean, at: number): boolean {
    if (closed === this.#closed) return this.settle(at);
    const done = !closed && this.settle(at);
    this.#closed = closed;
    if (!closed) this.#openedAt = at;
    else if (at - this.#openedAt >= this.#leastOpenMs) {
      this.#closedAt = at;
      this.#counted = false;
    }
    return done;
  }

  /** Time went on to `at` without an edge. True when the pulse that is going on has become long enough to count. */
  settle(at: number): boolean {
    if (!this.#closed || this.#counted || at - this.#closedAt < this.#leastClosedMs) return false;
    this.#counted = true;
    this.#pulses += 1;
    if (this.#lastPulseAt !== undefined) this.#spacingMs = this.#closedAt - this.#lastPulseAt;
    this.#lastPulseAt = this.#closedAt;
    return true;
  }

  /**
   * Estimated from the spacing of the last two pulses, and never more than the time since the last one allows: a load
   * that stops fades to 0. Undefined until two pulses came.
   */
  powerW(at: number): number | undefined {
    if (this.#lastPulseAt === undefined || this.#spacingMs === undefined) return undefined;
    const since = at - this.#lastPulseAt;
    if (since > powerAfterMs) return 0;
    return (this.#whPerPulse * 3_600_000) / Math.max(this.#spacingMs, since);
  }
}
