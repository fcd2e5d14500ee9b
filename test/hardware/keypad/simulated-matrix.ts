// A matrix keypad as wires: switches that join rows and columns, columns pulled up, rows driven by a GPIO driver.
// Current finds its way through three pressed keys to a fourth, as it does without a diode at every key.
import type { GpioDriver, InputLine, InputOptions, Line, OutputLine } from '../../../hardware/gpio/driver.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';

export class SimulatedMatrix implements GpioDriver {
  readonly name = 'gpiod';
  readonly description = 'simulated wires';
  setsPulls = true;
  /** Columns that the board pulls up, where the driver can't. */
  pulledByBoard: readonly Line[] = [];
  /** Pressed switches: `row column`. */
  readonly #pressed = new Set<string>();
  readonly #driven = new Map<Line, boolean>();
  readonly #inputs = new Map<Line, { options: InputOptions; low: boolean }>();
  lost = false;
  writes = 0;

  press(row: Line, column: Line): void {
    this.#pressed.add(`${row} ${column}`);
    this.#update();
  }

  release(row: Line, column: Line): void {
    this.#pressed.delete(`${row} ${column}`);
    this.#update();
  }

  lose(): void {
    this.lost = true;
    for (const { options } of this.#inputs.values()) options.onLost(new GpioError('line-lost', 'The chip is gone.'));
  }

  get open(): number {
    return this.#driven.size + this.#inputs.size;
  }

  async input(line: Line, options: InputOptions): Promise<InputLine> {
    if (this.lost) throw new GpioError('line-lost', 'The chip is gone.');
    if (options.pull && !this.setsPulls) throw new GpioError('unsupported', 'There is no pull here.');
    const input = { options, low: this.#low(line) };
    this.#inputs.set(line, input);
    return {
      read: () => {
        if (this.lost) throw new GpioError('line-lost', 'The chip is gone.');
        return input.low === (options.activeLow ?? false);
      },
      close: async () => {
        this.#inputs.delete(line);
      },
    };
  }

  async output(line: Line, options: { activeLow?: boolean } = {}): Promise<OutputLine> {
    if (this.lost) throw new GpioError('line-lost', 'The chip is gone.');
    this.#driven.set(line, false);
    const write = (on: boolean) => {
      if (this.lost) throw new GpioError('line-lost', 'The chip is gone.');
      this.writes += 1;
      this.#driven.set(line, on === (options.activeLow ?? false));
      this.#update();
    };
    return {
      wasOn: false,
      write,
      read: () => this.#driven.get(line) === (options.activeLow ?? false),
      close: async () => {
        this.#driven.delete(line);
        this.#update();
      },
    };
  }

  /** Whether the column is not pulled up, or joined to a row that is driven low, through however many switches. */
  #low(column: Line): boolean {
    if (!this.setsPulls && !this.pulledByBoard.includes(column)) return true;
    const seen = new Set<string>([`column ${column}`]);
    const queue = [...seen];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      const [kind, name] = node.split(' ');
      if (kind === 'row' && [...this.#driven].some(([row, low]) => String(row) === name && low)) return true;
      for (const pair of this.#pressed) {
        const [row, other] = pair.split(' ');
        const next =
          kind === 'row' && row === name ? `column ${other}` : kind === 'column' && other === name ? `row ${row}` : '';
        if (next !== '' && !seen.has(next)) {
          seen.add(next);
          queue.push(next);
        }
      }
    }
    return false;
  }

  #update(): void {
    for (const [line, input] of this.#inputs) {
      const low = this.#low(line);
      if (low === input.low) continue;
      input.low = low;
      input.options.onChange(low === (input.options.activeLow ?? false));
    }
  }
}
