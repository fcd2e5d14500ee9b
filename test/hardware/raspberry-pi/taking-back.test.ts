import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FakeRoot } from './fake-root.ts';

const repository = new URL('../../../', import.meta.url).pathname;

describe('the installer of a newer version, where `offline-charging update` unpacked it', function () {
  this.timeout(120_000);
  let machine: FakeRoot;
  let first: string;
  const current = () => readlinkSync(join(machine.folder, 'opt/offline-charging/current'));
  const releases = () =>
    readdirSync(join(machine.folder, 'opt/offline-charging/releases')).filter((name) => /^\d/.test(name));
  beforeEach(() => {
    machine = new FakeRoot();
    assert.equal(machine.install().status, 0);
    first = current();
  });
  afterEach(() => machine.remove());

  /** @param packages what the package finds beside it; without `koffi` no station can reach its lines */
  function installNewer(packages: readonly string[], ...args: string[]): { status: number | null; said: string } {
    const programs = join(machine.folder, 'opt/offline-charging/releases/.update-1/newer/programs');
    const own = join(programs, 'node_modules/@offline-charging/node-red');
    mkdirSync(join(programs, 'runtime/bin'), { recursive: true });
    symlinkSync(process.execPath, join(programs, 'runtime/bin/node'));
    writeFileSync(join(programs, 'release'), `9.9.9 ${process.arch}\n`);
    cpSync(join(repository, 'dist'), join(own, 'dist'), { recursive: true });
    for (const name of packages)
      symlinkSync(join(repository, 'node_modules', name), join(programs, 'node_modules', name));
    const manifest = readFileSync(join(repository, 'package.json'), 'utf8');
    mkdirSync(join(programs, 'node_modules/.bin'));
    const program = join('../@offline-charging/node-red', JSON.parse(manifest).bin['offline-charging']);
    symlinkSync(program, join(programs, 'node_modules/.bin/offline-charging'));
    writeFileSync(join(own, 'package.json'), manifest.replace(/"version": "[^"]*"/, '"version": "9.9.9"'));
    // The one of this machine's folder.
    const script = join(own, 'dist/hardware/raspberry-pi/install.sh');
    writeFileSync(script, machine.read('package/hardware/raspberry-pi/install.sh'));
    const run = spawnSync('bash', [script, ...args], {
      encoding: 'utf8',
      env: { PATH: `${join(machine.folder, 'bin')}:${process.env.PATH}`, HOME: machine.folder },
    });
    assert.ok(!existsSync(programs), 'it was moved, not copied');
    return { status: run.status, said: run.stdout + run.stderr };
  }

  it('switches to one that is well, and keeps the one before', () => {
    const { status, said } = installNewer(['koffi']);
    assert.equal(status, 0, said);
    assert.match(current(), /^releases\/9\.9\.9-/);
    assert.deepEqual(
      releases()
        .map((name) => `releases/${name}`)
        .toSorted(),
      [first, current()].toSorted(),
    );
  });

  it('goes back from one of which the doctor finds something wrong that was not wrong before, and says what', () => {
    const { status, said } = installNewer([]);
    assert.equal(status, 1);
    assert.match(said, /koffi/);
    assert.match(said, /The new version is not well: back to /);
    assert.match(said, /runs what it ran before; its journal, settings and key were not touched/);
    assert.equal(current(), first);
    assert.deepEqual(
      releases().map((name) => `releases/${name}`),
      [first],
    );
  });

  it('stays with it all the same where that is asked for', () => {
    const { status } = installNewer([], '--keep');
    assert.equal(status, 0);
    assert.match(current(), /^releases\/9\.9\.9-/);
  });
});
