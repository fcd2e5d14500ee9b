// A GPIO driver with one input line, whose wire a test moves.
import type { GpioDriver, InputLine, InputOptions } from '../../../hardware/gpio/driver.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';

export class SimulatedLine implements GpioDriver {
  readonly name = 'gpiod';
  readonly description = 'one simulated line';
  setsPulls = true;
  /** The level on the wire. */
  level = true;
  lost = false;
  #options: InputOptions | undefined;

  get held(): boolean {
    return this.#options !== undefined;
  }

  set(level: boolean): void {
    if (level === this.level) return;
    this.level = level;
    this.#options?.onChange(level !== (this.#options.activeLow ?? false));
  }

  lose(): void {
    this.lost = true;
    this.#options?.onLost(new GpioError('line-lost', 'The line is lost.'));
  }

  async input(_line: string | number, options: InputOptions): Promise<InputLine> {
    if (this.lost) throw new GpioError('line-lost', 'The line is lost.');
    if (options.pull && !this.setsPulls) throw new GpioError('unsupported', 'There is no pull here.');
    this.#options = options;
    return {
      read: () => this.level !== (options.activeLow ?? false),
      close: async () => {
        this.#options = undefined;
      },
    };
  }

  async output(): Promise<never> {
    throw new GpioError('line-lost', 'There is no output here.');
  }
}
