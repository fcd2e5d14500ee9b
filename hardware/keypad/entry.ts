// Keys become entries: what a customer types up to `#`. Pure but for the clock that is handed in.
import { type DeviceClock, machineClock } from '../bus/clock.ts';

/** The longest code has 15 digits; one more shows that too much was typed. */
const mostDigits = 16;
const timeoutMs = 30_000;

/**
 * `entry`: the digits up to `#`; nothing is typed any more. `typed`: what stands typed so far, empty after it was cleared
 * or timed out. `key`: a key that belongs to no entry: `*` or `#` while nothing is typed. `ignored`: a key that
 * changed nothing (a digit too many, a letter); worth a beep.
 */
export type EntryEvent =
  | { readonly entry: string }
  | { readonly typed: string }
  | { readonly key: string }
  | { readonly ignored: string };

/** Collects one keypad's keys. */
export class EntryReader {
  readonly #emit: (event: EntryEvent) => void;
  readonly #clock: DeviceClock;
  readonly #timeoutMs: number;
  #typed = '';
  #cancelTimeout: (() => void) | undefined;

  constructor(options: { emit: (event: EntryEvent) => void; clock?: DeviceClock; timeoutMs?: number }) {
    this.#emit = options.emit;
    this.#clock = options.clock ?? machineClock();
    this.#timeoutMs = options.timeoutMs ?? timeoutMs;
  }

  /** What stands typed. */
  get typed(): string {
    return this.#typed;
  }

  press(key: string): void {
    if (/^[0-9]$/.test(key)) this.#digit(key);
    else if (key === '#') this.#end();
    else if (key === '*') this.#clear();
    else this.#emit({ ignored: key });
  }

  /** Forgets what is typed, silently: the keypad was closed or lost. */
  reset(): void {
    this.#typed = '';
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  #digit(key: string): void {
    this.#waitForNext();
    if (this.#typed.length === mostDigits) {
      this.#emit({ ignored: key });
      return;
    }
    this.#typed += key;
    this.#emit({ typed: this.#typed });
  }

  #end(): void {
    const entry = this.#typed;
    this.reset();
    this.#emit(entry === '' ? { key: '#' } : { entry });
  }

  #clear(): void {
    const wasEmpty = this.#typed === '';
    this.reset();
    this.#emit(wasEmpty ? { key: '*' } : { typed: '' });
  }

  #waitForNext(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = this.#clock.schedule(this.#timeoutMs, () => {
      this.reset();
      this.#emit({ typed: '' });
    });
  }
}
