// An input on a chip that tells the kernel of no edges, as a PCF8574 or an expander whose interrupt pin is not wired: it is
// looked at so often that a contact is seen in time. A pulse that is shorter than a look may pass unseen.
import type { InputLine } from './driver.ts';
import type { GpioError } from './errors.ts';

/** A plug is to open its relay within 100 ms, 25 of them for the contact to settle. */
const LOOK_MS = 20;

export interface PolledOptions {
  /** Throws a `GpioError` when the line is lost. */
  read(): boolean;
  close(): void;
  onChange(level: boolean): void;
  onLost(error: GpioError): void;
}

export class PolledInput implements InputLine {
  readonly #options: PolledOptions;
  readonly #looking: NodeJS.Timeout;
  #level: boolean;

  /** @throws what `read` throws */
  constructor(options: PolledOptions, lookMs: number = LOOK_MS) {
    this.#options = options;
    this.#level = options.read();
    this.#looking = setInterval(() => this.#look(), lookMs);
  }

  read(): boolean {
    return this.#options.read();
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#options.close();
  }

  #look(): void {
    let level: boolean;
    try {
      level = this.#options.read();
    } catch (error) {
      clearInterval(this.#looking);
      this.#options.onLost(error as GpioError);
      return;
    }
    if (level === this.#level) return;
    this.#level = level;
    this.#options.onChange(level);
  }
}
