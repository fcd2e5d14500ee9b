// Customers of one busy station, bought for and typed by the project's own numbering: how many are told to wait, and how
// many come when their code is over.
import { nextNumber } from '../../charging/cloud/terms.ts';
import { type AlgorithmName, algorithmOf } from '../../charging/codes/index.ts';
import { slotAt, windowAround } from '../../charging/codes/numbering.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a day's codes, how many in each hour: few at night, a rush at noon and one after work. */
const HOURS = [1, 1, 0, 0, 0, 1, 2, 4, 5, 3, 3, 6, 12, 6, 3, 3, 4, 6, 12, 12, 7, 4, 3, 2];
/** A fifth is bought ahead, and typed at some time in the 20 hours after. */
const BOUGHT_AHEAD = 0.2;
const MOST_AHEAD_MS = 20 * HOUR_MS;
/** The others are typed when the customer has come to the charger and a place is free: after half an hour in the mean. */
const MEAN_WAY_MS = 0.5 * HOUR_MS;
/** Who would wait for longer goes elsewhere. */
const MOST_PATIENCE_MS = HOUR_MS;

export interface BusySite {
  readonly layout: AlgorithmName;
  readonly slotSeconds: number;
  readonly codesADay: number;
  readonly days: number;
  readonly seed: number;
}
export interface Outcome {
  /** Customers who came. */
  readonly came: number;
  readonly sold: number;
  /** Customers who were told at least once to come again later. */
  readonly toldToWait: number;
  /** Of these, who would have waited for more than an hour. */
  readonly wentAway: number;
  /** Codes that the station did not take any more when they were typed, by its clock, which is right. */
  readonly tooLate: number;
  /** The same of the rescue's digits. */
  readonly tooLateForRescue: number;
}

interface Customer {
  readonly cameMs: number;
  /** When he asks (again). */
  readonly asksMs: number;
  readonly typesAfterMs: number;
}

export function simulate({ layout, slotSeconds, codesADay, days, seed }: BusySite): Outcome {
  const random = mulberry32(seed);
  const terms = { layout, slotSeconds, sequence: 'clock' } as const;
  const { typed, rescue } = algorithmOf(layout).bounds;
  const waiting = customers(codesADay, days, random);
  const result = { came: waiting.length, sold: 0, toldToWait: 0, wentAway: 0, tooLate: 0, tooLateForRescue: 0 };
  let last = 0;
  for (let customer = waiting.shift(); customer; customer = waiting.shift()) {
    const next = nextNumber(terms, last, customer.asksMs);
    if ('waitSeconds' in next) {
      if (customer.asksMs === customer.cameMs) result.toldToWait++;
      const asksMs = customer.asksMs + next.waitSeconds * 1000;
      if (asksMs - customer.cameMs > MOST_PATIENCE_MS) result.wentAway++;
      else insert(waiting, { ...customer, asksMs });
      continue;
    }
    last = next.sequence;
    result.sold++;
    const reference = slotAt(customer.asksMs + customer.typesAfterMs, slotSeconds);
    if (last < windowAround(reference, typed.window).first) result.tooLate++;
    if (last < windowAround(reference, rescue.window).first) result.tooLateForRescue++;
  }
  return result;
}

/** In the order in which they come. */
function customers(codesADay: number, days: number, random: () => number): Customer[] {
  const start = Date.UTC(2026, 10, 23);
  const total = HOURS.reduce((sum, weight) => sum + weight, 0);
  const busiest = Math.max(...HOURS) / total;
  const all: Customer[] = [];
  // A Poisson process as fast as the busiest hour, of which the other hours keep their part.
  const meanMs = HOUR_MS / (codesADay * busiest);
  for (let at = start; ; ) {
    at += -Math.log(1 - random()) * meanMs;
    if (at >= start + days * DAY_MS) return all;
    const hour = Math.floor((at % DAY_MS) / HOUR_MS);
    if (random() * busiest > HOURS[hour]! / total) continue;
    const ahead = random() < BOUGHT_AHEAD;
    const typesAfterMs = ahead ? random() * MOST_AHEAD_MS : -Math.log(1 - random()) * MEAN_WAY_MS;
    all.push({ cameMs: at, asksMs: at, typesAfterMs });
  }
}

function insert(waiting: Customer[], customer: Customer): void {
  let index = 0;
  while (index < waiting.length && waiting[index]!.asksMs <= customer.asksMs) index++;
  waiting.splice(index, 0, customer);
}

/** A small generator of numbers from 0 to 1, the same for the same seed (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
