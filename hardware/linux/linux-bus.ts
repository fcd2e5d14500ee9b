// The machine's own buses: /dev/i2c-N and /dev/spidevB.C, by the kernel's own interface (Documentation/i2c/dev-interface
// and Documentation/spi/spidev), so that no package has to be compiled against the Node that happens to run.
import { close, constants, open, read, write } from 'node:fs';
import { promisify } from 'node:util';
import type { I2cBus, SpiDevice } from './bus.ts';
import { DeviceError } from './errors.ts';
import { type Libc, loadLibc } from './libc.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const readFile = promisify(read);
const writeFile = promisify(write);

const I2C_SLAVE = 0x0703;
const SPI_IOC_WR_MODE = 0x40016b01;
const SPI_IOC_WR_BITS_PER_WORD = 0x40016b03;
const SPI_IOC_WR_MAX_SPEED_HZ = 0x40046b04;
const SPI_IOC_MESSAGE_1 = 0x40206b00;

/**
 * Opens an I²C bus by number (1 is the one on a Raspberry Pi's header) or path. Rejects with a `DeviceError` that says
 * what to do: `no-such-device`, `no-permission`, `module-missing`.
 */
export async function openI2cBus(bus: number | string): Promise<I2cBus> {
  const path = typeof bus === 'number' ? `/dev/i2c-${bus}` : bus;
  const libc = await loadLibc();
  const probe = await openFile(path, constants.O_RDWR).catch((error: unknown) => {
    throw openError(path, 'I²C', 'dtparam=i2c_arm=on', 'i2c', error);
  });
  await closeFile(probe);
  return new LinuxI2cBus(path, libc);
}

/** A file descriptor a chip: the address that a transfer goes to belongs to the descriptor. */
class LinuxI2cBus implements I2cBus {
  readonly name: string;
  readonly #libc: Libc;
  readonly #chips = new Map<number, Promise<number>>();

  constructor(path: string, libc: Libc) {
    this.name = path;
    this.#libc = libc;
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    const fd = await this.#chip(address);
    try {
      const { bytesWritten } = await writeFile(fd, bytes);
      if (bytesWritten !== bytes.length)
        throw new DeviceError('input-output', `${this.name}: the transfer was cut short.`);
    } catch (error) {
      throw this.#transferError(address, error);
    }
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    const fd = await this.#chip(address);
    try {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await readFile(fd, buffer, 0, length, null);
      if (bytesRead !== length) throw new DeviceError('input-output', `${this.name}: the transfer was cut short.`);
      return buffer;
    } catch (error) {
      throw this.#transferError(address, error);
    }
  }

  async close(): Promise<void> {
    const chips = [...this.#chips.values()];
    this.#chips.clear();
    for (const chip of chips) await chip.then(closeFile, () => undefined);
  }

  #chip(address: number): Promise<number> {
    let chip = this.#chips.get(address);
    if (!chip) {
      chip = this.#openChip(address);
      chip.catch(() => this.#chips.delete(address));
      this.#chips.set(address, chip);
    }
    return chip;
  }

  async #openChip(address: number): Promise<number> {
    const fd = await openFile(this.name, constants.O_RDWR).catch((error: unknown) => {
      throw openError(this.name, 'I²C', 'dtparam=i2c_arm=on', 'i2c', error);
    });
    try {
      this.#libc.ioctl(fd, I2C_SLAVE, address);
      return fd;
    } catch (error) {
      await closeFile(fd);
      throw this.#transferError(address, error);
    }
  }

  #transferError(address: number, cause: unknown): DeviceError {
    if (cause instanceof DeviceError) return cause;
    const chip = `${this.name}, address 0x${address.toString(16).padStart(2, '0')}`;
    switch (errnoName(cause)) {
      // Which of them a missing acknowledgement gives depends on the bus driver (Documentation/i2c/fault-codes).
      case 'ENXIO':
      case 'EREMOTEIO':
      case 'EIO':
        return new DeviceError('no-answer', `${chip}: nothing answers. Check its wires, supply and address.`, {
          cause,
        });
      case 'ETIMEDOUT':
        return new DeviceError('input-output', `${chip}: the bus is stuck. Is SDA or SCL shorted?`, { cause });
      case 'EBUSY':
        return new DeviceError('busy', `${chip} is held by a kernel driver: take its overlay out of config.txt.`, {
          cause,
        });
      case 'ENOTTY':
        return new DeviceError('no-such-device', `${this.name} is not an I²C bus.`, { cause });
      default:
        return new DeviceError('input-output', `${chip}: ${String((cause as Error)?.message ?? cause)}.`, { cause });
    }
  }
}

export interface SpiSettings {
  /** The chip's own limit; at most what its data sheet says. */
  readonly speedHz: number;
  /** Clock polarity and phase, 0 to 3. */
  readonly mode: number;
}

/** Opens a chip on an SPI bus, `/dev/spidev0.0` being the first one of a Raspberry Pi's header. Rejects as `openI2cBus`. */
export async function openSpiDevice(path: string, settings: SpiSettings): Promise<SpiDevice> {
  const libc = await loadLibc();
  const fd = await openFile(path, constants.O_RDWR).catch((error: unknown) => {
    throw openError(path, 'SPI', 'dtparam=spi=on', 'spi', error);
  });
  try {
    libc.ioctl(fd, SPI_IOC_WR_MODE, Uint8Array.of(settings.mode));
    libc.ioctl(fd, SPI_IOC_WR_BITS_PER_WORD, Uint8Array.of(8));
    libc.ioctl(fd, SPI_IOC_WR_MAX_SPEED_HZ, new Uint8Array(Uint32Array.of(settings.speedHz).buffer));
  } catch (cause) {
    await closeFile(fd);
    throw new DeviceError('no-such-device', `${path} is not an SPI device: ${(cause as Error).message}.`, { cause });
  }
  // The kernel is given their addresses: they live as long as the device does.
  const sent = new Uint8Array(64);
  const received = new Uint8Array(64);
  return {
    name: path,
    async transfer(bytes) {
      if (bytes.length > sent.length)
        throw new DeviceError('bad-setting', `${path}: at most ${sent.length} bytes at once.`);
      sent.set(bytes);
      const message = spiMessage(libc.address(sent), libc.address(received), bytes.length, settings.speedHz);
      try {
        libc.ioctl(fd, SPI_IOC_MESSAGE_1, message);
      } catch (cause) {
        throw new DeviceError('input-output', `${path}: ${(cause as Error).message}.`, { cause });
      }
      return received.slice(0, bytes.length);
    },
    close: () => closeFile(fd),
  };
}

/** `struct spi_ioc_transfer` of linux/spi/spidev.h: 32 bytes, the same on 32- and 64-bit machines. */
export function spiMessage(sent: bigint, received: bigint, length: number, speedHz: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(32));
  view.setBigUint64(0, sent, true);
  view.setBigUint64(8, received, true);
  view.setUint32(16, length, true);
  view.setUint32(20, speedHz, true);
  view.setUint8(26, 8); // bits a word
  return new Uint8Array(view.buffer);
}

function openError(path: string, kind: string, setting: string, group: string, cause: unknown): DeviceError {
  switch (errnoName(cause)) {
    case 'ENOENT':
    case 'ENXIO':
    case 'ENODEV':
      return new DeviceError(
        'no-such-device',
        `There is no ${path}. On a Raspberry Pi switch ${kind} on (\`${setting}\` in config.txt) and restart it.`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new DeviceError('no-permission', `No permission for ${path}: add this user to the group ${group}.`, {
        cause,
      });
    case 'EBUSY':
      return new DeviceError('busy', `${path} is used by another program.`, { cause });
    default:
      return new DeviceError('input-output', `${path}: ${(cause as Error).message}.`, { cause });
  }
}

/** Node names most errors; a few of Linux's come as a number alone. */
function errnoName(error: unknown): string {
  const { code, errno } = error as NodeJS.ErrnoException;
  return errno === -121 ? 'EREMOTEIO' : (code ?? '');
}
