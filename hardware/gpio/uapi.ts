// The kernel's GPIO character device, second version: the structures of <linux/gpio.h> as bytes. They have the same
// layout on 32 and 64 bit, which is why they can be written down here.

export const IOCTL = {
  chipInfo: 0x8044b401,
  lineInfo: 0xc100b405,
  requestLine: 0xc250b407,
  setConfig: 0xc110b40d,
  getValues: 0xc010b40e,
  setValues: 0xc010b40f,
} as const;

export const FLAG = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  edgeRising: 1n << 4n,
  edgeFalling: 1n << 5n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  pullNone: 1n << 10n,
} as const;

const NAME_SIZE = 32;
const CONFIG_SIZE = 272;
const ATTRIBUTE_OUTPUT_VALUES = 2;
export const EVENT_SIZE = 48;
const EVENT_RISING = 1;

/** gpiochip_info */
export function newChipInfo(): Buffer {
  return Buffer.alloc(68);
}

export function readChipInfo(info: Buffer): { name: string; label: string; lines: number } {
  return { name: text(info, 0), label: text(info, NAME_SIZE), lines: info.readUInt32LE(64) };
}

/** gpio_v2_line_info */
export function newLineInfo(offset: number): Buffer {
  const info = Buffer.alloc(256);
  info.writeUInt32LE(offset, 64);
  return info;
}

export function readLineInfo(info: Buffer): { name: string; consumer: string; flags: bigint } {
  return { name: text(info, 0), consumer: text(info, NAME_SIZE), flags: info.readBigUInt64LE(72) };
}

/** gpio_v2_line_config of a single line; `output` is its logical level, when it is to drive one. */
export function lineConfig(flags: bigint, output?: boolean): Buffer {
  const config = Buffer.alloc(CONFIG_SIZE);
  config.writeBigUInt64LE(flags, 0);
  if (output === undefined) return config;
  config.writeUInt32LE(1, 8);
  config.writeUInt32LE(ATTRIBUTE_OUTPUT_VALUES, 32);
  config.writeBigUInt64LE(output ? 1n : 0n, 40);
  config.writeBigUInt64LE(1n, 48);
  return config;
}

/** gpio_v2_line_request for a single line. */
export function lineRequest(offset: number, consumer: string, config: Buffer): Buffer {
  const request = Buffer.alloc(592);
  request.writeUInt32LE(offset, 0);
  request.write(consumer.slice(0, NAME_SIZE - 1), 256, 'ascii');
  config.copy(request, 288);
  request.writeUInt32LE(1, 560);
  request.writeUInt32LE(256, 564);
  return request;
}

/** The line's own file descriptor, which the kernel left in the request. */
export function requestedFile(request: Buffer): number {
  return request.readInt32LE(588);
}

/** gpio_v2_line_values of a single line. */
export function lineValues(level = false): Buffer {
  const values = Buffer.alloc(16);
  values.writeBigUInt64LE(level ? 1n : 0n, 0);
  values.writeBigUInt64LE(1n, 8);
  return values;
}

export function readLineValue(values: Buffer): boolean {
  return (values.readBigUInt64LE(0) & 1n) === 1n;
}

/** The levels after each of the gpio_v2_line_events in `events`. */
export function eventLevels(events: Buffer): boolean[] {
  const levels: boolean[] = [];
  for (let at = 0; at + EVENT_SIZE <= events.length; at += EVENT_SIZE) {
    levels.push(events.readUInt32LE(at + 8) === EVENT_RISING);
  }
  return levels;
}

function text(buffer: Buffer, at: number): string {
  const end = buffer.indexOf(0, at);
  return buffer.toString('utf8', at, end < 0 || end > at + NAME_SIZE ? at + NAME_SIZE : end);
}
