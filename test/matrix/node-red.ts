// `npm run test:node-red`: each example, and the first minutes in the editor, in a Node-RED 4.1 as npm has it, which package.json
// promises; `npm test` runs them in the newest. An argument names another version: `npm run test:node-red -- 4.1.2`.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const OLDEST = '4.1';
const TESTS = ['test/flows/assembly/examples.test.ts', 'test/editor/start-here.test.ts'];

const version = process.argv[2] ?? OLDEST;
const folder = mkdtempSync(join(tmpdir(), 'node-red-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
const options = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
execFileSync('npm', ['install', ...options, `node-red@${version}`], { cwd: folder, stdio: 'inherit' });
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/mocha/bin/mocha.js'), ...TESTS], {
  cwd: root,
  env: { ...process.env, NODE_RED: join(folder, 'node_modules/node-red') },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
