import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEEDED_NODE, NODE_WITH_SQLITE, nodeTooOld } from '../../../flows/launcher/node-version.ts';

const root = new URL('../../../', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const program = new URL('../../../flows/launcher/cli.ts', import.meta.url).pathname;

describe('offline-charging COMMAND', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cli-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, DATA_DIR: join(folder, 'data'), STATION_KEY: '' },
      encoding: 'utf8',
      timeout: 20_000,
    });

  it('explains each with --help, and starts and makes nothing', () => {
    const commands = [...run('help').stdout.matchAll(/^ {2}(\w+) {2}/gm)].map((match) => match[1]!);
    assert.ok(commands.includes('cloud') && commands.includes('charger') && commands.includes('start'));
    for (const command of commands) {
      const { status, stdout, stderr } = run(command, '--help');
      assert.deepEqual([status, stderr], [0, ''], command);
      assert.match(stdout, /--help|offline-charging keys/, command);
    }
    assert.ok(!existsSync(join(folder, 'data')));
  }).timeout(60_000);

  it('ends with 2 and starts nothing when it is called wrongly', () => {
    for (const command of ['cloud', 'charger']) {
      const { status, stderr } = run(command, '--helpp');
      assert.equal(status, 2);
      assert.match(stderr, /--helpp.*See --help/);
    }
    assert.ok(!existsSync(join(folder, 'data')));
  }).timeout(60_000);

  it('names the Node that it needs and the one that it was given', () => {
    for (const old of ['20.20.2', '18.0.0', '22.8.0']) {
      const told = nodeTooOld(old)!;
      assert.match(told, /needs Node 22\.9 or newer, and this is/);
      assert.ok(told.includes(old));
    }
    for (const enough of ['22.9.0', '22.13.1', '24.0.0', '26.1.0']) assert.equal(nodeTooOld(enough), undefined);
    assert.equal(JSON.parse(read('package.json')).engines.node, `>=${NEEDED_NODE}`);
    assert.ok(read('README.md').includes(`Node ${NODE_WITH_SQLITE} or later`));
  });

  it('asks for one Node in every text: the one that has SQLite by itself', () => {
    const texts = globSync(['*.md', 'docs/*.md', '{api,charging,flows,hardware,nodes}/**/*.{ts,json,html,sh}'], {
      cwd: root,
    });
    const named = texts.flatMap((file) => read(file).match(/\b22\.\d+(?= or (?:later|newer)| 或更)/g) ?? []);
    assert.ok(named.length > 5);
    for (const version of named) assert.equal(version, NODE_WITH_SQLITE);
  });
});
