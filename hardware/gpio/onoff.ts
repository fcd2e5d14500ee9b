// Lines through sysfs, /sys/class/gpio, by the package onoff: for kernels whose character device can't be used.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gpio, Options } from 'onoff';
import { findLine, headerChip, type LineAt, type SysfsChip, sysfsChips } from './chips.ts';
import type { GpioDriver, InputLine, InputOptions, Line, OutputLine, OutputOptions } from './driver.ts';
import { GpioError } from './errors.ts';

type GpioConstructor = new (
  number: number,
  direction: 'in' | 'high' | 'low',
  edge: 'none' | 'both',
  options: Options,
) => Gpio;

/** Throws a `GpioError`: `library-missing`, `no-gpio`, `no-permission`. */
export async function openOnoff(root: string = '/'): Promise<GpioDriver> {
  const chips = sysfsChips(root);
  if (chips.length === 0) {
    throw new GpioError(
      'no-gpio',
      'This machine has no GPIO in /sys/class/gpio. On a computer without pins use GPIO_DRIVER=simulated.',
    );
  }
  let library: { readonly Gpio: GpioConstructor & { readonly accessible: boolean } };
  try {
    const onoff = await import('onoff');
    library = (onoff.default ?? onoff) as unknown as typeof library;
  } catch (cause) {
    throw new GpioError(
      'library-missing',
      'GPIO through sysfs needs the package onoff, built for this Node: run `npm install onoff`, or `npm rebuild epoll` ' +
        'where it is already installed (either needs python3, make and g++).',
      { cause },
    );
  }
  if (!library.Gpio.accessible) {
    throw new GpioError(
      'no-permission',
      'No permission for /sys/class/gpio/export: add the user to the group gpio (sudo usermod -aG gpio $USER) and log in again.',
    );
  }
  return new OnoffDriver(library.Gpio, chips, root);
}

/** The number that sysfs has for a line: what has to be exported. Throws what `findLine` throws. */
export function sysfsNumber(chips: readonly SysfsChip[], line: Line): number {
  const { chip, offset } = findLine(chips, line);
  return chip.base + offset;
}

class OnoffDriver implements GpioDriver {
  readonly name = 'onoff';
  readonly description: string;
  readonly #Gpio: GpioConstructor;
  readonly #chips: readonly SysfsChip[];
  readonly #root: string;

  constructor(gpio: GpioConstructor, chips: readonly SysfsChip[], root: string) {
    this.#Gpio = gpio;
    this.#chips = chips;
    this.#root = root;
    const chip = headerChip(chips) ?? chips[0]!;
    this.description = `onoff: ${chip.id} [${chip.label}]`;
  }

  async input(line: Line, options: InputOptions): Promise<InputLine> {
    const at = findLine(this.#chips, line);
    if (options.pull) {
      const config = { up: 'pu', down: 'pd', none: 'pn' }[options.pull];
      throw new GpioError(
        'unsupported',
        `sysfs can't set the pull of line ${line}: write gpio=${at.offset}=ip,${config} into /boot/firmware/config.txt ` +
          'and leave the pull unset here, or use GPIO_DRIVER=gpiod.',
      );
    }
    return new OnoffInput(this.#open(line, at, 'in'), line, options);
  }

  async output(line: Line, options: OutputOptions = {}): Promise<OutputLine> {
    const at = findLine(this.#chips, line);
    const activeLow = options.activeLow ?? false;
    const wasOn = this.#drivenHigh(at) === !activeLow;
    // Levels are told raw, with sysfs's own inversion off: with `out` and active_low the wire would be 0, and the
    // relay on, from the request to the first write.
    const gpio = this.#open(line, at, activeLow ? 'high' : 'low');
    return new OnoffOutput(gpio, line, activeLow, wasOn);
  }

  #open(line: Line, at: LineAt<SysfsChip>, direction: 'in' | 'high' | 'low'): Gpio {
    const number = at.chip.base + at.offset;
    try {
      return new this.#Gpio(number, direction, direction === 'in' ? 'both' : 'none', { activeLow: false });
    } catch (error) {
      const cause = error as NodeJS.ErrnoException;
      const place = `Line ${line} (${at.chip.id} [${at.chip.label}] ${at.offset})`;
      switch (cause.code) {
        case 'EBUSY': {
          const holder = this.#holder(number) ?? 'another program (gpioinfo tells which)';
          throw new GpioError('line-busy', `${place} is held by ${holder}: stop it, or choose another line.`, {
            cause,
          });
        }
        case 'EACCES':
        case 'EPERM':
          throw new GpioError(
            'no-permission',
            `No permission for ${place}: add the user to the group gpio (sudo usermod -aG gpio $USER) and log in again.`,
            { cause },
          );
        default:
          throw new GpioError('unsupported', `${place} can't be used so: ${cause.code ?? cause.message}.`, { cause });
      }
    }
  }

  /** What the wire is driven to by an output that someone left exported; undefined where nobody did. */
  #drivenHigh(at: LineAt<SysfsChip>): boolean | undefined {
    const folder = join(this.#root, `sys/class/gpio/gpio${at.chip.base + at.offset}`);
    const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim();
    try {
      if (read('direction') !== 'out') return undefined;
      return (read('value') === '1') !== (read('active_low') === '1');
    } catch {
      return undefined;
    }
  }

  /** Only root may read it. */
  #holder(number: number): string | undefined {
    try {
      const all = readFileSync(join(this.#root, 'sys/kernel/debug/gpio'), 'utf8');
      const holder = new RegExp(`^ *gpio-${number} +\\([^|]*\\|([^)]*)\\)`, 'm').exec(all)?.[1]?.trim();
      return holder ? `"${holder}"` : undefined;
    } catch {
      return undefined;
    }
  }
}

class OnoffInput implements InputLine {
  readonly #gpio: Gpio;
  readonly #line: Line;
  readonly #activeLow: boolean;
  #closed = false;

  constructor(gpio: Gpio, line: Line, options: InputOptions) {
    this.#gpio = gpio;
    this.#line = line;
    this.#activeLow = options.activeLow ?? false;
    gpio.watch((error, value) => {
      if (this.#closed) return;
      if (!error) {
        options.onChange((value === 1) !== this.#activeLow);
        return;
      }
      gpio.unwatchAll();
      options.onLost(lost(line, error));
    });
  }

  read(): boolean {
    return (readWire(this.#gpio, this.#line) === 1) !== this.#activeLow;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#gpio.unexport();
  }
}

class OnoffOutput implements OutputLine {
  readonly wasOn: boolean;
  readonly #gpio: Gpio;
  readonly #line: Line;
  readonly #activeLow: boolean;
  #closed = false;

  constructor(gpio: Gpio, line: Line, activeLow: boolean, wasOn: boolean) {
    this.#gpio = gpio;
    this.#line = line;
    this.#activeLow = activeLow;
    this.wasOn = wasOn;
  }

  write(on: boolean): void {
    if (this.#closed) throw lost(this.#line, 'closed');
    try {
      this.#gpio.writeSync(on === this.#activeLow ? 0 : 1);
    } catch (cause) {
      throw lost(this.#line, cause);
    }
  }

  read(): boolean {
    if (this.#closed) throw lost(this.#line, 'closed');
    return (readWire(this.#gpio, this.#line) === 1) !== this.#activeLow;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    try {
      this.write(false);
    } finally {
      this.#closed = true;
      this.#gpio.unexport();
    }
  }
}

function readWire(gpio: Gpio, line: Line): 0 | 1 {
  try {
    return gpio.readSync();
  } catch (cause) {
    throw lost(line, cause);
  }
}

function lost(line: Line, cause: unknown): GpioError {
  const why = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
  return new GpioError('line-lost', `GPIO line ${line} is lost (${why}).`, { cause });
}
