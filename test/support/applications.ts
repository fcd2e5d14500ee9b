// The product as its user runs it: `npm start` as processes of its own, on ports and a data folder of the test's.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}

export interface BenchState {
  state: string;
  relay: boolean;
  vehicle: boolean;
  display: string[];
  outcome: string | null;
  receipt: string | null;
}

export interface Options {
  readonly only?: 'cloud' | 'charger';
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
}

export class Applications {
  readonly dataDir: string;
  readonly cloud: string;
  readonly charger: string;
  readonly #options: Options;
  readonly #ports: Readonly<Record<string, string>>;
  #launcher: ChildProcess | undefined;
  /** All that was printed since the first start. */
  output = '';

  private constructor(options: Options, cloudPort: number, chargerPort: number) {
    this.#options = options;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'offline-charging-'));
    this.#ports = { CLOUD_PORT: String(cloudPort), CHARGER_PORT: String(chargerPort) };
    this.cloud = `http://127.0.0.1:${cloudPort}`;
    this.charger = `http://127.0.0.1:${chargerPort}`;
  }

  static async start(options: Options = {}): Promise<Applications> {
    const applications = new Applications(options, await freePort(), await freePort());
    await applications.start();
    return applications;
  }

  /** Resolves when it says that it is running; rejects with its words when it ends before. */
  async start(): Promise<void> {
    const from = this.output.length;
    const only = this.#options.only ? ['--only', this.#options.only] : [];
    const env = { ...process.env, MASTER_KEY: '', ...this.#options.env, ...this.#ports, DATA_DIR: this.dataDir };
    const launcher = spawn(process.execPath, [join(root, 'dist/flows/launcher/start.js'), ...only], { env, cwd: root });
    this.#launcher = launcher;
    await new Promise<void>((resolve, reject) => {
      const hear = (text: string) => {
        this.output += text;
        if (this.output.includes('Running. Ctrl-C stops it.', from)) resolve();
      };
      launcher.stdout.setEncoding('utf8').on('data', hear);
      launcher.stderr.setEncoding('utf8').on('data', hear);
      launcher.once('exit', (code) => reject(new Error(`ended with ${code}:\n${this.output.slice(from)}`)));
    });
  }

  /** As Ctrl-C does. Gives the exit code. */
  async stop(): Promise<number | null> {
    const launcher = this.#launcher;
    if (!launcher || launcher.exitCode !== null || launcher.signalCode !== null) return launcher?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => launcher.once('exit', resolve));
    launcher.kill('SIGINT');
    return ended;
  }

  /** `kill -9` of everything at once, as a power cut does. */
  async cutPower(): Promise<void> {
    const launcher = this.#launcher;
    if (!launcher?.pid) return;
    const ended = new Promise((resolve) => launcher.once('exit', resolve));
    const all = [launcher.pid, ...children(launcher.pid)];
    for (const pid of all) process.kill(pid, 'SIGKILL');
    await ended;
    await until('all processes are gone', () => all.every((pid) => !alive(pid)));
  }

  /** The process of one part, by its place among the launcher's children. */
  pid(part: 'cloud' | 'charger' | 'guard'): number {
    const found = children(this.#launcher?.pid ?? 0).find((pid) => {
      const command = commandLine(pid);
      // A side names itself `offline-charging-cloud`; until then, and the guard always, it is `node …/main.js cloud`.
      return part === 'guard' ? command.includes('guard-main') : new RegExp(`[\\0 -]${part}(\\0|$)`).test(command);
    });
    if (found === undefined) throw new Error(`${part} does not run`);
    return found;
  }

  async remove(): Promise<void> {
    await this.stop();
    if (!this.#options.dataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  relayPin(): string {
    return readFileSync(join(this.dataDir, 'pins/relay'), 'utf8').trim();
  }

  plug(connected: boolean): void {
    writeFileSync(join(this.dataDir, 'pins/vehicle'), connected ? '1\n' : '0\n');
  }

  async keys(keys: string): Promise<BenchState> {
    const response = await fetch(`${this.charger}/bench/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ keys }),
    });
    if (response.status !== 200) throw new Error(`keys: ${response.status} ${await response.text()}`);
    return (await response.json()) as BenchState;
  }

  async state(): Promise<BenchState> {
    return (await (await fetch(`${this.charger}/bench/state`)).json()) as BenchState;
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(this.cloud + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** A code bought over HTTP; fails unless the cloud says 201. */
  async buy(amount: number, station = 'CP-0001'): Promise<{ id: string; code: string; [field: string]: unknown }> {
    const response = await this.post('/charging-requests', { station, amount });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** The header that opens the editor of a side. */
  async editorToken(url: string, password: string): Promise<{ authorization: string }> {
    const asked = { client_id: 'node-red-editor', grant_type: 'password', scope: '*', username: 'admin', password };
    const response = await fetch(`${url}/editor/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    });
    if (response.status !== 200) throw new Error(`signing in: ${response.status} ${await response.text()}`);
    const { access_token: token } = (await response.json()) as { access_token: string };
    return { authorization: `Bearer ${token}` };
  }

  async settled(what: string, test: (state: BenchState) => boolean, withinMs?: number): Promise<BenchState> {
    let last: BenchState | undefined;
    try {
      await until(
        what,
        async () => {
          last = await this.state();
          return test(last);
        },
        withinMs,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; last: ${JSON.stringify(last)}`);
    }
    return last!;
  }
}

/** Waits until it is so, looking every few milliseconds. */
export async function until(what: string, test: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function children(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

function alive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}
