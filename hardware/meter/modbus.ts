// A Modbus RTU energy meter on a serial port, polled.
import { type DeviceClock, machineClock } from '../bus/clock.ts';
import { DeviceError } from '../bus/errors.ts';
import { MeterHealth } from './health.ts';
import type { Meter, MeterListener, MeterReading } from './meter.ts';
import { decodeBlocks, type ModbusMap, type ModbusMeterName, modbusMaps } from './modbus-maps.ts';

export interface ModbusMeterOptions {
  readonly meter: ModbusMeterName;
  /** `/dev/serial0`, `/dev/ttyUSB0`, better `/dev/serial/by-id/…`, which keeps its name. */
  readonly port: string;
  /** What the meter was set to, where that is not how it left the factory. */
  readonly unitId?: number;
  readonly baudRate?: number;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
  readonly highestPowerW: number;
  /** From one read's end to the next one's start. */
  readonly pollMs?: number;
  /** For each request. */
  readonly timeoutMs?: number;
  readonly clock?: DeviceClock;
}

const defaultPollMs = 1_000;
const defaultTimeoutMs = 500;

/**
 * Opens a Modbus meter and polls it until it is closed. A port that is missing or a meter that is silent are faults told
 * to the listener, and tried again. Rejects with a `DeviceError` `module-missing` when modbus-serial cannot be loaded,
 * and `bad-setting`.
 */
export async function openModbusMeter(options: ModbusMeterOptions, listener: MeterListener): Promise<Meter> {
  const map: ModbusMap | undefined = modbusMaps[options.meter];
  if (!map)
    throw new DeviceError('bad-setting', `"${options.meter}" is none of ${Object.keys(modbusMaps).join(', ')}.`);
  const unitId = options.unitId ?? map.unitId;
  if (!Number.isInteger(unitId) || unitId < 1 || unitId > 247)
    throw new DeviceError('bad-setting', `${unitId} is no Modbus address: they go from 1 to 247.`);
  const Client = await loadClient();
  return new ModbusMeter(map, { ...options, unitId }, listener, Client);
}

/** What is used of modbus-serial. Its own typing hides the class behind a default export that Node gives differently. */
interface Client {
  on(event: 'error', listener: (error: unknown) => void): void;
  connectRTUBuffered(
    port: string,
    options: { baudRate: number; parity: string; stopBits: number; dataBits: number },
  ): Promise<void>;
  setID(id: number): void;
  setTimeout(milliseconds: number): void;
  readInputRegisters(address: number, length: number): Promise<{ data: number[] }>;
  close(done: () => void): void;
}

async function loadClient(): Promise<new () => Client> {
  try {
    const { default: ModbusRTU } = await import('modbus-serial');
    // modbus-serial asks for it only when a port is opened, too late to say what is missing.
    await import('serialport' as string);
    return ModbusRTU as unknown as new () => Client;
  } catch (cause) {
    throw new DeviceError(
      'module-missing',
      'The optional packages modbus-serial and serialport cannot be loaded: run `npm install modbus-serial serialport`.',
      { cause },
    );
  }
}

class ModbusMeter implements Meter {
  readonly name: string;
  readonly #map: ModbusMap;
  readonly #options: ModbusMeterOptions & { unitId: number };
  readonly #Client: new () => Client;
  readonly #clock: DeviceClock;
  readonly #health: MeterHealth;
  #client: Client | undefined;
  #closed = false;
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void>;

  constructor(
    map: ModbusMap,
    options: ModbusMeterOptions & { unitId: number },
    listener: MeterListener,
    Client: new () => Client,
  ) {
    this.name = `${map.model} at ${options.port}`;
    this.#map = map;
    this.#options = options;
    this.#Client = Client;
    this.#clock = options.clock ?? machineClock();
    this.#health = new MeterHealth(listener, this.#clock, { highestPowerW: options.highestPowerW });
    this.#polling = this.#poll();
  }

  get latest(): MeterReading | undefined {
    return this.#health.latest;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelPoll?.();
    this.#health.close();
    await this.#polling;
    await this.#closePort();
  }

  async #poll(): Promise<void> {
    try {
      const reading = await this.#read();
      if (!this.#closed) this.#health.read(reading);
    } catch (error) {
      // The library keeps what came of a broken frame and would join the next answer to it: begin with a fresh port.
      await this.#closePort();
      if (!this.#closed) this.#health.failed(reasonOf(error));
    }
    if (this.#closed) return;
    this.#cancelPoll = this.#clock.schedule(this.#options.pollMs ?? defaultPollMs, () => {
      this.#polling = this.#poll();
    });
  }

  async #read(): Promise<MeterReading> {
    const client = this.#client ?? (await this.#openPort());
    const blocks: number[][] = [];
    for (const { address, length } of this.#map.blocks) {
      const { data } = await client.readInputRegisters(address, length);
      blocks.push(data);
    }
    return decodeBlocks(this.#map, blocks, this.#clock.now());
  }

  async #openPort(): Promise<Client> {
    const { port, baudRate, parity, stopBits, unitId, timeoutMs } = this.#options;
    const client = new this.#Client();
    // Errors of an open port also fail the read that is waiting; without a listener they would end the process.
    client.on('error', () => undefined);
    await client.connectRTUBuffered(port, {
      baudRate: baudRate ?? this.#map.baudRate,
      parity: parity ?? this.#map.parity,
      stopBits: stopBits ?? this.#map.stopBits,
      dataBits: 8,
    });
    client.setID(unitId);
    client.setTimeout(timeoutMs ?? defaultTimeoutMs);
    this.#client = client;
    return client;
  }

  async #closePort(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    await new Promise<void>((resolve) => {
      // A port that vanished is closed already and says so with an error.
      client.close(() => resolve());
    });
  }
}

function reasonOf(error: unknown): string {
  const { message, errno } = error as { message?: string; errno?: string };
  return message ?? errno ?? String(error);
}
