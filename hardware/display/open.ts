// Keeps a character display showing the truth: what changed is written, and what may have got lost is found and healed.
import type { I2cBus } from '../linux/bus.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';
import { openI2cBus } from '../linux/linux-bus.ts';
import { toDisplayBytes } from './characters.ts';
import type { Display, DisplayListener } from './display.ts';
import { Hd44780 } from './hd44780.ts';

export interface CharacterDisplayOptions {
  readonly columns: 16 | 20;
  readonly rows: 2 | 4;
  /** The number or path of the I²C bus, 1 unless set. A bus that is open already is closed with the display. */
  readonly bus?: I2cBus | number | string;
  /** 0x27 (PCF8574) unless set; 0x3F is the PCF8574A's. */
  readonly address?: number;
  readonly clock?: DeviceClock;
}

/** So often the port is looked at: a display that lost its supply, or the bus, is found within a second. */
const lookMs = 1_000;
/** So often everything is written anew: a relay's disturbance can garble characters, or lose half a byte. */
const refreshMs = 30_000;
const space = 0x20;

/** Opens a display. Rejects with a `DeviceError` when the bus cannot be opened; a silent display is a fault, tried again. */
export async function openCharacterDisplay(
  options: CharacterDisplayOptions,
  listener: DisplayListener,
): Promise<Display> {
  const { columns, rows, bus = 1, address = 0x27 } = options;
  if (![16, 20].includes(columns) || ![2, 4].includes(rows))
    throw new DeviceError(
      'bad-setting',
      `A display of ${columns} × ${rows} characters is not known: 16 or 20 × 2 or 4.`,
    );
  const i2c = typeof bus === 'object' ? bus : await openI2cBus(bus);
  return new CharacterDisplay(i2c, address, { ...options, columns, rows }, listener);
}

class CharacterDisplay implements Display {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly #bus: I2cBus;
  readonly #chip: Hd44780;
  readonly #clock: DeviceClock;
  readonly #listener: DisplayListener;
  #wanted: number[][];
  /** What the display shows as far as is known; undefined when it has to be initialized. */
  #shown: number[][] | undefined;
  #refreshedAt = 0;
  #lost = false;
  #closed = false;
  #working: Promise<void> | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(bus: I2cBus, address: number, options: CharacterDisplayOptions, listener: DisplayListener) {
    this.name = `${options.columns}×${options.rows} display at 0x${address.toString(16)} on ${bus.name}`;
    this.columns = options.columns;
    this.rows = options.rows;
    this.#bus = bus;
    this.#clock = options.clock ?? machineClock();
    this.#chip = new Hd44780(bus, this.#clock, address, options.columns);
    this.#listener = listener;
    this.#wanted = this.#layOut([]);
    this.#work();
    this.#lookLater();
  }

  show(lines: readonly string[]): void {
    if (this.#closed) return;
    this.#wanted = this.#layOut(lines);
    this.#work();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook?.();
    await this.#working;
    await this.#chip.clear().catch(() => undefined);
    await this.#bus.close();
  }

  #layOut(lines: readonly string[]): number[][] {
    return Array.from({ length: this.rows }, (_, row) => {
      const bytes = toDisplayBytes(lines[row] ?? '').slice(0, this.columns);
      return [...bytes, ...new Array<number>(this.columns - bytes.length).fill(space)];
    });
  }

  /** One worker at a time, until what is shown is what is wanted. */
  #work(): void {
    // A lost display is tried again by the next look, not by every new text.
    if (this.#working || this.#lost) return;
    this.#run(() => this.#bringUp());
  }

  #run(act: () => Promise<void>): void {
    this.#working = act()
      .catch((error: unknown) => this.#failed(error as Error))
      .finally(() => {
        this.#working = undefined;
        // New lines may have come after the last comparison.
        if (this.#shown && !this.#closed && this.#firstChange(this.#shown)) this.#work();
      });
  }

  async #bringUp(): Promise<void> {
    if (!this.#shown) {
      await this.#chip.initialize();
      this.#shown = this.#layOut([]);
      this.#refreshedAt = this.#clock.now();
    }
    while (!this.#closed) {
      const change = this.#firstChange(this.#shown);
      if (!change) break;
      const { row, column, bytes } = change;
      await this.#chip.write(row, column, bytes);
      this.#shown[row]!.splice(column, bytes.length, ...bytes);
    }
    if (this.#lost) {
      this.#lost = false;
      this.#listener.onRecovered();
    }
  }

  /** From the first to the last character that differs in the first row that differs. */
  #firstChange(shown: readonly number[][]): { row: number; column: number; bytes: number[] } | undefined {
    for (const [row, wanted] of this.#wanted.entries()) {
      const differs = (byte: number, column: number) => byte !== shown[row]![column];
      const column = wanted.findIndex(differs);
      if (column !== -1) return { row, column, bytes: wanted.slice(column, wanted.findLastIndex(differs) + 1) };
    }
    return undefined;
  }

  #lookLater(): void {
    this.#cancelLook = this.#clock.schedule(lookMs, () => {
      if (!this.#working) this.#run(() => this.#look());
      if (!this.#closed) this.#lookLater();
    });
  }

  async #look(): Promise<void> {
    if (this.#shown && !(await this.#chip.isSettled())) this.#shown = undefined;
    else if (this.#shown && this.#clock.now() - this.#refreshedAt >= refreshMs) {
      await this.#chip.synchronize();
      // Nothing is known of what stands there: everything differs from it, so everything is written.
      this.#shown = this.#shown.map((row) => row.map(() => -1));
      this.#refreshedAt = this.#clock.now();
    }
    await this.#bringUp();
  }

  #failed(error: Error): void {
    this.#shown = undefined;
    if (this.#lost || this.#closed) return;
    this.#lost = true;
    this.#listener.onFault({ code: 'display-lost', message: error.message });
  }
}
