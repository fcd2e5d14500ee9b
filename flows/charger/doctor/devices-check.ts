// What hangs on the buses: which buses there are, whether the station may use them, what answers.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { permission } from '../../../hardware/checks.ts';
import { chosenKind, DEVICES } from '../../../hardware/devices.ts';
import type { I2cBus } from '../../../hardware/linux/bus.ts';
import { DeviceError } from '../../../hardware/linux/errors.ts';
import { realPath } from '../../../hardware/linux/files.ts';
import { openI2cBus } from '../../../hardware/linux/linux-bus.ts';
import { hasConsole, serialPorts } from '../../../hardware/linux/serial-ports.ts';
import { outletsOf } from '../../../hardware/relay/relay-pins.ts';
import {
  everyOutlet,
  forOutlet,
  fromVariables,
  readSetting,
  SettingError,
  type Settings,
} from '../../../hardware/settings.ts';
import { type Check, type Finding, good, isRows, note, type Subject, wrong } from './finding.ts';
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
      ...DEVICES.flatMap((device) => {
        const chosen = chosenKind(device, subject.env);
        return device.kinds.flatMap((kind) => kind.check?.(subject, kind === chosen) ?? []);
      }),
    ];
  },
};

const DISPLAYS = ['page', '16x2', '20x4'];

/** What the settings name must be known, and what they say of it possible, or the nodes refuse it. */
function kinds({ env }: Subject): Finding[] {
  const lists = [
    { variable: 'DISPLAY_KIND', names: DISPLAYS },
    ...DEVICES.map(({ variable, without, kinds: known }) => ({
      variable,
      names: [...without, ...known.map(({ name }) => name)],
    })),
  ];
  const unknown = lists.flatMap(({ variable: setting, names }) => {
    const value = env[setting];
    if (!value || names.includes(value)) return [];
    return [wrong('devices.unknown-kind', 'devices.setting.do', { setting, value, known: names.join(', ') })];
  });
  return [...unknown, ...DEVICES.flatMap((device) => unfit(chosenKind(device, env)?.settings ?? {}, env))];
}

/** Values that a device's settings don't take. Pins are told with the pins, and what is missing by the device itself. */
function unfit(table: Settings, env: Subject['env']): Finding[] {
  const outlets = outletsOf(env);
  return Object.keys(table).flatMap((name) => {
    try {
      for (const at of everyOutlet(outlets)) readSetting(table, name, forOutlet(at, table, fromVariables(table, env)));
      return [];
    } catch (error) {
      if (!(error instanceof SettingError) || table[name]!.kind === 'pin') return [];
      if (isRows(error.code)) return [wrong(`pins.${error.code}`, 'pins.rows.do', { ...error.values })];
      if (error.code !== 'bad-variable') return [];
      const { variable: setting, value, takes } = error.values;
      return [wrong('devices.bad-setting', 'devices.setting.do', { setting, value, takes })];
    }
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

/** Serial ports on which a meter can hang, but those that the settings name. */
function serial(subject: Subject): Finding[] {
  const { root } = subject;
  const named = namedPorts(subject);
  return serialPorts(root)
    .filter((path) => !named.has(realpathSync(path)))
    .map((path) => {
      if (hasConsole(path, root)) return note('devices.console', { port: path }, 'devices.console.do');
      return permission(path, subject) ?? good('devices.port', { port: path });
    });
}

/** Where the ports lead to that the settings name for what is wired. */
function namedPorts({ env, root }: Subject): Set<string> {
  const tables = DEVICES.map((device) => chosenKind(device, env)?.settings ?? {});
  const settings = tables.flatMap((table) => Object.values(table));
  const named = settings.flatMap((one) => (one.kind === 'text' && one.device ? (env[one.variable ?? ''] ?? []) : []));
  return new Set(named.flatMap((port) => realPath(join(root, port)) ?? []));
}
