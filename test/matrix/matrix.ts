// `npm run test:matrix`: the README's `npm ci`, the build, the tests on PostgreSQL and one whole charge, by each npm on
// each Node that a contributor may have; and the package as a user installs it, of which no install script is run.
// Arguments choose from the cells: `npm run test:matrix -- 20/12 26/10` is Node 20 with npm 12, and Node 26 with npm 10.
//
// Nodes and npms come from npm itself; the machine's own are not touched. About two minutes a cell.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { table } from '../../bench/support/figures.ts';

const root = new URL('../../', import.meta.url).pathname;
const NODES = ['20', '22', '24', '26'];
const NPMS = ['10', '11', '12'];
/** The oldest that `engines` of package.json allows for those who install the package. */
const OLDEST_FOR_USERS = 22;

const chosen = process.argv.slice(2);
const cells = NODES.flatMap((node) => NPMS.map((npm) => ({ node, npm, name: `${node}/${npm}` })));
const unknown = chosen.filter((name) => !cells.some((cell) => cell.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${cells.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'matrix-'));
// As root, PostgreSQL runs as a user of its own, which must come to its programs.
chmodSync(work, 0o755);
process.once('exit', () => rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Without what the npm that started this adds: another npm must decide for itself. Where to fetch from stays. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_|INIT_CWD$|NODE$|NODE_OPTIONS$)/i.test(name) || /^npm_config_(registry|cafile|cache)$/i.test(name),
  ),
);
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((each) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)$/.test(each));

function fetched(folder: string, spec: string): string {
  mkdirSync(join(work, folder), { recursive: true });
  writeFileSync(join(work, folder, 'package.json'), '{ "private": true }\n');
  const options = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, spec], {
    cwd: join(work, folder),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(work, folder, 'node_modules', spec.replace(/@[^@]*$/, ''));
}

/** A folder with `node`, `npm` and `npx` of these versions, to be first on the path. */
function tools(node: string, npm: string): string {
  const bin = join(work, `bin-${node}-${npm}`);
  mkdirSync(bin);
  symlinkSync(join(work, `node-${node}/node_modules/${nodePackage}/bin/node`), join(bin, 'node'));
  for (const name of ['npm', 'npx']) {
    symlinkSync(join(work, `npm-${npm}/node_modules/npm/bin/${name}-cli.js`), join(bin, name));
  }
  return bin;
}
const nodePackage = `node-${process.platform}-${process.arch}`;

class Failed extends Error {}

/** What it printed on its standard output; {@link Failed} with all that it said when it ends otherwise than well. */
function run(bin: string, cwd: string, command: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...inherited, PATH: [bin, ...path].join(delimiter) };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Failed(`${command} ${args.join(' ')} ended with ${code}:\n${all.slice(-4000)}`));
    });
  });
}

/** As a clean checkout has them, with what is not committed yet. */
function checkout(): string {
  const folder = mkdtempSync(join(work, 'checkout-'));
  chmodSync(folder, 0o755);
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  for (const file of new Set(files.split('\0').filter(Boolean))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file), { dereference: false });
  }
  return folder;
}

interface Failure {
  readonly fullTitle: string;
  readonly err: { readonly message?: string; readonly stack?: string };
}

async function passing(bin: string, folder: string, title: string, ...files: string[]): Promise<string> {
  const report = join(folder, 'report.json');
  const reporter = ['--reporter', 'json', '--reporter-option', `output=${report}`];
  const patience = ['--require', './test/matrix/patience.ts'];
  const mocha = ['exec', '--', 'mocha', '--exit', ...patience, ...reporter, '--grep', title, ...files];
  try {
    await run(bin, folder, 'npm', ...mocha);
  } catch (error) {
    if (!(error instanceof Failed) || !existsSync(report)) throw error;
    // That reporter says nothing but by its file.
    const { failures } = JSON.parse(readFileSync(report, 'utf8')) as { failures: Failure[] };
    throw new Failed(failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.stack ?? err.message}`).join('\n'));
  }
  const { stats } = JSON.parse(readFileSync(report, 'utf8'));
  if (stats.passes === 0) throw new Failed(`no test is called ${title}`);
  return String(stats.passes);
}

/** The package installed as Node-RED's palette does, without one install script, by that Node and npm. */
async function installed(bin: string, folder: string, node: string): Promise<string> {
  if (Number(node) < OLDEST_FOR_USERS) return 'too old';
  await run(bin, folder, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const user = mkdtempSync(join(work, 'user-'));
  writeFileSync(join(user, 'package.json'), '{ "private": true }\n');
  const packed = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  await run(bin, user, 'npm', 'install', '--ignore-scripts', '--no-fund', '--no-audit', packed);
  // What is compiled elsewhere is there; `onoff` alone is not, which kernels before 5.10 need.
  const load = ['koffi', 'modbus-serial', 'pg'].map((each) => `await import('${each}');`).join('');
  await run(bin, user, 'node', '--input-type=module', '--eval', load);
  await run(bin, user, 'npx', '--no-install', 'offline-charging', '--help');
  await run(bin, user, 'npx', '--no-install', 'offline-charging-guard', '--help');
  rmSync(user, { recursive: true });
  return 'ok';
}

async function cell(node: string, npm: string): Promise<string[]> {
  const bin = tools(node, npm);
  const folder = checkout();
  const versions = [await run(bin, folder, 'node', '--version'), await run(bin, folder, 'npm', '--version')];
  const shown = versions.map((version) => version.trim().replace(/^v/, ''));
  const results: string[] = [];
  const steps = [
    async () => {
      await run(bin, folder, 'npm', 'ci');
      return 'ok';
    },
    async () => {
      await run(bin, folder, 'npm', 'run', 'build');
      return 'ok';
    },
    () => passing(bin, folder, 'postgres', 'test/charging/cloud/*.test.ts'),
    () => passing(bin, folder, 'a code bought over HTTP closes the relay', 'test/e2e/whole-charge.test.ts'),
    () => installed(bin, folder, node),
  ];
  for (const step of steps) {
    try {
      results.push(await step());
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      console.error(`Node ${shown[0]}, npm ${shown[1]}: ${error.message}`);
      results.push('FAILED');
      break;
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return [...shown, ...results, ...steps.slice(results.length).map(() => '–')];
}

const asked = chosen.length > 0 ? cells.filter(({ name }) => chosen.includes(name)) : cells;
for (const node of new Set(asked.map((each) => each.node))) fetched(`node-${node}`, `${nodePackage}@${node}`);
for (const npm of new Set(asked.map((each) => each.npm))) fetched(`npm-${npm}`, `npm@${npm}`);
const rows: string[][] = [];
for (const { node, npm } of asked) {
  const row = await cell(node, npm);
  console.log(row.join('  '));
  rows.push(row);
}
console.log(`\n${table(['Node', 'npm', 'npm ci', 'build', 'PostgreSQL tests', 'whole charge', 'installed'], rows)}`);
process.exitCode = rows.flat().includes('FAILED') ? 1 : 0;
