// A hundred stations' lives, a thousand random events each: customers, operators, hardware and disks that do what a seed
// says, against the session and the station's journal on clocks that stand where the seed puts them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LayoutName, type Operation, serviceCode, voucherCode } from './product.ts';
import { DAY, KEY, Machine } from './session-machine.ts';
import { Chronicle, stable } from './support.ts';

const LIVES = 100;
const EVENTS_A_LIFE = 1000;
const OTHER_KEY = new Uint8Array(32).fill(99);

const FAULTS = [
  'emergency-stop',
  'residual-current',
  'relay-stuck-on',
  'over-current',
  'over-temperature',
  'guard-lost',
  'relay-unusable',
  'gpio-lost',
  'relay-did-not-close',
  'relay-opened',
  'meter-silent',
  'meter-implausible',
  'door-open',
];
const RELAY_FAULTS = [
  'contact-stuck-on',
  'contact-stuck-off',
  'guard-away',
  'held',
  'unknown-relay',
  'line-failed',
  'line-lost',
  'longest-on',
  'feedback-lost',
  'not-ready',
  'closed',
  'never-heard-of',
];
const OPERATIONS: readonly Operation[] = ['synchronize', 'clear-lockout', 'test-relay', 'end-session'];

/** Everything that happens to one station. */
class Life extends Machine {
  readonly #calm: number;
  #newest = 0;
  readonly #gone = new Set<number>();
  readonly #typedCodes: string[] = [];

  constructor(...given: ConstructorParameters<typeof Machine>) {
    super(...given);
    this.#calm = this.pick([0.5, 0.2, 0.1, 0.03]);
    this.start();
  }

  live(): void {
    for (let event = 0; event < EVENTS_A_LIFE; event++) {
      this.#event(this.session.snapshot().state);
      this.chronicle.line(`= ${stable(this.session.snapshot())}`);
      this.chronicle.step();
    }
    this.session.stop();
    this.station.dispose();
  }

  #event(state: string): void {
    const dice = this.random();
    this.count(`state ${state}`);
    if (state === 'idle' && dice > 0.98) this.powerCut(this.pick([4, 12, 24, 24 * 7]) * 3_600_000);
    else if (dice < 0.45) this.pass(this.#span(state));
    else if (state === 'fault' && this.chance(0.5)) this.#mended();
    else if (dice < 0.7) this.#customer(state);
    else if (dice < 0.8) this.say('relay', () => this.tellRelay());
    else if (this.chance(this.#calm)) this.#disturbed();
    else if (this.chance(0.3)) this.#mended();
    else this.pass(1000);
  }

  #customer(state: string): void {
    if (state === 'idle' || state === 'receipt') {
      if (this.chance(0.5)) this.#entry(this.#fresh());
      else this.#people();
    } else if (state === 'armed' && this.chance(0.8)) this.plug(true);
    else if (this.chance(0.3)) this.#people();
    else if (this.chance(0.05)) this.#stops();
    else this.pass(10_000);
  }

  #stops(): void {
    this.say('key *', () => this.session.key('*'));
    this.pass(this.pick([1000, 9000, 12_000]));
    this.#entry('1');
  }

  /** Until the keypad locks, and a little longer. */
  #guesses(): void {
    for (let guess = 0; guess < 12; guess++) this.#entry(this.#voucher(this.#next(), 'compact', OTHER_KEY));
    for (let guess = 0; guess < 6; guess++) this.#entry(this.#voucher(this.#next(), 'long', OTHER_KEY));
  }

  #people(): void {
    const dice = this.random();
    if (dice < 0.15) this.say('key *', () => this.session.key('*'));
    else if (dice < 0.2) this.say('key #', () => this.session.key('#'));
    else if (dice < 0.35) this.#entry(this.pick(['1', '2', '11', '0']));
    else if (dice < 0.65) this.#entry(this.#code());
    else if (dice < 0.7) this.#typed(this.pick(['', '0', '0516', '051631093']));
    else if (dice < 0.74) this.#trouble();
    else if (dice < 0.8) this.plug(undefined);
    else this.plug(this.chance(0.6));
  }

  #trouble(): void {
    const trouble = this.pick(['num-lock-off', 'unreadable'] as const);
    this.say(trouble, () => this.session.keypad(trouble));
  }

  #disturbed(): void {
    const dice = this.random();
    if (dice < 0.25) this.#people();
    else if (dice < 0.4) this.#fault();
    else if (dice < 0.5) this.#relayFault();
    else if (dice < 0.58) this.failing = this.pick(['before', 'after'] as const);
    else if (dice < 0.66) this.follows = !this.follows;
    else if (dice < 0.76) this.#meterChanges();
    else if (dice < 0.86) this.restart();
    else if (dice < 0.92) this.powerCut(this.pick([5000, 600_000, 4 * 3_600_000]));
    else if (dice < 0.925) this.#guesses();
    else if (dice < 0.96) this.say('relay restarts', () => this.#relayRestarts());
    else this.#clockJumps();
  }

  #mended(): void {
    this.failing = 'no';
    this.follows = true;
    this.meterSpeaks = true;
    if (this.powerW < 0 || this.chance(0.5)) this.powerW = 7000;
    for (const code of FAULTS) if (this.chance(0.5)) this.#tellFault(code, false);
    this.say('relay', () => this.tellRelay());
    if (this.chance(0.3)) this.plug(false);
    const dice = this.random();
    if (dice < 0.15) this.#entry(this.#service('end-session'));
    else if (dice < 0.2) this.#entry(this.#service('clear-lockout'));
    else if (dice < 0.3) this.#entry(this.#service('synchronize'));
  }

  #fault(): void {
    this.#tellFault(this.pick(FAULTS), this.chance(0.6));
  }

  #tellFault(code: string, standing: boolean): void {
    this.say(`fault ${code} ${standing}`, () => this.session.fault(code, standing));
  }

  #relayFault(): void {
    const code = this.pick(RELAY_FAULTS);
    const standing = this.chance(0.5);
    this.say(`relay's fault ${code} ${standing}`, () => this.session.relayFault(code, standing));
  }

  #meterChanges(): void {
    const dice = this.random();
    if (dice < 0.4) this.powerW = this.pick([0, 3, 700, 7000, 12_000]);
    else if (dice < 0.6) this.meterSpeaks = false;
    else if (dice < 0.7) this.meterWh = Math.max(0, this.meterWh - this.pick([1, 100, 10_000]));
    else if (dice < 0.8) this.meterWh += this.pick([10, 5000]);
    else if (dice < 0.9) this.#meter({ energyWh: this.pick([Number.NaN, -1]), powerW: 0 });
    else this.#meter({ energyWh: this.meterWh, powerW: this.powerW, currentA: this.pick([1, 25, 60]) });
  }

  #meter(reading: { energyWh: number; powerW?: number; currentA?: number }): void {
    this.say(`meter ${stable(reading)}`, () => this.session.meter(reading));
  }

  #relayRestarts(): void {
    this.closed = false;
    this.session.relay({ on: false, ready: false, restarting: true });
  }

  #clockJumps(): void {
    const by = this.pick([-DAY, -3_600_000, 600_000, 90 * DAY]);
    this.wall += by;
    this.chronicle.line(`> wall clock ${by}`);
  }

  #typed(digits: string): void {
    this.say(`typed "${digits}"`, () => this.session.typed(digits));
  }

  /** As the keypad and `verify code` hand an entry on. */
  #entry(digits: string): void {
    if (this.chance(0.3)) for (const end of [1, 4, digits.length]) this.#typed(digits.slice(0, end));
    this.say(`entry ${digits}`, () => {
      const verdict = this.station.verify(digits);
      this.count(`verdict ${verdict.outcome}`);
      this.chronicle.line(`  verdict ${stable(verdict)}`);
      if (verdict.outcome === 'accepted') {
        if (verdict.kind === 'voucher') {
          this.#newest = Math.max(this.#newest, verdict.voucher.sequence);
          this.#gone.add(verdict.voucher.sequence);
          this.session.voucher(verdict.voucher);
        } else {
          this.#gone.add(verdict.sequence);
          this.#newest = Math.max(this.#newest, verdict.sequence);
          this.session.service(verdict.operation, verdict.sequence);
        }
      } else if (/^\d{1,2}$/.test(digits)) this.session.answer(digits);
      else {
        const asks = verdict.outcome === 'used' || verdict.outcome === 'expired';
        this.session.refused(verdict, asks ? this.station.fateOf(digits) : undefined);
      }
    });
  }

  /** A number that the cloud may give out now. */
  #next(): number {
    if (this.settings.sequence === 'counter') return this.#newest + this.pick([1, 1, 2, 3]);
    const numbers = Array.from({ length: 28 }, (_, index) => this.slot() + 6 - index);
    return numbers.find((each) => !this.#gone.has(each) && this.chance(0.5)) ?? this.slot();
  }

  #voucher(sequence: number, layout: LayoutName, key = KEY): string {
    const { unit, step } = this.settings;
    const code = voucherCode(key, { layout, unit, step, quantity: this.pick([1, 1, 2, 31]), sequence });
    if (key === KEY) this.#typedCodes.push(code);
    return code;
  }

  #fresh(): string {
    return this.#voucher(this.#next(), this.pick(['compact', 'compact', 'long']));
  }

  #service(operation: Operation): string {
    const synchronizes = operation === 'synchronize';
    const slot = this.settings.sequence === 'clock' ? this.slot() : this.#newest;
    return serviceCode(KEY, { operation, sequence: synchronizes ? slot : this.#next() });
  }

  /** What a customer, an operator or a guesser types. */
  #code(): string {
    const dice = this.random();
    const layout = this.pick(['compact', 'long'] as const);
    if (dice < 0.3) return this.#fresh();
    if (dice < 0.5 && this.#typedCodes.length > 0) return this.pick(this.#typedCodes.slice(-12));
    const middle = this.settings.sequence === 'clock' ? this.slot() : this.#newest;
    if (dice < 0.58) return this.#voucher(Math.max(1, middle - this.pick([3, 25, 50, 400])), layout);
    if (dice < 0.66) return this.#voucher(middle + this.pick([2, 9, 20, 300]), layout);
    if (dice < 0.7) return this.#voucher(middle + 1, layout, OTHER_KEY);
    if (dice < 0.84) return this.pick(['123', '0000000000', '123456789012', '1'.repeat(15), '9'.repeat(20)]);
    return this.#service(this.pick(OPERATIONS));
  }

  /** Mostly moments, sometimes minutes. */
  #span(state: string): number {
    const dice = this.random();
    const long = state === 'charging' ? 200_000 : 130_000;
    const most = dice < 0.6 ? 1500 : dice < 0.9 ? 10_000 : dice < 0.97 ? 40_000 : long;
    return Math.ceil(this.random() * most);
  }
}

/** @param whole every line instead of the first ones and digests */
export function sessionRecording(whole = false): string {
  const chronicle = new Chronicle(1000, whole);
  const counts = new Map<string, number>();
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'golden-'));
  try {
    for (let number = 0; number < LIVES; number++) {
      new Life(number, join(folder, String(number)), chronicle, counts).live();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const told = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what}: ${times}`);
  return `${['== how often', ...told, chronicle.text()].join('\n')}\n`;
}
