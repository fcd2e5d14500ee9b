// Chips, permissions, kernel settings and lines. Looks only.
import { join } from 'node:path';
import type { DriverName } from '../../../hardware/gpio/driver.ts';
import { GpioError } from '../../../hardware/gpio/errors.ts';
import { kernelSettings } from '../../../hardware/gpio/kernel-settings.ts';
import { openDriver } from '../../../hardware/gpio/open.ts';
import { PinError, writePin } from '../../../hardware/gpio/pin.ts';
import { numberedIn } from '../../../hardware/linux/files.ts';
import { groupOf, mayUse } from '../../../hardware/linux/users.ts';
import { protectionOf } from '../../../hardware/relay/protection.ts';
import { SettingError } from '../../../hardware/settings.ts';
import { readStationPins } from '../../../hardware/station-pins.ts';
import { checkBoot } from './boot-check.ts';
import { type Check, type Finding, good, isRows, note, type Subject, wrong } from './finding.ts';
import { checkLines } from './lines-check.ts';
import type { WordKey } from './words.ts';

export const pinsCheck: Check = {
  title: 'pins',
  async run(subject) {
    const { env, root } = subject;
    const name = (env.GPIO_DRIVER || 'auto') as DriverName;
    const settings = settingsFindings(subject);
    if (name === 'simulated') return [note('pins.simulated', { relays: relaysOf(env) }), ...settings];
    try {
      const driver = await openDriver(name, { root });
      return [
        good('pins.driver', { driver: driver.description }),
        ...permissions(subject),
        kernel(subject),
        ...settings,
        ...(await checkLines(driver, driver.chips ?? [], subject)),
      ];
    } catch (error) {
      return [failure(error, name), ...permissions(subject), ...settings, ...checkBoot([], subject)];
    }
  },
};

function relaysOf(env: Subject['env']): string {
  const relays = readStationPins(env).pins.filter(({ use }) => use === 'relay');
  return relays.map(({ pin }) => writePin(pin)).join('; ') || '–';
}

/** What guard and charger refuse before they look at any pin: settings that can't be read. */
function settingsFindings({ env, ignored = [] }: Subject): Finding[] {
  const findings = ignored.map((name) => wrong('pins.ignored', 'pins.ignored.do', { name }));
  for (const error of readStationPins(env).refused) {
    if (error instanceof PinError)
      findings.push(wrong(`pins.${error.code}`, `pins.${error.code}.do`, { ...error.values }));
    else if (error instanceof SettingError && isRows(error.code))
      findings.push(wrong(`pins.${error.code}`, 'pins.rows.do', { ...error.values }));
    else findings.push(wrong('pins.bad-relays', 'pins.bad-relays.do', { reason: error.message }));
  }
  try {
    protectionOf(env);
  } catch (error) {
    findings.push(wrong('pins.bad-protection', 'pins.bad-protection.do', { reason: (error as Error).message }));
  }
  return findings;
}

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
  return numberedIn(folder, 'gpiochip')
    .map((chip) => join(folder, chip))
    .filter((path) => !mayUse(path, user))
    .map((path) => wrong('no-permission', 'no-permission.do', { path, user: user.name, group: groupOf(path, root) }));
}

function kernel({ root }: Subject): Finding {
  const { outputsAfterDeath, source = '' } = kernelSettings(root);
  if (outputsAfterDeath === 'kept') return note('pins.kept', { source }, 'pins.kept.do');
  return outputsAfterDeath === 'released' ? good('pins.released', { source }) : note('pins.unknown-kernel');
}
