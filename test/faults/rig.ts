// A guard, simulated pins, and stations that die: what faults.ts and the tests share.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionRecord } from '../../charging/station/types.ts';
import { GUARD_PROGRAM, guardArguments } from '../hardware/relay/guards.ts';
import { until } from '../support/applications.ts';
import { compactCode, stationKeyOf, unusedIn } from '../support/independent-codes.ts';
import type { Given, Orders } from './station-process.ts';

export const KEY = stationKeyOf('00239a59742389fae63609b8ac67a90d8b61ce7f6dff1613846aca2d2196b110', 'CP-0001');
export const PAID_MINUTES = 60;
/** So often a session is written down here, that many points of a session's life fit in a short one. */
const CHECKPOINT_MS = 40;

/** The same at a site of several outlets. */
export const SITE_CHECKPOINT_MS = 700;

/** A voucher of 60 minutes. */
export const codeOf = (n: number) => compactCode(KEY, 'min', 30, PAID_MINUTES / 30, n);

export interface Snapshot {
  readonly state: string;
  readonly relay: boolean;
  readonly receipt: string | null;
  readonly remaining: number;
  readonly faults: readonly string[];
  readonly outlets: readonly { readonly outlet: number; readonly state: string; readonly relay: boolean }[];
}
interface OpenAtFirst {
  readonly outlet: number;
  readonly n: number;
}
/** What the keypad says to a code, and what the journal knows of it. */
export interface Fate {
  readonly outcome: string;
  readonly record?: SessionRecord;
}
interface Message {
  readonly ready?: true;
  /** The vouchers that it found open when it began. */
  readonly open?: readonly OpenAtFirst[];
  readonly fates?: readonly Fate[];
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
  readonly outlets: number;
  readonly unit: 'min' | 'Wh';
  #guard: ChildProcess | undefined;
  #journals = 0;

  private constructor(outlets: number, unit: 'min' | 'Wh') {
    this.outlets = outlets;
    this.unit = unit;
  }

  static async start(outlets = 1, unit: 'min' | 'Wh' = 'min'): Promise<Rig> {
    const rig = new Rig(outlets, unit);
    mkdirSync(rig.pins);
    rig.unplugAll();
    await rig.startGuard();
    return rig;
  }

  /** Of its outlets. */
  get numbers(): readonly number[] {
    return Array.from({ length: this.outlets }, (_, index) => index + 1);
  }

  async startGuard(): Promise<void> {
    const [program, ...args] = this.#guardsCommand;
    const guard = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#guard = guard;
    await new Promise<void>((resolve, reject) => {
      guard.stdout.once('data', () => resolve());
      guard.once('exit', (code) => reject(new Error(`the guard ended with ${code}`)));
    });
    // Of twelve outlets it says a lot.
    guard.stdout.resume();
  }

  /** As systemd does when a guard has ended, however. */
  switchOff(): void {
    const [program, ...args] = this.#guardsCommand;
    spawnSync(program, [...args, '--off'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  get #guardsCommand(): readonly [string, ...string[]] {
    const lines = this.numbers.map((outlet) => lineOf('relay', outlet));
    const relays = lines.flatMap((line) => ['--relay', `${line}=${line}`]);
    return [process.execPath, GUARD_PROGRAM, ...guardArguments(this), ...relays];
  }

  /** It hangs, and holds its lines as they are. */
  hangGuard(): void {
    this.#guard?.kill('SIGSTOP');
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

  plug(connected: boolean, outlet = 1): void {
    writeFileSync(this.line('vehicle', outlet), connected ? '1' : '0');
  }

  unplugAll(): void {
    for (const outlet of this.numbers) this.plug(false, outlet);
  }

  plugged(outlet: number): boolean {
    return readFileSync(this.line('vehicle', outlet), 'utf8').startsWith('1');
  }

  /** Whether the relay of any outlet is on. */
  get relayOn(): boolean {
    return this.numbers.some((outlet) => this.relayOnAt(outlet));
  }

  relayOnAt(outlet: number): boolean {
    const file = this.line('relay', outlet);
    return existsSync(file) && readFileSync(file, 'utf8').startsWith('1');
  }

  /** The file of an outlet's line. */
  line(name: 'relay' | 'vehicle', outlet: number): string {
    return join(this.pins, lineOf(name, outlet));
  }

  newJournal(): string {
    return join(this.folder, `journal-${++this.#journals}`);
  }

  copyOf(journal: string): string {
    const copy = this.newJournal();
    cpSync(journal, copy, { recursive: true });
    return copy;
  }

  /** A journal that is not needed any more. */
  forget(journal: string): void {
    rmSync(journal, { recursive: true });
  }

  /** Copies of a journal, each with one file cut at another byte of what its last transactions wrote. */
  *cutCopiesOf(journal: string, every: number): Generator<string> {
    for (const [file, tail] of [
      ['journal.sqlite-wal', 3 * 4096],
      ['snapshot-a', 4096],
      ['snapshot-b', 4096],
    ] as const) {
      const size = existsSync(join(journal, file)) ? statSync(join(journal, file)).size : 0;
      for (let bytes = Math.max(0, size - tail); bytes < size; bytes += every) {
        const copy = this.copyOf(journal);
        truncateSync(join(copy, file), bytes);
        yield copy;
        this.forget(copy);
      }
    }
  }

  station(journal: string, inject = '', sequence: Given['sequence'] = 'counter'): Promise<StationProcess> {
    return StationProcess.start(this, journal, inject, sequence);
  }
}

function lineOf(name: string, outlet: number): string {
  return outlet === 1 ? name : `${name}-${outlet}`;
}

export class StationProcess {
  readonly #child: ChildProcess;
  readonly #rig: Rig;
  readonly kinds: string[] = [];
  readonly outcomes: string[] = [];
  /** The receipts that were given, by sequence number. */
  readonly receipts = new Map<number, string>();
  /** The vouchers that were closed, by sequence number. */
  readonly closed = new Set<number>();
  /** The vouchers that it found open in its journal when it began. */
  foundOpen: readonly OpenAtFirst[] = [];
  #fates: readonly Fate[] | undefined;
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
  static async start(rig: Rig, folder: string, inject: string, sequence: Given['sequence']): Promise<StationProcess> {
    const { pins, socket, outlets, unit } = rig;
    const checkpointMs = outlets > 1 ? SITE_CHECKPOINT_MS : CHECKPOINT_MS;
    const given: Given = { folder, pins, socket, key: KEY.toString('hex'), sequence, outlets, unit, checkpointMs };
    const child = fork(new URL('./station-process.ts', import.meta.url).pathname, [], {
      env: { ...process.env, INJECT: inject, STATION: JSON.stringify(given) },
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

  #hear({ outcome, snapshot, record, writes, open, fates }: Message): void {
    if (open) this.foundOpen = open;
    if (fates) this.#fates = fates;
    if (outcome !== undefined) this.outcomes.push(outcome);
    if (snapshot) this.snapshot = snapshot;
    if (record) this.kinds.push(record.code ? `${record.kind} ${record.code}` : record.kind);
    if (record?.kind === 'session-closed') this.closed.add(record.sequence!);
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

  /** What became of these codes; undefined when the station died over it. */
  async fates(codes: readonly string[]): Promise<readonly Fate[] | undefined> {
    this.#fates = undefined;
    this.order({ fates: codes });
    await this.soon('the fates of codes', () => this.#fates !== undefined);
    return this.#fates;
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
  readonly lost: number;
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
  let lost = 0;
  for (const past of pasts) {
    const again = (await station.type(codeOf(past.n))) === 'accepted';
    if (again && past.wasOn) honouredTwice++;
    const receipt = past.receipt ?? now?.receipt;
    const parts = receipt ? unusedIn(receipt, KEY, 'min', 30, past.n) : undefined;
    // A receipt rounds down to a 155th: that much less is the format's, not a loss.
    const onReceipt = parts === undefined ? 0 : (PAID_MINUTES * (parts + 1)) / 155;
    const going = now?.state === 'charging' && parts === undefined ? now.remaining : 0;
    const left = again ? PAID_MINUTES : Math.max(onReceipt, going);
    lost += Math.max(0, PAID_MINUTES - past.onMs / 60_000 - left);
  }
  await station.end();
  return { honouredTwice, lost, relayLeftOn: rig.relayOn ? 1 : 0 };
}
