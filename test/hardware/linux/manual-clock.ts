// A clock that stands still until a test moves it, and lets everything that waits on promises catch up at each step.
import type { DeviceClock } from '../../../hardware/linux/clock.ts';

export class ManualClock implements DeviceClock {
  #now = 0;
  #timers: { at: number; act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.#now + milliseconds, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Time that passes without anyone being called, as it does within one call to a slow device. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
  }

  /** Moves on, calling what falls due in its order. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    await settled();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.act();
      await settled();
    }
    this.#now = Math.max(this.#now, until);
  }

  get waiting(): number {
    return this.#timers.length;
  }
}

/** Promises resolve in microtasks: they are all through when the event loop has turned. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
