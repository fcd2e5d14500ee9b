// The installer, run for real against a folder instead of the machine's root: its own steps with its own package, and
// stand-ins for what would change the machine (users, services) or ask a registry (npm).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const repository = new URL('../../../', import.meta.url).pathname;
/** Where the installer writes, but for what it reads of the machine. */
const PLACES = [
  '/opt/offline-charging',
  '/etc/offline-charging',
  '/etc/systemd',
  '/var/lib/offline-charging',
  '/usr/local/bin',
  '/boot/',
];

/** Puts where npm would put it: a Node.js and npm (this one) in `runtime`, else the package. Runs on its own. */
function standInForNpm(repository: string, self: string): void {
  const fs = require('node:fs');
  const at = process.argv.indexOf('--prefix');
  if (at < 0) return;
  const modules = `${process.argv[at + 1]}/node_modules`;
  const link = (target: string, path: string) => {
    fs.mkdirSync(path.replace(/\/[^/]*$/, ''), { recursive: true });
    fs.rmSync(path, { force: true });
    fs.symlinkSync(target, path);
  };
  if (modules.endsWith('/runtime/node_modules')) {
    for (const arch of ['x64', 'arm64']) link(process.execPath, `${modules}/node-linux-${arch}/bin/node`);
    fs.mkdirSync(`${modules}/npm/bin`, { recursive: true });
    fs.copyFileSync(self, `${modules}/npm/bin/npm-cli.js`);
  } else {
    link(repository, `${modules}/@offline-charging/node-red`);
    const { bin } = JSON.parse(fs.readFileSync(`${repository}/package.json`, 'utf8'));
    for (const name of Object.keys(bin)) link(`../@offline-charging/node-red/${bin[name]}`, `${modules}/.bin/${name}`);
  }
}

export class FakeRoot {
  readonly folder = mkdtempSync(join(tmpdir(), 'installed-'));
  readonly #script: string;

  constructor() {
    const own = join(this.folder, 'package/hardware/raspberry-pi');
    cpSync(join(repository, 'hardware/raspberry-pi'), own, { recursive: true });
    cpSync(join(repository, 'package.json'), join(this.folder, 'package/package.json'));
    symlinkSync(join(repository, 'dist'), join(this.folder, 'package/dist'));
    this.#script = join(own, 'install.sh');
    let script = readFileSync(this.#script, 'utf8');
    for (const place of PLACES) script = script.replaceAll(place, `${this.folder}${place}`);
    // Nothing of the machine is changed, so nobody need be root.
    writeFileSync(this.#script, script.replace('[[ $EUID -eq 0 ]]', 'true'));
    for (const place of ['usr/local/bin', 'etc/systemd/system', 'boot/firmware', 'bin'])
      mkdirSync(join(this.folder, place), { recursive: true });
    for (const name of ['apt-get', 'systemctl', 'getent', 'groupadd', 'useradd', 'usermod'])
      this.#standIn(name, `echo "${name} $*" >>"${this.folder}/asked"`);
    // Users are not made here: what is installed belongs to whoever runs the test.
    this.#standIn(
      'install',
      `args=(); while (($#)); do case $1 in -o | -g) shift 2 ;; *) args+=("$1"); shift ;; esac; done; exec /usr/bin/install "\${args[@]}"`,
    );
    const npm = join(this.folder, 'npm-cli.js');
    writeFileSync(npm, `(${standInForNpm})(${JSON.stringify(repository)}, __filename);\n`);
    this.#standIn('npm', `exec "${process.execPath}" "${npm}" "$@"`);
  }

  write(path: string, content: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  install(...args: string[]): { readonly status: number | null; readonly said: string } {
    const run = spawnSync('bash', [this.#script, ...args], {
      encoding: 'utf8',
      env: { PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`, HOME: this.folder },
    });
    return { status: run.status, said: run.stdout + run.stderr };
  }

  /** The commands that would have changed the machine. */
  get asked(): string {
    return this.read('asked');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #standIn(name: string, script: string): void {
    const file = join(this.folder, 'bin', name);
    writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
    chmodSync(file, 0o755);
  }
}
