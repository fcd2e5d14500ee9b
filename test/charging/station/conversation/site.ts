// A station with several outlets and its one keypad, as the people before it meet it: codes in, words out.
import { Charger } from '../../../../charging/station/charger/charger.ts';
import { type ChargerConfig, chargerConfig } from '../../../../charging/station/charger/model.ts';
import type { DisplayLanguage, Screen } from '../../../../charging/station/conversation/screens.ts';
import { shortWords, words } from '../../../../charging/station/conversation/words.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import { MemoryJournal } from '../charger/bench.ts';
import { Timers } from '../charger/timers.ts';

export const MINUTE = 60_000;

export class Site {
  readonly journal: MemoryJournal;
  readonly config: ChargerConfig;
  readonly screens: Screen[] = [];
  readonly relays: boolean[];
  readonly vehicles: (boolean | undefined)[];
  charger: Charger;
  now = 1_000_000;
  readonly #timers = new Timers();

  constructor(outlets: number, config: Partial<ChargerConfig> = {}, journal = new MemoryJournal()) {
    this.config = chargerConfig({ unit: 'min', outlets, ...config });
    this.journal = journal;
    this.relays = new Array<boolean>(outlets).fill(false);
    this.vehicles = new Array<boolean>(outlets).fill(false);
    this.charger = this.#begin();
  }

  #begin(): Charger {
    const charger = new Charger({
      journal: this.journal,
      config: this.config,
      clocks: { monotonicMs: () => this.now },
      schedule: (ms, callback) => this.#timers.set(this.now + ms, callback),
      emit: {
        relay: (on, _again, outlet) => {
          this.relays[outlet - 1] = on;
          charger.relay({ on, ready: true }, outlet);
        },
        display: (screen) => this.screens.push(screen),
        record: () => {},
      },
    });
    charger.start();
    for (let outlet = 1; outlet <= this.config.outlets; outlet++) {
      charger.relay({ on: false, ready: true }, outlet);
      charger.vehicle(this.vehicles[outlet - 1], false, undefined, outlet);
    }
    return charger;
  }

  powerCut(): void {
    this.#timers.clear();
    this.now += 10_000;
    this.relays.fill(false);
    this.charger = this.#begin();
  }

  get screen(): string {
    return this.screens.at(-1)!.name;
  }
  say(language: DisplayLanguage = 'en'): string {
    return words(this.screens.at(-1)!, language).join(' | ');
  }
  sayShort(): string {
    return shortWords(this.screens.at(-1)!, 'en').join(' | ');
  }

  voucher(sequence: number, amount = 60): Voucher {
    const { unit } = this.config;
    const step = unit === 'min' ? 30 : 500;
    return { station: 'CP-0001', layout: 'wide', sequence, quantity: amount / step, amount, unit, step };
  }

  /** The code of that voucher, as the station verifies it: one that the journal has is used, and has a fate. */
  code(sequence: number, amount?: number): void {
    const { openRecords, closed, used } = this.journal;
    const fate = [...openRecords, ...closed].find(({ voucher }) => voucher.sequence === sequence);
    this.#press('0000000000');
    if (used.has(sequence)) this.charger.refused({ outcome: 'used' }, fate);
    else this.charger.voucher(this.voucher(sequence, amount));
  }

  /** Digits and `#`; a bare key; or `1#*`, one after the other. */
  keys(keys: string): void {
    for (const [, digits, key] of keys.matchAll(/(\d*)([#*])/g)) {
      this.#press(digits!);
      if (digits === '') this.charger.key(key!);
      else if (key === '*') this.charger.typed('');
      else this.charger.answer(digits!);
    }
  }

  #press(digits: string): void {
    for (let length = 1; length <= digits.length; length++) this.charger.typed(digits.slice(0, length));
  }

  plug(outlet: number, connected: boolean): void {
    this.vehicles[outlet - 1] = connected;
    this.charger.vehicle(connected, false, undefined, outlet);
  }

  /** A customer: code, outlet, plug. */
  charge(outlet: number, sequence: number, amount = 60): void {
    this.code(sequence, amount);
    this.keys(`${outlet}#`);
    this.plug(outlet, true);
    this.pass(13_000);
  }

  pass(ms: number): void {
    const end = this.now + ms;
    while (this.now < end) {
      const timer = this.#timers.next;
      this.now = Math.min(end, timer?.at ?? end);
      if (timer && timer.at <= this.now) this.#timers.fire(timer);
    }
  }

  closedOn(sequence: number): SessionRecord | undefined {
    return this.journal.closed.find(({ voucher }) => voucher.sequence === sequence);
  }
}
