// The totals of pulse counters, Wh, by their names.
type Counters = Readonly<Record<string, number>>;

/**
 * What is kept with these counts as well; undefined where they are kept already.
 * @throws {RangeError} for a count that is none
 */
export function countersWith(kept: Counters, counts: Counters): Counters | undefined {
  for (const wh of Object.values(counts))
    if (!Number.isFinite(wh) || wh < 0) throw new RangeError(`wh: a number from 0, not ${wh}`);
  if (Object.entries(counts).every(([name, wh]) => kept[name] === wh)) return undefined;
  return { ...kept, ...counts };
}
