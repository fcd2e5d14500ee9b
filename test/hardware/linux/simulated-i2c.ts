// An I²C bus of simulated chips. Each chip takes the bytes of a transfer one by one, as the wire brings them.
import type { I2cBus } from '../../../hardware/linux/bus.ts';
import { DeviceError } from '../../../hardware/linux/errors.ts';

export interface SimulatedChip {
  /** The first byte after a start condition and the address is number 0. False does not acknowledge. */
  take(byte: number, index: number): boolean;
  give(index: number): number;
}

export class SimulatedI2cBus implements I2cBus {
  readonly name = '/dev/i2c-1';
  readonly chips = new Map<number, SimulatedChip>();
  /** Pulled off: nothing answers. */
  unplugged = false;
  /** Called for each byte on its way to a chip; what it gives arrives. */
  noise: (byte: number) => number = (byte) => byte;
  closed = false;
  written = 0;

  async write(address: number, bytes: Uint8Array): Promise<void> {
    const chip = this.#chip(address);
    bytes.forEach((byte, index) => {
      this.written += 1;
      if (!chip.take(this.noise(byte), index)) this.#noAnswer(address);
    });
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    const chip = this.#chip(address);
    return Uint8Array.from({ length }, (_, index) => chip.give(index));
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #chip(address: number): SimulatedChip {
    const chip = this.chips.get(address);
    if (this.unplugged || this.closed || !chip) this.#noAnswer(address);
    return chip!;
  }

  #noAnswer(address: number): never {
    throw new DeviceError('no-answer', `nothing answers at 0x${address.toString(16)}`);
  }
}
