// Customers of one busy station, bought for and typed by the project's own numbering: how many are told to wait, and how
// many come when their code is over.
import { nextNumber } from '../../charging/cloud/terms.ts';
import { type AlgorithmName, algorithmOf } from '../../charging/codes/index.ts';
import { slotAt, windowAround } from '../../charging/codes/numbering.ts';
import { randomFrom } from '../../test/support/random.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The rush before work and the one after it, hours of the day, and how much faster customers come then. */
const RUSHES = [
  [7, 10],
  [16.5, 21],
] as const;
const RUSH = 4;
/** A fifth is bought ahead, and typed at some time in the 20 hours after. */
const BOUGHT_AHEAD = 0.2;
const MOST_AHEAD_MS = 20 * HOUR_MS;
/** The others are typed when the customer has come to the charger and a place is free: after so long in the mean. */
const MEAN_WAY_MS = 0.75 * HOUR_MS;

export interface BusySite {
  readonly layout: AlgorithmName;
  readonly slotSeconds: number;
  /** How fast customers come outside the rushes. */
  readonly codesADay: number;
  readonly days: number;
  readonly seed: number;
}
export interface Outcome {
  /** Customers who came. */
  readonly came: number;
  /** Of these, who were told to wait, and go elsewhere. */
  readonly toldToWait: number;
  /** Codes that the station did not take any more when they were typed, by its clock, which is right. */
  readonly tooLate: number;
  /** The same of the rescue's digits. */
  readonly tooLateForRescue: number;
}

export function simulate({ layout, slotSeconds, codesADay, days, seed }: BusySite): Outcome {
  const random = randomFrom(seed);
  const terms = { layout, slotSeconds, sequence: 'clock' } as const;
  const { typed, rescue } = algorithmOf(layout).bounds;
  const result = { came: 0, toldToWait: 0, tooLate: 0, tooLateForRescue: 0 };
  let last = 0;
  for (const { asksMs, typesMs } of customers(codesADay, days, random)) {
    result.came++;
    const next = nextNumber(terms, last, asksMs);
    if ('waitSeconds' in next) {
      result.toldToWait++;
      continue;
    }
    last = next.sequence;
    const reference = slotAt(typesMs, slotSeconds);
    if (last < windowAround(reference, typed.window).first) result.tooLate++;
    if (last < windowAround(reference, rescue.window).first) result.tooLateForRescue++;
  }
  return result;
}

/** In the order in which they come: a Poisson process as fast as a rush, of which the other hours keep their part. */
function* customers(codesADay: number, days: number, random: () => number) {
  const start = Date.UTC(2026, 10, 23);
  const meanMs = DAY_MS / (codesADay * RUSH);
  const exponential = (mean: number) => -Math.log(1 - random()) * mean;
  for (let asksMs = start + exponential(meanMs); asksMs < start + days * DAY_MS; asksMs += exponential(meanMs)) {
    const hour = (asksMs % DAY_MS) / HOUR_MS;
    const rushes = RUSHES.some(([from, to]) => hour >= from && hour < to);
    if (!rushes && random() * RUSH > 1) continue;
    const ahead = random() < BOUGHT_AHEAD;
    yield { asksMs, typesMs: asksMs + (ahead ? random() * MOST_AHEAD_MS : exponential(MEAN_WAY_MS)) };
  }
}
