// The systemd units, where the installer put them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Check, type Finding, good, note, wrong } from './finding.ts';

const units = ['offline-charging-guard', 'offline-charging-charger'] as const;

export const servicesCheck: Check = {
  title: 'services',
  async run({ root }) {
    const missing = units.filter((unit) => !existsSync(join(root, `etc/systemd/system/${unit}.service`)));
    if (missing.length > 0)
      return [note('services.not-installed', { units: missing.join(', ') }, 'services.install.do')];
    if (!existsSync(join(root, 'run/systemd/system'))) return [note('services.no-systemd')];
    return Promise.all(units.map(state));
  },
};

async function state(unit: string): Promise<Finding> {
  const { stdout } = await promisify(execFile)('systemctl', [
    'show',
    `${unit}.service`,
    '--property=ActiveState,SubState,NRestarts',
  ]).catch((error: Error) => ({ stdout: error.message }));
  const values = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  const { ActiveState = '?', SubState = '?', NRestarts = '0' } = values;
  if (ActiveState !== 'active')
    return wrong('services.down', 'services.down.do', { unit, state: `${ActiveState}/${SubState}` });
  return Number(NRestarts) > 0
    ? note('services.restarted', { unit, times: NRestarts }, 'services.down.do')
    : good('services.up', { unit });
}
