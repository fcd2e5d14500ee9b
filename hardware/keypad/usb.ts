// A USB numeric keypad through Linux's input devices, held alone (EVIOCGRAB) so that no digit reaches the console, where
// a login waits. Unplugged and plugged in again it goes on, whatever number it then has.
import { closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { type Finding, good, note, permission, type Subject, wrong } from '../checks.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';
import { type Libc, loadLibc } from '../linux/libc.ts';
import { findKeypads, type InputDevice } from './input-devices.ts';
import { InputEventParser, inputEventSize } from './input-events.ts';
import { InputKeys, type Stroke } from './input-keys.ts';
import { type Keypad, type KeypadListener, keypadKind } from './keypad.ts';

const EVIOCGRAB = 0x40044590;
/** The kernel keeps 64 events; nobody types so fast. Blocking reads would hold one of Node's few worker threads for good. */
const pollMs = 20;
const searchMs = 1_000;

export const usb = keypadKind({
  name: 'usb',
  settings: { device: { kind: 'text', variable: 'KEYPAD_DEVICE' } },
  open: ({ device }, { listener }) => openUsbKeypad({ device }, listener),
  check: (subject, chosen) => [checkPluggedIn(subject, chosen)],
  words: {
    'devices.keypad': ['A USB keypad is plugged in: {name} ({path}).', '已插入 USB 键盘：{name}（{path}）。'],
    'devices.no-keypad': ['No USB keypad is plugged in.', '没有插入 USB 键盘。'],
    'devices.keypad-missing': ['KEYPAD=usb, and no keypad is plugged in.', 'KEYPAD=usb，但没有插入键盘。'],
    'devices.keypad-missing-named': [
      'KEYPAD=usb, and there is no keypad “{wanted}” (KEYPAD_DEVICE).',
      'KEYPAD=usb，但没有键盘“{wanted}”（KEYPAD_DEVICE）。',
    ],
    'devices.keypad-missing.do': [
      'Plug it in; KEYPAD_DEVICE takes a part of its name, or a path below /dev/input/by-id/; several separated by semicolons.',
      '请插入键盘；KEYPAD_DEVICE 可为其名称的一部分，或 /dev/input/by-id/ 下的路径；多个用分号隔开。',
    ],
  },
});

function checkPluggedIn(subject: Subject, chosen: boolean): Finding {
  const wanted = subject.env.KEYPAD_DEVICE;
  const { found, missing } = findKeypads(chosen ? wanted : undefined, subject.root);
  const gone = missing[0] ?? found.find(({ path }) => chosen && !existsSync(path))?.path;
  if (gone !== undefined && wanted)
    return wrong('devices.keypad-missing-named', 'devices.keypad-missing.do', { wanted: gone });
  const [device] = found;
  if (!device || gone !== undefined) {
    if (!chosen) return note('devices.no-keypad');
    return wrong('devices.keypad-missing', 'devices.keypad-missing.do');
  }
  for (const { path } of found) {
    const refused = existsSync(path) ? permission(path, subject) : undefined;
    if (refused) return refused;
  }
  return good('devices.keypad', {
    name: found.map(({ name }) => name).join(', '),
    path: found.map(({ path }) => path).join(', '),
  });
}

export interface UsbKeypadOptions {
  /**
   * A path (`/dev/input/by-id/…-event-kbd`) or a part of the device's name, several separated by semicolons or commas; or
   * unset: all devices with digits and an Enter key.
   */
  readonly device?: string | undefined;
  readonly clock?: DeviceClock;
  /** `/` but for recorded machines. */
  readonly root?: string;
}

export interface UsbKeypad extends Keypad {
  /** The devices that are held now. */
  readonly devices: readonly InputDevice[];
}

/**
 * Opens the USB keypads and scanners. With none plugged in it waits for one and tells `keypad-lost` meanwhile; it rejects
 * only when it can never work: `not-linux`, or `module-missing` (koffi, without which nothing keeps the digits from the
 * console).
 */
export async function openUsbKeypad(options: UsbKeypadOptions, listener: KeypadListener): Promise<UsbKeypad> {
  const libc = await loadLibc();
  return new EvdevKeypad(options, listener, libc);
}

interface Held {
  readonly device: InputDevice;
  readonly fd: number;
  readonly parser: InputEventParser;
  readonly keys: InputKeys;
}

class EvdevKeypad implements UsbKeypad {
  readonly name = 'USB keypad';
  readonly #options: UsbKeypadOptions;
  readonly #listener: KeypadListener;
  readonly #libc: Libc;
  readonly #clock: DeviceClock;
  readonly #buffer = Buffer.alloc(64 * 24);
  #held: Held[] = [];
  /** The names of those that were pulled out, where none was asked for by name. */
  readonly #pulledOut = new Set<string>();
  #toldFault: string | undefined;
  #searchAt = Number.NEGATIVE_INFINITY;
  #closed = false;
  #cancel: (() => void) | undefined;

  constructor(options: UsbKeypadOptions, listener: KeypadListener, libc: Libc) {
    this.#options = options;
    this.#listener = listener;
    this.#libc = libc;
    this.#clock = options.clock ?? machineClock();
    this.#turn();
  }

  get devices(): readonly InputDevice[] {
    return this.#held.map(({ device }) => device);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    for (const held of this.#held) closeSync(held.fd);
    this.#held = [];
  }

  #turn(): void {
    const now = this.#clock.now();
    for (const held of this.#held) this.#poll(held, now);
    if (!this.#closed && now >= this.#searchAt) this.#search(now);
    if (!this.#closed) this.#cancel = this.#clock.schedule(this.#nextTurnMs(now), () => this.#turn());
  }

  #nextTurnMs(now: number): number {
    return this.#held.length > 0 ? pollMs : Math.max(1, this.#searchAt - now);
  }

  /** Takes what has been plugged in since, and says what is missing. */
  #search(now: number): void {
    this.#searchAt = now + searchMs;
    const { device: wanted, root } = this.#options;
    const { found, missing } = findKeypads(wanted, root);
    let refused: string | undefined;
    for (const device of found) {
      try {
        this.#take(device);
      } catch (error) {
        refused = (error as Error).message;
      }
    }
    const named = wanted !== undefined && wanted !== '';
    if (missing.length > 0) this.#tellFault(`No keypad "${missing.join('", "')}" is plugged in.`);
    else if (refused !== undefined && (named || this.#held.length === 0)) this.#tellFault(refused);
    else if (this.#held.length === 0) this.#tellFault('No keypad with digits and an Enter key is plugged in.');
    else if (this.#pulledOut.size === 0) this.#recovered();
  }

  #take(device: InputDevice): void {
    if (this.#held.some((held) => held.device.path === device.path)) return;
    const fd = openDevice(device.path);
    try {
      this.#grab(fd, device.path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    this.#pulledOut.delete(device.name);
    const parser = new InputEventParser(inputEventSize(process.arch));
    this.#held.push({ device, fd, parser, keys: new InputKeys() });
  }

  #grab(fd: number, path: string): void {
    try {
      this.#libc.ioctl(fd, EVIOCGRAB, 1);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // Not an input device at all (a recording, played from a named pipe): nothing else can be listening to it.
      if (code === 'ENOTTY' || code === 'EINVAL') return;
      throw new DeviceError(
        'busy',
        `The keypad ${path} is held by another program: stop that, or name another device.`,
        {
          cause,
        },
      );
    }
  }

  #poll(held: Held, now: number): void {
    if (this.#closed) return;
    try {
      this.#readAll(held, now);
      this.#tellAll(held, held.keys.settle(now));
    } catch {
      // Closing the descriptor ends the grab as well.
      closeSync(held.fd);
      this.#held = this.#held.filter((other) => other !== held);
      if (this.#closed) return;
      this.#pulledOut.add(held.device.name);
      this.#searchAt = now + searchMs;
      this.#tellFault('The keypad was unplugged: plug it in again.');
    }
  }

  /** Throws when the device is gone. */
  #readAll({ fd, parser, keys, device }: Held, now: number): void {
    while (!this.#closed) {
      let length: number;
      try {
        length = readSync(fd, this.#buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
      if (length === 0) throw new DeviceError('no-such-device', 'end of file');
      for (const event of parser.feed(this.#buffer.subarray(0, length)))
        this.#tellAll({ device }, keys.take(event, now));
    }
  }

  #tellAll({ device }: Pick<Held, 'device'>, strokes: readonly Stroke[]): void {
    for (const stroke of strokes) {
      if (this.#closed) return;
      if ('scan' in stroke) this.#listener.onScan?.(stroke.scan, device.path);
      else this.#listener.onKey(stroke.key, device.path);
    }
  }

  #tellFault(message: string): void {
    if (this.#toldFault === message) return;
    this.#toldFault = message;
    this.#listener.onFault({ code: 'keypad-lost', message });
  }

  #recovered(): void {
    if (this.#toldFault === undefined) return;
    this.#toldFault = undefined;
    this.#listener.onRecovered();
  }
}

function openDevice(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') {
      throw new DeviceError(
        'no-permission',
        `No permission for the keypad ${path}: add this user to the group input.`,
        {
          cause,
        },
      );
    }
    throw new DeviceError('no-such-device', `The keypad ${path} cannot be opened: ${message}.`, { cause });
  }
}
