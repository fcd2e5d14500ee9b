import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files: string[] = Object.values(manifest['node-red'].nodes as Record<string, string>).map((file) =>
  join(root, file.replace(/^dist/, '.').replace(/\.js$/, '.ts')),
);

/** Reads the nodes as Node-RED does at its start, then makes those of the types given; prints the packages that were read. */
const PROGRAM = `
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
const packages = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url) ?? [];
    if (name) packages.add(name);
    return next(url, context);
  },
});
const { files, made } = JSON.parse(process.argv[1]);
const types = new Map();
const nothing = () => undefined;
const red = {
  nodes: { registerType: (type, construct) => types.set(type, construct), createNode: nothing, getNode: nothing, eachNode: nothing },
  settings: {},
  events: { on: nothing, removeListener: nothing },
  httpAdmin: { get: nothing, post: nothing },
  auth: { needsPermission: nothing },
  _: (key) => key,
};
for (const file of files) (await import(pathToFileURL(file).href)).default(red);
for (const type of made) types.get(type).call({ on: nothing, status: nothing, error: nothing, warn: nothing, log: nothing }, { id: 'n', type });
console.log(JSON.stringify([...packages]));
process.exit(0);
`;

function packagesRead(...made: string[]): string[] {
  const args = ['--no-warnings', '--input-type=module', '-e', PROGRAM, JSON.stringify({ files, made })];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: root }));
}

describe('what Node-RED reads at its start', () => {
  const cloudAlone = ['typebox', 'prom-client', 'rate-limiter-flexible'];

  it("a charger reads none of the packages that the cloud's nodes need", () => {
    const read = packagesRead('charging station', 'read keypad', 'verify code', 'run session', 'control relay');
    const heavy = read.filter((name) => [...cloudAlone, 'kysely', 'pg', 'modbus-serial', 'serialport'].includes(name));
    assert.deepEqual(heavy, []);
  });

  it('the first node of the cloud reads them', () => {
    const read = packagesRead('admit request');
    assert.deepEqual(
      cloudAlone.filter((name) => !read.includes(name)),
      [],
    );
  });
});
