// The Microchip MCP3008, a 10-bit converter on SPI (data sheet DS21295, section 6.1 "Using the MCP3004/3008 with
// microcontroller SPI ports").
import type { SpiDevice } from '../linux/bus.ts';
import { DeviceError } from '../linux/errors.ts';

/** At 2.7 V the chip allows 1.35 MHz; a Raspberry Pi supplies 3.3 V. */
export const mcp3008Spi = { speedHz: 1_350_000, mode: 0 } as const;

/** One channel against ground. `channel` 0–7; `referenceV` is what the chip's VREF pin is wired to. */
export class Mcp3008 {
  readonly #spi: SpiDevice;
  readonly #referenceV: number;

  constructor(spi: SpiDevice, referenceV = 3.3) {
    this.#spi = spi;
    this.#referenceV = referenceV;
  }

  /**
   * Volts at the pin. Rejects with a `DeviceError` `no-answer` when no chip drives the data line and it is pulled to one.
   * Pulled to zero it reads as 0 V, which is for the caller to doubt.
   */
  async read(channel: number): Promise<number> {
    if (!Number.isInteger(channel) || channel < 0 || channel > 7)
      throw new DeviceError('bad-setting', `An MCP3008 has the channels 0 to 7, not ${channel}.`);
    // Start bit; single-ended and the channel in the top nibble; then clocks for the rest of the answer.
    const answer = await this.#spi.transfer(Uint8Array.of(0x01, (0x08 | channel) << 4, 0x00));
    const high = answer[1]!;
    // The chip sends a null bit before its ten bits. A line that nobody drives may be pulled to one.
    if (high & 0x04) throw this.missing();
    return ((((high & 0x03) << 8) | answer[2]!) / 1024) * this.#referenceV;
  }

  missing(): DeviceError {
    return new DeviceError('no-answer', `${this.#spi.name}: no MCP3008 answers. Check its wires and supply.`);
  }
}
