// A busy site on the real station, its journal and its session machines, on clocks that are turned by hand: customers who buy, now
// or hours ahead, type, plug in where they should not, add to what they have, go away, type what was used; and power cuts, some
// right after each other. What was sold, delivered and left is held against what the meters of this simulated world really counted.
import { nextNumber } from '../../charging/cloud/terms.ts';
import { readReceipt, readReport, voucherCode } from '../../charging/codes/index.ts';
import { Charger } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import { Station } from '../../charging/station/station.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { Hands, HOUR, KEY, MINUTE, newFolder, WIDE } from '../../test/charging/station/support.ts';
import { randomFrom } from '../../test/support/random.ts';
import type { Totals, Trade, WeekOptions } from './week-totals.ts';

const SECOND = 1000;
/** How often the meters are read here, and how long one may be silent: coarser than at a station, so that a week is minutes. */
const READ_EVERY_MS = 20 * SECOND;
export const STEP = { min: 30, Wh: 500 } as const;
const MOST_UNUSED = 155;
const MOST_POWER_W = 2500;
const CUTS_A_DAY = 3;
/** So many of the cuts are followed by another before a minute and a half is over. */
const CUT_AGAIN = 0.3;
/** So many customers buy ahead, and come within so long. */
const AHEAD = 0.1;
const MOST_AHEAD_MS = 20 * HOUR;
/** What is drawn between two readings: by so much a vehicle may have had more when a reading shows that all is used up. */
const MOST_UNREAD_WH = (MOST_POWER_W * READ_EVERY_MS) / HOUR;

interface Sold {
  readonly quantity: number;
  readonly code: string;
  /** When it was bought, milliseconds since 1970. */
  readonly at: number;
  typed: boolean;
}

type Closed = { readonly delivered: number; readonly receipt?: string; readonly at: number };

/** One vehicle at one outlet. */
interface Place {
  vehicle: boolean;
  relayOn: boolean;
  meterWh: number;
  powerW: number;
  /** What its battery takes yet. */
  needsWh: number;
  leavesAt: number;
  topsUpAt: number;
}

export function simulateWeek(options: WeekOptions): Totals {
  const week = new Week(options);
  week.run();
  return week.totals();
}

class Week {
  readonly #options: WeekOptions;
  readonly #random: () => number;
  readonly #hands = new Hands();
  readonly #folder = newFolder();
  readonly #settings: StationSettings;
  readonly #places: Place[];
  readonly #sold = new Map<number, Sold>();
  readonly #opened = new Map<number, number>();
  readonly #closed = new Map<number, Closed>();
  /** Bought, and to be typed at that time. */
  #comes: { readonly at: number; readonly sold: Sold }[] = [];
  readonly #mistakes: string[] = [];
  #station!: Station;
  #charger!: Charger;
  #timers: { at: number; callback: () => void }[] = [];
  #last = 0;
  #report = '';
  #given = 0;
  #counts = { turnedAway: 0, topUps: 0, wrongOutlet: 0, powerCuts: 0, handedBack: 0, abandoned: 0, ahead: 0 };
  #bounds = { dearest: 0, freest: 0 };

  constructor(options: WeekOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
    const { unit, outlets } = options;
    this.#settings = { ...WIDE, unit, step: STEP[unit] };
    this.#places = Array.from({ length: outlets }, () => ({
      ...{ vehicle: false, relayOn: false, meterWh: 1_000_000, powerW: 0, needsWh: 0 },
      ...{ leavesAt: Number.POSITIVE_INFINITY, topsUpAt: Number.POSITIVE_INFINITY },
    }));
    this.#boot();
  }

  run(): void {
    const { hours, codesADay } = this.#options;
    const end = this.#now + hours * HOUR;
    let arrives = this.#now + this.#wait(codesADay);
    let cutAt = this.#now + this.#wait(CUTS_A_DAY);
    let readAt = this.#now;
    while (this.#now < end) {
      const others = [...this.#timers, ...this.#comes];
      const next = Math.min(arrives, cutAt, readAt, ...others.map(({ at }) => at));
      this.#pass(Math.max(0, next - this.#now));
      if (this.#now >= readAt) {
        readAt = this.#now + READ_EVERY_MS;
        this.#read();
        this.#vehicles();
      }
      if (this.#now >= arrives) {
        arrives = this.#now + this.#wait(codesADay);
        this.#customer();
      }
      this.#come();
      if (this.#now >= cutAt) {
        const before = this.#now;
        this.#powerCut();
        const again = this.#chance(CUT_AGAIN) ? (5 + this.#random() * 85) * SECOND : undefined;
        const [waited, boot] = [again ?? this.#wait(CUTS_A_DAY), this.#now - before];
        [arrives, readAt, cutAt] = [arrives + boot, this.#now, this.#now + waited];
        continue;
      }
      this.#fire();
    }
    for (const [index, place] of this.#places.entries()) if (place.vehicle) this.#leave(index);
    this.#pass(10 * SECOND);
    this.#fire();
  }

  /** Monotonic over boots. */
  get #now(): number {
    return this.#hands.wall;
  }

  #wait(timesADay: number): number {
    return (-Math.log(1 - this.#random()) * 24 * HOUR) / timesADay;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #boot(): void {
    const { unit, outlets } = this.#options;
    this.#timers = [];
    this.#station = Station.open(this.#settings, { folder: this.#folder, clocks: this.#hands, keepSessions: 100_000 });
    this.#charger = new Charger({
      journal: this.#station,
      config: chargerConfig({ unit, outlets, meterSilentMs: 30 * SECOND, stationPowerW: 20_000, outletPowerW: 2_000 }),
      clocks: this.#hands,
      schedule: (ms, callback) => {
        const timer = { at: this.#now + ms, callback };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
      emit: {
        relay: (on, _again, outlet) => {
          this.#places[outlet - 1]!.relayOn = on;
          this.#charger.relay({ on, ready: true }, outlet);
        },
        display: () => {},
        record: (record) => this.#hear(record),
      },
    });
    this.#charger.start();
    for (const [index, { vehicle }] of this.#places.entries()) {
      this.#charger.relay({ on: false, ready: true }, index + 1);
      this.#charger.vehicle(vehicle, false, undefined, index + 1);
    }
    this.#read();
  }

  #hear(record: { readonly kind: string; readonly [detail: string]: unknown }): void {
    const sequence = record.sequence as number;
    if (record.kind === 'report') this.#report = record.report as string;
    if (record.kind === 'session-opened') this.#opened.set(sequence, (this.#opened.get(sequence) ?? 0) + 1);
    if (record.kind !== 'session-closed') return;
    if (this.#closed.has(sequence)) this.#mistakes.push(`${sequence} was closed twice`);
    if (record.ended === 'used-up' && this.#options.unit === 'Wh') this.#bounds.freest += MOST_UNREAD_WH;
    const { delivered, receipt } = record as unknown as { delivered: number; receipt?: string };
    this.#closed.set(sequence, { delivered, at: this.#now, ...(receipt === undefined ? {} : { receipt }) });
  }

  #pass(ms: number): void {
    for (const place of this.#places) {
      if (!place.relayOn || !place.vehicle) continue;
      const wh = Math.min(place.needsWh, (place.powerW * ms) / HOUR);
      place.meterWh += wh;
      place.needsWh -= wh;
      this.#given += this.#options.unit === 'Wh' ? wh : ms / MINUTE;
    }
    this.#hands.pass(ms);
  }

  #fire(): void {
    for (const timer of this.#timers.filter(({ at }) => at <= this.#now)) {
      if (!this.#timers.includes(timer)) continue;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.callback();
    }
  }

  #read(): void {
    for (const [index, { meterWh, relayOn, vehicle, needsWh, powerW }] of this.#places.entries()) {
      const drawn = relayOn && vehicle ? (needsWh > 0 ? powerW : 3) : 0;
      this.#charger.meter({ energyWh: meterWh, powerW: drawn }, index + 1);
    }
  }

  /** Vehicles that leave, or whose owners add to what they bought. */
  #vehicles(): void {
    for (const [index, place] of this.#places.entries()) {
      if (!place.vehicle) continue;
      if (this.#now >= place.topsUpAt) this.#topUp(index);
      if (this.#now >= place.leavesAt) this.#leave(index);
      else if (
        this.#now > place.leavesAt - 8 * HOUR &&
        this.#station.openVouchers().every(({ outlet }) => outlet !== index + 1)
      ) {
        place.leavesAt = Math.min(place.leavesAt, this.#now + 10 * MINUTE);
      }
    }
  }

  #leave(index: number): void {
    const place = this.#places[index]!;
    this.#read();
    place.vehicle = false;
    this.#charger.vehicle(false, false, undefined, index + 1);
  }

  #buy(): { sequence: number; sold: Sold } | undefined {
    const { unit, step, layout, slotSeconds, sequence: by } = this.#settings;
    const next = nextNumber({ layout, slotSeconds, sequence: by }, this.#last, this.#now);
    if ('waitSeconds' in next) {
      this.#counts.turnedAway++;
      return undefined;
    }
    this.#last = next.sequence;
    const quantity = 1 + Math.floor(this.#random() * 4);
    const code = voucherCode(KEY, { layout: 'wide', unit, step, quantity, sequence: next.sequence });
    const sold = { quantity, code, at: this.#now, typed: false };
    this.#sold.set(next.sequence, sold);
    return { sequence: next.sequence, sold };
  }

  #customer(): void {
    const bought = this.#buy();
    if (!bought) return;
    if (this.#chance(0.05)) {
      this.#counts.abandoned++;
      return;
    }
    if (this.#chance(AHEAD)) this.#comes.push({ at: this.#now + this.#random() * MOST_AHEAD_MS, sold: bought.sold });
    else this.#arrive(bought.sold);
  }

  /** Those who bought hours ago, and are there now. */
  #come(): void {
    const here = this.#comes.filter(({ at }) => at <= this.#now);
    this.#comes = this.#comes.filter(({ at }) => at > this.#now);
    for (const { sold } of here) {
      this.#counts.ahead++;
      this.#arrive(sold);
    }
  }

  #arrive(sold: Sold): void {
    const free = this.#places.flatMap(({ vehicle }, index) => (vehicle ? [] : [index]));
    const index = free[Math.floor(this.#random() * free.length)];
    if (index === undefined) {
      if (this.#chance(0.5)) this.#handBack(sold);
      else this.#counts.abandoned++;
      return;
    }
    this.#type(sold, index);
    const wrong = this.#chance(0.08) ? free.find((other) => other !== index) : undefined;
    if (wrong === undefined) {
      this.#plug(index);
      return;
    }
    // The wrong outlet: nothing happens there, and the right one is plugged in a minute later.
    this.#counts.wrongOutlet++;
    this.#plug(wrong);
    this.#timers.push({
      at: this.#now + MINUTE,
      callback: () => {
        this.#leave(wrong);
        if (!this.#places[index]!.vehicle) this.#plug(index);
      },
    });
  }

  #type(sold: Sold, index: number): void {
    const verdict = this.#station.verify(sold.code);
    if (verdict.outcome !== 'accepted' || verdict.kind !== 'voucher') {
      this.#mistakes.push(`a code that was bought is ${verdict.outcome}`);
      return;
    }
    sold.typed = true;
    this.#charger.voucher(verdict.voucher, index + 1);
    this.#charger.answer('1');
  }

  #handBack(sold: Sold): void {
    const verdict = this.#station.verify(sold.code);
    if (verdict.outcome !== 'accepted' || verdict.kind !== 'voucher') return;
    sold.typed = true;
    this.#counts.handedBack++;
    const record = this.#station.handBack(verdict.voucher);
    if (typeof record !== 'string') this.#hear({ kind: 'session-closed', ...record.voucher, ...record });
  }

  #plug(index: number): void {
    const place = this.#places[index]!;
    place.vehicle = true;
    place.powerW = 300 + Math.floor(this.#random() * (MOST_POWER_W - 300));
    place.needsWh = 200 + this.#random() * 4000;
    const stays = this.#chance(0.3) ? this.#random() * HOUR : 6 * HOUR;
    place.leavesAt = this.#now + stays;
    place.topsUpAt = this.#chance(0.2) ? this.#now + this.#random() * HOUR : Number.POSITIVE_INFINITY;
    this.#charger.vehicle(true, false, undefined, index + 1);
  }

  #topUp(index: number): void {
    this.#places[index]!.topsUpAt = Number.POSITIVE_INFINITY;
    const charges = this.#station.openVouchers().some(({ outlet }) => outlet === index + 1);
    const bought = charges ? this.#buy() : undefined;
    if (!bought) return;
    this.#type(bought.sold, index);
    if (this.#station.openVouchers().some(({ voucher }) => voucher.sequence === bought.sequence)) this.#counts.topUps++;
  }

  #powerCut(): void {
    this.#counts.powerCuts++;
    const open = new Set(this.#station.openVouchers().map(({ session }) => session));
    this.#bounds.freest += open.size * (this.#options.unit === 'min' ? 1.1 : 0);
    this.#bounds.dearest += open.size * (this.#options.unit === 'min' ? 1 : 0);
    for (const place of this.#places) place.relayOn = false;
    this.#station.dispose();
    this.#hands.reboot(this.#random() * 5 * MINUTE);
    for (const place of this.#places) if (this.#chance(0.1)) place.vehicle = false;
    this.#boot();
  }

  /** Everybody tries what was used once more. */
  #typeAgain(): number {
    const used = [...this.#sold].filter(([sequence]) => this.#closed.has(sequence));
    for (const [sequence, { code }] of used) {
      const { outcome } = this.#station.verify(code);
      if (outcome === 'accepted') this.#mistakes.push(`${sequence} would be honoured twice`);
      const fate = this.#station.fateOf(code);
      const closed = this.#closed.get(sequence)!;
      if (fate && (fate.receipt !== closed.receipt || fate.delivered !== closed.delivered))
        this.#mistakes.push(`${sequence} has another fate than its customer was told`);
    }
    return used.length;
  }

  totals(): Totals {
    const typedAgain = this.#typeAgain();
    const { unit, step } = this.#settings;
    let [paid, kept, refunded, neverTyped, charged] = [0, 0, 0, 0, 0];
    const trades: Trade[] = [];
    for (const [sequence, { quantity, code, at }] of this.#sold) {
      trades.push({ at, sequence, quantity, code });
      const worth = quantity * MOST_UNUSED;
      paid += worth;
      const closed = this.#closed.get(sequence);
      if ((this.#opened.get(sequence) ?? 0) > 1) this.#mistakes.push(`${sequence} was honoured twice`);
      if (!closed) {
        if (this.#opened.has(sequence)) this.#mistakes.push(`${sequence} never ended`);
        neverTyped += worth;
        continue;
      }
      const amount = quantity * step;
      const reading = closed.receipt === undefined ? undefined : readReceipt(closed.receipt);
      const unused = typeof reading === 'object' ? reading.unused : 0;
      const due = Math.floor((MOST_UNUSED * (amount - closed.delivered)) / amount + 1e-9);
      if (unused !== due) this.#mistakes.push(`${sequence} has ${unused} on its receipt, not ${due}`);
      if (closed.receipt) trades.push({ at: closed.at, quantity, receipt: closed.receipt, unused });
      refunded += unused * quantity;
      kept += (MOST_UNUSED - unused) * quantity;
      charged += closed.delivered;
    }
    const report = readReport(KEY, this.#station.report({ faults: [], meterWh: undefined, waiting: [] }));
    if (this.#report === '' || typeof report !== 'object') this.#mistakes.push('no report can be read');
    const delivered = typeof report === 'object' ? report.totals.delivered / (unit === 'min' ? 60 : 1) : 0;
    const closed = typeof report === 'object' ? report.totals.closed : 0;
    this.#station.dispose();
    return {
      ...this.#counts,
      ...this.#bounds,
      ...{ sold: this.#sold.size, redeemed: this.#opened.size, closed: this.#closed.size },
      ...{ paid, kept, refunded, neverTyped, charged, given: this.#given },
      reported: { closed, delivered },
      ...{ trades: trades.toSorted((a, b) => a.at - b.at), typedAgain },
      mistakes: this.#mistakes,
    };
  }
}
