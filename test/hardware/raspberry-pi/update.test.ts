import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Section, wrongSince } from '../../../flows/charger/doctor/doctor.ts';

const program = new URL('../../../flows/launcher/cli.ts', import.meta.url).pathname;

describe('a new version from one file', () => {
  let folder: string;
  let releases: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'update-'));
    releases = join(folder, 'releases');
    mkdirSync(releases);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const update = (...args: string[]) =>
    spawnSync(process.execPath, [program, 'update', ...args], {
      encoding: 'utf8',
      env: { ...process.env, UPDATE_FOLDER: releases },
    });

  /** A file whose installer says what it was given, and ends as it is told. */
  function file(status: number): string {
    const inside = join(folder, 'offline-charging-station-9.9.9-linux-x64');
    mkdirSync(inside);
    writeFileSync(join(inside, 'install.sh'), `echo "installs: $*"; exit ${status}\n`);
    writeFileSync(join(inside, 'programs'), Buffer.alloc(200_000, 'some programs '));
    const packed = join(folder, 'file.tar.gz');
    execFileSync('tar', ['-czf', packed, '-C', folder, 'offline-charging-station-9.9.9-linux-x64']);
    return packed;
  }

  it('is installed by its own installer, whose answer counts, and nothing that was unpacked is left', () => {
    const good = update(file(0), '--keep');
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, /installs: --keep/);
    assert.deepEqual(readdirSync(releases), []);
  });

  it('is refused as its installer refuses it', () => {
    assert.equal(update(file(1)).status, 1);
    assert.deepEqual(readdirSync(releases), []);
  });

  it('runs nothing of a file that is damaged, is another one, or is not there, and says which', () => {
    const packed = file(0);
    truncateSync(packed, 300);
    const damaged = update(packed);
    assert.equal(damaged.status, 1);
    assert.match(damaged.stderr, /is damaged or is no station's file: nothing was changed/);
    assert.equal(damaged.stdout, '');
    const other = update(program);
    assert.equal(other.status, 1);
    assert.match(other.stderr, /nothing was changed/);
    const none = update(join(folder, 'none.tar.gz'));
    assert.equal(none.status, 1);
    assert.match(none.stderr, /is the stick mounted/);
    assert.equal(update().status, 2);
    assert.deepEqual(readdirSync(releases), []);
  });

  it('is judged by what the doctor finds wrong that was not wrong before', () => {
    const sections = (...says: ('disk.full' | 'key.none' | 'clock.none')[]): Section[] => [
      { title: 'disk', findings: says.map((each) => ({ level: 'wrong', says: each as never })) },
      { title: 'clock', findings: [{ level: 'note', says: 'clock.none-needed' }] },
    ];
    assert.equal(wrongSince(sections('clock.none'), sections('clock.none')), 0);
    assert.equal(wrongSince(sections(), sections('clock.none')), 0);
    assert.equal(wrongSince(sections('clock.none', 'key.none'), sections('clock.none')), 1);
    assert.equal(wrongSince(sections('key.none', 'key.none'), sections('key.none')), 1);
  });
});
