// Linux input events as bytes. Pure. Layout: linux/input.h.

export interface InputEvent {
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

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

/** The codes of the digits (linux/input-event-codes.h), by which a numeric keypad is known among the machine's input devices. */
export const digitCodes: { readonly row: readonly number[]; readonly pad: readonly number[] } = {
  row: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  pad: [71, 72, 73, 75, 76, 77, 79, 80, 81, 82],
};
