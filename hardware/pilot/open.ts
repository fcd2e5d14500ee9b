// The control pilot read through a converter: peaks, states, and what happens when the converter is gone.
import type { I2cBus, SpiDevice } from '../linux/bus.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { openI2cBus, openSpiDevice } from '../linux/linux-bus.ts';
import { Ads1115 } from './ads1115.ts';
import { PilotJudge, type PilotPeaks } from './control-pilot.ts';
import { Mcp3008, mcp3008Spi } from './mcp3008.ts';
import { PeakSearch } from './peaks.ts';
import type { Pilot, PilotListener, PilotState } from './pilot.ts';

export interface PilotOptions {
  /**
   * `mcp3008` samples the pilot itself through a whole period. `ads1115` is too slow for that: it reads two peak holders,
   * the positive one at `channel` and the negative one at the channel after it; without PWM wire the pilot to both.
   */
  readonly converter: 'mcp3008' | 'ads1115';
  readonly channel: number;
  /** `/dev/spidev0.0`, or the number or path of the I²C bus. A bus that is open already is closed with the pilot. */
  readonly bus: SpiDevice | I2cBus | number | string;
  /** The ADS1115's address. */
  readonly address?: number;
  /**
   * The divider: pilot voltage = (voltage at the converter − `offsetV`) × `gain`. Default: the one of the wiring diagram.
   * It keeps the converter above 0 V at −13 V: an MCP3008 that reads nothing but 0 V is missing.
   */
  readonly offsetV?: number;
  readonly gain?: number;
  /** A pilot generator drives its PWM: the diode of the vehicle is checked. */
  readonly oscillating?: boolean;
  readonly clock?: DeviceClock;
}

/** 330 kΩ from the pilot, 82 kΩ to 3.3 V and 82 kΩ to ground (hardware/raspberry-pi/wiring.svg). */
export const wiredDivider = { offsetV: 1.4677, gain: 9.0488 } as const;

/** Two agreeing reads tell an unplugged vehicle: within 100 ms, and within 200 ms where a half of the pilot has to be looked for. */
const readMs = 30;
const retryMs = 1_000;
const readsForFault = 3;

/** Opens a control pilot. Rejects with a `DeviceError` when the bus cannot be opened; a silent chip is a fault. */
export async function openControlPilot(options: PilotOptions, listener: PilotListener): Promise<Pilot> {
  const clock = options.clock ?? machineClock();
  return new ControlPilot(await openConverter(options, clock), options.oscillating ?? false, clock, listener);
}

interface Converter {
  readonly name: string;
  read(): Promise<PilotPeaks>;
  close(): Promise<void>;
}

async function openConverter(options: PilotOptions, clock: DeviceClock): Promise<Converter> {
  const { offsetV, gain } = { ...wiredDivider, ...options };
  const pilotVolts = (volts: number) => (volts - offsetV) * gain;
  const { channel, bus } = options;
  if (options.converter === 'mcp3008') {
    const spi = typeof bus === 'object' ? (bus as SpiDevice) : await openSpiDevice(String(bus), mcp3008Spi);
    const chip = new Mcp3008(spi);
    const read = async () => {
      const peaks = await sample(async () => pilotVolts(await chip.read(channel)), options.oscillating ?? false, clock);
      // The divider lifts every pilot above 0 V: so many zeros are a data line that is pulled down and nobody drives.
      if (peaks.positiveV === pilotVolts(0)) throw chip.missing();
      return peaks;
    };
    return { name: `control pilot (MCP3008, ${spi.name})`, read, close: () => spi.close() };
  }
  const i2c = typeof bus === 'object' ? (bus as I2cBus) : await openI2cBus(bus);
  const chip = new Ads1115(i2c, clock, options.address);
  const read = async () => {
    const positive = await chip.read(channel);
    const negative = await chip.read(channel + 1);
    return { positiveV: pilotVolts(positive), negativeV: pilotVolts(negative) };
  };
  return { name: `control pilot (ADS1115, ${i2c.name})`, read, close: () => i2c.close() };
}

async function sample(read: () => Promise<number>, oscillating: boolean, clock: DeviceClock): Promise<PilotPeaks> {
  const search = new PeakSearch(oscillating, clock.now());
  for (;;) {
    const pilotV = await read();
    const pauseMs = search.take(pilotV, clock.now());
    if (pauseMs === undefined) return search.peaks;
    if (pauseMs > 0) await new Promise<void>((resolve) => clock.schedule(pauseMs, resolve));
  }
}

class ControlPilot implements Pilot {
  readonly name: string;
  state: PilotState | undefined;
  readonly #converter: Converter;
  readonly #oscillating: boolean;
  readonly #clock: DeviceClock;
  readonly #listener: PilotListener;
  readonly #judge = new PilotJudge();
  #failedReads = 0;
  #fault: string | undefined;
  #closed = false;
  #cancel: (() => void) | undefined;
  #reading: Promise<void>;

  constructor(converter: Converter, oscillating: boolean, clock: DeviceClock, listener: PilotListener) {
    this.name = converter.name;
    this.#converter = converter;
    this.#oscillating = oscillating;
    this.#clock = clock;
    this.#listener = listener;
    this.#reading = this.#cycle();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#reading;
    await this.#converter.close();
  }

  async #cycle(): Promise<void> {
    try {
      const peaks = await this.#converter.read();
      if (!this.#closed) this.#take(peaks);
    } catch (error) {
      if (!this.#closed) this.#failed(error as Error);
    }
    if (this.#closed) return;
    const silent = this.#failedReads >= readsForFault;
    this.#cancel = this.#clock.schedule(silent ? retryMs : readMs, () => {
      this.#reading = this.#cycle();
    });
  }

  #take(peaks: PilotPeaks): void {
    this.#failedReads = 0;
    const verdict = this.#judge.take(peaks, this.#oscillating);
    if ('fault' in verdict) this.#tellFault('pilot-implausible', verdict.fault);
    if (!('state' in verdict)) return;
    if (this.#fault !== undefined) {
      this.#fault = undefined;
      this.#listener.onRecovered();
    }
    if (verdict.state === this.state) return;
    this.state = verdict.state;
    this.#listener.onState(verdict.state);
  }

  #failed(error: Error): void {
    this.#failedReads += 1;
    if (this.#failedReads < readsForFault) return;
    this.#judge.reset();
    this.#tellFault('pilot-lost', error.message);
  }

  #tellFault(code: string, message: string): void {
    this.state = undefined;
    if (this.#fault === code) return;
    this.#fault = code;
    this.#listener.onFault({ code, message });
  }
}
