// `npm run test:install`: every way of docs/deploying-a-station.md onto a new machine, in chroots of Debian 12 and 13, and a
// whole charge there; then updates from one file, good ones and bad ones, without a network. Needs root and `debootstrap`.
//
//   npm run test:install -- [bookworm|trixie]… [file|package|node|checkout]… [--arch arm64] [--file FILE]
//
// --file takes what `npm run pack:station` made for that processor, instead of making it.
// With --arch arm64 the chroot is that of a Raspberry Pi, by qemu-user-static. What debootstrap fetched is kept in a folder
// of the system's temporary one; the mirror is that of this machine.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../bench/support/figures.ts';
import { compactCode, stationKeyOf } from '../support/independent-codes.ts';

const root = new URL('../../', import.meta.url).pathname;
const SUITES = ['bookworm', 'trixie'];
const WAYS = ['file', 'package', 'node', 'checkout'];
const MASTER = '8d87515c6755d09568ba7af901ca5d19ee6bb137558f92c638787895863db753';
const SLOT_SECONDS = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { arch: { type: 'string', default: process.arch }, file: { type: 'string' } },
});
const arch = values.arch;
const unknown = positionals.filter((each) => !SUITES.includes(each) && !WAYS.includes(each));
if (unknown.length > 0 || !['x64', 'arm64'].includes(arch)) {
  console.error(`There is ${[...SUITES, ...WAYS].join(', ')}; --arch takes x64 or arm64.`);
  process.exit(2);
}
const chosen = (all: readonly string[]) => {
  const some = all.filter((each) => positionals.includes(each));
  return some.length > 0 ? some : all;
};
for (const [program, needed] of [
  ['debootstrap', true],
  ['unshare', true],
  ['qemu-aarch64-static', arch !== process.arch],
] as const) {
  try {
    if (needed) execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
  } catch {
    console.error(`${program} is not on this machine: apt-get install debootstrap util-linux qemu-user-static`);
    process.exit(2);
  }
}
if (process.getuid?.() !== 0) {
  console.error('A chroot needs root: sudo npm run test:install');
  process.exit(2);
}

const kept = join(tmpdir(), 'offline-charging-debian');
const work = mkdtempSync(join(tmpdir(), 'install-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const shell = (command: string, cwd = work) =>
  execFileSync('bash', ['-euo', 'pipefail', '-c', command], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
const answer = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' }).trim();

/** A minimal Debian, as fresh as a new card. */
function debian(suite: string): string {
  const packed = join(kept, `${suite}-${arch}.tar`);
  if (!existsSync(packed)) {
    mkdirSync(kept, { recursive: true });
    const debianArch = arch === 'x64' ? 'amd64' : arch;
    // What apt has for its `debian` archive; the security archive is another one.
    const mirror = answer(
      'sh',
      '-c',
      "apt-get indextargets --format '$(SITE)' | grep -v security | grep '/debian/*$' | head -n 1",
    );
    const folder = join(work, `debian-${suite}`);
    shell(
      `debootstrap --arch=${debianArch} --variant=minbase --include=ca-certificates,systemd ${suite} ${folder} ${mirror} >${packed}.log 2>&1 || { tail ${packed}.log; exit 1; }`,
    );
    shell(`tar -C ${folder} -cf ${packed}.new . && mv ${packed}.new ${packed} && rm -rf ${folder}`);
  }
  const folder = mkdtempSync(join(work, `${suite}-`));
  shell(`tar -C ${folder} -xf ${packed}`);
  return folder;
}

/** What the machine's own network needs, which is none of the product's business: its certificates, its npm registry. */
function network(folder: string): Record<string, string> {
  copyFileSync('/etc/resolv.conf', join(folder, 'etc/resolv.conf'));
  copyFileSync('/etc/ssl/certs/ca-certificates.crt', join(folder, 'etc/ssl/certs/ca-certificates.crt'));
  return {
    npm_config_registry: answer('npm', 'config', 'get', 'registry'),
    npm_config_cafile: '/etc/ssl/certs/ca-certificates.crt',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
  };
}

/** The file for the stick, and others like it that must be refused. */
function files(): void {
  if (values.file) copyFileSync(values.file, join(work, 'file.tar.gz'));
  else {
    shell(`bash ${root}dist/hardware/raspberry-pi/pack-station.sh --arch ${arch} --to ${work}`);
    shell('mv offline-charging-station-*.tar.gz file.tar.gz');
  }
  shell('head -c 20000000 file.tar.gz >damaged.tar.gz; mkdir other; tar -xzf file.tar.gz -C other');
  const programs = 'other/*/programs';
  const ours = `${programs}/node_modules/@offline-charging/node-red`;
  const variant = (name: string, change: string) => {
    shell(change);
    // Not packed any smaller: tar tells by itself.
    shell(`tar -cf ../${name}.tar.gz *`, join(work, 'other'));
  };
  variant(
    'newer',
    `sed -i 's/^  "version": ".*"/  "version": "0.1.99"/' ${ours}/package.json; sed -i 's/^[^ ]*/0.1.99/' ${programs}/release`,
  );
  variant('refusing', `mv ${ours}/dist/flows/charger/doctor/key-check.js .`);
  variant('ending', `mv key-check.js ${ours}/dist/flows/charger/doctor/; mv ${ours}/dist/flows/charger/flow.json .`);
  variant(
    'lame',
    `mv flow.json ${ours}/dist/flows/charger/; truncate -s 1000 ${programs}/runtime/node_modules/node-*/bin/node`,
  );
  rmSync(join(work, 'other'), { recursive: true });
}

function packages(): void {
  shell(`npm pack --silent --ignore-scripts --pack-destination ${work} >/dev/null`, root);
  shell('mv offline-charging-node-red-*.tgz package.tgz');
}

/** A Node.js laid out as nodejs.org packs it: `bin`, `include`, `lib/node_modules/npm` in one folder. */
function nodeArchive(): void {
  mkdirSync(join(work, 'fetched'));
  writeFileSync(join(work, 'fetched/package.json'), '{ "private": true }');
  shell(
    `npm install --prefix fetched --force --ignore-scripts --no-fund --no-audit --loglevel=error node-linux-${arch}@24 npm@11`,
  );
  shell(
    `mkdir -p node-v24/lib/node_modules; cp -a fetched/node_modules/node-linux-${arch}/. node-v24/; cp -a fetched/node_modules/npm node-v24/lib/node_modules/; tar -czf node.tar.gz node-v24; rm -r node-v24 fetched`,
  );
}

function checkout(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of new Set(listed.split('\0').filter(Boolean))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

async function attempt(suite: string, way: string): Promise<string> {
  const folder = debian(suite);
  const home = join(folder, 'root');
  const key = stationKeyOf(MASTER, 'CP-0001');
  const slot = Math.floor(Date.now() / 1000 / SLOT_SECONDS);
  const terms = {
    station: 'CP-0001',
    keyVersion: 1,
    unit: 'min',
    step: 30,
    layout: 'compact',
    sequence: 'clock',
    slotSeconds: SLOT_SECONDS,
  };
  writeFileSync(join(home, 'station.json'), JSON.stringify({ ...terms, key: Buffer.from(key).toString('hex') }));
  for (const file of ['inside.sh', 'charge.mjs']) copyFileSync(join(root, 'test/install', file), join(home, file));
  copyFileSync(join(root, 'hardware/raspberry-pi/station.env'), join(home, 'station.env'));
  // Where the real one is not: what a package manager installs must not find it replaced.
  mkdirSync(join(folder, 'usr/local/sbin'), { recursive: true });
  copyFileSync(join(root, 'test/install/systemctl'), join(folder, 'usr/local/sbin/systemctl'));
  chmodSync(join(folder, 'usr/local/sbin/systemctl'), 0o755);
  mkdirSync(join(folder, 'run/systemd/system'), { recursive: true });
  // Hundreds of packages, each file of them written through to the disk, and all of it thrown away soon.
  writeFileSync(join(folder, 'etc/dpkg/dpkg.cfg.d/offline-charging-test'), 'force-unsafe-io\n');
  let env: Record<string, string> = {};
  if (way === 'file') {
    linkSync(join(work, 'file.tar.gz'), join(home, 'offline-charging-station.tar.gz'));
    for (const each of ['newer', 'refusing', 'ending', 'lame', 'damaged'])
      linkSync(join(work, `${each}.tar.gz`), join(home, `${each}.tar.gz`));
  } else {
    env = network(folder);
    copyFileSync(join(work, 'package.tgz'), join(home, 'package.tgz'));
    if (way === 'node') copyFileSync(join(work, 'node.tar.gz'), join(home, 'node.tar.gz'));
    if (way === 'checkout') checkout(join(home, 'checkout'));
  }
  // Mounts and processes are gone with the namespaces. Without a network there is the loopback alone.
  const enter =
    'ip link set lo up 2>/dev/null || true; for each in null zero random urandom full tty; do touch "$0/dev/$each"; mount --bind "/dev/$each" "$0/dev/$each"; done; ln -sfn /proc/self/fd "$0/dev/fd"; mount -t proc proc "$0/proc"; exec chroot "$0" bash /root/inside.sh "$1"';
  const apart = ['--mount', '--pid', '--fork', '--kill-child', ...(way === 'file' ? ['--net'] : [])];
  const log: string[] = [];
  const child = spawn('unshare', [...apart, 'bash', '-c', enter, folder, way], {
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LANG: 'C.UTF-8',
      DEBIAN_FRONTEND: 'noninteractive',
      CODE: compactCode(key, 'min', 30, 1, slot),
      NEXT_CODE: compactCode(key, 'min', 30, 2, slot + 1),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0 || process.env.VERBOSE) {
    console.error(`${suite}, ${way}: ended with ${code}\n${log.join('')}`);
    for (const unit of existsSync(join(folder, 'var/log')) ? readdirSync(join(folder, 'var/log')) : []) {
      if (unit.startsWith('offline-charging'))
        console.error(`${unit}:\n${readFileSync(join(folder, 'var/log', unit), 'utf8').slice(-2000)}`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return code === 0 ? 'ok' : 'FAILED';
}

const ways = chosen(WAYS);
if (ways.includes('file')) files();
if (ways.some((way) => way !== 'file')) packages();
if (ways.includes('node')) nodeArchive();
const rows: string[][] = [];
for (const suite of chosen(SUITES)) {
  const row = [`${suite} ${arch}`];
  for (const way of ways) row.push(await attempt(suite, way));
  console.log(row.join('  '));
  rows.push(row);
}
console.log(`\n${table(['Debian', ...ways], rows)}`);
process.exitCode = rows.flat().includes('FAILED') ? 1 : 0;
