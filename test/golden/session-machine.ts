// A station on a machine that can be anything: its clocks, its disk, its relay and its meter do what the story says, and all
// that the station does is written down.

import { randomFrom } from '../support/random.ts';
import {
  JournalError,
  newSession,
  type Session,
  type SessionLimits,
  type SessionRecord,
  Station,
  type StationSettings,
  stationKey,
} from './product.ts';
import { type Chronicle, stable } from './support.ts';

const SEED = 20_260_815;
const START = Date.UTC(2026, 10, 22, 12);
export const DAY = 24 * 3_600_000;
export const KEY = stationKey(new Uint8Array(32).fill(1), 'CP-0001', 1);

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** The machine and the world around one station. Which kind of station it is, its number says. */
export class Machine {
  protected readonly chronicle: Chronicle;
  protected readonly random: () => number;
  protected readonly settings: StationSettings;
  readonly #folder: string;
  readonly #config: SessionLimits;
  readonly #waitsForRelay: boolean;
  readonly #language: 'en' | 'zh-CN';
  readonly #counts: Map<string, number>;
  protected station!: Station;
  protected session!: Session;
  #timers: Timer[] = [];
  #afterRelay: (() => void)[] = [];
  protected wall = START;
  protected monotonic = 1000;
  #boot = 1;
  protected failing: 'no' | 'before' | 'after' = 'no';
  protected closed = false;
  protected follows = true;
  #readyAt = 0;
  protected meterWh = 5_000_000;
  protected powerW = 7000;
  protected meterSpeaks = true;
  protected vehicle = false;
  #display = '';

  constructor(number: number, folder: string, chronicle: Chronicle, counts: Map<string, number>) {
    this.chronicle = chronicle;
    this.#counts = counts;
    this.random = randomFrom(SEED + number);
    this.#folder = folder;
    const unit = number % 2 === 0 ? 'min' : 'Wh';
    const sequence = number % 4 < 2 ? 'clock' : 'counter';
    this.settings = {
      stationId: 'CP-0001',
      key: KEY,
      unit,
      step: unit === 'Wh' ? 500 : number % 3 === 0 ? 30 : 2,
      layout: 'compact',
      sequence,
      // Slots of four hours for most: the look beyond the window, over a year, takes a moment only.
      slotSeconds: number % 25 === 0 ? 300 : 14_400,
    };
    const short = { checkpointMs: 20_000, pausedMs: 20_000, pauseAfterMs: 5000, armedMs: 30_000, receiptMs: 20_000 };
    this.#config = {
      unit,
      ...(number % 8 < 4 && short),
      ...(number % 3 === 0 && { highestPowerW: 11_500, highestCurrentA: 20 }),
    };
    this.#waitsForRelay = number % 5 === 0;
    this.#language = number % 6 < 3 ? 'en' : 'zh-CN';
    const title = `life ${number}: ${unit}, ${sequence}, ${this.#language}${this.#waitsForRelay ? ', waits for the relay' : ''}`;
    chronicle.chapter(title, number === 0 ? 240 : number < 4 ? 60 : 0);
  }

  protected plug(connected: boolean | undefined): void {
    this.vehicle = connected === true;
    const settling = connected === false && this.chance(0.2);
    this.say(`vehicle ${connected}${settling ? ' settling' : ''}`, () => this.session.vehicle(connected, settling));
  }

  protected tellRelay(): void {
    const wait = Math.max(0, this.#readyAt - this.monotonic) / 1000;
    const relay = { on: this.closed, ready: wait === 0 };
    this.session.relay(wait > 0 && this.chance(0.9) ? { ...relay, readyInSeconds: wait } : relay);
  }

  /** The program ends and begins again: the machine stays up. */
  protected restart(): void {
    this.chronicle.line('> restart');
    this.session.stop();
    this.station.dispose();
    this.start();
  }

  /** Everything stops at once; the machine comes back, its clock with it or not. */
  protected powerCut(forMs: number): void {
    this.chronicle.line('> power cut');
    this.station.dispose();
    this.closed = false;
    this.#boot++;
    this.monotonic = 500;
    if (this.chance(0.9)) this.wall += forMs;
    this.start();
  }

  protected start(): void {
    this.#timers = [];
    this.#afterRelay = [];
    this.failing = 'no';
    this.#readyAt = 0;
    this.station = Station.open(this.settings, { folder: this.#folder, clocks: this.#clocks() });
    this.session = this.#newSession();
    this.session.start();
    this.tellRelay();
    if (this.chance(0.9)) this.plug(this.vehicle);
  }

  #clocks() {
    return {
      wallMs: () => this.wall,
      monotonicMs: () => this.monotonic,
      bootId: `boot ${this.#boot}`,
      builtMs: START - 30 * DAY,
    };
  }

  #newSession(): Session {
    return newSession({
      journal: this.#journal(),
      config: this.#config,
      clocks: { monotonicMs: () => this.monotonic },
      language: this.#language,
      schedule: (ms, callback) => {
        const timer = { at: this.monotonic + ms, callback };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
      ...(this.#waitsForRelay && { afterRelay: (callback: () => void) => void this.#afterRelay.push(callback) }),
      emit: {
        relay: (on, again) => {
          this.chronicle.line(`  relay ${on ? 'on' : 'off'}${again ? ' again' : ''}`);
          if (this.follows && this.closed !== on) {
            this.closed = on;
            if (!on) this.#readyAt = this.monotonic + 3000;
          }
          this.tellRelay();
        },
        display: (lines) => {
          const text = stable(lines);
          if (text === this.#display) return;
          this.#display = text;
          this.chronicle.line(`  display ${text}`);
        },
        record: (record) => {
          this.count(`record ${record.kind}${record.ended ? ` ${record.ended}` : ''}`);
          this.chronicle.line(`  record ${stable(record)}`);
        },
      },
    });
  }

  /** The station's journal on a disk that may fail. */
  #journal(): Parameters<typeof newSession>[0]['journal'] {
    const station = this.station;
    const write = <T>(what: string, work: () => T): T => {
      if (this.failing === 'before') this.#fail(what);
      const done = work();
      if (this.failing === 'after' && this.chance(0.5)) this.#fail(what);
      this.chronicle.line(`  journal ${what} → ${done}`);
      return done;
    };
    return {
      redeem: (voucher, opened) => write(`redeem ${stable(opened)}`, () => station.redeem(voucher, opened)),
      checkpoint: (records) => write(`checkpoint ${stable(records)}`, () => station.checkpoint(records)),
      close: (records) => write(`close ${stable(records)}`, () => station.close(records)),
      handBack: (voucher) => write(`hand back ${stable(voucher)}`, () => station.handBack(voucher)),
      openVouchers: () => station.openVouchers(),
      openSessions: () => station.openSessions(),
      lastClosed: () => station.lastClosed(),
      receiptFor: (record: SessionRecord) => station.receiptFor(record),
      append: (kind, details) => write(`append ${kind} ${stable(details ?? {})}`, () => station.append(kind, details)),
      useService: (operation, sequence) =>
        write(`service ${operation} ${sequence}`, () => station.useService(operation, sequence)),
      clockState: () => station.clockState(),
      lockedForSeconds: () => station.lockedForSeconds(),
    };
  }

  #fail(what: string): never {
    this.chronicle.line(`  journal ${what} failed`);
    throw new JournalError('journal-not-writable', 'No space left on device.');
  }

  protected slot(): number {
    return Math.floor(this.wall / 1000 / this.settings.slotSeconds);
  }

  /** Time passes; energy flows and the meter is read meanwhile. */
  protected pass(ms: number): void {
    this.chronicle.line(`> ${ms} ms`);
    const end = this.monotonic + ms;
    const step = Math.max(1000, ms / 40);
    for (const resume of this.#afterRelay.splice(0)) resume();
    while (this.monotonic < end) {
      const [timer] = this.#timers.toSorted((a, b) => a.at - b.at);
      const to = Math.min(end, this.monotonic + step, Math.max(this.monotonic, timer?.at ?? end));
      const spent = to - this.monotonic;
      if (this.closed && this.vehicle) this.meterWh += (this.powerW * spent) / 3_600_000;
      this.monotonic = to;
      this.wall += spent;
      if (this.settings.unit === 'Wh' && this.meterSpeaks) {
        const powerW = this.closed && this.vehicle ? this.powerW : 0;
        this.session.meter({ energyWh: this.meterWh, powerW, currentA: powerW / 230 });
      }
      if (timer && timer.at <= to) {
        this.#timers = this.#timers.filter((other) => other !== timer);
        timer.callback();
      }
      for (const resume of this.#afterRelay.splice(0)) resume();
    }
  }

  /** Something is told to the session. */
  protected say(what: string, tell: () => void): void {
    this.chronicle.line(`> ${what}`);
    tell();
  }

  protected count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  protected chance(probability: number): boolean {
    return this.random() < probability;
  }

  protected pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.random() * values.length)]!;
  }
}
