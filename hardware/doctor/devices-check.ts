// What hangs on the buses: which buses there are, whether the station may use them, what answers.
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../bus/errors.ts';
import { openI2cBus } from '../bus/linux-bus.ts';
import { findKeypad } from '../keypad/input-devices.ts';
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
    return [...(await i2c(subject)), ...spi(subject), ...serial(subject), keypad(subject)];
  },
};

async function i2c(subject: Subject): Promise<Finding[]> {
  const path = join(subject.root, 'dev/i2c-1');
  if (!existsSync(path)) return [note('devices.no-i2c', {}, 'devices.no-i2c.do')];
  const refused = permission(path, subject);
  if (refused) return [refused];
  try {
    const bus = await openI2cBus(path);
    const found: Finding[] = [];
    for (const { address, is } of chips) {
      if (await answers(() => bus.read(address, 1)))
        found.push(good(is, { address: `0x${address.toString(16)}`, bus: path }));
    }
    await bus.close();
    return found.length > 0 ? found : [note('devices.i2c-empty', { bus: path })];
  } catch (error) {
    return [note('devices.failed', { reason: (error as Error).message })];
  }
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

/** Serial ports, and whether Linux talks on one of them as well. */
function serial(subject: Subject): Finding[] {
  const { root } = subject;
  const folder = join(root, 'dev');
  const ports = existsSync(folder)
    ? readdirSync(folder).filter((name) => /^(ttyUSB|ttyACM)\d+$|^serial0$/.test(name))
    : [];
  const console_ = consolePorts(root);
  return ports.map((name) => {
    const path = join(folder, name);
    const target = realpathSync(path).split('/').at(-1)!;
    if (console_.has(name) || console_.has(target))
      return note('devices.console', { port: path }, 'devices.console.do');
    return permission(path, subject) ?? good('devices.port', { port: path });
  });
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
  const device = findKeypad(undefined, subject.root);
  if (!device) return note('devices.no-keypad');
  if (existsSync(device.path)) {
    const refused = permission(device.path, subject);
    if (refused) return refused;
  }
  return good('devices.keypad', { name: device.name, path: device.path });
}

function permission(path: string, { user, root }: Subject): Finding | undefined {
  if (mayUse(path, user)) return undefined;
  return wrong('no-permission', 'no-permission.do', { path, user: user.name, group: groupOf(path, root) });
}
