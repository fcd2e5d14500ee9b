// Chips, permissions, kernel settings and lines. Looks only.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DriverName, GpioError, openDriver } from '../gpio/driver.ts';
import { kernelSettings } from '../gpio/kernel-settings.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';
import { checkLines } from './lines-check.ts';
import { groupOf, mayUse } from './users.ts';
import type { WordKey } from './words.ts';

export const pinsCheck: Check = {
  title: 'pins',
  async run(subject) {
    const { env, root } = subject;
    const name = (env.GPIO_DRIVER || 'auto') as DriverName;
    if (name === 'simulated') return [note('pins.simulated', { folder: env.GPIO_FOLDER ?? '' })];
    try {
      const driver = await openDriver(name, { root });
      return [
        good('pins.driver', { driver: driver.description }),
        ...permissions(subject),
        kernel(subject),
        ...(await checkLines(driver, driver.chips ?? [], subject)),
      ];
    } catch (error) {
      return [failure(error, name), ...permissions(subject)];
    }
  },
};

const advice: Readonly<Record<string, WordKey>> = {
  'no-gpio': 'pins.no-gpio.do',
  'not-a-pi': 'pins.not-a-pi.do',
  'no-permission': 'pins.no-permission.do',
  'library-missing': 'machine.no-module.do',
};

function failure(error: unknown, driver: DriverName): Finding {
  const code = error instanceof GpioError ? error.code : 'unsupported';
  if (code === 'no-gpio') return wrong('pins.no-gpio', 'pins.no-gpio.do');
  const values = { reason: (error as Error).message, module: driver === 'onoff' ? 'onoff' : 'koffi', group: 'gpio' };
  return wrong('pins.failed', advice[code] ?? 'pins.failed.do', values);
}

function permissions({ root, user }: Subject): Finding[] {
  const folder = join(root, 'dev');
  const chips = existsSync(folder) ? readdirSync(folder).filter((name) => /^gpiochip\d+$/.test(name)) : [];
  return chips
    .map((chip) => join(folder, chip))
    .filter((path) => !mayUse(path, user))
    .map((path) => wrong('no-permission', 'no-permission.do', { path, user: user.name, group: groupOf(path, root) }));
}

function kernel({ root }: Subject): Finding {
  const { outputsAfterDeath, source = '' } = kernelSettings(root);
  if (outputsAfterDeath === 'kept') return note('pins.kept', { source }, 'pins.kept.do');
  return outputsAfterDeath === 'released' ? good('pins.released', { source }) : note('pins.unknown-kernel');
}
