// The counters that a station keeps for meters which keep none themselves. All are written at once, so that twenty of them wear
// the memory card no more than one does.
import type { Station } from '../../charging/station/station.ts';
import type { KeptCounter } from '../../hardware/meter/meter.ts';

/** With the second between two readings: no more than 10 s are lost in a power cut (docs/session.md, "After a power cut"). */
const KEEP_MS = 9_000;

export class MeterCounters {
  readonly #onFailure: (error: unknown) => void;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #triedAt = Number.NEGATIVE_INFINITY;
  #failing = false;

  /**
   * @param onFailure told once, until the journal takes writes again: what it means for the customer, the session says
   * @param now monotonic milliseconds
   */
  constructor(onFailure: (error: unknown) => void, now = () => performance.now()) {
    this.#onFailure = onFailure;
    this.#now = now;
  }

  /**
   * The counter of one outlet's meter: the highest that is known under one of the names, or was billed there; kept under the
   * first of them.
   */
  of(station: Station, outlet: number, names: readonly [string, ...string[]]): KeptCounter {
    const counters = names.map((name) => station.meterCounter(name));
    return {
      startWh: Math.max(...counters, ...billed(station, outlet)),
      keep: (energyWh, isLast) => {
        this.#counts.set(names[0], energyWh);
        const now = this.#now();
        if (!isLast && now - this.#triedAt < KEEP_MS) return;
        this.#triedAt = now;
        this.#write(station);
        if (isLast) this.#counts.delete(names[0]);
      },
    };
  }

  #write(station: Station): void {
    try {
      station.saveMeterCounters(Object.fromEntries(this.#counts));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#onFailure(error);
      this.#failing = true;
    }
  }
}

/** What was billed last of what stands open at an outlet. */
function billed(station: Station, at: number): number[] {
  const open = station.openVouchers().filter(({ outlet = 1 }) => outlet === at);
  return open.map(({ meterLastWh }) => meterLastWh ?? 0);
}
