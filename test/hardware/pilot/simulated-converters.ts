// The two converters at the level of their bytes.
import type { SpiDevice } from '../../../hardware/linux/bus.ts';
import type { ManualClock } from '../linux/manual-clock.ts';
import type { SimulatedChip } from '../linux/simulated-i2c.ts';

/** An MCP3008 (DS21295 figure 6-1): a start bit, single-ended or not, three bits of channel; a null bit, ten bits. */
export class SimulatedMcp3008 implements SpiDevice {
  readonly name = '/dev/spidev0.0';
  /** Pulled out: nobody drives the data line. */
  missing = false;
  /** What the data line reads while nobody drives it: 1, or 0 as with a Raspberry Pi, which pulls GPIO9 down at reset. */
  undriven: 0 | 1 = 1;
  noise = 0;
  /** How long one transfer takes. */
  transferMs = () => 0.045;
  closed = false;
  transfers: number[][] = [];
  /** Volts at a channel at a time. */
  readonly #volts: (channel: number, at: number) => number;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock, volts: (channel: number, at: number) => number) {
    this.#clock = clock;
    this.#volts = volts;
  }

  async transfer(bytes: Uint8Array): Promise<Uint8Array> {
    this.#clock.pass(this.transferMs());
    this.transfers.push(Array.from(bytes));
    if (this.missing) return new Uint8Array(bytes.length).fill(this.undriven ? 0xff : 0);
    const bits = Array.from(bytes).flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
    const start = bits.indexOf(1);
    const answer: number[] = bits.map(() => this.undriven);
    if (start >= 0 && bits[start + 1] === 1) {
      const channel = (bits[start + 2]! << 2) | (bits[start + 3]! << 1) | bits[start + 4]!;
      const volts = this.#volts(channel, this.#clock.now()) + (Math.random() - 0.5) * 2 * this.noise;
      const value = Math.max(0, Math.min(1023, Math.floor((volts / 3.3) * 1024)));
      // One clock for sampling after the last channel bit, then the null bit, then the value from its top bit.
      const first = start + 6;
      answer[first] = 0;
      for (let bit = 0; bit < 10; bit++) answer[first + 1 + bit] = (value >> (9 - bit)) & 1;
    }
    const out = new Uint8Array(bytes.length);
    for (let index = 0; index < bytes.length * 8; index++)
      out[index >> 3]! |= (answer[index] ?? 1) << (7 - (index & 7));
    return out;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** An ADS1115 (SBAS444 section 8.6): a pointer, then two bytes of register; a conversion takes its time. */
export class SimulatedAds1115 implements SimulatedChip {
  /** Volts at AIN0 to AIN3. */
  volts = [0, 0, 0, 0];
  /** Converts never again. */
  stuck = false;
  configs: number[] = [];
  readonly #clock: ManualClock;
  #pointer = 0;
  #config = 0x8583;
  #conversion = 0;
  #readyAt = 0;
  #high = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  /** Loses its supply for a moment. */
  reset(): void {
    this.#config = 0x8583;
    this.#pointer = 0;
  }

  take(byte: number, index: number): boolean {
    if (index === 0) this.#pointer = byte & 0x03;
    else if (index === 1) this.#high = byte;
    else if (index === 2 && this.#pointer === 1) this.#configure((this.#high << 8) | byte);
    return true;
  }

  give(index: number): number {
    const register = this.#pointer === 1 ? this.#status() : this.#pointer === 0 ? this.#result() : 0;
    return index === 0 ? (register >> 8) & 0xff : register & 0xff;
  }

  #configure(config: number): void {
    this.configs.push(config);
    this.#config = config & 0x7fff;
    if (!(config & 0x8000)) return;
    this.#readyAt = this.stuck ? Number.POSITIVE_INFINITY : this.#clock.now() + 1.3;
    const multiplexer = (config >> 12) & 7;
    const fullScale = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256][(config >> 9) & 7]!;
    const volts = multiplexer >= 4 ? this.volts[multiplexer - 4]! : this.volts[0]! - this.volts[1]!;
    this.#conversion = Math.max(-32768, Math.min(32767, Math.round((volts / fullScale) * 32768)));
  }

  #status(): number {
    return this.#config | (this.#clock.now() >= this.#readyAt ? 0x8000 : 0);
  }

  #result(): number {
    return this.#clock.now() >= this.#readyAt ? this.#conversion & 0xffff : 0x7fff;
  }
}
