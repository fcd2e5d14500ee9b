// Whether a report can be true. Whoever took a station's key can seal any numbers: those that no station reaches are not
// kept, so that sums over all stations, and dates, stay what databases and programs can hold. Pure.
import type { Report } from '../../codes/index.ts';

/** Of seconds since 1970, seconds or Wh delivered, minutes, and all that is counted: beyond the life of any station. */
const MOST = 10 ** 11;
/** Vouchers that one journal closed. */
const MOST_CLOSED = 10 ** 9;

export function isPossible(report: Report): boolean {
  const { totals } = report;
  return totals.closed <= MOST_CLOSED && numbersIn(report).every((number) => number <= MOST);
}

/** Each number in it, however deep; its journal's id is none. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
