// What hangs on the buses: which buses there are, whether the station may use them, what answers.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { findKeypads } from '../../../hardware/keypad/input-devices.ts';
import type { I2cBus } from '../../../hardware/linux/bus.ts';
import { DeviceError } from '../../../hardware/linux/errors.ts';
import { openI2cBus } from '../../../hardware/linux/linux-bus.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';
import { groupOf, mayUse } from './users.ts';
import type { WordKey } from './words.ts';

/** Addresses at which the station's chips answer, and what they are. Reading one byte changes none of them. */
const chips: readonly { readonly address: number; readonly is: WordKey }[] = [
  { address: 0x27, is: 'devices.display' },
  { address: 0x3f, is: 'devices.display' },
  { address: 0x48, is: 'devices.converter' },
  { address: 0x68, is: 'devices.rtc' },
];

export const devicesCheck: Check = {
  title: 'devices',
  async run(subject) {
    return [
      ...kinds(subject),
      ...(await displays(subject)),
      ...spi(subject),
      ...serial(subject),
      ...meterPort(subject),
      keypad(subject),
    ];
  },
};

const known = {
  DISPLAY_KIND: ['page', '16x2', '20x4'],
  KEYPAD: ['touch', 'matrix', 'usb'],
  METER: ['none', 's0', 'modbus', 'simulated'],
} as const;

/** What the settings name must be known, or the nodes refuse it. */
function kinds({ env }: Subject): Finding[] {
  return Object.entries(known).flatMap(([setting, names]) => {
    const value = env[setting];
    if (!value || (names as readonly string[]).includes(value)) return [];
    const values = { setting, value, known: names.join(', ') };
    return [wrong('devices.unknown-kind', 'devices.setting.do', values)];
  });
}

interface WantedDisplay {
  readonly kind: string;
  readonly path: string;
  readonly address: number;
}

/** The character display that the settings name. */
function wantedDisplay({ env, root }: Subject): WantedDisplay | undefined {
  const { DISPLAY_KIND: kind, DISPLAY_BUS: bus = '', DISPLAY_ADDRESS: address } = env;
  if (kind !== '16x2' && kind !== '20x4') return undefined;
  return { kind, path: busPath(bus, root), address: Number(address || 0x27) };
}

/** By number or path, as the display's driver takes it. */
function busPath(bus: string, root: string): string {
  return join(root, bus.startsWith('/') ? bus : `dev/i2c-${bus || 1}`);
}

/** The header's bus, the display's where that is another, and the display that the settings name. */
async function displays(subject: Subject): Promise<Finding[]> {
  const wanted = wantedDisplay(subject);
  const usual = busPath('', subject.root);
  const findings: Finding[] = [];
  if (wanted && !isAddress(wanted.address)) {
    const values = { value: subject.env.DISPLAY_ADDRESS!, setting: 'DISPLAY_ADDRESS' };
    findings.push(wrong('devices.bad-address', 'devices.setting.do', values));
  }
  for (const path of new Set([usual, wanted?.path ?? usual])) {
    findings.push(...(await i2c(path, wanted?.path === path ? wanted : undefined, subject)));
  }
  return findings;
}

function isAddress(address: number): boolean {
  return Number.isInteger(address) && address >= 0x03 && address <= 0x77;
}

async function i2c(path: string, wanted: WantedDisplay | undefined, subject: Subject): Promise<Finding[]> {
  if (!existsSync(path)) {
    return wanted
      ? [wrong('devices.no-bus', 'devices.no-bus.do', { kind: wanted.kind, bus: path })]
      : [note('devices.no-i2c', {}, 'devices.no-i2c.do')];
  }
  const refused = permission(path, subject);
  if (refused) return [refused];
  try {
    const bus = await openI2cBus(path);
    try {
      return await lookAround(bus, wanted);
    } finally {
      await bus.close();
    }
  } catch (error) {
    const values = { reason: (error as Error).message };
    return [wanted ? wrong('devices.failed', 'check-failed.do', values) : note('devices.failed', values)];
  }
}

/** What answers on a bus, and whether the display that should be there does. */
export async function lookAround(bus: I2cBus, wanted: WantedDisplay | undefined): Promise<Finding[]> {
  const found: Finding[] = [];
  const there = (address: number) => answers(() => bus.read(address, 1));
  for (const { address, is } of chips) {
    if (address === wanted?.address || !(await there(address))) continue;
    found.push(good(is, { address: hex(address), bus: bus.name }));
  }
  if (wanted && isAddress(wanted.address)) {
    const { kind, address } = wanted;
    const values = { kind, address: hex(address), bus: bus.name };
    if (await there(address)) found.unshift(good('devices.display', values));
    else found.unshift(wrong('devices.display-silent', 'devices.display-silent.do', values));
  }
  return found.length > 0 ? found : [note('devices.i2c-empty', { bus: bus.name })];
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** A chip that a kernel driver holds, as it does the clock's, is there as well. */
async function answers(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    return error instanceof DeviceError && error.code === 'busy';
  }
}

function spi(subject: Subject): Finding[] {
  const path = join(subject.root, 'dev/spidev0.0');
  if (!existsSync(path)) return [note('devices.no-spi', {}, 'devices.no-spi.do')];
  return [permission(path, subject) ?? good('devices.spi', { bus: path })];
}

/** Serial ports on which a meter can hang, but the one that the settings name. */
function serial(subject: Subject): Finding[] {
  const { root } = subject;
  const folder = join(root, 'dev');
  const ports = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^(ttyUSB|ttyACM)\d+$|^serial0$/.test(name))
    : [];
  const meter = meterDevice(subject);
  return ports
    .map((name) => join(folder, name))
    .filter((path) => meter === undefined || realpathSync(path) !== meter)
    .map((path) => {
      if (hasConsole(path, root)) return note('devices.console', { port: path }, 'devices.console.do');
      return permission(path, subject) ?? good('devices.port', { port: path });
    });
}

/** The port that the settings name for the meter. */
function meterPort(subject: Subject): Finding[] {
  const { env, root } = subject;
  if (env.METER !== 'modbus') return [];
  const port = env.METER_PORT;
  if (!port) return [wrong('devices.no-meter-port', 'devices.meter-port.do')];
  if (!meterDevice(subject)) return [wrong('devices.meter-port-missing', 'devices.meter-port.do', { port })];
  const path = join(root, port);
  if (hasConsole(path, root)) return [wrong('devices.console', 'devices.console.do', { port })];
  return [permission(path, subject) ?? good('devices.meter-port', { port })];
}

/** Where the meter's port leads to; undefined where there is none. */
function meterDevice({ env, root }: Subject): string | undefined {
  if (env.METER !== 'modbus' || !env.METER_PORT) return undefined;
  try {
    return realpathSync(join(root, env.METER_PORT));
  } catch {
    return undefined;
  }
}

/** Whether Linux talks on the port as well. */
function hasConsole(path: string, root: string): boolean {
  const ports = consolePorts(root);
  return ports.has(basename(path)) || ports.has(basename(realpathSync(path)));
}

function consolePorts(root: string): Set<string> {
  try {
    const words = readFileSync(join(root, 'proc/cmdline'), 'utf8').trim().split(/\s+/);
    return new Set(words.flatMap((word) => /^console=(\w+)/.exec(word)?.[1] ?? []));
  } catch {
    return new Set();
  }
}

function keypad(subject: Subject): Finding {
  const { KEYPAD: kind, KEYPAD_DEVICE: wanted } = subject.env;
  const { found, missing } = findKeypads(kind === 'usb' ? wanted : undefined, subject.root);
  const gone = missing[0] ?? found.find(({ path }) => kind === 'usb' && !existsSync(path))?.path;
  if (gone !== undefined && wanted)
    return wrong('devices.keypad-missing-named', 'devices.keypad-missing.do', { wanted: gone });
  const [device] = found;
  if (!device || gone !== undefined) {
    if (kind !== 'usb') return note('devices.no-keypad');
    return wrong('devices.keypad-missing', 'devices.keypad-missing.do');
  }
  for (const { path } of found) {
    const refused = existsSync(path) ? permission(path, subject) : undefined;
    if (refused) return refused;
  }
  return good('devices.keypad', {
    name: found.map(({ name }) => name).join(', '),
    path: found.map(({ path }) => path).join(', '),
  });
}

function permission(path: string, { user, root }: Subject): Finding | undefined {
  if (mayUse(path, user)) return undefined;
  return wrong('no-permission', 'no-permission.do', { path, user: user.name, group: groupOf(path, root) });
}
