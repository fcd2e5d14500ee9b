// Of those who use the package: its tarball, given to the palette of a Node-RED that has nothing else as its editor gives it, which
// installs it by that npm and runs no install script. Then each example, the first minutes in the editor and flows from scratch, a whole charge among them.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { freePort, until } from '../support/applications.ts';
import { environment, Failed, fetched, passing, root, run, tools, work } from './tools.ts';

const TESTS = [
  'test/flows/assembly/examples.test.ts',
  'test/editor/start-here.test.ts',
  'test/editor/from-scratch.test.ts',
];

export const COLUMNS = ['Node-RED', 'Node', 'npm', 'by the palette', 'commands', 'examples and first minutes'];

/** Gives the row of the table below {@link COLUMNS}. */
export async function use(cell: {
  readonly nodeRed: string;
  readonly node: string;
  readonly npm: string;
}): Promise<string[]> {
  const bin = tools(cell.node, cell.npm);
  const nodeRed = fetched(`node-red@${cell.nodeRed}`);
  const version = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  const shown = [
    version(nodeRed),
    (await run(bin, work, 'node', '--version')).trim().slice(1),
    version(fetched(`npm@${cell.npm}`)),
  ];
  const user = mkdtempSync(join(work, 'user-'));
  const results: string[] = [];
  try {
    results.push(await installed(bin, nodeRed, user));
    await run(bin, user, 'npx', '--no-install', 'offline-charging', '--help');
    await run(bin, user, 'npx', '--no-install', 'offline-charging-guard', '--help');
    results.push('ok');
    const env = { NODE_RED: nodeRed, NODE_RED_NODE: join(bin, 'node'), NODE_RED_USER: user };
    results.push(await passing({ bin: tools('24', '11'), folder: root, files: TESTS, env }));
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    console.error(`Node-RED ${shown.join(', ')}: ${error.message}`);
    results.push('FAILED');
  }
  return [...shown, ...results, ...COLUMNS.slice(shown.length + results.length).map(() => '–')];
}

let packed: string | undefined;
function tarball(): string {
  if (packed === undefined) {
    const options = ['--ignore-scripts', '--loglevel=error', '--pack-destination', work];
    const output = execFileSync('npm', ['pack', ...options], { cwd: root, encoding: 'utf8' });
    packed = join(work, output.trim().split('\n').at(-1)!);
  }
  return packed;
}

/** Says how many nodes the palette has from it. */
async function installed(bin: string, nodeRed: string, user: string): Promise<string> {
  const port = await freePort();
  writeFileSync(join(user, 'package.json'), '{ "name": "user", "private": true }\n');
  const settings = { uiHost: '127.0.0.1', credentialSecret: 'test', telemetry: { enabled: false } };
  writeFileSync(join(user, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  const args = [join(nodeRed, 'red.js'), '--userDir', user, '--port', String(port)];
  const runtime = spawn(join(bin, 'node'), args, {
    cwd: user,
    env: environment(bin),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [runtime.stdout, runtime.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise((resolve) => runtime.once('exit', resolve));
  try {
    await until('its flows run', () => /Started flows/.test(output), 120_000);
    const form = new FormData();
    const file = tarball();
    form.set('tarball', new Blob([readFileSync(file)], { type: 'application/gzip' }), basename(file));
    const response = await fetch(`http://127.0.0.1:${port}/nodes`, { method: 'POST', body: form });
    const said = await response.text();
    if (!response.ok) throw new Failed(`the palette answered ${response.status}: ${said}\n${output.slice(-4000)}`);
    const { nodes } = JSON.parse(said) as {
      readonly nodes: readonly { readonly types: readonly string[]; readonly err?: string }[];
    };
    const wrong = nodes.filter(({ err }) => err !== undefined);
    if (wrong.length > 0) throw new Failed(JSON.stringify(wrong));
    return `${nodes.flatMap(({ types }) => types).length} nodes`;
  } finally {
    runtime.kill('SIGINT');
    await ended;
  }
}
