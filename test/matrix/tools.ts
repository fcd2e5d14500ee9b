// What the cells of the matrix share: Nodes, npms and Node-REDs as npm has them, in a folder that goes when the matrix ends; the
// machine's own are not touched.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const root = new URL('../../', import.meta.url).pathname;

export const work = mkdtempSync(join(tmpdir(), 'matrix-'));
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

/** What npm has under that name and version, fetched once, without its install scripts; gives the package's folder. */
export function fetched(spec: string): string {
  const folder = join(work, spec.replaceAll('/', '-'));
  const name = spec.replace(/(.)@[^@]*$/, '$1');
  if (!existsSync(folder)) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const options = ['--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'];
    execFileSync('npm', ['install', ...options, spec], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(folder, 'node_modules', name);
}

/** A folder with `node`, `npm` and `npx` of these versions, to be first on the path. */
export function tools(node: string, npm: string): string {
  const bin = join(work, `bin-${node}-${npm}`);
  if (existsSync(bin)) return bin;
  mkdirSync(bin);
  symlinkSync(join(fetched(`node-${process.platform}-${process.arch}@${node}`), 'bin/node'), join(bin, 'node'));
  for (const name of ['npm', 'npx']) symlinkSync(join(fetched(`npm@${npm}`), `bin/${name}-cli.js`), join(bin, name));
  return bin;
}

export class Failed extends Error {}

/** Of a program that is to find these tools first. */
export function environment(bin: string): NodeJS.ProcessEnv {
  return { ...inherited, PATH: [bin, ...path].join(delimiter) };
}

/** What it printed on its standard output; {@link Failed} with all that it said when it ends otherwise than well. */
export function run(bin: string, cwd: string, command: string, ...args: string[]): Promise<string> {
  return ran(environment(bin), cwd, command, args);
}

function ran(env: NodeJS.ProcessEnv, cwd: string, command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
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

interface Failure {
  readonly fullTitle: string;
  readonly err: { readonly message?: string; readonly stack?: string };
}

interface Tests {
  readonly bin: string;
  /** A checkout that is built. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Those alone whose titles have this in them. */
  readonly title?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How many tests passed, by the Mocha in `folder`, with more time than they are given otherwise. */
export async function passing({ bin, folder, files, title = '.', env = {} }: Tests): Promise<string> {
  const report = join(mkdtempSync(join(work, 'report-')), 'report.json');
  const reporter = ['--reporter', 'json', '--reporter-option', `output=${report}`];
  const patience = ['--require', './test/matrix/patience.ts'];
  const mocha = ['exec', '--', 'mocha', '--exit', ...patience, ...reporter, '--grep', title, ...files];
  try {
    await ran({ ...environment(bin), ...env }, folder, 'npm', mocha);
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
