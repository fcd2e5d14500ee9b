// Timers on a clock that a test turns.

export class Timers {
  #waiting: { readonly at: number; readonly callback: () => void }[] = [];

  /** @returns what cancels it */
  set(at: number, callback: () => void): () => void {
    const timer = { at, callback };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== timer);
    };
  }

  /** When the next one is due. */
  get nextAt(): number | undefined {
    return this.#waiting.toSorted((a, b) => a.at - b.at)[0]?.at;
  }

  /** Calls the next one, if it is due by then. */
  fire(now: number): void {
    const timer = this.#waiting.toSorted((a, b) => a.at - b.at)[0];
    if (!timer || timer.at > now) return;
    this.#waiting = this.#waiting.filter((other) => other !== timer);
    timer.callback();
  }

  /** Forgets them all, as a power cut does. @returns what they would have called */
  clear(): (() => void)[] {
    return this.#waiting.splice(0).map(({ callback }) => callback);
  }
}
