// A station as one would explain it: every number ever used in a set, the limiter's minutes counted one by one. Slow,
// obvious, and all on one page, to be held against the real one (model.test.ts).
import { algorithmOf, LAYOUTS, type LayoutName, type Operation } from '../../../charging/codes/index.ts';
import type { StationSettings } from '../../../charging/station/types.ts';
import type { Hands } from './support.ts';

/** What somebody types; the model knows where it came from. */
export type Entry =
  | { readonly kind: 'voucher'; readonly sequence: number; readonly layout: LayoutName }
  | { readonly kind: 'service'; readonly sequence: number; readonly operation: Operation }
  | { readonly kind: 'guess'; readonly layout: LayoutName }
  | { readonly kind: 'mistyped' };

class MinuteBucket {
  readonly most: number;
  tokens: number;
  minutes = 0;

  constructor(most: number) {
    this.most = most;
    this.tokens = most;
  }

  minute(perToken: number): void {
    if (this.tokens === this.most) return;
    this.minutes++;
    if (this.minutes < perToken) return;
    this.minutes = 0;
    this.tokens++;
  }

  fill(): void {
    this.tokens = this.most;
    this.minutes = 0;
  }
}

export class Model {
  readonly settings: StationSettings;
  readonly clocks: Hands;
  readonly used = new Set<number>();
  readonly main = new MinuteBucket(10);
  readonly second = new MinuteBucket(5);
  highest = 0;
  wrongInARow = 0;
  offsetMs = 0;
  /** Where an offset is kept: the station's time when the monotonic clock of this boot read 0. */
  runsFrom: number | undefined;
  remembered: number;
  rememberedAt: number;
  /** Sure time, and the monotonic time that it is counted up to. */
  sureMs: number;
  sureAt: number;
  synchronized: { n: number; boot: string } | undefined;

  constructor(settings: StationSettings, clocks: Hands) {
    this.settings = settings;
    this.clocks = clocks;
    this.remembered = this.now;
    this.rememberedAt = clocks.monotonic;
    this.sureMs = clocks.builtMs;
    this.sureAt = clocks.monotonic;
  }

  get rescue(): LayoutName {
    return algorithmOf(this.settings.layout).bounds.rescue.layout;
  }

  get now(): number {
    return this.runsFrom === undefined ? this.clocks.wall + this.offsetMs : this.runsFrom + this.clocks.monotonic;
  }

  get sure(): number {
    return this.sureMs + 0.999 * (this.clocks.monotonic - this.sureAt);
  }

  get slot(): number {
    return Math.floor(this.now / 1000 / this.settings.slotSeconds);
  }

  get lost(): boolean {
    if (this.settings.sequence === 'counter') return false;
    return this.now < Math.floor(this.sure) || this.now < this.remembered - 2000;
  }

  wait(minutes: number): void {
    for (let i = 0; i < minutes; i++) {
      this.clocks.pass(60_000);
      this.main.minute(this.wrongInARow >= 50 ? 60 : 15);
      this.second.minute(5);
    }
    this.remember();
  }

  /** The time lived to, but never more than was lived since it was last written down. */
  remember(): void {
    this.sureMs = this.sure;
    this.sureAt = this.clocks.monotonic;
    if (this.runsFrom !== undefined) this.offsetMs = this.now - this.clocks.wall;
    const most = this.remembered + this.clocks.monotonic - this.rememberedAt;
    const time = Math.min(this.now, most);
    if (time <= this.remembered) return;
    this.remembered = time;
    this.rememberedAt = this.clocks.monotonic;
  }

  booted(): void {
    this.runsFrom = undefined;
    this.sureAt = this.clocks.monotonic;
    const years = this.offsetMs > 365 * 24 * 3600 * 1000;
    if (years && this.clocks.wall >= Math.max(this.remembered, this.clocks.builtMs)) this.offsetMs = 0;
    this.remembered = Math.max(this.remembered, this.now);
    this.rememberedAt = this.clocks.monotonic;
    if (this.offsetMs !== 0) this.runsFrom = this.now - this.clocks.monotonic;
  }

  /** The machine's clock was set: the station, asked each second, writes the new offset down. */
  jumped(): void {
    const stepped = Math.abs(this.clocks.wall + this.offsetMs - this.now) > 2000;
    if (stepped && this.settings.sequence === 'clock') this.remember();
  }

  /** What the keypad must hear, and which bucket it costs a token meanwhile. */
  hears(entry: Entry): { outcome: string; from?: MinuteBucket; retryAfterSeconds?: number } {
    if (entry.kind === 'mistyped') return { outcome: 'mistyped' };
    const long = entry.kind === 'service' || entry.layout === this.rescue;
    const from = this.main.tokens > 0 ? this.main : long && this.second.tokens > 0 ? this.second : undefined;
    if (!from) {
      const main = (this.wrongInARow >= 50 ? 60 : 15) - this.main.minutes;
      const minutes = long ? Math.min(main, 5 - this.second.minutes) : main;
      return { outcome: 'locked', retryAfterSeconds: minutes * 60 };
    }
    const heals = entry.kind === 'service' && entry.operation === 'synchronize';
    if (this.lost && !heals) return { outcome: 'clock-lost' };
    if (entry.kind === 'guess') return { outcome: 'invalid', from };
    if (heals) return { outcome: this.synchronizing(entry.sequence), from };
    const outcome = this.genuine(entry, this.settings.sequence === 'clock' ? this.slot : this.highest);
    if (this.settings.sequence === 'counter' || outcome === 'accepted' || outcome === 'used') return { outcome, from };
    const byTheMachine = this.genuine(entry, Math.floor(this.clocks.wall / 1000 / this.settings.slotSeconds));
    return { outcome: byTheMachine === 'accepted' ? 'clock-lost' : outcome, from };
  }

  private genuine(entry: Entry & { sequence: number }, reference: number): string {
    const n = entry.sequence;
    const modulus = LAYOUTS[entry.kind === 'service' ? this.rescue : (entry as { layout: LayoutName }).layout].window;
    const oldest = reference - (modulus * 3) / 4 + 1;
    const newest = reference + modulus / 4;
    const far = this.far(entry.kind === 'service' ? 1_000_000 : modulus);
    if (n < oldest - far || n > newest + far) return 'invalid';
    if (this.used.has(n) && n > this.highest - 1024) return 'used';
    if (n <= this.highest - 1024 || n < oldest) return 'expired';
    return n <= newest ? 'accepted' : 'out-of-step';
  }

  /** How far around the station looks for what a code was: a year, or 64 windows. */
  private far(modulus: number): number {
    if (this.settings.sequence === 'counter') return 64 * modulus;
    return Math.ceil((365.25 * 24 * 3600) / this.settings.slotSeconds);
  }

  private synchronizing(n: number): string {
    const { sequence, slotSeconds } = this.settings;
    const from = sequence === 'counter' ? this.highest : Math.floor(this.sure / 1000 / slotSeconds) - 2;
    if (n < from) return 'expired';
    if (this.synchronized?.n !== n) return 'accepted';
    if (sequence === 'counter') return n === this.highest ? 'used' : 'accepted';
    const tells = this.runsFrom !== undefined || this.slot === n;
    return this.synchronized.boot === this.clocks.bootId && tells && !this.lost ? 'used' : 'accepted';
  }

  /** A guess is one until it is known not to be. */
  take(from: MinuteBucket): void {
    from.tokens--;
    this.wrongInARow++;
  }

  giveBack(from: MinuteBucket): void {
    from.tokens++;
    this.wrongInARow--;
  }

  redeem(sequence: number, layout: LayoutName): void {
    this.useUp(sequence);
    this.remember();
    if (this.settings.sequence === 'clock') {
      const proven = (sequence - LAYOUTS[layout].window / 8) * this.settings.slotSeconds * 1000;
      this.sureMs = Math.max(this.sureMs, proven);
    }
    this.wrongInARow = 0;
    if (this.main.tokens < this.main.most) this.main.tokens++;
    if (this.main.tokens === this.main.most) this.main.minutes = 0;
  }

  serve(operation: Operation, sequence: number): void {
    if (operation === 'synchronize') {
      this.synchronize(sequence);
      return;
    }
    this.useUp(sequence);
    this.remember();
    if (operation === 'clear-lockout') this.clearLockout();
  }

  private synchronize(n: number): void {
    this.synchronized = { n, boot: this.clocks.bootId };
    if (this.settings.sequence === 'counter') {
      this.highest = Math.max(this.highest, n);
      return;
    }
    if (!this.lost && this.slot === n) {
      this.remember();
      return;
    }
    const at = Math.max(n * this.settings.slotSeconds * 1000, Math.ceil(this.sure));
    this.sureMs = this.sure;
    this.sureAt = this.clocks.monotonic;
    this.runsFrom = at - this.clocks.monotonic;
    this.offsetMs = at - this.clocks.wall;
    this.remembered = at;
    this.rememberedAt = this.clocks.monotonic;
  }

  private useUp(sequence: number): void {
    if (this.used.has(sequence)) throw new Error(`number ${sequence} was used twice`);
    this.used.add(sequence);
    this.highest = Math.max(this.highest, sequence);
  }

  private clearLockout(): void {
    this.main.fill();
    this.second.fill();
    this.wrongInARow = 0;
  }
}
