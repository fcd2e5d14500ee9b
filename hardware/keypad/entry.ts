// Keys become entries: what a customer types up to `#`, or scans. Pure but for the clock that is handed in.
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { scannedDigits } from './scan.ts';

/** The longest code has 15 digits; one more shows that too much was typed. */
const mostDigits = 16;
const timeoutMs = 30_000;
/** A scanner's digits follow each other within it, with a poll of its device between them. */
const scannedMs = 110;
/** Whoever types pauses longer before somebody scans on the same device. */
const pausedMs = 500;
/** Of a pad with letters: it asks for the other language, and leaves alone what is typed. */
const languageKey = 'A';
const codeLengths = { least: 10, most: 15 } as const;

/**
 * `entry`: the digits up to `#`; nothing is typed any more. `typed`: what stands typed so far, empty after it was cleared
 * or timed out. `key`: a key that belongs to no entry: `*` or `#` while nothing is typed, and `A`. `ignored`: a key that
 * changed nothing (a digit too many, a letter); worth a beep. `trouble`: what the customer has to be told, and changes
 * nothing else: keys without Num Lock; a scan in which there is no code.
 */
export type EntryEvent =
  | { readonly entry: string }
  | { readonly typed: string }
  | { readonly key: string }
  | { readonly ignored: string }
  | { readonly trouble: 'num-lock-off' | 'unreadable' };

/** What was typed on one device. */
interface Entry {
  typed: string;
  /** The digits since the last pause that was long enough for somebody to reach for a scanner. */
  run: string;
  isQuick: boolean;
  beganAt: number;
  lastAt: number;
  cancelTimeout: (() => void) | undefined;
}

/**
 * Collects the keys of a station. Each device (`source`) has its own entry, so that keys of two at once don't mix. A scan
 * starts a fresh entry: what was typed before it, on whatever device, is forgotten.
 */
export class EntryReader {
  readonly #emit: (event: EntryEvent) => void;
  readonly #clock: DeviceClock;
  readonly #timeoutMs: number;
  readonly #entries = new Map<string, Entry>();
  /** Whose digits are shown. */
  #shown = '';

  constructor(options: { emit: (event: EntryEvent) => void; clock?: DeviceClock; timeoutMs?: number }) {
    this.#emit = options.emit;
    this.#clock = options.clock ?? machineClock();
    this.#timeoutMs = options.timeoutMs ?? timeoutMs;
  }

  /** What stands typed. */
  get typed(): string {
    return this.#entries.get(this.#shown)?.typed ?? '';
  }

  press(key: string, source = ''): void {
    if (/^[0-9]$/.test(key)) this.#digit(key, source);
    else if (key === '#') this.#end(source);
    else if (key === '*' || key === 'clear') this.#clear(key, source);
    else if (key === languageKey) this.#emit({ key });
    else if (key === 'num-lock') this.#emit({ trouble: 'num-lock-off' });
    else this.#emit({ ignored: key });
  }

  /** What a scanner typed that is more than digits, whole. */
  scan(text: string, source = ''): void {
    const digits = scannedDigits(text);
    const beganAt = this.#entries.get(source)?.beganAt ?? this.#clock.now();
    this.#forgetOthers(source, beganAt);
    this.#forget(source);
    if (digits !== undefined) this.#emit({ entry: digits.slice(0, mostDigits) });
    else {
      this.#emit({ typed: '' });
      this.#emit({ trouble: 'unreadable' });
    }
  }

  /** Forgets what is typed, silently: the keypad was closed or lost. */
  reset(): void {
    for (const source of [...this.#entries.keys()]) this.#forget(source);
  }

  #digit(key: string, source: string): void {
    const now = this.#clock.now();
    const entry = this.#entryOf(source, now);
    const pauseMs = now - entry.lastAt;
    if (entry.typed !== '' && pauseMs >= pausedMs) {
      entry.run = '';
      entry.isQuick = true;
      entry.beganAt = now;
    } else if (pauseMs > scannedMs) entry.isQuick = false;
    entry.lastAt = now;
    if (entry.run.length < mostDigits) entry.run += key;
    this.#shown = source;
    this.#waitForNext(entry, source);
    if (entry.typed.length === mostDigits) {
      this.#emit({ ignored: key });
      return;
    }
    entry.typed += key;
    this.#emit({ typed: entry.typed });
  }

  #end(source: string): void {
    const entry = this.#entries.get(source);
    if (!entry) {
      this.#emit({ key: '#' });
      return;
    }
    this.#forgetOthers(source, entry.beganAt);
    this.#forget(source);
    this.#emit({ entry: isScan(entry) ? entry.run : entry.typed });
  }

  #clear(key: string, source: string): void {
    const wasEmpty = !this.#entries.has(source);
    this.#forget(source);
    if (!wasEmpty) this.#emit({ typed: '' });
    else this.#emit(key === '*' ? { key } : { ignored: key });
  }

  #entryOf(source: string, now: number): Entry {
    const known = this.#entries.get(source);
    if (known) return known;
    const entry = { typed: '', run: '', isQuick: true, beganAt: now, lastAt: now, cancelTimeout: undefined };
    this.#entries.set(source, entry);
    return entry;
  }

  /** Whoever types on another device meanwhile goes on; what was left there before is nobody's any more. */
  #forgetOthers(source: string, beganAt: number): void {
    for (const [other, { lastAt }] of [...this.#entries]) if (other !== source && lastAt < beganAt) this.#forget(other);
  }

  #forget(source: string): void {
    this.#entries.get(source)?.cancelTimeout?.();
    this.#entries.delete(source);
  }

  #waitForNext(entry: Entry, source: string): void {
    entry.cancelTimeout?.();
    entry.cancelTimeout = this.#clock.schedule(this.#timeoutMs, () => {
      this.#forget(source);
      if (source === this.#shown) this.#emit({ typed: '' });
    });
  }
}

/** Somebody had typed, and paused; then a whole code came faster than anybody types. */
function isScan({ typed, run, isQuick }: Entry): boolean {
  return isQuick && run.length < typed.length && run.length >= codeLengths.least && run.length <= codeLengths.most;
}
