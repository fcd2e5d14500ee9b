// What the rest of the house knows of GPIO: lines that are read and written by logical level, whatever is below.
import type { Chip } from './chips.ts';
import type { GpioError } from './errors.ts';
import type { Line, Pull } from './pin.ts';

export type { Line, Pull } from './pin.ts';

/** `auto`: the char device where it works, else sysfs; never `simulated`, which is chosen by name alone. */
export const DRIVER_NAMES = ['auto', 'simulated', 'onoff', 'gpiod'] as const;
export type DriverName = (typeof DRIVER_NAMES)[number];

export interface InputOptions {
  /** The line's level 0 means `true`. */
  readonly activeLow?: boolean;
  /** The resistor inside the chip, for a driver that `setsPulls`. Unset: left as it is. */
  readonly pull?: Pull;
  /** Who holds the line, as `gpioinfo` shows it. */
  readonly consumer?: string;
  /**
   * A raw edge, with the logical level read after it: contacts bounce, so put a debouncer behind it. May repeat a
   * level when both edges of a short pulse passed before it could be read.
   */
  onChange(level: boolean): void;
  /** The line is gone (chip unplugged, driver unbound, tool ended). Reported once; `close` it and open it again. */
  onLost(error: GpioError): void;
}

export interface InputLine {
  /** The logical level now. Throws a `GpioError` `line-lost`. */
  read(): boolean;
  close(): Promise<void>;
}

export interface OutputOptions {
  readonly activeLow?: boolean;
  /** As of an input: what the line rests at once nobody drives it any more. */
  readonly pull?: Pull;
  /** Who holds the line, as `gpioinfo` shows it. */
  readonly consumer?: string;
}

export interface OutputLine {
  /** Whether the line was found on when it was opened, before it was switched off: someone died while holding it. */
  readonly wasOn: boolean;
  /** On the wire when it returns. Throws a `GpioError` `line-lost`. */
  write(on: boolean): void;
  /** The level read back from the wire, where the driver can. Throws a `GpioError` `line-lost`. */
  read(): boolean;
  /** Switches the line off and lets go of it. */
  close(): Promise<void>;
}

export interface GpioDriver {
  /** What really runs: `auto` has become `gpiod` or `onoff`. */
  readonly name: Exclude<DriverName, 'auto'>;
  /** For a status: the driver, and the chip that it found where there is one. */
  readonly description: string;
  /** The machine's chips as they were when the driver was opened; simulated lines have none. */
  readonly chips?: readonly Chip[];
  /** Whether it can set `pull`. Where not, asking for one is refused: the board's own settings (config.txt) give it. */
  readonly setsPulls: boolean;
  input(line: Line, options: InputOptions): Promise<InputLine>;
  /** Off first: the line is off, without a pulse, before this resolves. */
  output(line: Line, options?: OutputOptions): Promise<OutputLine>;
}
