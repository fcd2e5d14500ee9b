// A station as one would explain it: every number ever used in a set, the limiter's minutes counted one by one. Slow,
// obvious, and all on one page, to be held against the real one (model.test.ts).
import { LAYOUTS, type LayoutName, type Operation } from '../../../charging/codes/index.ts';
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
  remembered: number;
  rememberedAt: number;

  constructor(settings: StationSettings, clocks: Hands) {
    this.settings = settings;
    this.clocks = clocks;
    this.remembered = this.now;
    this.rememberedAt = clocks.monotonic;
  }

  get now(): number {
    return this.clocks.wall + this.offsetMs;
  }

  get slot(): number {
    return Math.floor(this.now / 1000 / this.settings.slotSeconds);
  }

  get lost(): boolean {
    if (this.settings.sequence === 'counter') return false;
    return this.now < this.clocks.builtMs || this.now < this.remembered - 2000;
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
    const most = this.remembered + this.clocks.monotonic - this.rememberedAt;
    const time = Math.min(this.now, most);
    if (time <= this.remembered) return;
    this.remembered = time;
    this.rememberedAt = this.clocks.monotonic;
  }

  booted(): void {
    const years = this.offsetMs > 365 * 24 * 3600 * 1000;
    if (years && this.clocks.wall >= Math.max(this.remembered, this.clocks.builtMs)) this.offsetMs = 0;
    this.remembered = Math.max(this.remembered, this.now);
    this.rememberedAt = this.clocks.monotonic;
  }

  /** What the keypad must hear, and which bucket it costs a token meanwhile. */
  hears(entry: Entry): { outcome: string; from?: MinuteBucket; retryAfterSeconds?: number } {
    if (entry.kind === 'mistyped') return { outcome: 'mistyped' };
    const long = entry.kind === 'service' || entry.layout === 'long';
    const from = this.main.tokens > 0 ? this.main : long && this.second.tokens > 0 ? this.second : undefined;
    if (!from) {
      const main = (this.wrongInARow >= 50 ? 60 : 15) - this.main.minutes;
      const minutes = long ? Math.min(main, 5 - this.second.minutes) : main;
      return { outcome: 'locked', retryAfterSeconds: minutes * 60 };
    }
    const heals = entry.kind === 'service' && entry.operation === 'synchronize';
    if (this.lost && !heals) return { outcome: 'clock-lost' };
    if (entry.kind === 'guess') return { outcome: 'invalid', from };
    return { outcome: heals ? this.synchronizing(entry.sequence) : this.genuine(entry), from };
  }

  private genuine(entry: Entry & { sequence: number }): string {
    const n = entry.sequence;
    const modulus = entry.kind === 'service' ? 64 : LAYOUTS[(entry as { layout: LayoutName }).layout].window;
    const reference = this.settings.sequence === 'clock' ? this.slot : this.highest;
    const oldest = reference - (modulus * 3) / 4 + 1;
    const newest = reference + modulus / 4;
    const far = this.far(entry.kind === 'service' ? 1_000_000 : modulus);
    if (n < oldest - far || n > newest + far) return 'invalid';
    if (this.used.has(n) && n > this.highest - 64) return 'used';
    if (n <= this.highest - 64 || n < oldest) return 'expired';
    return n <= newest ? 'accepted' : 'out-of-step';
  }

  /** How far around the station looks for what a code was: a year, or 64 windows. */
  private far(modulus: number): number {
    if (this.settings.sequence === 'counter') return 64 * modulus;
    return Math.ceil((365.25 * 24 * 3600) / this.settings.slotSeconds);
  }

  private synchronizing(n: number): string {
    const built = Math.floor(this.clocks.builtMs / 1000 / this.settings.slotSeconds);
    const above = this.settings.sequence === 'clock' ? Math.max(this.highest, built - 1) : this.highest;
    if (n > above) return 'accepted';
    if (n <= above - this.far(1_000_000)) return 'invalid';
    return this.used.has(n) && n > this.highest - 64 ? 'used' : 'expired';
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

  redeem(sequence: number): void {
    this.useUp(sequence);
    this.remember();
    this.clearLockout();
  }

  serve(operation: Operation, sequence: number): void {
    this.useUp(sequence);
    if (operation === 'clear-lockout') this.clearLockout();
    if (operation === 'synchronize' && this.settings.sequence === 'clock' && (this.lost || this.slot !== sequence)) {
      this.offsetMs = sequence * this.settings.slotSeconds * 1000 - this.clocks.wall;
      this.remembered = this.now;
      this.rememberedAt = this.clocks.monotonic;
    } else this.remember();
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
