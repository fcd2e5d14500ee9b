// A meter that nobody wired: while the relay is on it counts what a vehicle would draw. For simulated stations alone.
import type { MeterReading } from './meter.ts';

const BEAT_MS = 1_000;

export interface SimulatedLoadOptions {
  readonly powerW: number;
  readonly startWh: number;
  /** What it throws is tried again. */
  save(energyWh: number): void;
  onReading(reading: MeterReading): void;
}

export class SimulatedLoad {
  readonly #options: SimulatedLoadOptions;
  readonly #beat: NodeJS.Timeout;
  #energyWh: number;
  #savedWh: number;
  #on = false;
  #countedAt = performance.now();

  constructor(options: SimulatedLoadOptions) {
    this.#options = options;
    this.#energyWh = options.startWh;
    this.#savedWh = options.startWh;
    this.#beat = setInterval(() => this.#tell(), BEAT_MS);
  }

  relay(on: boolean): void {
    if (on === this.#on) return;
    this.#tell();
    this.#on = on;
  }

  close(): void {
    clearInterval(this.#beat);
    this.#count();
    this.#save();
  }

  #tell(): void {
    this.#count();
    if (this.#energyWh - this.#savedWh >= 10) this.#save();
    const { powerW } = this.#options;
    this.#options.onReading({ energyWh: this.#energyWh, powerW: this.#on ? powerW : 0, at: this.#countedAt });
  }

  #count(): void {
    const now = performance.now();
    if (this.#on) this.#energyWh += (this.#options.powerW * (now - this.#countedAt)) / 3_600_000;
    this.#countedAt = now;
  }

  #save(): void {
    if (this.#energyWh === this.#savedWh) return;
    try {
      this.#options.save(this.#energyWh);
      this.#savedWh = this.#energyWh;
    } catch {
      // As with a real meter: a journal that takes no writes stops no readings.
    }
  }
}
