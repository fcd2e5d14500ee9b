// A relay guard and a charger as processes of their own, on simulated pins: what `npm run charger` runs, one by one,
// so that each can be killed and weighed.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHARGER_NODE_FLAGS } from '../../flows/charger/environment.ts';
import { type BenchState, freePort } from '../../test/support/applications.ts';
import { compactCode, stationKeyOf, wideCode, wideLongCode } from '../../test/support/independent-codes.ts';
import { Program, root } from './programs.ts';

const STATION = 'CP-0001';
const KEY = stationKeyOf('3d'.repeat(32), STATION);
const STEP = { min: 30, Wh: 500 } as const;

export interface RigOptions {
  readonly nodeFlags?: readonly string[];
  /** With more than one, and with `wide` set, its codes are of the wide family. */
  readonly outlets?: number;
  readonly wide?: boolean;
  /** Where `Wh` are sold, each outlet has a simulated meter. */
  readonly unit?: 'min' | 'Wh';
}

export class ChargerRig {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'bench-charger-'));
  readonly pins = join(this.dataDir, 'pins');
  readonly journal = join(this.dataDir, 'charger', 'journal');
  readonly url: string;
  guard!: Program;
  charger!: Program;
  readonly #env: Record<string, string>;
  readonly #nodeFlags: readonly string[];
  readonly outlets: number;
  readonly #unit: 'min' | 'Wh';
  readonly #isWide: boolean;
  readonly #relays: string[];
  #sequence = 0;
  readonly #watchers = new Set<(outlet: number, level: string, at: number) => void>();
  readonly #stopWatching: () => void;

  private constructor(port: number, { nodeFlags = [], outlets = 1, wide = outlets > 1, unit = 'min' }: RigOptions) {
    this.url = `http://127.0.0.1:${port}`;
    this.#nodeFlags = nodeFlags;
    this.outlets = outlets;
    this.#unit = unit;
    this.#isWide = wide;
    this.#relays = Array.from({ length: outlets }, () => '0');
    this.#env = {
      DATA_DIR: this.dataDir,
      HOST: '127.0.0.1',
      CHARGER_PORT: String(port),
      GPIO_DRIVER: 'simulated',
      STATION_ID: STATION,
      STATION_KEY: KEY.toString('hex'),
      STATION_SEQUENCE: 'counter',
      STATION_UNIT: unit,
      STATION_STEP: String(STEP[unit]),
      STATION_OUTLETS: String(outlets),
      ...(wide ? { STATION_LAYOUT: 'wide' } : {}),
      ...(unit === 'Wh' ? { METER: 'simulated' } : {}),
      LOG_FORMAT: 'text',
      LOG_LEVEL: 'warn',
    };
    mkdirSync(this.pins);
    for (const outlet of this.numbers) {
      this.plug(false, outlet);
      writeFileSync(this.#line('relay', outlet), '0');
    }
    this.#stopWatching = this.#watch();
  }

  /** With the guard running and no charger yet. */
  static async start(options: RigOptions = {}): Promise<ChargerRig> {
    const rig = new ChargerRig(await freePort(), options);
    const args = ['--socket', join(rig.dataDir, 'guard.sock'), '--driver', 'simulated', '--folder', rig.pins];
    for (const outlet of rig.numbers) args.push('--relay', `${lineName('relay', outlet)}=${lineName('relay', outlet)}`);
    rig.guard = new Program(join(root, 'dist/hardware/relay/guard-main.js'), args);
    await rig.guard.message('ready');
    return rig;
  }

  /** Of its outlets. */
  get numbers(): readonly number[] {
    return Array.from({ length: this.outlets }, (_, index) => index + 1);
  }

  /** Gives the milliseconds from its start until its flows answer. */
  async startCharger(more: Readonly<Record<string, string>> = {}): Promise<number> {
    this.charger = new Program(join(root, 'dist/flows/server/main.js'), ['charger'], {
      env: { ...this.#env, ...more },
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

  /** A voucher of two steps. */
  nextCode(): string {
    const code = this.#isWide ? wideCode : compactCode;
    return code(KEY, this.#unit, STEP[this.#unit], 2, ++this.#sequence);
  }

  /** The same in the layout that a phone shows for scanners: 14 digits, of a station whose codes are wide. */
  nextScannedCode(): string {
    return wideLongCode(KEY, this.#unit, STEP[this.#unit], 2, ++this.#sequence);
  }

  plug(connected: boolean, outlet = 1): void {
    writeFileSync(this.#line('vehicle', outlet), connected ? '1' : '0');
  }

  #line(name: 'relay' | 'vehicle', outlet: number): string {
    return join(this.pins, lineName(name, outlet));
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
  relay(on: boolean, outlet = 1, withinMs = 10_000): Promise<number> {
    const wanted = on ? '1' : '0';
    if (this.#relays[outlet - 1] === wanted) return Promise.resolve(performance.now());
    return new Promise((resolve, reject) => {
      const seen = (of: number, level: string, at: number) => {
        if (of !== outlet || level !== wanted) return;
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
    const files = this.numbers.map((outlet) => this.#line('relay', outlet));
    const look = () => {
      for (const [index, file] of files.entries()) {
        const at = performance.now();
        const level = readFileSync(file, 'latin1').trim();
        if (level === '' || level === this.#relays[index]) continue;
        this.#relays[index] = level;
        for (const watcher of this.#watchers) watcher(index + 1, level, at);
      }
    };
    const watcher = watch(this.pins, look);
    // With many the kernel is believed, so that looking does not keep the machine busy.
    const timer = setInterval(look, this.outlets > 1 ? 10 : 1);
    return () => {
      watcher.close();
      clearInterval(timer);
    };
  }
}

/** The line of an outlet, as it is called from the second on. */
function lineName(name: string, outlet: number): string {
  return outlet === 1 ? name : `${name}-${outlet}`;
}
