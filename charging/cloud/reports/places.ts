// Which of a journal's closed vouchers are known. A report counts them and lists the newest, so each has a place in the order
// in which they closed, from 1; what no report listed is a gap. Pure.

/** Both ends are in it. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The gaps once a report listed these places.
 * @param gaps in any order, none touching another
 * @param closed how many vouchers the newest report before counted
 */
export function withListed(gaps: readonly Range[], closed: number, listed: Range): Range[] {
  const skipped = { first: closed + 1, last: listed.first - 1 };
  return [...gaps.flatMap((gap) => without(gap, listed)), skipped].filter(({ first, last }) => first <= last);
}

function without({ first, last }: Range, taken: Range): Range[] {
  if (taken.last < first || taken.first > last) return [{ first, last }];
  return [
    { first, last: taken.first - 1 },
    { first: taken.last + 1, last },
  ];
}

/** How many of the first `closed` vouchers are not known. */
export function missingOf(gaps: readonly Range[], closed: number): number {
  return gaps.reduce((sum, { first, last }) => sum + Math.max(0, Math.min(last, closed) - first + 1), 0);
}

/** The last place that is not known: all after it are. */
export const lastMissing = (gaps: readonly Range[]) => gaps.reduce((most, { last }) => Math.max(most, last), 0);
