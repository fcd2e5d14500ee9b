// A meter that nobody wired: while the relay is on it counts what a vehicle would draw. For simulated stations alone.
import { nameAt } from '../relay/relay-pins.ts';
import { type KeptCounter, type Meter, type MeterReading, meterKind } from './meter.ts';

const BEAT_MS = 1_000;

export const simulated = meterKind({
  name: 'simulated',
  keepsCount: false,
  simulated: true,
  settings: { simulatedPowerW: { kind: 'number', least: 0, most: 1_000_000, otherwise: 3_680 } },
  open: async ({ simulatedPowerW: powerW }, { at: { outlet }, counter, listener }) =>
    new SimulatedLoad({
      powerW,
      ...counter(nameAt('simulated', outlet)),
      onReading: (reading) => listener.onReading(reading),
    }),
});

interface SimulatedLoadOptions {
  readonly powerW: number;
  readonly startWh: number;
  keep: KeptCounter['keep'];
  onReading(reading: MeterReading): void;
}

class SimulatedLoad implements Meter {
  readonly name = 'simulated meter';
  latest: MeterReading | undefined;
  readonly #options: SimulatedLoadOptions;
  readonly #beat: NodeJS.Timeout;
  #energyWh: number;
  #on = false;
  #countedAt = performance.now();

  constructor(options: SimulatedLoadOptions) {
    this.#options = options;
    this.#energyWh = options.startWh;
    this.#beat = setInterval(() => this.#tell(), BEAT_MS);
  }

  relay(on: boolean): void {
    if (on === this.#on) return;
    this.#tell();
    this.#on = on;
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#count();
    this.#keep(true);
  }

  #tell(): void {
    this.#count();
    this.#keep(false);
    const { powerW } = this.#options;
    this.latest = { energyWh: this.#energyWh, powerW: this.#on ? powerW : 0, at: this.#countedAt };
    this.#options.onReading(this.latest);
  }

  #count(): void {
    const now = performance.now();
    if (this.#on) this.#energyWh += (this.#options.powerW * (now - this.#countedAt)) / 3_600_000;
    this.#countedAt = now;
  }

  #keep(isLast: boolean): void {
    if (this.#energyWh !== this.#options.startWh) this.#options.keep(this.#energyWh, isLast);
  }
}
