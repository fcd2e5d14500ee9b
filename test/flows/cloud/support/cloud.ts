// The cloud as a process of its own: a real Node-RED with the shipped flow, on a port and a data folder of the test's.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey } from '../../../../api/master-key.ts';
import { type Ledger, openLedger } from '../../../../charging/cloud/ledger.ts';
import { shippedFlow } from '../../../../flows/server/user-folder.ts';

const root = new URL('../../../../', import.meta.url).pathname;
const QUIET = ['MASTER_KEY', 'MASTER_KEY_FILE', 'MASTER_KEY_COMMAND', 'DATABASE_URL', 'HOST', 'ADMIN_PASSWORD'];

export interface CloudOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Kept by the caller; else made here and removed at the end. */
  readonly dataDir?: string;
  /** Changes the flow before the first start. */
  readonly flow?: (nodes: FlowNode[]) => FlowNode[];
}
export interface FlowNode {
  id: string;
  type: string;
  z?: string;
  disabled?: boolean;
  [property: string]: unknown;
}

/** Tests say themselves what they expect in an answer. */
// biome-ignore lint/suspicious/noExplicitAny: a test that reads what is not there fails.
export type Json = any;

export class Cloud {
  readonly dataDir: string;
  readonly #options: CloudOptions;
  #process: ChildProcess | undefined;
  url = '';
  output = '';

  private constructor(options: CloudOptions) {
    this.#options = options;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'offline-charging-cloud-'));
  }

  static async start(options: CloudOptions = {}): Promise<Cloud> {
    const cloud = new Cloud(options);
    await cloud.start();
    return cloud;
  }

  async start(): Promise<void> {
    const env: NodeJS.ProcessEnv = { ...process.env };
    for (const name of QUIET) delete env[name];
    Object.assign(env, { DATA_DIR: this.dataDir, CLOUD_PORT: '0', LOG_FORMAT: 'json', ...this.#options.env });
    const hooks = new URL('./sources.ts', import.meta.url).href;
    const main = this.#options.flow
      ? join(root, 'test/flows/cloud/support/other-flow.ts')
      : join(root, 'flows/server/main.ts');
    if (this.#options.flow) env.TEST_FLOW = this.#otherFlow(this.#options.flow);
    const child = spawn(process.execPath, ['--import', hooks, main, 'cloud'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    const hear = (text: string) => {
      this.output += text;
    };
    child.stdout!.setEncoding('utf8').on('data', hear);
    child.stderr!.setEncoding('utf8').on('data', hear);
    this.url = await new Promise<string>((resolve, reject) => {
      child.on('message', ({ ready }: { ready?: string }) => ready && resolve(ready));
      child.once('exit', (code) => reject(new Error(`the cloud ended with ${code}:\n${this.output}`)));
    });
  }

  #otherFlow(change: (nodes: FlowNode[]) => FlowNode[]): string {
    const nodes = JSON.parse(readFileSync(shippedFlow('cloud'), 'utf8')) as FlowNode[];
    const file = join(this.dataDir, 'test-flow.json');
    writeFileSync(file, JSON.stringify(change(nodes)));
    return file;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    if (!this.#options.dataDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** The same ledger, as a second program opens it. */
  async ledger(url = `sqlite:${join(this.dataDir, 'cloud', 'ledger.sqlite')}`, masterKey = ''): Promise<Ledger> {
    const at = { masterKeyFile: join(this.dataDir, 'master.key') };
    return openLedger({ url, masterKey: await loadMasterKey(at, { MASTER_KEY: masterKey }) });
  }

  call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    return fetch(this.url + path, {
      method,
      headers: { ...json, ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  /** As `call`, with the status and the JSON of the answer. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; headers: Headers; body: Json }> {
    const response = await this.call(method, path, body, headers);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Resolves when the cloud has the request's head and asks for its body; what it gives sends that. */
  async begin(method: string, path: string): Promise<(body: unknown) => Promise<number>> {
    const headers = { 'content-type': 'application/json', expect: '100-continue' };
    const asked = request(this.url + path, { method, headers, agent: false });
    const answer = new Promise<number>((resolve, reject) => {
      asked.once('error', reject);
      asked.once('response', (response) => response.resume().once('end', () => resolve(response.statusCode!)));
    });
    await new Promise<void>((resolve, reject) => {
      asked.once('continue', resolve).once('error', reject).flushHeaders();
    });
    return (body) => {
      asked.end(JSON.stringify(body));
      return answer;
    };
  }
}
