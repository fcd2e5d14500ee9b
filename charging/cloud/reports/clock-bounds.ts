// How far off a station's clock is, from its reports alone. Nobody's word is taken for when a report was read: it was made
// before it was heard, and after the vouchers in it were bought and had run so long. A phone that brings it late, or says
// what it likes, can only widen these bounds. Pure.
import type { Unit } from '../../codes/index.ts';

export interface ClockBounds {
  /** Seconds that the station's clock is ahead, at least and at most (below zero: behind); null where it cannot be told. */
  readonly least: number | null;
  readonly most: number | null;
}

/** What is wrong with the clock is said from here on: well within what a code bears, and beyond any rounding. */
const MUCH_SECONDS = 600;

/**
 * @param toldSeconds the station's time, 0 when its clock was lost
 * @param vouchers in the report: when each was issued, and what was delivered (seconds, or Wh)
 */
export function clockBounds(
  toldSeconds: number,
  heardMs: number,
  unit: Unit,
  vouchers: readonly { readonly issuedMs: number; readonly delivered: number }[],
): ClockBounds {
  if (toldSeconds === 0) return { least: null, most: null };
  const heardSeconds = heardMs / 1000;
  const soonest = vouchers.map(({ issuedMs, delivered }) => {
    const ended = issuedMs / 1000 + (unit === 'min' ? delivered : 0);
    // More minutes than have passed are no minutes of this clock: of a simulation that runs faster.
    return ended > heardSeconds ? issuedMs / 1000 : ended;
  });
  const most = soonest.length === 0 ? null : Math.ceil(toldSeconds - soonest.reduce((a, b) => Math.max(a, b)));
  return { least: Math.floor(toldSeconds - heardSeconds), most };
}

/** What it surely is; undefined where it may be right. */
export function clockIs({ least, most }: ClockBounds): 'fast' | 'slow' | undefined {
  if (least !== null && least > MUCH_SECONDS) return 'fast';
  return most !== null && most < -MUCH_SECONDS ? 'slow' : undefined;
}

/** Whether it is that surely no more: bounds that are wide say nothing. */
export function clockIsNoMore(was: string, { least, most }: ClockBounds): boolean {
  if (was === 'slow') return least !== null && least >= -MUCH_SECONDS;
  return most !== null && most <= MUCH_SECONDS;
}
