// Lines through sysfs, /sys/class/gpio, by the package onoff: for kernels whose character device can't be used.
import { closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textIn } from '../linux/files.ts';
import { findLine, headerChip, type LineAt, type SysfsChip, sysfsChips } from './chips.ts';
import type { GpioDriver, InputLine, InputOptions, Line, OutputLine, OutputOptions, Pull } from './driver.ts';
import { GpioError, lineLost, noPermission } from './errors.ts';
import { outputLine } from './output-line.ts';

/** What we use of onoff, which has to be compiled: where it cannot be it is not there, and the build does without it. */
interface Gpio {
  readSync(): 0 | 1;
  writeSync(value: 0 | 1): void;
  watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void;
  unwatchAll(): void;
  unexport(): void;
}

type GpioConstructor = new (
  number: number,
  direction: 'in' | 'high' | 'low',
  edge: 'none' | 'both',
  options: { readonly activeLow: boolean },
) => Gpio;

interface Library {
  readonly Gpio: GpioConstructor & { readonly accessible: boolean };
}

/** Throws a `GpioError`: `library-missing`, `no-gpio`, `no-permission`. */
export async function openOnoff(root: string = '/'): Promise<GpioDriver> {
  const chips = sysfsChips(root);
  if (chips.length === 0) {
    throw new GpioError(
      'no-gpio',
      'This machine has no GPIO in /sys/class/gpio. On a computer without pins use GPIO_DRIVER=simulated.',
    );
  }
  let library: Library;
  try {
    const onoff = (await import('onoff' as string)) as Library & { readonly default?: Library };
    library = onoff.default ?? onoff;
  } catch (cause) {
    throw new GpioError(
      'library-missing',
      'GPIO through sysfs needs the package onoff, built for this very Node: on an installed station run install.sh ' +
        'again; elsewhere `npm install onoff`, or `npm rebuild epoll` where it is there (needs python3, make and g++).',
      { cause },
    );
  }
  if (!library.Gpio.accessible) {
    throw noPermission('/sys/class/gpio/export');
  }
  return new OnoffDriver(library.Gpio, chips, root);
}

/** The number that sysfs has for a line: what has to be exported. Throws what `findLine` throws. */
export function sysfsNumber(chips: readonly SysfsChip[], line: Line): number {
  return numberOf(findLine(chips, line));
}

export interface ExportedLine {
  readonly output: boolean;
  /** The level on the wire, whatever the line's own inversion says. */
  readonly high: boolean;
}

/** A line that some program has exported, only looked at; undefined where none has. Throws what `findLine` throws. */
export function exportedLine(line: Line, root: string = '/'): ExportedLine | undefined {
  const chips = sysfsChips(root);
  return chips.length === 0 ? undefined : lookAt(sysfsNumber(chips, line), root);
}

function lookAt(number: number, root: string): ExportedLine | undefined {
  const folder = join(root, `sys/class/gpio/gpio${number}`);
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim();
  try {
    return { output: read('direction') === 'out', high: (read('value') === '1') !== (read('active_low') === '1') };
  } catch {
    return undefined;
  }
}

/**
 * Lines that this process holds, by number, and what for: sysfs gives a line to whoever asks, also for the second time.
 */
const held = new Map<number, string>();

interface Wanted {
  readonly line: Line;
  readonly at: LineAt<SysfsChip>;
  readonly direction: 'in' | 'high' | 'low';
  readonly consumer: string | undefined;
}

/** For tests with another `Gpio`; everybody else calls `openOnoff`. */
export class OnoffDriver implements GpioDriver {
  readonly name = 'onoff';
  readonly setsPulls = false;
  readonly description: string;
  readonly chips: readonly SysfsChip[];
  readonly #Gpio: GpioConstructor;
  readonly #root: string;

  constructor(gpio: GpioConstructor, chips: readonly SysfsChip[], root: string) {
    this.#Gpio = gpio;
    this.chips = chips;
    this.#root = root;
    const chip = headerChip(chips) ?? chips[0]!;
    this.description = `onoff: ${chip.id} [${chip.label}]`;
  }

  async input(line: Line, options: InputOptions): Promise<InputLine> {
    const at = this.#find(line);
    if (options.pull) throw cantPull(line, at, options.pull, 'ip');
    refuseHeld(line, at);
    const found = lookAt(numberOf(at), this.#root);
    if (found?.output) {
      throw new GpioError(
        'line-busy',
        `${placeOf(line, at)} is an output of another program (exported in /sys/class/gpio), of the relay guard maybe: ` +
          `choose another line; where no program uses it, \`echo ${numberOf(at)} > /sys/class/gpio/unexport\` frees it.`,
      );
    }
    const gpio = this.#open({ line, at, direction: 'in', consumer: options.consumer });
    return onoffInput(gpio, line, options, () => {
      held.delete(numberOf(at));
      // Who exported it may be alive, and must not lose it because we close it.
      if (found) letGo(gpio);
      else gpio.unexport();
    });
  }

  async output(line: Line, options: OutputOptions = {}): Promise<OutputLine> {
    const at = this.#find(line);
    const off = options.activeLow ? 'dh' : 'dl';
    if (options.pull) throw cantPull(line, at, options.pull, `op,${off}`);
    refuseHeld(line, at);
    const activeLow = options.activeLow ?? false;
    const found = lookAt(numberOf(at), this.#root);
    const wasOn = found?.output === true && found.high === !activeLow;
    // Levels are told raw, with sysfs's own inversion off: with `out` and active_low the wire would be 0, and the
    // relay on, from the request to the first write.
    const gpio = this.#open({ line, at, direction: activeLow ? 'high' : 'low', consumer: options.consumer });
    return onoffOutput(gpio, line, activeLow, wasOn, () => {
      held.delete(numberOf(at));
      gpio.unexport();
    });
  }

  /** Among the chips that are there by now: an expander may come late, and come back under another number. */
  #find(line: Line): LineAt<SysfsChip> {
    return findLine(sysfsChips(this.#root), line);
  }

  #open({ line, at, direction, consumer }: Wanted): Gpio {
    const number = numberOf(at);
    try {
      const gpio = new this.#Gpio(number, direction, direction === 'in' ? 'both' : 'none', { activeLow: false });
      held.set(number, `the ${direction === 'in' ? 'input' : 'output'}${consumer ? ` "${consumer}"` : ''}`);
      return gpio;
    } catch (error) {
      const cause = error as NodeJS.ErrnoException;
      const place = placeOf(line, at);
      switch (cause.code) {
        case 'EBUSY': {
          const holder = this.#holder(number) ?? 'another program (gpioinfo tells which)';
          throw new GpioError('line-busy', `${place} is held by ${holder}: stop it, or choose another line.`, {
            cause,
          });
        }
        case 'EACCES':
        case 'EPERM':
          throw noPermission(place, cause);
        default:
          throw new GpioError('unsupported', `${place} can't be used so: ${cause.code ?? cause.message}.`, { cause });
      }
    }
  }

  /** Only root may read it. */
  #holder(number: number): string | undefined {
    const all = textIn(join(this.#root, 'sys/kernel/debug/gpio')) ?? '';
    const holder = new RegExp(`^ *gpio-${number} +\\([^|]*\\|([^)]*)\\)`, 'm').exec(all)?.[1]?.trim();
    return holder ? `"${holder}"` : undefined;
  }
}

function numberOf({ chip, offset }: LineAt<SysfsChip>): number {
  return chip.base + offset;
}

function placeOf(line: Line, { chip, offset }: LineAt<SysfsChip>): string {
  return `Line ${line} (${chip.id} [${chip.label}] ${offset})`;
}

function cantPull(line: Line, at: LineAt<SysfsChip>, pull: Pull, as: string): GpioError {
  const config = { up: 'pu', down: 'pd', none: 'pn' }[pull];
  return new GpioError(
    'unsupported',
    `sysfs can't set the pull of line ${line}: write gpio=${at.offset}=${as},${config} into /boot/firmware/config.txt ` +
      'and leave the pull unset here, or use GPIO_DRIVER=gpiod.',
  );
}

/** Throws a `GpioError` `line-busy` when this process has the line open already. */
function refuseHeld(line: Line, at: LineAt<SysfsChip>): void {
  const use = held.get(numberOf(at));
  if (!use) return;
  throw new GpioError('line-busy', `${placeOf(line, at)} is in use here already, as ${use}: choose another line.`);
}

/** Closes what onoff has open of a line and leaves it exported, which onoff has no call for. */
function letGo(gpio: Gpio): void {
  gpio.unwatchAll();
  closeSync((gpio as unknown as { readonly _valueFd: number })._valueFd);
}

function onoffInput(gpio: Gpio, line: Line, options: InputOptions, release: () => void): InputLine {
  const { activeLow = false } = options;
  let closed = false;
  gpio.watch((error, value) => {
    if (closed) return;
    if (!error) {
      options.onChange((value === 1) !== activeLow);
      return;
    }
    gpio.unwatchAll();
    options.onLost(lineLost(line, error));
  });
  return {
    read: () => (readWire(gpio, line) === 1) !== activeLow,
    close: async () => {
      if (closed) return;
      closed = true;
      release();
    },
  };
}

function onoffOutput(gpio: Gpio, line: Line, activeLow: boolean, wasOn: boolean, release: () => void): OutputLine {
  return outputLine(line, wasOn, {
    write: (on) => gpio.writeSync(on === activeLow ? 0 : 1),
    read: () => (readWire(gpio, line) === 1) !== activeLow,
    release,
  });
}

function readWire(gpio: Gpio, line: Line): 0 | 1 {
  try {
    return gpio.readSync();
  } catch (cause) {
    throw lineLost(line, cause);
  }
}
