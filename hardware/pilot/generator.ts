// A pilot generator on the kernel's PWM channel of GPIO18: 1 kHz, whose duty cycle offers a current to the vehicle.
// Documentation/driver-api/pwm.rst, "Using PWMs with the sysfs interface".
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeviceError } from '../linux/errors.ts';
import { dutyForCurrent } from './control-pilot.ts';
import { pwmOfGpio18 } from './pwm-chips.ts';

const periodNs = 1_000_000;

export interface PilotGenerator {
  /** Offers so many amperes (6 to 80) by PWM; undefined: no energy, the pilot steady at +12 V. */
  offer(currentA: number | undefined): void;
  /** Leaves the pilot steady at +12 V, which offers nothing. */
  close(): void;
}

export interface PilotGeneratorOptions {
  /** `/` but for recorded machines. */
  readonly root?: string;
}

/** Opens the PWM channel of GPIO18, steady at first. Throws a `DeviceError`: `no-such-device`, `no-permission`, `busy`. */
export function openPilotGenerator(options: PilotGeneratorOptions = {}): PilotGenerator {
  const root = options.root ?? '/';
  const folder = join(root, 'sys/class/pwm');
  const { chip, channel } = pwmOfGpio18(root);
  const pwm = join(folder, chip, `pwm${channel}`);
  const set = (name: string, value: number) => write(join(pwm, name), value);
  if (!existsSync(pwm)) write(join(folder, chip, 'export'), channel);
  // A duty longer than the period is refused, so begin from none; and before Linux 6.11 so is any duty, even none, while
  // there is no period, as on a channel that has just been exported.
  if (periodOf(pwm) !== 0) set('duty_cycle', 0);
  set('period', periodNs);
  const offer = (currentA: number | undefined) =>
    set('duty_cycle', currentA === undefined ? periodNs : Math.round(dutyForCurrent(currentA) * periodNs));
  offer(undefined);
  set('enable', 1);
  return { offer, close: () => offer(undefined) };
}

/** Nanoseconds; 0 where none is set. */
function periodOf(pwm: string): number {
  const path = join(pwm, 'period');
  return attempt(path, () => Number(readFileSync(path, 'utf8')));
}

function write(path: string, value: number): void {
  attempt(path, () => writeFileSync(path, String(value)));
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      throw new DeviceError('no-permission', `No permission for ${path}: add this user to the group gpio.`, { cause });
    if (code === 'EBUSY') throw new DeviceError('busy', `${path}: another program uses this PWM channel.`, { cause });
    throw new DeviceError('no-such-device', `${path}: ${message}.`, { cause });
  }
}
