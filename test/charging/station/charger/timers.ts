// Timers on a clock that a test turns.

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class Timers {
  #waiting: Timer[] = [];

  /** @returns what cancels it */
  set(at: number, callback: () => void): () => void {
    const timer = { at, callback };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== timer);
    };
  }

  /** The one that is due next. */
  get next(): Timer | undefined {
    return this.#waiting.toSorted((a, b) => a.at - b.at)[0];
  }

  /** Calls it: also where it was cancelled in the very moment that it was due, so that a beat is never put off for ever. */
  fire(timer: Timer): void {
    this.#waiting = this.#waiting.filter((other) => other !== timer);
    timer.callback();
  }

  /** Forgets them all, as a power cut does. @returns what they would have called */
  clear(): (() => void)[] {
    return this.#waiting.splice(0).map(({ callback }) => callback);
  }
}
