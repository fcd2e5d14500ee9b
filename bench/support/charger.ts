// A relay guard and a charger as processes of their own, on simulated pins: what `npm run charger` runs, one by one,
// so that each can be killed and weighed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHARGER_NODE_FLAGS } from '../../flows/charger/environment.ts';
import { type BenchState, freePort } from '../../test/support/applications.ts';
import { compactCode, stationKeyOf } from '../../test/support/independent-codes.ts';
import { Program, root } from './programs.ts';

const STATION = 'CP-0001';
const KEY = stationKeyOf('3d'.repeat(32), STATION);
const STEP = 30;

export class ChargerRig {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'bench-charger-'));
  readonly pins = join(this.dataDir, 'pins');
  readonly journal = join(this.dataDir, 'charger', 'journal');
  readonly url: string;
  guard!: Program;
  charger!: Program;
  readonly #env: Record<string, string>;
  readonly #nodeFlags: readonly string[];
  #relay = '0';
  #sequence = 0;
  readonly #watchers = new Set<(level: string, at: number) => void>();
  readonly #stopWatching: () => void;

  private constructor(port: number, nodeFlags: readonly string[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.#nodeFlags = nodeFlags;
    this.#env = {
      DATA_DIR: this.dataDir,
      HOST: '127.0.0.1',
      CHARGER_PORT: String(port),
      GPIO_DRIVER: 'simulated',
      STATION_ID: STATION,
      STATION_KEY: KEY.toString('hex'),
      STATION_SEQUENCE: 'counter',
      STATION_STEP: String(STEP),
      LOG_FORMAT: 'text',
      LOG_LEVEL: 'warn',
    };
    mkdirSync(this.pins);
    writeFileSync(join(this.pins, 'vehicle'), '0');
    writeFileSync(join(this.pins, 'relay'), '0');
    this.#stopWatching = this.#watch();
  }

  /** With the guard running and no charger yet. */
  static async start(nodeFlags: readonly string[] = []): Promise<ChargerRig> {
    const rig = new ChargerRig(await freePort(), nodeFlags);
    const args = ['--socket', join(rig.dataDir, 'guard.sock'), '--driver', 'simulated'];
    args.push('--folder', rig.pins, '--relay', 'relay=relay');
    rig.guard = new Program(join(root, 'dist/hardware/relay/guard-main.js'), args);
    await rig.guard.message('ready');
    return rig;
  }

  /** Gives the milliseconds from its start until its flows answer. */
  async startCharger(): Promise<number> {
    this.charger = new Program(join(root, 'dist/flows/server/main.js'), ['charger'], {
      env: this.#env,
      nodeFlags: [...CHARGER_NODE_FLAGS, ...this.#nodeFlags],
    });
    await this.charger.message('ready');
    return performance.now() - this.charger.startedAt;
  }

  async end(): Promise<void> {
    await this.charger?.end();
    await this.guard.end();
    this.#stopWatching();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A voucher of two steps of 30 minutes. */
  nextCode(): string {
    return compactCode(KEY, 'min', STEP, 2, ++this.#sequence);
  }

  plug(connected: boolean): void {
    writeFileSync(join(this.pins, 'vehicle'), connected ? '1' : '0');
  }

  async type(keys: string): Promise<BenchState> {
    const response = await fetch(`${this.url}/bench/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ keys }),
    });
    if (!response.ok) throw new Error(`keys: ${response.status} ${await response.text()}`);
    return (await response.json()) as BenchState;
  }

  async state(): Promise<BenchState> {
    return (await (await fetch(`${this.url}/bench/state`)).json()) as BenchState;
  }

  /** Resolves when the relay's line has that level, to when it was seen, `performance.now()`. */
  relay(on: boolean, withinMs = 10_000): Promise<number> {
    const wanted = on ? '1' : '0';
    if (this.#relay === wanted) return Promise.resolve(performance.now());
    return new Promise((resolve, reject) => {
      const seen = (level: string, at: number) => {
        if (level !== wanted) return;
        clearTimeout(timer);
        this.#watchers.delete(seen);
        resolve(at);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(seen);
        reject(new Error(`the relay did not go ${on ? 'on' : 'off'} within ${withinMs} ms:\n${this.charger.output}`));
      }, withinMs);
      this.#watchers.add(seen);
    });
  }

  /** Told by the kernel at each write, and looked at each millisecond in case that it does not tell. */
  #watch(): () => void {
    const file = join(this.pins, 'relay');
    const look = () => {
      const at = performance.now();
      const level = readFileSync(file, 'latin1').trim();
      if (level === '' || level === this.#relay) return;
      this.#relay = level;
      for (const watcher of this.#watchers) watcher(level, at);
    };
    const watcher = watch(this.pins, look);
    const timer = setInterval(look, 1);
    return () => {
      watcher.close();
      clearInterval(timer);
    };
  }
}
