// A Modbus RTU energy meter on a serial port, polled.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { good, permission, type Subject, wrong } from '../checks.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';
import { hasConsole } from '../linux/serial-ports.ts';
import { MeterHealth } from './health.ts';
import { type Meter, type MeterJudging, type MeterListener, type MeterReading, meterKind } from './meter.ts';
import { decodeBlocks, type ModbusBlock, type ModbusMap, type ModbusMeterName, modbusMaps } from './modbus-maps.ts';
import { type RtuParts, RtuPort } from './rtu-port.ts';

const models = Object.keys(modbusMaps) as [ModbusMeterName, ...ModbusMeterName[]];

export const modbus = meterKind({
  name: 'modbus',
  keepsCount: true,
  settings: {
    model: {
      kind: 'choice',
      choices: models,
      names: Object.fromEntries(models.map((name) => [name, modbusMaps[name].model])),
      variable: 'METER_MODEL',
    },
    port: { kind: 'text', needed: true, device: 'serial', variable: 'METER_PORT' },
    unitId: { kind: 'number', each: 'said', least: 1, most: 247, whole: true, variable: 'METER_ADDRESS' },
    baudRate: { kind: 'number', least: 300, most: 1_000_000, whole: true, variable: 'METER_BAUD' },
  },
  open: ({ model: meter, port, unitId, baudRate }, { judging, listener }) =>
    openModbusMeter(
      {
        meter,
        port,
        judging,
        ...(unitId !== undefined && { unitId }),
        ...(baudRate !== undefined && { baudRate }),
      },
      listener,
    ),
  check: (subject, chosen) => (chosen ? checkPort(subject) : []),
  words: {
    'devices.meter-port': ['The meter is on {port}.', '电表接在 {port}。'],
    'devices.no-meter-port': [
      'METER=modbus, and METER_PORT names no port.',
      'METER=modbus，但 METER_PORT 没有指定串口。',
    ],
    'devices.meter-port-missing': ['METER=modbus, and there is no {port}.', 'METER=modbus，但 {port} 不存在。'],
    'devices.meter-port.do': [
      'Plug the adapter in, and check METER_PORT; a path below /dev/serial/by-id/ keeps its name.',
      '请插入适配器并检查 METER_PORT；/dev/serial/by-id/ 下的路径名称不会改变。',
    ],
  },
});

function checkPort(subject: Subject) {
  const { env, root } = subject;
  const port = env.METER_PORT;
  if (!port) return [wrong('devices.no-meter-port', 'devices.meter-port.do')];
  const path = join(root, port);
  if (!existsSync(path)) return [wrong('devices.meter-port-missing', 'devices.meter-port.do', { port })];
  if (hasConsole(path, root)) return [wrong('devices.console', 'devices.console.do', { port })];
  return [permission(path, subject) ?? good('devices.meter-port', { port })];
}

export interface ModbusMeterOptions {
  readonly meter: ModbusMeterName;
  /** `/dev/serial0`, `/dev/ttyUSB0`, better `/dev/serial/by-id/…`, which keeps its name. */
  readonly port: string;
  /** What the meter was set to, where that is not how it left the factory. */
  readonly unitId?: number;
  readonly baudRate?: number;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
  readonly judging: MeterJudging;
  /** From one read's end to the next one's start. */
  readonly pollMs?: number;
  /** For each answer. */
  readonly timeoutMs?: number;
  readonly clock?: DeviceClock;
}

const defaultPollMs = 1_000;
const defaultTimeoutMs = 500;
/** A request whose answer was lost is sent again: within the second, and two times at most. */
const retryWithinMs = 1_000;
const mostAttempts = 3;

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
  return new ModbusMeter(map, { ...options, unitId }, listener, await loadParts());
}

/** What is used of modbus-serial. Its own typing hides the class behind a default export that Node gives differently. */
interface Client {
  on(event: 'error', listener: (error: unknown) => void): void;
  open(done: (error?: Error | null) => void): void;
  setID(id: number): void;
  setTimeout(milliseconds: number): void;
  readInputRegisters(address: number, length: number): Promise<{ data: number[] }>;
  close(done: () => void): void;
}

interface Parts extends RtuParts {
  readonly Client: new (port: RtuPort) => Client;
}

async function loadParts(): Promise<Parts> {
  try {
    const { default: ModbusRTU } = await import('modbus-serial');
    const { default: crc16 } = (await import('modbus-serial/utils/crc16.js' as string)) as { default: Parts['crc16'] };
    const { SerialPort } = (await import('serialport' as string)) as Pick<Parts, 'SerialPort'>;
    return { Client: ModbusRTU as unknown as Parts['Client'], SerialPort, crc16 };
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
  readonly #parts: Parts;
  readonly #clock: DeviceClock;
  readonly #health: MeterHealth;
  #client: Client | undefined;
  /** Reads the longer blocks, since an answer to the shorter ones may still come. */
  #longer = false;
  #closed = false;
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void>;

  constructor(map: ModbusMap, options: ModbusMeterOptions & { unitId: number }, listener: MeterListener, parts: Parts) {
    this.name = `${map.model} at ${options.port}`;
    this.#map = map;
    this.#options = options;
    this.#parts = parts;
    this.#clock = options.clock ?? machineClock();
    this.#health = new MeterHealth(listener, this.#clock, options.judging());
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
      // An adapter that was pulled out comes back as another port: begin with a fresh one.
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
    const until = this.#clock.now() + retryWithinMs;
    for (const block of this.#map.blocks) blocks.push(await this.#readBlock(client, block, until));
    return decodeBlocks(this.#map, blocks, this.#clock.now());
  }

  async #readBlock(client: Client, { address, length, longer }: ModbusBlock, until: number): Promise<number[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await client.readInputRegisters(address, this.#longer ? longer : length)).data;
      } catch (error) {
        this.#longer = !this.#longer;
        if (this.#closed || attempt === mostAttempts || this.#clock.now() >= until) throw error;
      }
    }
  }

  async #openPort(): Promise<Client> {
    const { port: path, baudRate, parity, stopBits, unitId, timeoutMs } = this.#options;
    const port = new RtuPort(this.#parts, {
      path,
      baudRate: baudRate ?? this.#map.baudRate,
      parity: parity ?? this.#map.parity,
      stopBits: stopBits ?? this.#map.stopBits,
    });
    const client = new this.#parts.Client(port);
    // Errors of an open port also fail the read that is waiting; without a listener they would end the process.
    client.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      client.open((error) => (error ? reject(error) : resolve()));
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
