// Chips, lines and kernel settings. Looks only: the relay's line is never opened here, it is the guard's.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DriverName, GpioError, openDriver } from '../gpio/driver.ts';
import { kernelSettings } from '../gpio/kernel-settings.ts';
import { type Check, type Finding, good, note, type Subject, wrong } from './finding.ts';
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
        relayLine(env.RELAY_LINE || 'GPIO27'),
        await vehicleLine(driver, env.VEHICLE_LINE || 'GPIO17'),
      ];
    } catch (error) {
      return [failure(error), ...permissions(subject)];
    }
  },
};

const advice: Readonly<Record<string, WordKey>> = {
  'no-gpio': 'pins.no-gpio.do',
  'not-a-pi': 'pins.not-a-pi.do',
  'no-permission': 'pins.no-permission.do',
  'library-missing': 'machine.no-module.do',
};

function failure(error: unknown): Finding {
  const code = error instanceof GpioError ? error.code : 'unsupported';
  if (code === 'no-gpio') return wrong('pins.no-gpio', 'pins.no-gpio.do');
  const values = { reason: (error as Error).message, module: 'koffi', group: 'gpio' };
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

/** BCM2835 ARM Peripherals, table 6-31: GPIO0 to GPIO8 are pulled up at reset, 9 and above down. */
function relayLine(setting: string): Finding {
  const [line, option] = setting.split(',');
  const number = Number(/^(?:GPIO|BCM)?(\d+)$/i.exec(line!)?.[1] ?? Number.NaN);
  const pulledUp = number <= 8;
  const activeLow = option === 'active-low';
  if (!Number.isNaN(number) && pulledUp !== activeLow)
    return wrong('pins.relay-on-at-boot', activeLow ? 'pins.relay-low.do' : 'pins.relay-high.do', { line: line! });
  return good('pins.relay-line', { line: line! });
}

async function vehicleLine(driver: Awaited<ReturnType<typeof openDriver>>, line: string): Promise<Finding> {
  try {
    const input = await driver.input(line, { consumer: 'doctor', onChange() {}, onLost() {} });
    const level = input.read() ? 1 : 0;
    await input.close();
    return good('pins.vehicle-line', { line, level });
  } catch (error) {
    const { code, message } = error as GpioError;
    // Held: by the charger, as it should be, or by somebody else; the message names the holder.
    if (code === 'line-busy') return note('pins.line-held', { line, reason: message });
    return wrong('pins.line-failed', 'pins.line-failed.do', { line, reason: message });
  }
}
