// How a station's sequence numbers run (docs/code-format.md, "Which sequence number"): slots, windows, the next number,
// expiry, what a synchronization's digits name. Cloud and station both ask here. Pure.
import { checkSafe, checkWhole } from './arguments.ts';

export interface Numbering {
  readonly sequence: 'clock' | 'counter';
  /** At `clock` stations a number is a slot of so many seconds; counters ignore it. */
  readonly slotSeconds: number;
}

/**
 * How long slots may be, in seconds. In shorter ones a code could hardly be typed, and the look beyond the window would name more
 * guesses; a station that 0.1.0 gave shorter ones goes on with them.
 */
export const SLOT_SECONDS = { least: 60, leastOfOld: 1, most: 86_400 } as const;
const YEAR_SECONDS = 365.25 * 24 * 3600;
/** How far a counter's code is looked for beyond its window. */
const COUNTER_WINDOWS = 64;
/**
 * And a clock's, either way: what a year of compact codes takes at slots of a minute. A year of slots of a second would be
 * two million HMACs, over which the relay's lease would run out; and six digits fit one number in a million by chance, so
 * that most guesses would be called `expired` and cost nothing.
 */
const MOST_WINDOWS = Math.ceil(YEAR_SECONDS / 60 / 32);
/** A synchronization that was fetched just before sure time's slot is still genuine. */
const SLOTS_BEFORE_SURE_TIME = 2;

/** The number of the slot that a moment (unix milliseconds) lies in. */
export function slotAt(ms: number, slotSeconds: number): number {
  return Math.floor(ms / 1000 / slotSeconds);
}

/** When a slot begins, unix milliseconds. */
export function slotStartMs(slot: number, slotSeconds: number): number {
  return slot * slotSeconds * 1000;
}

/**
 * The one number from `least` up that leaves `residue` modulo `window`: at most `window` − 1 above it.
 * @throws {TypeError | RangeError} naming the wrong argument
 */
export function firstFrom(least: number, residue: number, window: number): number {
  checkSafe('least', least);
  checkWhole('window', window, 1, Number.MAX_SAFE_INTEGER);
  checkWhole('residue', residue, 0, window - 1);
  return least + ((((residue - least) % window) + window) % window);
}

/** The M numbers around a reference that a station accepts: R − M·¾ < n ≤ R + M/4. */
export function windowAround(reference: number, window: number): { first: number; last: number } {
  return { first: reference - (window * 3) / 4 + 1, last: reference + window / 4 };
}

/** How many numbers before and after its window a code is looked for, only to tell an honest customer why. */
export function reachBeyond({ sequence, slotSeconds }: Numbering, window: number): number {
  if (sequence === 'counter') return COUNTER_WINDOWS * window;
  return Math.min(Math.ceil(YEAR_SECONDS / slotSeconds), MOST_WINDOWS * window);
}

/** How many numbers ahead of the clock the cloud draws for what is typed in that window: M/8. */
export function mostAhead(window: number): number {
  return window / 8;
}

/**
 * The next number of a station, or how long to wait until there is one.
 * @param last the highest number drawn so far, 0 when there is none
 * @param ahead how many slots ahead of the clock it may be
 */
export function drawNumber(
  { sequence, slotSeconds }: Numbering,
  last: number,
  nowMs: number,
  ahead: number,
): { sequence: number } | { waitSeconds: number } {
  if (sequence === 'counter') return { sequence: last + 1 };
  const slot = slotAt(nowMs, slotSeconds);
  const next = Math.max(last + 1, slot);
  if (next <= slot + ahead) return { sequence: next };
  return { waitSeconds: Math.max(1, Math.ceil((next - ahead) * slotSeconds - nowMs / 1000)) };
}

/** When a code stops opening a station that has a clock, unix milliseconds; null at stations that count. */
export function expiryMs({ sequence, slotSeconds }: Numbering, number: number, window: number): number | null {
  return sequence === 'counter' ? null : slotStartMs(number + (window * 3) / 4, slotSeconds);
}

/** Whether a counter whose newest number `last` was used takes that number no more. */
export function isCountedOut(number: number, last: number, window: number): boolean {
  return number < windowAround(last, window).first;
}

/**
 * Whether a number opens a station no more, whenever it is typed: by its time, or at a counter by the highest number used. From then
 * on the cloud may give it back, so a station that said as much of itself (docs/reports.md) honours it no more either.
 * @param last the highest number drawn or used
 * @param window M of its rescue layout
 */
export function isOver(numbering: Numbering, number: number, window: number, last: number, ms: number): boolean {
  const expiry = expiryMs(numbering, number, window);
  return expiry === null ? isCountedOut(number, last, window) : expiry <= ms;
}

/** How long a code bought at any moment can be typed at least; null at stations that count. */
export function leastSeconds({ sequence, slotSeconds }: Numbering, window: number): number | null {
  return sequence === 'counter' ? null : ((window * 3) / 4 - 1) * slotSeconds;
}

/** The number that a synchronization carries: the slot, at a counter the newest number drawn. It draws none. */
export function synchronizationNumber({ sequence, slotSeconds }: Numbering, last: number, nowMs: number): number {
  return sequence === 'clock' ? slotAt(nowMs, slotSeconds) : last;
}

/**
 * The numbers that a synchronization's digits may name at a station that takes none below `from`: the two lowest. Six
 * digits of slots of a minute come round within two years, and the second is one that a station long off sees.
 */
export function synchronizationCandidates(from: number, residue: number, window: number): readonly [number, number] {
  const first = firstFrom(from, residue, window);
  return [first, first + window];
}

/** The lowest number of a synchronization that is genuine at a `clock` station, by its sure time in unix milliseconds. */
export function synchronizesFrom(sureMs: number, slotSeconds: number): number {
  return Math.max(0, slotAt(sureMs, slotSeconds) - SLOTS_BEFORE_SURE_TIME);
}

/**
 * The moment, unix milliseconds, that must have come when the cloud drew that number for a code typed in that window: it
 * draws at most M/8 slots ahead of its clock.
 */
export function provenMs(sequence: number, window: number, slotSeconds: number): number {
  return slotStartMs(sequence - mostAhead(window), slotSeconds);
}
