// The two buses that the station's chips hang on. Drivers know these interfaces alone; behind them stands the machine's
// bus (linux-bus.ts) or, in tests, a simulated one that speaks the chips' protocols.

/** An I²C bus. A device that does not acknowledge rejects with a `DeviceError` of code `no-answer`. */
export interface I2cBus {
  readonly name: string;
  /** Sends `bytes` to the 7-bit `address`, one transfer from start to stop. */
  write(address: number, bytes: Uint8Array): Promise<void>;
  read(address: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** One chip on an SPI bus: each transfer sends and receives the same number of bytes while its select line is low. */
export interface SpiDevice {
  readonly name: string;
  transfer(bytes: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
