// A guard, simulated pins, and stations that die: what faults.ts and the tests share.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/applications.ts';
import { compactCode, stationKeyOf, unusedIn } from '../support/independent-codes.ts';
import type { Orders } from './station-process.ts';

export const KEY = stationKeyOf('00239a59742389fae63609b8ac67a90d8b61ce7f6dff1613846aca2d2196b110', 'CP-0001');
export const PAID_MINUTES = 60;
/** So often a session is written down here, that many points of a session's life fit in a short one. */
const CHECKPOINT_MS = 40;

/** A voucher of 60 minutes. */
export const codeOf = (n: number) => compactCode(KEY, 'min', 30, PAID_MINUTES / 30, n);

export interface Snapshot {
  readonly state: string;
  readonly relay: boolean;
  readonly receipt: string | null;
  readonly remaining: number;
  readonly faults: readonly string[];
}
interface Message {
  readonly ready?: true;
  readonly outcome?: string;
  readonly snapshot?: Snapshot;
  readonly record?: {
    readonly kind: string;
    readonly code?: string;
    readonly sequence?: number;
    readonly receipt?: string;
  };
  readonly writes?: number;
}

/** A folder with pins and a relay guard over them, for any number of stations after each other. */
export class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'offline-charging-faults-'));
  readonly pins = join(this.folder, 'pins');
  readonly socket = join(this.folder, 'guard.sock');
  #guard: ChildProcess | undefined;
  #journals = 0;

  static async start(): Promise<Rig> {
    const rig = new Rig();
    mkdirSync(rig.pins);
    rig.plug(false);
    await rig.startGuard();
    return rig;
  }

  async startGuard(): Promise<void> {
    const program = new URL('../../hardware/relay/guard-main.ts', import.meta.url).pathname;
    const args = ['--socket', this.socket, '--driver', 'simulated', '--folder', this.pins, '--relay', 'relay=relay'];
    const guard = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#guard = guard;
    await new Promise<void>((resolve, reject) => {
      guard.stdout.once('data', () => resolve());
      guard.once('exit', (code) => reject(new Error(`the guard ended with ${code}`)));
    });
  }

  async killGuard(): Promise<void> {
    const ended = new Promise((resolve) => this.#guard?.once('exit', resolve));
    this.#guard?.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.killGuard();
    rmSync(this.folder, { recursive: true, force: true });
  }

  plug(connected: boolean): void {
    writeFileSync(join(this.pins, 'vehicle'), connected ? '1' : '0');
  }

  get relayOn(): boolean {
    const file = join(this.pins, 'relay');
    return existsSync(file) && readFileSync(file, 'utf8').startsWith('1');
  }

  newJournal(): string {
    return join(this.folder, `journal-${++this.#journals}`);
  }

  copyOf(journal: string): string {
    const copy = this.newJournal();
    cpSync(journal, copy, { recursive: true });
    return copy;
  }

  station(journal: string, inject = '', sequence: 'clock' | 'counter' = 'counter'): Promise<StationProcess> {
    return StationProcess.start(this, journal, inject, sequence);
  }
}

export class StationProcess {
  readonly #child: ChildProcess;
  readonly #rig: Rig;
  readonly kinds: string[] = [];
  readonly outcomes: string[] = [];
  /** The receipts that were given, by sequence number. */
  readonly receipts = new Map<number, string>();
  snapshot: Snapshot | undefined;
  writes = 0;
  /** When it ended, `performance.now()`. */
  diedAt: number | undefined;
  #relayWasOn = false;

  private constructor(rig: Rig, child: ChildProcess) {
    this.#rig = rig;
    this.#child = child;
  }

  /** Resolves when it is ready, or died of what was injected. */
  static async start(rig: Rig, folder: string, inject: string, sequence: string): Promise<StationProcess> {
    const given = { folder, pins: rig.pins, socket: rig.socket, key: KEY.toString('hex'), sequence };
    const child = fork(new URL('./station-process.ts', import.meta.url).pathname, [], {
      env: { ...process.env, INJECT: inject, STATION: JSON.stringify({ ...given, checkpointMs: CHECKPOINT_MS }) },
    });
    const station = new StationProcess(rig, child);
    await new Promise<void>((resolve) => {
      child.once('exit', () => {
        station.diedAt = performance.now();
        resolve();
      });
      child.on('message', (message: Message) => {
        station.#hear(message);
        if (message.ready) resolve();
      });
    });
    return station;
  }

  #hear({ outcome, snapshot, record, writes }: Message): void {
    if (outcome !== undefined) this.outcomes.push(outcome);
    if (snapshot) this.snapshot = snapshot;
    if (record) this.kinds.push(record.code ? `${record.kind} ${record.code}` : record.kind);
    if (record?.sequence !== undefined && record.receipt) this.receipts.set(record.sequence, record.receipt);
    if (writes !== undefined) this.writes = writes;
  }

  get alive(): boolean {
    return this.diedAt === undefined;
  }
  get pid(): number {
    return this.#child.pid!;
  }
  /** From here on `relayWasOn` tells of another voucher. */
  forgetRelay(): void {
    this.#relayWasOn = false;
  }
  /** Whether the relay was seen on while this process lived. */
  get relayWasOn(): boolean {
    this.#relayWasOn ||= this.#rig.relayOn;
    return this.#relayWasOn;
  }

  order(orders: Orders): void {
    if (this.#child.connected) this.#child.send(orders, () => {});
  }

  /** Types a code and gives what the keypad hears; undefined when the station died over it. */
  async type(code: string): Promise<string | undefined> {
    const heard = this.outcomes.length;
    this.order({ keys: code });
    await this.soon('an outcome', () => this.outcomes.length > heard);
    return this.outcomes[heard];
  }

  /** Until it is so, or the station is dead. */
  async soon(what: string, test: (snapshot: Snapshot | undefined) => boolean, withinMs = 8000): Promise<void> {
    await until(
      what,
      () => {
        // Looked at each time, so that the relay is seen on however short that was.
        const seen = this.relayWasOn;
        return !this.alive || (test(this.snapshot) && seen === this.relayWasOn);
      },
      withinMs,
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(): Promise<void> {
    if (!this.alive) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    await until('the relay is off', () => !this.#rig.relayOn);
  }
}

export interface Account {
  readonly honouredTwice: number;
  readonly lostMinutes: number;
  readonly relayLeftOn: number;
}

/** What a station did with a voucher of 60 minutes before the fault. */
export interface Past {
  readonly n: number;
  /** Whether the relay was on for it. */
  readonly wasOn: boolean;
  /** How long the relay was on for it, at most. */
  readonly onMs: number;
  /** The receipt that the customer saw. */
  readonly receipt?: string | undefined;
}

/**
 * What became of vouchers after a fault: starts the station on the journal again, looks for what is left of each
 * (session, receipt, or the code still good) and holds it against what its customer can have had.
 */
export async function account(rig: Rig, journal: string, pasts: readonly Past[]): Promise<Account> {
  const station = await rig.station(journal);
  const undecided = ['armed', 'starting', 'stopping'];
  await station.soon('it knows what it is', (now) => now !== undefined && !undecided.includes(now.state));
  const now = station.snapshot;
  let honouredTwice = 0;
  let lostMinutes = 0;
  for (const past of pasts) {
    const again = (await station.type(codeOf(past.n))) === 'accepted';
    if (again && past.wasOn) honouredTwice++;
    const receipt = past.receipt ?? now?.receipt;
    const parts = receipt ? unusedIn(receipt, KEY, 'min', 30, past.n) : undefined;
    // A receipt rounds down to a 155th: that much less is the format's, not a loss.
    const onReceipt = parts === undefined ? 0 : (PAID_MINUTES * (parts + 1)) / 155;
    const going = now?.state === 'charging' && parts === undefined ? now.remaining : 0;
    const left = again ? PAID_MINUTES : Math.max(onReceipt, going);
    lostMinutes += Math.max(0, PAID_MINUTES - past.onMs / 60_000 - left);
  }
  await station.end();
  return { honouredTwice, lostMinutes, relayLeftOn: rig.relayOn ? 1 : 0 };
}
