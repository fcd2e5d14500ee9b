// `offline-charging update FILE`: the file that `npm run pack:station` makes, from a USB stick. It is unpacked whole before
// anything of it is run; then its own installer puts it beside what runs, switches, and goes back if the doctor refuses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `offline-charging update FILE: installs the version in FILE, which \`npm run pack:station\` made. Needs no network.

  --keep    keep the new version also where the doctor finds something wrong that the old one had not
  --help

Settings, key and journal stay. Exits with 0 when the new version runs, 1 when the station runs what it ran before.
`;

/** On the card, where there is room, rather than in /tmp, which is memory on many machines. */
const folder = process.env.UPDATE_FOLDER || '/opt/offline-charging/releases';

class Refused extends Error {}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    console.error(HELP);
    return 2;
  }
  const file = resolve(name);
  if (!existsSync(file)) throw new Refused(`There is no ${file}: is the stick mounted? \`lsblk\` shows where.`);
  if (!existsSync(folder))
    throw new Refused(`There is no ${folder}: this machine has no station yet. Run install.sh of the unpacked file.`);
  const unpacked = mkdtempSync(join(folder, '.update-'));
  try {
    const tar = spawnSync('tar', ['-xf', file, '-C', unpacked, '--no-same-owner'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [inside = ''] = readdirSync(unpacked);
    const installer = join(unpacked, inside, 'install.sh');
    if (tar.status !== 0 || !existsSync(installer)) {
      throw new Refused(
        `${file} is damaged or is no station's file: nothing was changed. Copy it to the stick anew, and eject the stick before you pull it.`,
      );
    }
    return spawnSync('sh', [installer, ...(values.keep ? ['--keep'] : [])], { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

try {
  process.exitCode = main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    console.error('offline-charging update: run it as root: sudo offline-charging update FILE');
  else console.error(`offline-charging update: ${message}`);
  process.exitCode = 1;
}
