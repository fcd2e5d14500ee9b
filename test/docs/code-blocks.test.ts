// What the documents show as code is code: TypeScript fits the types, what a shell is told exists, and what talks to the cloud or
// the ledger is run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readStationPins, sharedLine } from '../../hardware/station-pins.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { Applications, until } from '../support/applications.ts';

const root = new URL('../../', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const documents = globSync(['*.md', 'docs/*.md', 'hardware/**/*.md'], { cwd: root }).filter(
  (file) => file !== 'CHANGELOG.md',
);

interface Block {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

/** Between fences; and indented, which is what a shell is told. */
function blocksOf(file: string): Block[] {
  const text = read(file);
  const fenced = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    ...{ file, language: language!, text: code! },
  }));
  const indented = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/(?<=\n\n)(?: {4}.*\n)+/g)];
  const commands = indented.map(([code]) => code.replace(/^ {4}/gm, ''));
  return [...fenced, ...commands.map((code) => ({ file, language: 'sh', text: code }))];
}

const blocks = documents.flatMap(blocksOf);
const inLanguage = (language: string) => blocks.filter((block) => block.language === language);
const shell = inLanguage('sh');
const saying = (words: string) =>
  shell.find(({ text }) => text.includes(words)) ?? assert.fail(`no block says ${words}`);

/** A program of that name for a script, which is our own. */
function programs(folder: string, scripts: Readonly<Record<string, string>>): string {
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return `${folder}${delimiter}${process.env.PATH}`;
}

describe('the code in the documents', function () {
  this.timeout(90_000);
  let work: string;
  before(() => {
    work = mkdtempSync(join(tmpdir(), 'code-blocks-'));
  });
  after(() => rmSync(work, { recursive: true, force: true }));
  const run = (script: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync('sh', ['-e', '-c', script], {
      cwd: work,
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...process.env, ...env },
    });

  it('says what language it is in', () => {
    // The JavaScript is run by test/api/payments/adapter.test.ts.
    const known = ['sh', 'ts', 'js', 'json', 'sql', 'env', 'mermaid', 'caddy'];
    assert.deepEqual(
      blocks.filter(({ language }) => !known.includes(language)),
      [],
    );
    for (const { text } of inLanguage('json')) JSON.parse(text);
  });

  it('sets variables that a station knows', () => {
    const known = new Set(
      [...read('hardware/raspberry-pi/station.env').matchAll(/^#?(\w+)=/gm)].map(([, name]) => name!),
    );
    const strange = inLanguage('env').flatMap(({ file, text }) =>
      [...text.matchAll(/^(\w+)=/gm)].filter(([, name]) => !known.has(name!)).map(([, name]) => `${file}: ${name}`),
    );
    assert.deepEqual(strange, []);
  });

  it('wires stations of two, six, twelve and twenty outlets so that all programs take it', () => {
    const wired = inLanguage('env').filter(({ text }) => /^RELAY_LINE=.*;/m.test(text));
    const counts = wired.map(({ text }) => {
      const said = Object.fromEntries(
        [...text.matchAll(/^(\w+)="?([^"\n]*)"?$/gm)].map(([, name, value]) => [name, value]),
      );
      const outlets = said.RELAY_LINE!.split(';').length;
      const { pins, refused } = readStationPins({ ...said, STATION_OUTLETS: String(outlets), GPIO_DRIVER: 'gpiod' });
      assert.deepEqual(refused, [], `${outlets} outlets`);
      assert.equal(sharedLine(pins), undefined, `${outlets} outlets`);
      for (const use of ['relay', 'vehicle'])
        assert.equal(pins.filter((pin) => pin.use === use).length, outlets, `${use} of ${outlets} outlets`);
      return outlets;
    });
    assert.deepEqual(counts, [2, 6, 12, 20]);
  });

  it('fits the types where it is TypeScript', () => {
    mkdirSync(join(work, 'docs'));
    for (const name of ['charging', 'hardware', 'node_modules', 'package.json', 'tsconfig.json'])
      symlinkSync(join(root, name), join(work, name));
    const files = inLanguage('ts').map(({ text }, index) => {
      writeFileSync(join(work, 'docs', `block-${index}.ts`), text);
      return `docs/block-${index}.ts`;
    });
    assert.ok(files.length >= 2);
    const options = {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: true, rootDir: '/' },
      include: files,
      exclude: [],
    };
    writeFileSync(join(work, 'blocks.json'), JSON.stringify(options));
    const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    run(`'${process.execPath}' '${compiler}' -p blocks.json`);
  });

  it('calls scripts, commands and files that are there', () => {
    const { scripts, bin } = JSON.parse(read('package.json'));
    const help = execFileSync(process.execPath, [join(root, bin['offline-charging']), '--help'], { encoding: 'utf8' });
    const commands = [...help.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name!);
    const missing = shell.flatMap(({ file, text }) => [
      ...[...text.matchAll(/npm run ([\w:-]+)/g)]
        .filter(([, name]) => !(name! in scripts))
        .map(([all]) => `${file}: ${all}`),
      ...[...text.matchAll(/^(?:sudo )?offline-charging (\w+)/gm)]
        .filter(([, name]) => !commands.includes(name!))
        .map(([all]) => `${file}: ${all}`),
      ...[...text.matchAll(/\/(hardware\/raspberry-pi\/[\w.-]+)/g)]
        .filter(([, name]) => globSync(name!, { cwd: root }).length === 0)
        .map(([all]) => `${file}: ${all}`),
    ]);
    assert.deepEqual(missing, []);
  });

  it('charges as the README says it from a shell', async () => {
    const running = await Applications.start();
    try {
      const { text } = saying('data/pins/vehicle');
      const [buy, ...rest] = text.split('\n').filter((line) => line !== '');
      const here = (line: string) =>
        line
          .replace('localhost:1880', running.cloud.replace('http://', ''))
          .replace('localhost:1881', running.charger.replace('http://', ''))
          .replace('data/pins', join(running.dataDir, 'pins'));
      const { code } = JSON.parse(run(here(buy!)));
      const [plug, type, look, unplug] = rest.map((line) => here(line).replace('PUT THE CODE HERE', code));
      run(plug!);
      run(type!);
      await until('the relay closes', () => run(look!).trim() === '1');
      run(unplug!);
      await until('it opens', () => run(look!).trim() === '0');
      assert.doesNotMatch(
        running.output,
        /Projects disabled/,
        'whoever starts it for the first time has no use for that',
      );
    } finally {
      await running.remove();
    }
  });

  it('talks to the cloud as it says', async () => {
    const cloud = await Cloud.start();
    try {
      await cloud.call('POST', '/stations', { id: 'CP-0001', sequence: 'counter' });
      const asked = saying('basket-4711').text.replace('localhost:1880', cloud.url.replace('http://', ''));
      const { id } = JSON.parse(run(asked));
      assert.equal(JSON.parse(run(asked)).id, id, 'the same key, the same code');
      const keysCli = `exec '${process.execPath}' '${join(root, 'dist/flows/launcher/cli.js')}' "$@"`;
      const jq = `exec '${process.execPath}' -p 'JSON.stringify(JSON.parse(fs.readFileSync("'$2'"))["'$1'".slice(1)])'`;
      const env = { PATH: programs(work, { 'offline-charging': keysCli, jq }), DATA_DIR: cloud.dataDir };
      const made = run(
        saying('keys create').text.replace(
          'revoke ID',
          'revoke $(offline-charging keys list | grep shop | cut -d" " -f1)',
        ),
        env,
      );
      const key = /^oc_[\w-]+/m.exec(made)![0];
      const called = { ...env, KEY: `Authorization: Bearer ${key}`, CLOUD: cloud.url, OPERATOR_KEY: key };
      run(saying('provisioning > station.json').text.replace('https://CLOUD', cloud.url), called);
      assert.equal(JSON.parse(readFileSync(join(work, 'station.json'), 'utf8')).keyVersion, 1);
      const voided = run(saying('jq .provisioning').text, called);
      assert.equal(JSON.parse(readFileSync(join(work, 'station.json'), 'utf8')).keyVersion, 2);
      assert.equal(JSON.parse(voided)[0].request, id);
      const [sql] = inLanguage('sql');
      const file = join(cloud.dataDir, 'cloud/ledger.sqlite');
      await cloud.stop();
      const database = new DatabaseSync(file);
      const last = () => database.prepare('select max(sequence) as last from codes').get()!.last as number;
      const before = last();
      database.exec(sql!.text);
      assert.equal(last(), before + 1000);
      database.close();
    } finally {
      await cloud.remove();
    }
  });
});
