// Lines through the kernel's GPIO character device, /dev/gpiochip*: what libgpiod speaks, spoken directly.
import { closeSync, constants, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../linux/errors.ts';
import { numberedIn } from '../linux/files.ts';
import { type Libc, loadLibc } from '../linux/libc.ts';
import { type Chip, findLine, headerChip, type LineAt } from './chips.ts';
import type { GpioDriver, InputLine, InputOptions, Line, OutputLine, OutputOptions, Pull } from './driver.ts';
import { EdgeWatcher } from './edges.ts';
import { GpioError, lineLost, noPermission } from './errors.ts';
import { outputLine } from './output-line.ts';
import { polledInput } from './polled.ts';
import {
  FLAG,
  IOCTL,
  lineConfig,
  lineRequest,
  lineValues,
  newChipInfo,
  newLineInfo,
  readChipInfo,
  readLineInfo,
  readLineValue,
  requestedFile,
} from './uapi.ts';

const CONSUMER = 'offline-charging';
const PULLS: Readonly<Record<Pull, bigint>> = { up: FLAG.pullUp, down: FLAG.pullDown, none: FLAG.pullNone };

interface DeviceChip extends Chip {
  readonly path: string;
}

/** One for the whole process, however many drivers are opened: each would keep a thread of libuv's pool, and it has four. */
let edges: EdgeWatcher | undefined;

/** Throws a `GpioError`: `library-missing`, `no-gpio`, `no-permission`, `unsupported` (a kernel before 5.10). */
export async function openCharDevice(root: string = '/'): Promise<GpioDriver> {
  const libc = await loadLibc().catch((cause: unknown) => {
    if (!(cause instanceof DeviceError)) throw cause;
    throw new GpioError(cause.code === 'not-linux' ? 'no-gpio' : 'library-missing', cause.message, { cause });
  });
  const chips = deviceChips(libc, root);
  edges ??= new EdgeWatcher(libc);
  return new CharDevice(libc, edges, chips, root);
}

class CharDevice implements GpioDriver {
  readonly name = 'gpiod';
  readonly setsPulls = true;
  readonly description: string;
  readonly chips: readonly DeviceChip[];
  readonly #libc: Libc;
  readonly #edges: EdgeWatcher;
  readonly #root: string;

  constructor(libc: Libc, edges: EdgeWatcher, chips: readonly DeviceChip[], root: string) {
    this.#libc = libc;
    this.#edges = edges;
    this.chips = chips;
    this.#root = root;
    const chip = headerChip(chips) ?? chips[0]!;
    this.description = `gpiod: ${chip.path} [${chip.label}]`;
  }

  async input(line: Line, options: InputOptions): Promise<InputLine> {
    const at = this.#find(line);
    const flags = FLAG.input | (options.activeLow ? FLAG.activeLow : 0n) | (options.pull ? PULLS[options.pull] : 0n);
    let file: number;
    try {
      file = this.#request(line, at, options.consumer, lineConfig(flags | FLAG.edgeRising | FLAG.edgeFalling));
    } catch (error) {
      if (!hasNoEdges(error)) throw error;
      return this.#polled(line, this.#request(line, at, options.consumer, lineConfig(flags)), options);
    }
    this.#edges.add(file, {
      onEdge: options.onChange,
      onGone: (cause) => options.onLost(lineLost(line, cause)),
    });
    let closed = false;
    return {
      read: () => {
        if (closed) throw lineLost(line, 'closed');
        return readLevel(this.#libc, line, file);
      },
      close: async () => {
        if (closed) return;
        closed = true;
        await this.#edges.remove(file);
        closeSync(file);
      },
    };
  }

  /** Among the chips that are there by now: an expander may come late, and come back under another number. */
  #find(line: Line): LineAt<DeviceChip> {
    return findLine(deviceChips(this.#libc, this.#root), line);
  }

  #polled(line: Line, file: number, { onChange, onLost }: InputOptions): InputLine {
    return polledInput({
      read: () => readLevel(this.#libc, line, file),
      close: () => closeSync(file),
      onChange,
      onLost,
    });
  }

  async output(line: Line, options: OutputOptions = {}): Promise<OutputLine> {
    const at = this.#find(line);
    const activeLow = options.activeLow ? FLAG.activeLow : 0n;
    const pull = options.pull ? PULLS[options.pull] : 0n;
    const driveOff = lineConfig(FLAG.output | activeLow | pull, false);
    const { flags } = this.#lineInfo(at);
    if ((flags & FLAG.output) === 0n) {
      const file = this.#request(line, at, options.consumer, driveOff);
      return this.#output(line, file, false);
    }
    // Someone left it driven: taken over as it is, so that its level can be told before it goes off.
    const file = this.#request(line, at, options.consumer, lineConfig(activeLow));
    try {
      const values = lineValues();
      this.#libc.ioctl(file, IOCTL.getValues, values);
      this.#libc.ioctl(file, IOCTL.setConfig, driveOff);
      return this.#output(line, file, readLineValue(values));
    } catch (cause) {
      closeSync(file);
      throw lineLost(line, cause);
    }
  }

  #output(line: Line, file: number, wasOn: boolean): OutputLine {
    return outputLine(line, wasOn, {
      write: (on) => this.#libc.ioctl(file, IOCTL.setValues, lineValues(on)),
      read: () => readLevel(this.#libc, line, file),
      release: () => closeSync(file),
    });
  }

  #request(line: Line, at: LineAt<DeviceChip>, consumer: string | undefined, config: Buffer): number {
    const request = lineRequest(at.offset, consumer ?? CONSUMER, config);
    const chip = openChip(at.chip.path);
    try {
      this.#libc.ioctl(chip, IOCTL.requestLine, request);
      return requestedFile(request);
    } catch (cause) {
      throw this.#refusal(line, at, cause as NodeJS.ErrnoException);
    } finally {
      closeSync(chip);
    }
  }

  #refusal(line: Line, at: LineAt<DeviceChip>, cause: NodeJS.ErrnoException): GpioError {
    const place = `Line ${line} (${at.chip.id} [${at.chip.label}] ${at.offset})`;
    if (cause.code === 'EBUSY') {
      const holder = this.#lineInfo(at).consumer || 'the kernel';
      const advice =
        holder === 'sysfs'
          ? `it was exported through /sys/class/gpio: give it back there (unexport), or use GPIO_DRIVER=onoff`
          : 'stop that program, or choose another line';
      return new GpioError('line-busy', `${place} is held by "${holder}": ${advice}.`, { cause });
    }
    return new GpioError('unsupported', `${place} can't be used so: ${cause.code}.`, { cause });
  }

  #lineInfo(at: LineAt<DeviceChip>): { consumer: string; flags: bigint } {
    const chip = openChip(at.chip.path);
    const info = newLineInfo(at.offset);
    try {
      this.#libc.ioctl(chip, IOCTL.lineInfo, info);
    } catch (cause) {
      throw lineLost(at.offset, cause);
    } finally {
      closeSync(chip);
    }
    return readLineInfo(info);
  }
}

/** What the kernel says of a line whose chip has no interrupt (gpiolib-cdev.c, `edge_detector_setup`). */
function hasNoEdges(error: unknown): boolean {
  const { code } = (error as { cause?: NodeJS.ErrnoException }).cause ?? {};
  return code === 'ENXIO' || code === 'EOPNOTSUPP';
}

function readLevel(libc: Libc, line: Line, file: number): boolean {
  const values = lineValues();
  try {
    libc.ioctl(file, IOCTL.getValues, values);
  } catch (cause) {
    throw lineLost(line, cause);
  }
  return readLineValue(values);
}

/** Every chip that may be opened, once: Raspberry Pi OS keeps gpiochip4 as a second name of gpiochip0. */
function deviceChips(libc: Libc, root: string): DeviceChip[] {
  const folder = join(root, 'dev');
  const paths = numberedIn(folder, 'gpiochip')
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isCharacterDevice())
    .filter((path, i, all) => all.findIndex((other) => statSync(other).rdev === statSync(path).rdev) === i);
  if (paths.length === 0) {
    throw new GpioError(
      'no-gpio',
      'This machine has no GPIO (no /dev/gpiochip*). On a computer without pins use GPIO_DRIVER=simulated.',
    );
  }
  const chips: DeviceChip[] = [];
  let refused: unknown;
  for (const path of paths) {
    try {
      chips.push(readChip(libc, path));
    } catch (error) {
      refused ??= error;
    }
  }
  if (chips.length === 0) throw refused;
  return chips;
}

function readChip(libc: Libc, path: string): DeviceChip {
  const file = openChip(path);
  try {
    const info = newChipInfo();
    libc.ioctl(file, IOCTL.chipInfo, info);
    const { label, lines, name } = readChipInfo(info);
    const names = Array.from({ length: lines }, (_, offset) => {
      const line = newLineInfo(offset);
      libc.ioctl(file, IOCTL.lineInfo, line);
      return readLineInfo(line).name;
    });
    return { id: name, path, label, lines, names };
  } catch (cause) {
    throw new GpioError(
      'unsupported',
      `${path} does not speak the GPIO interface of Linux 5.10 and newer: update the system, or use GPIO_DRIVER=onoff.`,
      { cause },
    );
  } finally {
    closeSync(file);
  }
}

function openChip(path: string): number {
  try {
    return openSync(path, constants.O_RDWR);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw noPermission(path, cause);
    throw new GpioError('no-gpio', `${path} can't be opened: ${code}.`, { cause });
  }
}
