// A Modbus RTU energy meter on a serial port, polled.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { good, permission, type Subject, wrong } from '../checks.ts';
import { rowsOf } from '../gpio/pin.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { DeviceError } from '../linux/errors.ts';
import { hasConsole } from '../linux/serial-ports.ts';
import { MeterHealth } from './health.ts';
import {
  type Meter,
  type MeterJudging,
  type MeterListener,
  type MeterReading,
  meterKind,
  silentAfterMs,
} from './meter.ts';
import { type BusParts, type Client, ModbusBus } from './modbus-bus.ts';
import { decodeBlocks, type ModbusBlock, type ModbusMap, type ModbusMeterName, modbusMaps } from './modbus-maps.ts';

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
    'devices.meter-round': [
      'Reading {count} meters at {baud} baud takes some {seconds} s a round: they would count as silent.',
      '以 {baud} 波特读取 {count} 块电表，一轮约需 {seconds} 秒：电表会被视为无应答。',
    ],
    'devices.meter-round.do': [
      'Set the meters and METER_BAUD to 9600 or more.',
      '请将各电表和 METER_BAUD 设为 9600 或更高。',
    ],
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
  return [permission(path, subject) ?? good('devices.meter-port', { port }), ...round(env)];
}

/** Where all meters of a bus together take longer than a reading may be old. */
function round({ METER_MODEL, METER_BAUD, METER_ADDRESS }: Subject['env']) {
  const map: ModbusMap | undefined = modbusMaps[(METER_MODEL || models[0]) as ModbusMeterName];
  const count = rowsOf(METER_ADDRESS).length;
  if (map === undefined || count < 2) return [];
  const baud = Number(METER_BAUD || map.baudRate);
  const seconds = (count * readMs(map, baud)) / 1000;
  if (seconds * 1000 <= silentAfterMs - defaultPollMs) return [];
  return [wrong('devices.meter-round', 'devices.meter-round.do', { count, baud, seconds: Math.ceil(seconds) })];
}

const requestBytes = 8;
const answerBytes = 5;
/** A character has ten bits; the meter and the adapter take some time to turn round. */
const bitsPerByte = 10;
const turnMs = 40;

function readMs({ blocks }: ModbusMap, baud: number): number {
  const bytes = blocks.reduce((sum, { length }) => sum + requestBytes + answerBytes + 2 * length, 0);
  return (bytes * bitsPerByte * 1000) / baud + turnMs * blocks.length;
}

export interface ModbusMeterOptions {
  readonly meter: ModbusMeterName;
  /** `/dev/serial0`, `/dev/ttyUSB0`, better `/dev/serial/by-id/…`, which keeps its name. */
  readonly port: string;
  /** What the meter was set to, where that is not how it left the factory. */
  readonly unitId?: number;
  readonly baudRate?: number;
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
/** Of several on one bus a silent one is asked so much more seldom, once each time. */
const seldom = 5;

/**
 * Opens a Modbus meter and polls it until it is closed, by turns with the others on its port. A port that is missing or a meter that is silent are faults told
 * to the listener, and tried again. Rejects with a `DeviceError` `module-missing` when modbus-serial cannot be loaded,
 * and `bad-setting`, also where another meter on the port has another speed.
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

async function loadParts(): Promise<BusParts> {
  try {
    const { default: ModbusRTU } = await import('modbus-serial');
    const { default: crc16 } = (await import('modbus-serial/utils/crc16.js' as string)) as {
      default: BusParts['crc16'];
    };
    const { SerialPort } = (await import('serialport' as string)) as Pick<BusParts, 'SerialPort'>;
    return { Client: ModbusRTU as unknown as BusParts['Client'], SerialPort, crc16 };
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
  readonly #bus: ModbusBus;
  readonly #clock: DeviceClock;
  readonly #health: MeterHealth;
  /** Reads the longer blocks, since an answer to the shorter ones may still come. */
  #longer = false;
  #closed = false;
  #cancelPoll: (() => void) | undefined;
  #polling: Promise<void>;

  constructor(
    map: ModbusMap,
    options: ModbusMeterOptions & { unitId: number },
    listener: MeterListener,
    parts: BusParts,
  ) {
    this.name = `${map.model} at ${options.port}`;
    this.#map = map;
    this.#options = options;
    this.#clock = options.clock ?? machineClock();
    const { port: path, baudRate = map.baudRate } = options;
    const { parity, stopBits } = map;
    this.#bus = ModbusBus.join({ path, baudRate, parity, stopBits }, parts, this);
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
    await this.#bus.leave(this);
    await this.#polling;
  }

  async #poll(): Promise<void> {
    try {
      const reading = await this.#read();
      this.#bus.worked();
      if (!this.#closed) this.#health.read(reading);
    } catch (error) {
      await this.#bus.failed(this);
      if (!this.#closed) this.#health.failed(reasonOf(error));
    }
    if (this.#closed) return;
    const pollMs = this.#options.pollMs ?? defaultPollMs;
    this.#cancelPoll = this.#clock.schedule(this.#isDelaying ? pollMs * seldom : pollMs, () => {
      this.#polling = this.#poll();
    });
  }

  /** The others on its bus wait for each answer that does not come. */
  get #isDelaying(): boolean {
    return this.#health.isSilent && this.#bus.isShared;
  }

  /** In one turn, lost answers and all: with a turn for each request a lossy line would keep every meter waiting. */
  #read(): Promise<MeterReading> {
    return this.#bus.turn(this, async (client) => {
      client.setID(this.#options.unitId);
      client.setTimeout(this.#options.timeoutMs ?? this.#timeoutMs);
      const blocks: number[][] = [];
      const until = this.#clock.now() + retryWithinMs;
      for (const block of this.#map.blocks) blocks.push(await this.#readBlock(client, block, until));
      return decodeBlocks(this.#map, blocks, this.#clock.now());
    });
  }

  /** Where others wait, no longer than the answer is on its way, and as long again. */
  get #timeoutMs(): number {
    if (!this.#bus.isShared) return defaultTimeoutMs;
    const wireMs = readMs(this.#map, this.#options.baudRate ?? this.#map.baudRate);
    return Math.min(defaultTimeoutMs, Math.round(100 + 2 * wireMs));
  }

  async #readBlock(client: Client, { address, length, longer }: ModbusBlock, until: number): Promise<number[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await client.readInputRegisters(address, this.#longer ? longer : length)).data;
      } catch (error) {
        this.#longer = !this.#longer;
        const attempts = this.#isDelaying ? 1 : mostAttempts;
        if (this.#closed || attempt >= attempts || this.#clock.now() >= until) throw error;
      }
    }
  }
}

function reasonOf(error: unknown): string {
  const { message, errno } = error as { message?: string; errno?: string };
  return message ?? errno ?? String(error);
}
