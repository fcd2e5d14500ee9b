// `npm run scorecard`: what Node-RED's own scorecard says of the package as it is published (`node-red-dev validate`, which
// npm fetches). Which releases of Node-RED and of our dependencies there are it asks the registry. It ends with 1 where a
// check fails, but for the address (P03), which only the publisher knows.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VALIDATOR = 'node-red-dev@0.1.6';
const PUBLISHERS = 'P03';

const root = new URL('../../', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'scorecard-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  execFileSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

run('npm', ['pack', '--ignore-scripts', '--pack-destination', work]);
run('sh', ['-c', `tar xzf '${work}'/*.tgz -C '${work}'`]);

const card = join(work, 'card.json');
const validate = ['node-red-dev', 'validate', '--path', join(work, 'package'), '--output', card];
const said = run('npm', ['exec', '--yes', '--ignore-scripts', `--package=${VALIDATOR}`, '--', ...validate], {
  NODE_OPTIONS: `--require ${join(root, 'test/scorecard/catalogue.cjs')}`,
});
console.log(said);

const checks = JSON.parse(readFileSync(card, 'utf8')) as Readonly<Record<string, { readonly test?: boolean }>>;
const failed = Object.keys(checks).filter((check) => checks[check]!.test === false && check !== PUBLISHERS);
if (checks[PUBLISHERS]?.test === false) console.log(`${PUBLISHERS}: repository and bugs are the publisher's to set.`);
if (/Unable to parse/.test(said)) failed.push('a dialog that it cannot read');
if (failed.length > 0) {
  console.error(`Not passed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
