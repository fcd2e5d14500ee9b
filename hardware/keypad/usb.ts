// A USB numeric keypad through Linux's input devices, held alone (EVIOCGRAB) so that no digit reaches the console, where
// a login waits. Unplugged and plugged in again it goes on, whatever number it then has.
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type DeviceClock, machineClock } from '../bus/clock.ts';
import { DeviceError } from '../bus/errors.ts';
import { type Libc, loadLibc } from '../bus/libc.ts';
import { findKeypad, type InputDevice } from './input-devices.ts';
import { InputEventParser, InputKeys, inputEventSize } from './input-events.ts';
import type { Keypad, KeypadListener } from './keypad.ts';

const EVIOCGRAB = 0x40044590;
/** The kernel keeps 64 events; nobody types so fast. Blocking reads would hold one of Node's few worker threads for good. */
const pollMs = 20;
const searchMs = 1_000;

export interface UsbKeypadOptions {
  /** A path (`/dev/input/by-id/…-event-kbd`), a part of the device's name, or unset: the first device with digits. */
  readonly device?: string | undefined;
  readonly clock?: DeviceClock;
  /** `/` but for recorded machines. */
  readonly root?: string;
}

export interface UsbKeypad extends Keypad {
  /** The device that is held now. */
  readonly device: InputDevice | undefined;
}

/**
 * Opens a USB keypad. With none plugged in it waits for one and tells `keypad-lost` meanwhile; it rejects only when it
 * can never work: `not-linux`, or `module-missing` (koffi, without which nothing keeps the digits from the console).
 */
export async function openUsbKeypad(options: UsbKeypadOptions, listener: KeypadListener): Promise<UsbKeypad> {
  const libc = await loadLibc();
  return new EvdevKeypad(options, listener, libc);
}

class EvdevKeypad implements UsbKeypad {
  readonly name = 'USB keypad';
  device: InputDevice | undefined;
  readonly #options: UsbKeypadOptions;
  readonly #listener: KeypadListener;
  readonly #libc: Libc;
  readonly #clock: DeviceClock;
  readonly #buffer = Buffer.alloc(64 * 24);
  #fd: number | undefined;
  #parser: InputEventParser;
  #keys = new InputKeys();
  #toldFault: string | undefined;
  #closed = false;
  #cancel: (() => void) | undefined;

  constructor(options: UsbKeypadOptions, listener: KeypadListener, libc: Libc) {
    this.#options = options;
    this.#listener = listener;
    this.#libc = libc;
    this.#clock = options.clock ?? machineClock();
    this.#parser = new InputEventParser(inputEventSize(process.arch));
    this.#search();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    this.#letGo();
  }

  #search(): void {
    if (this.#closed) return;
    try {
      this.#take();
    } catch (error) {
      this.#letGo();
      this.#tellFault((error as Error).message);
      this.#cancel = this.#clock.schedule(searchMs, () => this.#search());
      return;
    }
    if (this.#toldFault !== undefined) {
      this.#toldFault = undefined;
      this.#listener.onRecovered();
    }
    this.#pollLater();
  }

  #take(): void {
    const { device: wanted, root } = this.#options;
    const device = findKeypad(wanted, root);
    if (!device) {
      throw new DeviceError(
        'no-such-device',
        wanted ? `No keypad "${wanted}" is plugged in.` : 'No keypad with digits and an Enter key is plugged in.',
      );
    }
    this.#fd = openDevice(device.path);
    this.#grab(this.#fd, device.path);
    this.device = device;
    this.#parser = new InputEventParser(inputEventSize(process.arch));
    this.#keys = new InputKeys();
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

  #pollLater(): void {
    this.#cancel = this.#clock.schedule(pollMs, () => this.#poll());
  }

  #poll(): void {
    if (this.#closed || this.#fd === undefined) return;
    try {
      this.#readAll(this.#fd);
    } catch {
      this.#letGo();
      this.#tellFault('The keypad was unplugged: plug it in again.');
      this.#cancel = this.#clock.schedule(searchMs, () => this.#search());
      return;
    }
    if (!this.#closed) this.#pollLater();
  }

  /** Throws when the device is gone. */
  #readAll(fd: number): void {
    for (;;) {
      let length: number;
      try {
        length = readSync(fd, this.#buffer);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
      if (length === 0) throw new DeviceError('no-such-device', 'end of file');
      for (const event of this.#parser.feed(this.#buffer.subarray(0, length))) {
        const key = this.#keys.take(event);
        if (key !== undefined && !this.#closed) this.#listener.onKey(key);
      }
      if (this.#closed) return;
    }
  }

  #tellFault(message: string): void {
    if (this.#toldFault === message) return;
    this.#toldFault = message;
    this.#listener.onFault({ code: 'keypad-lost', message });
  }

  /** Closing the descriptor ends the grab as well. */
  #letGo(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.device = undefined;
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
