// What a station counts since its journal has the id that it has: a report tells these sums.
import type { SessionRecord } from '../types.ts';

export interface Totals {
  /** Vouchers closed, and what was delivered on them: seconds, or Wh. */
  readonly closed: number;
  readonly delivered: number;
  /** How often a relay was let close. */
  readonly closings: number;
  readonly wrongGuesses: number;
  readonly lockouts: number;
  readonly reports: number;
}

export const NO_TOTALS: Totals = Object.freeze({
  closed: 0,
  delivered: 0,
  closings: 0,
  wrongGuesses: 0,
  lockouts: 0,
  reports: 0,
});

/** The totals with so much more of each. */
export function counted(totals: Totals, more: Partial<Totals>): Totals {
  const names = Object.keys(NO_TOTALS) as (keyof Totals)[];
  return Object.fromEntries(names.map((name) => [name, totals[name] + (more[name] ?? 0)])) as unknown as Totals;
}

/** What the end of a voucher adds. */
export function closing({ voucher, delivered }: SessionRecord): Partial<Totals> {
  return { closed: 1, delivered: voucher.unit === 'min' ? delivered * 60 : delivered };
}
