// A vehicle inferred from the load alone, for sockets without any contact. Pure.
// It cannot see a vehicle before the relay is closed, nor tell an unplugged one from a full one: with the relay open it
// assumes a vehicle, and says that it does.

export interface LoadCurrentSettings {
  /** From this power on something is charging. Above what an empty adapter or the meter itself draws. */
  readonly leastPowerW: number;
  /** After the relay closed, a vehicle must draw within this time. */
  readonly startSeconds: number;
  /** No load for so long means unplugged or full. */
  readonly goneSeconds: number;
}

export const defaultLoadCurrent: LoadCurrentSettings = { leastPowerW: 20, startSeconds: 60, goneSeconds: 120 };

/** `assumed`: the relay is open, or closed so recently that nothing can be known. `seen`: it draws, or did shortly ago. */
export type LoadPresence = 'assumed' | 'seen' | 'gone';

/** Fed with the relay's state and the meter's power; `at` is monotonic milliseconds and never goes back. */
export class LoadCurrentDetector {
  readonly #settings: LoadCurrentSettings;
  #closedAt: number | undefined;
  #lastLoadAt: number | undefined;

  constructor(settings: LoadCurrentSettings = defaultLoadCurrent) {
    this.#settings = settings;
  }

  relay(on: boolean, at: number): void {
    if (on && this.#closedAt === undefined) {
      this.#closedAt = at;
      this.#lastLoadAt = undefined;
    } else if (!on) this.#closedAt = undefined;
  }

  power(powerW: number | undefined, at: number): void {
    if (this.#closedAt !== undefined && powerW !== undefined && powerW >= this.#settings.leastPowerW)
      this.#lastLoadAt = at;
  }

  presence(at: number): LoadPresence {
    if (this.#closedAt === undefined) return 'assumed';
    if (this.#lastLoadAt !== undefined)
      return at - this.#lastLoadAt < this.#settings.goneSeconds * 1000 ? 'seen' : 'gone';
    return at - this.#closedAt < this.#settings.startSeconds * 1000 ? 'assumed' : 'gone';
  }

  /** What `detect vehicle` tells: an assumed vehicle counts as connected, or no session could ever start. */
  connected(at: number): boolean {
    return this.presence(at) !== 'gone';
  }
}
