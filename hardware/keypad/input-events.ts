// Linux input events as bytes, and which of them are keys of ours. Pure.
// Layouts and codes: linux/input.h and linux/input-event-codes.h.
import type { Key } from './keypad.ts';

export interface InputEvent {
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

const EV_SYN = 0;
const EV_KEY = 1;
const SYN_REPORT = 0;
const SYN_DROPPED = 3;

/** `struct input_event` begins with two longs of time: 24 bytes for a 64-bit program, 16 for a 32-bit one. */
export function inputEventSize(arch: string): 16 | 24 {
  return ['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390'].includes(arch) ? 16 : 24;
}

/** Cuts a stream of bytes into events; an event may come in two pieces. */
export class InputEventParser {
  readonly #size: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(size: 16 | 24) {
    this.#size = size;
  }

  feed(bytes: Uint8Array): InputEvent[] {
    const all = Buffer.concat([this.#rest, bytes]);
    const events: InputEvent[] = [];
    let offset = 0;
    for (; offset + this.#size <= all.length; offset += this.#size) {
      const body = offset + this.#size - 8;
      events.push({ type: all.readUInt16LE(body), code: all.readUInt16LE(body + 2), value: all.readInt32LE(body + 4) });
    }
    this.#rest = all.subarray(offset);
    return events;
  }
}

const shiftCodes = new Set([42, 54]);

/** Number row, keypad and the codes of telephone pads; what ends an entry is `#`, what clears it `*`. */
const keyOfCode: ReadonlyMap<number, Key> = new Map<number, Key>([
  ...'1234567890'.split('').map((digit, index): [number, Key] => [2 + index, digit]),
  ...'789'.split('').map((digit, index): [number, Key] => [71 + index, digit]),
  ...'456'.split('').map((digit, index): [number, Key] => [75 + index, digit]),
  ...'1230'.split('').map((digit, index): [number, Key] => [79 + index, digit]),
  ...'0123456789'.split('').map((digit, index): [number, Key] => [0x200 + index, digit]),
  [0x20a, '*'],
  [0x20b, '#'],
  [28, '#'], // Enter
  [96, '#'], // keypad Enter
  [55, '*'], // keypad *
  [14, '*'], // Backspace
  [111, '*'], // Delete
  [83, '*'], // keypad . Del
  [1, '*'], // Esc
]);

/** Telephone-shaped USB pads type # and * as a US keyboard does: Shift and 3, Shift and 8. */
const shiftedKeyOfCode: ReadonlyMap<number, Key> = new Map([
  [4, '#'],
  [9, '*'],
]);

/** The codes of the digits, by which a numeric keypad is known among the machine's input devices. */
export const digitCodes: { readonly row: readonly number[]; readonly pad: readonly number[] } = {
  row: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  pad: [71, 72, 73, 75, 76, 77, 79, 80, 81, 82],
};

/** Turns events into keys that went down. Repeats of a held key are nothing. */
export class InputKeys {
  #shifts = new Set<number>();
  #dropping = false;

  take(event: InputEvent): Key | undefined {
    if (event.type === EV_SYN && event.code === SYN_DROPPED) {
      // The kernel's buffer ran over: what comes up to the next report is incomplete.
      this.#dropping = true;
      this.#shifts.clear();
    } else if (event.type === EV_SYN && event.code === SYN_REPORT) this.#dropping = false;
    if (event.type !== EV_KEY || this.#dropping) return undefined;
    if (shiftCodes.has(event.code)) {
      if (event.value === 0) this.#shifts.delete(event.code);
      else this.#shifts.add(event.code);
      return undefined;
    }
    if (event.value !== 1) return undefined;
    return this.#shifts.size > 0 ? shiftedKeyOfCode.get(event.code) : keyOfCode.get(event.code);
  }
}
