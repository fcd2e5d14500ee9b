// What tests of a station share: clocks that a test turns by hand, folders that go away, codes as the cloud makes them.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LayoutName,
  type Operation,
  serviceCode,
  stationKey,
  voucherCode,
} from '../../../charging/codes/index.ts';
import { Station, type StationOptions } from '../../../charging/station/station.ts';
import type { Clocks, SessionRecord, StationSettings, Voucher } from '../../../charging/station/types.ts';

export const KEY = stationKey(new Uint8Array(32).fill(1), 'CP-0001', 1);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Noon of the day on which these tests play. */
export const NOON = Date.UTC(2026, 10, 22, 12);

export const CLOCK: StationSettings = {
  stationId: 'CP-0001',
  key: KEY,
  unit: 'min',
  step: 30,
  layout: 'compact',
  sequence: 'clock',
  slotSeconds: 300,
};
/** Slots of four hours: the look around over a year takes a moment only, where a test guesses a lot. */
export const COARSE: StationSettings = { ...CLOCK, slotSeconds: 14_400 };
export const COUNTER: StationSettings = { ...CLOCK, sequence: 'counter' };
/** A busy site. */
export const WIDE: StationSettings = { ...CLOCK, layout: 'wide', slotSeconds: 120 };

/** A machine's clocks, turned by hand. */
export class Hands implements Clocks {
  wall = NOON;
  monotonic = 1000;
  boot = 1;
  builtMs = NOON - 30 * DAY;

  wallMs = () => this.wall;
  monotonicMs = () => this.monotonic;
  get bootId() {
    return `boot ${this.boot}`;
  }

  /** Time passes. */
  pass(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }

  /** The machine was without power for `ms`; a live RTC went on. */
  reboot(ms: number, rtcAlive = true): void {
    this.boot++;
    this.monotonic = 500;
    if (rtcAlive) this.wall += ms;
  }
}

const made: string[] = [];
const memory = '/dev/shm';

/** A new folder in memory where there is such a thing, else among the temporary files. */
export function newFolder(): string {
  const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'offline-charging-'));
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A record without what the journal itself adds: of which session at which outlet it is. */
export function plain(record: SessionRecord | undefined): SessionRecord | undefined {
  if (!record) return undefined;
  const { session: _session, outlet: _outlet, ...rest } = record;
  return rest;
}

/** The first of the vouchers of the session that ended last which has a receipt. */
export function lastReceipt(station: Pick<Station, 'lastClosed'>): SessionRecord | undefined {
  return station.lastClosed().find(({ receipt }) => receipt !== undefined);
}

/** The files as a crash leaves them: what readers share is gone with the machine. */
export function copyAfterCrash(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('-shm') });
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}

/** A station, its clocks and its folder; it can be stopped and started. */
export class Bench {
  readonly settings: StationSettings;
  readonly clocks: Hands;
  readonly folder: string;
  readonly options: Partial<StationOptions>;
  station: Station;

  constructor(settings: StationSettings = CLOCK, options: Partial<StationOptions> = {}) {
    this.settings = settings;
    this.clocks = (options.clocks as Hands) ?? new Hands();
    this.folder = options.folder ?? newFolder();
    this.options = options;
    this.station = this.open();
  }

  open(): Station {
    return Station.open(this.settings, { ...this.options, folder: this.folder, clocks: this.clocks });
  }

  restart(): void {
    this.station.dispose();
    this.station = this.open();
  }

  get slot(): number {
    return Math.floor(this.clocks.wall / 1000 / this.settings.slotSeconds);
  }

  code(sequence: number, layout: LayoutName = this.settings.layout, quantity = 2): string {
    const { key, unit, step } = this.settings;
    return voucherCode(key, { layout, unit, step, quantity, sequence });
  }

  service(operation: Operation, sequence: number): string {
    return serviceCode(this.settings.key, { operation, sequence });
  }

  /** Digits that pass for a code but were made with another station's key. */
  guess(sequence: number, layout: LayoutName = this.settings.layout): string {
    const { unit, step } = this.settings;
    return voucherCode(new Uint8Array(32).fill(99), { layout, unit, step, quantity: 1, sequence });
  }

  outcome(entry: string): string {
    return this.station.verify(entry).outcome;
  }

  /** The voucher that a code which must be accepted stands for. */
  voucher(entry: string): Voucher {
    const verdict = this.station.verify(entry);
    assert.equal(verdict.outcome, 'accepted');
    assert('voucher' in verdict);
    return verdict.voucher;
  }

  /** The voucher of a number, without asking the station. */
  voucherOf(sequence: number, quantity = 2): Voucher {
    const { stationId: station, unit, step, layout } = this.settings;
    return { station, layout, sequence, quantity, amount: quantity * step, unit, step };
  }

  redeem(entry: string): SessionRecord {
    const record = { voucher: this.voucher(entry), delivered: 0 };
    assert.equal(this.station.redeem(record.voucher, record), 'redeemed');
    return record;
  }

  /** A whole charge that ends with `left` unused, in the station's unit. */
  charge(entry: string, left = 0): SessionRecord {
    const opened = this.redeem(entry);
    const ended = left > 0 ? 'unplugged' : 'used-up';
    const record: SessionRecord = { ...opened, delivered: opened.voucher.amount - left, ended };
    this.station.close([record]);
    return record;
  }
}
