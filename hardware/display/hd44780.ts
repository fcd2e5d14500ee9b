// A Hitachi HD44780 character display in 4-bit mode behind a PCF8574, as the common I²C backpacks wire it.
// Sources: HD44780U data sheet, figure 24 "4-Bit Interface" (initializing by instruction) and table 6 (instructions);
// PCF8574 data sheet, section 8 (quasi-bidirectional port, high at power-on).
import type { I2cBus } from '../linux/bus.ts';
import type { DeviceClock } from '../linux/clock.ts';
import { glyphs } from './characters.ts';

/** The backpack's port: P0 RS, P1 R/W, P2 E, P3 backlight, P4–P7 the data lines D4–D7. */
const registerSelect = 0x01;
const enable = 0x04;
const backlight = 0x08;

const clearDisplay = 0x01;
const entryLeftToRight = 0x06;
const displayOff = 0x08;
const displayOn = 0x0c;
const fourBitsTwoLines = 0x28;
const characterRam = 0x40;
const displayRam = 0x80;

/** Where each row begins. A display of four rows is two rows folded in the middle. */
function rowAddress(row: number, columns: number): number {
  return (row % 2 === 0 ? 0x00 : 0x40) + (row >= 2 ? columns : 0);
}

/** Speaks to the chip; knows nothing of what is shown. Every method rejects with a `DeviceError` when nothing answers. */
export class Hd44780 {
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #columns: number;
  readonly #clock: DeviceClock;
  #port = backlight;

  constructor(bus: I2cBus, clock: DeviceClock, address: number, columns: number) {
    this.#bus = bus;
    this.#clock = clock;
    this.#address = address;
    this.#columns = columns;
  }

  /** From whatever state, also from the middle of a byte, and after power-on. Blanks the display. */
  async initialize(): Promise<void> {
    // The supply has to be up for 40 ms.
    await this.#wait(50);
    await this.synchronize(5);
    await this.#instructions([displayOff, clearDisplay]);
    await this.#wait(3);
    await this.#drawGlyphs();
    await this.#instructions([entryLeftToRight, displayOn]);
  }

  /**
   * Brings the chip back into step, in case a disturbance lost half a byte, without changing what it shows: the switch to
   * 8 bits three times, `pauseMs` apart as after power-on or shorter, then to 4 bits.
   */
  async synchronize(pauseMs = 5): Promise<void> {
    for (let time = 0; time < 3; time++) {
      await this.#send(this.#nibble(0x30, 0));
      await this.#wait(pauseMs);
    }
    await this.#send(this.#nibble(0x20, 0));
    await this.#instructions([fourBitsTwoLines, entryLeftToRight, displayOn]);
  }

  /** Writes `bytes` from a column of a row on. */
  async write(row: number, column: number, bytes: readonly number[]): Promise<void> {
    const address = displayRam | (rowAddress(row, this.#columns) + column);
    await this.#send([...this.#byte(address, 0), ...bytes.flatMap((byte) => this.#byte(byte, registerSelect))]);
  }

  /** Blanks everything. */
  async clear(): Promise<void> {
    await this.#instructions([clearDisplay]);
    await this.#wait(3);
  }

  /** Whether the port still holds what was written last. After power-on it is all ones: the display came back blank. */
  async isSettled(): Promise<boolean> {
    const [port] = await this.#bus.read(this.#address, 1);
    // The data lines are driven by resistors when they are ones, so only a one that became a zero, or R/W or E, tells.
    const controlled = registerSelect | 0x02 | enable | backlight;
    return (port! & controlled) === (this.#port & controlled);
  }

  async #drawGlyphs(): Promise<void> {
    for (const [index, { rows }] of glyphs.entries()) {
      await this.#send([
        ...this.#byte(characterRam | (index * 8), 0),
        ...rows.flatMap((row) => this.#byte(row, registerSelect)),
      ]);
    }
  }

  async #instructions(bytes: readonly number[]): Promise<void> {
    await this.#send(bytes.flatMap((byte) => this.#byte(byte, 0)));
  }

  #byte(byte: number, select: number): number[] {
    return [...this.#nibble(byte & 0xf0, select), ...this.#nibble((byte << 4) & 0xf0, select)];
  }

  /** The chip takes the data lines when E falls. At 400 kHz a byte on the bus lasts 22 µs, two of them 37 µs and more. */
  #nibble(data: number, select: number): number[] {
    const port = data | select | backlight;
    return [port | enable, port];
  }

  async #send(port: readonly number[]): Promise<void> {
    await this.#bus.write(this.#address, Uint8Array.from(port));
    this.#port = port.at(-1)!;
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.schedule(milliseconds, resolve);
    });
  }
}
