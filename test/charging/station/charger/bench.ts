// A station on a bench: the real shell and machine, on a clock that the test turns, a relay and a journal in memory.
import { Charger } from '../../../../charging/station/charger/charger.ts';
import type { ChargerJournal, ChargerRecord } from '../../../../charging/station/charger/journal-writes.ts';
import { type ChargerConfig, chargerConfig } from '../../../../charging/station/charger/model.ts';
import type { Screen } from '../../../../charging/station/conversation/screens.ts';
import { JournalError, type SessionRecord, type Voucher } from '../../../../charging/station/types.ts';
import { Timers } from './timers.ts';

export const MINUTE = 60_000;

/** A journal in memory, that can be told to fail. What is in it survives the station, as a disk does. */
export class MemoryJournal implements ChargerJournal {
  openRecords: readonly SessionRecord[] = [];
  closed: readonly SessionRecord[] = [];
  readonly used = new Set<number>();
  readonly log: string[] = [];
  readonly notes: { kind: string; details: unknown }[] = [];
  /** Names of the writes that fail. */
  failing = new Set<string>();
  clock: 'ok' | 'lost' = 'ok';
  /** Power is cut when this write is reached, before or after it is on the disk; nothing is written after that. */
  cutAt: { readonly write: string; readonly written: boolean } | undefined;
  isCut = false;

  #write(name: string, write: () => void): void {
    if (this.cutAt && (this.isCut || name === this.cutAt.write)) {
      if (!this.isCut && this.cutAt.written) write();
      this.isCut = true;
      throw new Error('power cut');
    }
    if (this.failing.has(name) || this.failing.has('all')) {
      this.log.push(`${name} failed`);
      throw new JournalError('journal-not-writable', 'No space left on device.');
    }
    this.log.push(name);
    write();
  }

  /** The first that stands open, and the last that was closed. */
  get open(): SessionRecord | undefined {
    return this.openRecords[0];
  }
  get last(): SessionRecord | undefined {
    return this.closed.at(-1);
  }

  redeem(voucher: Voucher, opened: SessionRecord): 'redeemed' | 'used' {
    if (this.used.has(voucher.sequence)) return 'used';
    this.#write('redeem', () => {
      this.used.add(voucher.sequence);
      this.openRecords = [...this.openRecords, { session: this.used.size, ...opened }];
    });
    return 'redeemed';
  }
  checkpoint(records: readonly SessionRecord[]): void {
    this.#write('checkpoint', () => this.#put(records));
  }
  close(records: readonly SessionRecord[]): void {
    this.#write('close', () => this.#put(records));
  }
  #put(records: readonly SessionRecord[]): void {
    for (const record of records) {
      const before = this.openRecords.find(({ voucher }) => voucher.sequence === record.voucher.sequence);
      if (!before) continue;
      const after = { ...record, session: before.session!, outlet: before.outlet ?? 1 };
      if (record.ended) this.closed = [...this.closed, after];
      this.openRecords = this.openRecords.flatMap((each) => (each !== before ? [each] : record.ended ? [] : [after]));
    }
  }
  handBack(voucher: Voucher): SessionRecord | 'used' {
    if (this.used.has(voucher.sequence)) return 'used';
    const record: SessionRecord = { voucher, outlet: 0, delivered: 0, ended: 'handed-back' };
    const closed = { ...record, receipt: this.receiptFor(record)! };
    this.#write('hand-back', () => {
      this.used.add(voucher.sequence);
      this.closed = [...this.closed, closed];
    });
    return closed;
  }
  openVouchers(): readonly SessionRecord[] {
    return this.openRecords;
  }
  openSessions(): readonly SessionRecord[] {
    const numbers = [...this.used];
    const order = ({ voucher }: SessionRecord) => numbers.indexOf(voucher.sequence);
    return [...this.closed, ...this.openRecords]
      .filter(({ session }) => this.openRecords.some((open) => open.session === session))
      .toSorted((one, other) => one.session! - other.session! || order(one) - order(other));
  }
  lastClosed(): readonly SessionRecord[] {
    const last = this.closed.filter(({ outlet }) => outlet !== 0).at(-1);
    return this.closed.filter(({ session }) => last !== undefined && session === last.session);
  }
  receiptFor({ voucher, delivered }: SessionRecord): string | undefined {
    const unused = Math.floor((155 * (voucher.amount - delivered)) / voucher.amount);
    return unused > 0 ? `${voucher.sequence}`.padStart(4, '0') + `${unused}`.padStart(8, '0') : undefined;
  }
  append(kind: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#write(`note ${kind}`, () => this.notes.push({ kind, details }));
  }
  useService(_operation: unknown, sequence: number): 'done' | 'used' {
    if (this.used.has(sequence)) return 'used';
    this.#write('use-service', () => this.used.add(sequence));
    return 'done';
  }
  clockState(): 'ok' | 'lost' {
    return this.clock;
  }
}

export interface BenchOptions {
  readonly config?: Partial<ChargerConfig>;
  readonly journal?: ChargerJournal;
  /** Unset: nothing is plugged in. */
  readonly vehicle?: boolean | undefined;
}

/** The customer, the plug, the relay and the passing of time. */
export class Bench {
  readonly journal: MemoryJournal;
  readonly config: ChargerConfig;
  readonly records: ChargerRecord[] = [];
  readonly screens: Screen[] = [];
  /** What was commanded of the relay and written to the journal, in order. */
  readonly commands: boolean[] = [];
  charger: Charger;
  now = 1_000_000;
  /** A relay that is told to does close, or opens: unless it is broken. */
  stuck: boolean | undefined;
  commanded = false;
  meterWh = 5_000_000;
  powerW = 2_000;
  metered: boolean;
  /** The meter says nothing more. */
  silent = false;
  readonly #timers = new Timers();

  constructor(options: BenchOptions = {}) {
    this.config = chargerConfig({ unit: 'min', ...options.config });
    this.metered = this.config.unit === 'Wh';
    this.journal = (options.journal as MemoryJournal | undefined) ?? new MemoryJournal();
    this.charger = this.#build();
    this.charger.start();
    if (this.metered) this.#read();
    if (!('vehicle' in options)) this.charger.vehicle(false);
    else if (options.vehicle !== undefined) this.charger.vehicle(options.vehicle);
  }

  #build(): Charger {
    return new Charger({
      journal: this.journal,
      config: this.config,
      clocks: { monotonicMs: () => this.now },
      schedule: (ms, callback) => this.#timers.set(this.now + ms, callback),
      emit: {
        relay: (on) => {
          this.commands.push(on);
          this.journal.log?.push(on ? 'relay on' : 'relay off');
          this.commanded = on;
          this.relay(this.stuck ?? on);
        },
        display: (screen) => this.screens.push(screen),
        record: (record) => this.records.push(record),
      },
    });
  }

  relay(on: boolean, readyInSeconds = 0): void {
    this.charger.relay({ on, ready: readyInSeconds === 0, readyInSeconds });
  }

  get state(): string {
    return this.charger.snapshot().state;
  }
  /** The first lines of the display. */
  get display(): string {
    return this.charger.snapshot().display.join(' | ');
  }
  get screen(): string {
    return this.screens.at(-1)!.name;
  }

  voucher(sequence = 7, amount = 60): Voucher {
    const { unit } = this.config;
    const step = unit === 'min' ? 30 : 500;
    return { station: 'CP-0001', layout: 'compact', sequence, quantity: amount / step, amount, unit, step };
  }

  /** A customer types a code and plugs in. */
  charge(sequence = 7, amount = 60): void {
    this.charger.voucher(this.voucher(sequence, amount));
    this.charger.vehicle(true);
  }

  /** A customer stops, and answers that it is meant. */
  stop(): void {
    this.charger.key('*');
    this.charger.answer('1');
  }

  #read(): void {
    this.charger.meter({ energyWh: this.meterWh, powerW: this.commanded ? this.powerW : 0 });
  }

  /** Time passes, in steps of at most a second, with a reading of the meter at each. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      const timer = this.#timers.next;
      const second = this.now + 1000;
      const to = Math.min(end, second, timer?.at ?? end);
      if (this.commanded && this.metered) this.meterWh += (this.powerW * (to - this.now)) / 3_600_000;
      this.now = to;
      if (this.metered && !this.silent) this.#read();
      if (timer && timer.at <= to) this.#timers.fire(timer);
    }
  }

  /** Power is cut, now; and comes back with the plug as it then is. */
  powerCut(options: { vehicle: boolean | undefined; forMs?: number }): void {
    this.#timers.clear();
    this.now += options.forMs ?? 10_000;
    this.commanded = false;
    this.charger = this.#build();
    this.charger.start();
    if (this.metered) this.#read();
    if (options.vehicle !== undefined) this.charger.vehicle(options.vehicle);
  }
}
