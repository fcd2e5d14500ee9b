// The Texas Instruments ADS1115, a 16-bit converter on I²C (data sheet SBAS444, section 8.6 "Register maps").
import type { I2cBus } from '../linux/bus.ts';
import type { DeviceClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';

const conversionRegister = 0;
const configRegister = 1;

const startConversion = 0x8000;
/** AIN0 to AIN3 against ground are 100 to 111 in bits 14–12. */
const singleEnded = (channel: number) => (0x4 | channel) << 12;
/** ±4.096 V full scale, single shot, 860 samples a second, comparator off. */
const settings = 0x0200 | 0x0100 | 0x00e0 | 0x0003;
const fullScaleV = 4.096;
/** 1/860 s, and the oscillator may be a tenth slow. */
const conversionMs = 2;
const mostChecks = 5;

/** One channel against ground, a conversion for each read. `channel` 0–3; address 0x48–0x4B by the ADDR pin. */
export class Ads1115 {
  readonly #bus: I2cBus;
  readonly #address: number;
  readonly #clock: DeviceClock;

  constructor(bus: I2cBus, clock: DeviceClock, address = 0x48) {
    this.#bus = bus;
    this.#address = address;
    this.#clock = clock;
  }

  /** Volts at the pin. Rejects with a `DeviceError`: `no-answer`, or `input-output` for a chip that is not an ADS1115. */
  async read(channel: number): Promise<number> {
    if (!Number.isInteger(channel) || channel < 0 || channel > 3)
      throw new DeviceError('bad-setting', `An ADS1115 has the channels 0 to 3, not ${channel}.`);
    const config = startConversion | singleEnded(channel) | settings;
    await this.#bus.write(this.#address, Uint8Array.of(configRegister, config >> 8, config & 0xff));
    await this.#ready(config);
    const raw = await this.#register(conversionRegister);
    return (((raw << 16) >> 16) / 32768) * fullScaleV;
  }

  /** The top bit of the configuration is 0 while a conversion runs; the rest must read as it was written. */
  async #ready(config: number): Promise<void> {
    for (let check = 0; check < mostChecks; check++) {
      await new Promise<void>((resolve) => this.#clock.schedule(conversionMs, resolve));
      const now = await this.#register(configRegister);
      if ((now & 0x7fff) !== (config & 0x7fff)) {
        throw new DeviceError(
          'input-output',
          `${this.#bus.name}, address 0x${this.#address.toString(16)}: the converter lost its settings (0x${now.toString(16)}).`,
        );
      }
      if (now & startConversion) return;
    }
    throw new DeviceError('input-output', `${this.#bus.name}: the converter never finishes.`);
  }

  async #register(register: number): Promise<number> {
    await this.#bus.write(this.#address, Uint8Array.of(register));
    const [high, low] = await this.#bus.read(this.#address, 2);
    return (high! << 8) | low!;
  }
}
