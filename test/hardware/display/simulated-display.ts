// An HD44780 behind a PCF8574, at the level of the port's eight pins: it takes half bytes when E falls, misses what comes
// while it is busy, and begins in 8-bit mode with nothing shown, as the data sheets say.
import type { SimulatedChip } from '../linux/simulated-i2c.ts';

const byteMicroseconds = 22.5; // at 400 kHz, the fastest

export class SimulatedDisplay implements SimulatedChip {
  /** What came while the chip was busy, or with R/W high: each would be lost, or fight, on a real one. */
  violations: string[] = [];
  clears = 0;
  #now: () => number;
  #extraMicroseconds = 0;
  #port = 0xff;
  #eightBits = true;
  #high: number | undefined;
  #functionSets = 0;
  #busyUntil = 0;
  #displayRam = new Uint8Array(0x80).fill(0x20);
  #characterRam = new Uint8Array(64);
  #address = 0;
  #toCharacterRam = false;
  #on = false;
  #twoLines = false;

  constructor(now: () => number) {
    this.#now = now;
    this.#busyUntil = this.#microseconds() + 40_000;
  }

  /** Loses its supply and gets it back. */
  powerCycle(): void {
    this.#port = 0xff;
    this.#eightBits = true;
    this.#high = undefined;
    this.#functionSets = 0;
    this.#displayRam.fill(0x20);
    this.#characterRam.fill(0);
    this.#on = false;
    this.#twoLines = false;
    this.#busyUntil = this.#microseconds() + 40_000;
  }

  take(byte: number): boolean {
    this.#extraMicroseconds += byteMicroseconds;
    const fell = (this.#port & 0x04) !== 0 && (byte & 0x04) === 0;
    // The data lines are what they were while E was high: drivers change them no later than with the fall.
    if (fell) this.#latch(byte);
    this.#port = byte;
    return true;
  }

  give(): number {
    return this.#port;
  }

  /** What a person sees: codes 0–15 as ①–⑯, nothing while the display is off. */
  lines(columns: number, rows: number): string[] {
    return Array.from({ length: rows }, (_, row) => {
      const start = (row % 2 === 0 ? 0 : 0x40) + (row >= 2 ? columns : 0);
      const codes = Array.from(this.#displayRam.subarray(start, start + columns));
      if (!this.#on || (!this.#twoLines && row % 2 === 1)) return ' '.repeat(columns);
      return codes
        .map((code) => (code < 16 ? String.fromCharCode(0x2460 + (code & 7)) : String.fromCharCode(code)))
        .join('');
    });
  }

  get lit(): boolean {
    return (this.#port & 0x08) !== 0;
  }

  glyph(index: number): number[] {
    return Array.from(this.#characterRam.subarray(index * 8, index * 8 + 8));
  }

  #microseconds(): number {
    return this.#now() * 1000 + this.#extraMicroseconds;
  }

  #latch(port: number): void {
    if (port & 0x02) {
      this.violations.push('R/W is high');
      return;
    }
    const nibble = port & 0xf0;
    const data = (port & 0x01) !== 0;
    if (this.#eightBits) this.#execute(nibble, data);
    else if (this.#high === undefined) this.#high = nibble;
    else {
      const byte = this.#high | (nibble >> 4);
      this.#high = undefined;
      this.#execute(byte, data);
    }
  }

  #execute(byte: number, data: boolean): void {
    const now = this.#microseconds();
    if (now < this.#busyUntil) {
      this.violations.push(`0x${byte.toString(16)} came ${Math.round(this.#busyUntil - now)} µs too early`);
      return;
    }
    this.#busyUntil = now + 37;
    if (data) this.#store(byte);
    else if (byte & 0x80) {
      this.#address = byte & 0x7f;
      this.#toCharacterRam = false;
    } else if (byte & 0x40) {
      this.#address = byte & 0x3f;
      this.#toCharacterRam = true;
    } else if (byte & 0x20) this.#functionSet(byte, now);
    else if (byte & 0x08) this.#on = (byte & 0x04) !== 0;
    else if (byte === 0x01) {
      this.#displayRam.fill(0x20);
      this.#address = 0;
      this.#toCharacterRam = false;
      this.#busyUntil = now + 1520;
      this.clears += 1;
    }
  }

  #functionSet(byte: number, now: number): void {
    const eightBits = (byte & 0x10) !== 0;
    if (eightBits) {
      this.#functionSets += 1;
      if (this.#functionSets === 1) this.#busyUntil = now + 4100;
      else if (this.#functionSets === 2) this.#busyUntil = now + 100;
    } else this.#twoLines = (byte & 0x08) !== 0;
    if (eightBits !== this.#eightBits) this.#high = undefined;
    this.#eightBits = eightBits;
  }

  #store(byte: number): void {
    if (this.#toCharacterRam) {
      this.#characterRam[this.#address & 0x3f] = byte;
      this.#address += 1;
      return;
    }
    this.#displayRam[this.#address] = byte;
    // Two lines of 40 characters: after 0x27 comes 0x40, after 0x67 comes 0.
    this.#address = this.#address === 0x27 ? 0x40 : this.#address === 0x67 ? 0x00 : this.#address + 1;
  }
}
