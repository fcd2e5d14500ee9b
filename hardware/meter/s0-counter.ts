// Counting the pulses of an S0 output (IEC 62053-31: a contact that closes for 30 ms or more at each pulse). Pure.

export interface S0CounterOptions {
  /** The meter's constant, printed on it: 1000 on most. */
  readonly impulsesPerKwh: number;
  /** Counted before, in Wh. */
  readonly startWh?: number;
}

/** A pulse is true when the contact was closed so long without a break; shorter is a disturbance. */
export const LEAST_CLOSED_MS = 10;
/** Open for less than this in sum since the last pulse, it only bounced: that pulse goes on. */
const LEAST_OPEN_MS = 10;

/** Power falls to 0 when the next pulse has not come for so long, whatever the last spacing was. */
const powerAfterMs = 15 * 60_000;

/**
 * Takes the raw edges of the contact with their times. A pulse is counted once it was closed for `LEAST_CLOSED_MS` on end, and
 * once only however its edges bounce. Spikes and the hum of the mains, which close the contact for less, never add up to one.
 */
export class S0Counter {
  readonly #whPerPulse: number;
  #pulses = 0;
  readonly #startWh: number;
  #closed = false;
  #counted = false;
  #closedAt = Number.NEGATIVE_INFINITY;
  #openedAt = Number.NEGATIVE_INFINITY;
  /** In sum, since the last pulse that counted. */
  #openMs = Number.POSITIVE_INFINITY;
  /** When the last two pulses were, for the power. */
  #lastPulseAt: number | undefined;
  #spacingMs: number | undefined;

  constructor({ impulsesPerKwh, startWh = 0 }: S0CounterOptions) {
    if (!(impulsesPerKwh > 0 && impulsesPerKwh <= 100_000))
      throw new RangeError(`${impulsesPerKwh} impulses per kWh is no meter's constant (printed on it, often 1000).`);
    this.#whPerPulse = 1000 / impulsesPerKwh;
    this.#startWh = startWh;
  }

  get energyWh(): number {
    return this.#startWh + this.#pulses * this.#whPerPulse;
  }

  /** The contact at `at` (monotonic ms). True when this completes a pulse. */
  edge(closed: boolean, at: number): boolean {
    if (closed === this.#closed) {
      // Both edges of a moment too short to be read passed between: a closed contact was open, and closes anew.
      if (closed) this.#closedAt = at;
      return false;
    }
    const done = !closed && this.settle(at);
    this.#closed = closed;
    if (!closed) this.#openedAt = at;
    else {
      this.#openMs += at - this.#openedAt;
      this.#closedAt = at;
      if (this.#openMs >= LEAST_OPEN_MS) this.#counted = false;
    }
    return done;
  }

  /** Time went on to `at` without an edge. True when the pulse that is going on has become long enough to count. */
  settle(at: number): boolean {
    if (!this.#closed || this.#counted || at - this.#closedAt < LEAST_CLOSED_MS) return false;
    this.#counted = true;
    this.#openMs = 0;
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
