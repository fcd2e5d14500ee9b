// One read of an oscillating pilot: when to take samples so that neither half of its period is missed. Pure.
//
// A converter that takes a sample each 250 µs meets a pilot of 1 kHz (IEC 61851-1 annex A) at the same four moments of
// every period, and a pilot that offers 6 A is up for a tenth of it: whoever only samples on and on may never see it. So a
// read remembers at which moments of the period it has looked, and where its own pace leads to moments that it knows, it
// waits until a moment comes that it does not.
import type { PilotPeaks } from './control-pilot.ts';

const periodMs = 1;
/** A whole period, and some. */
const sampleMs = 1.2;
const leastSamples = 24;
const mostSamples = 400;
/** How long a half that has not been seen is looked for: unplugging must be told within 200 ms, after two reads. */
const searchMs = 40;
/** So near a moment that was looked at there is nothing new: less than half the shortest half, 40 µs at 80 A. */
const knownMs = 0.015;
/** From an edge into the half beside it: half of the shortest. */
const besideMs = 0.02;
/** Above it a positive half is one, whatever the vehicle does; below it a negative one (IEC 61851-1 table A.4). */
const positiveFromV = 1.5;
const negativeToV = -10;
/** State A: nothing hangs on the pilot, so no diode is looked for. */
const unpluggedFromV = 10.8;
/** Samples of the same voltage differ by less (IEC 61851-1 table A.4). */
const toleranceV = 1;

/** Fed with samples and the time (monotonic ms) at which each was taken; tells how long to wait for the next. */
export class PeakSearch {
  readonly #oscillating: boolean;
  readonly #beganAt: number;
  #highestV = Number.NEGATIVE_INFINITY;
  #lowestV = Number.POSITIVE_INFINITY;
  /** Where the highest was met, and how many samples agree with it: one alone may lie on an edge. */
  #highestAt = 0;
  #agreeing = 0;
  #agreeingLow = 0;
  #samples = 0;
  #lastAt: number;
  #pausedMs = 0;
  #spacingMs = 0;
  #shortestMs = Number.POSITIVE_INFINITY;
  #longestMs = 0;
  /** Moments beside an edge that was met: the half that is looked for lies at one of them. */
  #besideEdge: number[] = [];
  /** Moments of the period that were looked at, 0 to 1, ascending. */
  readonly #moments: number[] = [];

  constructor(oscillating: boolean, beganAt: number) {
    this.#oscillating = oscillating;
    this.#beganAt = beganAt;
    this.#lastAt = beganAt;
  }

  /** A lowest voltage that one sample alone met lies on an edge: it is no negative half, and so no half without a diode. */
  get peaks(): PilotPeaks {
    const onEdge = this.#oscillating && this.#agreeingLow === 1 && this.#lowestV > negativeToV;
    return { positiveV: this.#highestV, negativeV: onEdge ? this.#highestV : this.#lowestV };
  }

  /** Takes a sample; gives the milliseconds to wait before the next (0: none), or undefined when the read is over. */
  take(pilotV: number, at: number): number | undefined {
    this.#rise(pilotV, at);
    this.#fall(pilotV);
    this.#samples += 1;
    this.#pace(at);
    if (this.#oscillating) this.#remember(momentOf(at), pilotV);
    const sinceMs = at - this.#beganAt;
    if (this.#samples >= mostSamples) return undefined;
    if (this.#samples < leastSamples || sinceMs < sampleMs) return 0;
    if (this.#complete() || sinceMs >= searchMs) return undefined;
    const pauseMs = this.#pauseMs(at);
    this.#pausedMs = pauseMs ?? 0;
    return pauseMs;
  }

  #rise(pilotV: number, at: number): void {
    if (pilotV > this.#highestV + toleranceV) {
      this.#agreeing = 1;
      this.#highestAt = momentOf(at);
    } else if (pilotV >= this.#highestV - toleranceV) this.#agreeing += 1;
    this.#highestV = Math.max(this.#highestV, pilotV);
  }

  #fall(pilotV: number): void {
    if (pilotV < this.#lowestV - toleranceV) this.#agreeingLow = 1;
    else if (pilotV <= this.#lowestV + toleranceV) this.#agreeingLow += 1;
    this.#lowestV = Math.min(this.#lowestV, pilotV);
  }

  /** How long a sample takes, and how steadily; what was waited for before it is not its own. */
  #pace(at: number): void {
    const spacingMs = at - this.#lastAt;
    this.#lastAt = at;
    if (this.#pausedMs > 0) return;
    this.#spacingMs = spacingMs;
    this.#shortestMs = Math.min(this.#shortestMs, spacingMs);
    this.#longestMs = Math.max(this.#longestMs, spacingMs);
  }

  #complete(): boolean {
    if (!this.#oscillating || this.#highestV > unpluggedFromV) return true;
    if (this.#highestV <= positiveFromV || this.#lowestV >= negativeToV) return false;
    if (this.#agreeing === 1 && this.#besideEdge.length === 0) this.#besideEdge = beside(this.#highestAt);
    return this.#agreeing > 1;
  }

  #remember(moment: number, pilotV: number): void {
    this.#moments.splice(placeOf(this.#moments, moment), 0, moment);
    if (pilotV <= negativeToV || pilotV >= positiveFromV) return;
    this.#besideEdge = beside(moment);
  }

  /** Until a moment that is new; undefined when there is none left. */
  #pauseMs(at: number): number | undefined {
    // A pace so unsteady that nobody can say where it leads leads everywhere.
    if (this.#longestMs - this.#shortestMs > 2 * knownMs) return 0;
    const next = momentOf(at + this.#spacingMs);
    const beside = this.#besideEdge.pop();
    if (beside !== undefined) return momentOf(beside - next);
    if (this.#isNew(next)) return 0;
    const { middle, width } = this.#widestGap();
    if (width < 2 * knownMs) return undefined;
    return momentOf(middle - next);
  }

  #isNew(moment: number): boolean {
    const place = placeOf(this.#moments, moment);
    const before = this.#moments[place - 1] ?? this.#moments.at(-1)! - periodMs;
    const after = this.#moments[place] ?? this.#moments[0]! + periodMs;
    return moment - before > knownMs && after - moment > knownMs;
  }

  #widestGap(): { middle: number; width: number } {
    let width = 0;
    let middle = 0;
    let before = this.#moments.at(-1)! - periodMs;
    for (const moment of this.#moments) {
      if (moment - before > width) {
        width = moment - before;
        middle = momentOf(before + width / 2);
      }
      before = moment;
    }
    return { middle, width };
  }
}

function beside(moment: number): number[] {
  return [momentOf(moment + besideMs), momentOf(moment - besideMs)];
}

function momentOf(at: number): number {
  const moment = at % periodMs;
  return moment < 0 ? moment + periodMs : moment;
}

/** Where `moment` belongs among `moments`. */
function placeOf(moments: readonly number[], moment: number): number {
  let low = 0;
  let high = moments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle]! < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
