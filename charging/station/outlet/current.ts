// What the meter tells of the current against what the relay is: a contactor that is welded, a meter that is wired
// backwards, a counter that stands still. Pure. Why each limit is what it is: docs/session.md, "What the meter gives away".
import type { Current, Load } from './current-state.ts';
import type { Metered, OutletConfig } from './model.ts';

/** A counter that comes back lower by less has bounced; by more, it is another meter's. */
const BOUNCE_WH = 20;
/** Coarser than this is no step of a counter but a gap between readings. */
const COARSEST_STEP_WH = 20;
const STEP_WITHIN_MS = 2_500;
/** A float of seven digits counts in steps of 10 Wh from here on. */
const SEVEN_DIGITS_WH = 10_000_000;
const COARSE_WH = 15;
/** What power registers and counters show of a load that does not change. */
const STEADY = 0.95;
const LEAST_GROWTH_WH = 0.001;
const GROWTHS = 3;
const MOST_LOADS = 32;

/** The relay is now `relay`: what was seen before it moved is not held against it. */
export function relayIs(current: Current, relay: Current['relay'], at: number): Current {
  if (relay === current.relay) return current;
  return { ...current, relay, since: at, uncounted: [], held: undefined, backwardsSince: undefined, growth: undefined };
}

/** A good reading. */
export function read(before: Current, reading: Metered, config: OutletConfig): Current {
  const { energyWh, at } = reading;
  const highest = before.highestWh ?? energyWh;
  const grownWh = energyWh - highest;
  const another = grownWh < -BOUNCE_WH;
  const current: Current = {
    ...before,
    highestWh: another ? energyWh : Math.max(highest, energyWh),
    readAt: at,
    stepWh: stepOf(before, grownWh, at),
    ...(another ? { growth: undefined } : {}),
  };
  const grew = grownWh >= LEAST_GROWTH_WH;
  if (at < current.since) return current;
  if (current.relay === 'closed') return judgeClosed(current, reading, grew, config);
  if (current.relay === 'open' && at - current.since >= config.afterOpeningMs) {
    return judgeOpen(current, reading, grew, config);
  }
  return current;
}

function stepOf({ stepWh, readAt }: Current, grownWh: number, at: number): number | undefined {
  if (grownWh < LEAST_GROWTH_WH || readAt === undefined || at - readAt > STEP_WITHIN_MS) return stepWh;
  return Math.max(stepWh ?? 0, Math.min(grownWh, COARSEST_STEP_WH));
}

function judgeClosed(current: Current, reading: Metered, grew: boolean, config: OutletConfig): Current {
  const { at, powerW } = reading;
  if (powerW === undefined) return current;
  const backwards = powerW <= -config.currentAboveW;
  const backwardsSince = backwards ? (current.backwardsSince ?? at) : undefined;
  const uncounted = loads(current.uncounted, powerW, at, grew, config);
  const next = { ...current, backwardsSince, uncounted };
  if (backwardsSince !== undefined && at - backwardsSince >= config.meterWrongMs) {
    return { ...next, wrong: 'backwards' };
  }
  const since = uncounted[0]?.since ?? at;
  if (at - since >= config.meterWrongMs && energyOf(uncounted, at) >= uncountedLimit(current, config)) {
    return { ...next, wrong: 'stands-still' };
  }
  return grew && !backwards ? { ...next, wrong: undefined } : next;
}

function judgeOpen(current: Current, reading: Metered, grew: boolean, config: OutletConfig): Current {
  const { at, energyWh } = reading;
  const powerW = Math.abs(reading.powerW ?? 0);
  const next = {
    ...current,
    uncounted: loads(current.uncounted, powerW, at, grew, config),
    held: heldBy(current.held, powerW, at, config),
    growth: grew ? grown(current, reading) : current.growth,
  };
  const leaked = { ...next, leakedAt: at };
  if (current.leakedAt !== undefined && grew) return leaked;
  if (next.held && at - next.held.since >= config.heldMs && !estimated(next, at)) return leaked;
  const { growth } = next;
  if (!grew || !growth || growth.times < GROWTHS || at <= growth.firstAt) return next;
  const meanW = ((energyWh - growth.firstWh) * 3_600_000) / (at - growth.firstAt);
  if (meanW >= config.currentAboveW) return leaked;
  return { ...next, growth: { firstWh: energyWh, firstAt: at, times: 1 } };
}

function grown({ growth }: Current, { energyWh, at }: Metered): NonNullable<Current['growth']> {
  return growth ? { ...growth, times: growth.times + 1 } : { firstWh: energyWh, firstAt: at, times: 1 };
}

function heldBy(held: Load | undefined, powerW: number, at: number, config: OutletConfig): Load | undefined {
  if (powerW < config.currentAboveW) return undefined;
  return held && powerW >= held.powerW * STEADY ? held : { powerW, since: at };
}

/** A power that a meter makes of the spacing of its pulses fades no faster than that the next pulse could still come. */
function estimated({ stepWh, uncounted }: Current, at: number): boolean {
  return stepWh !== undefined && energyOf(uncounted, at) < 1.5 * stepWh;
}

/** Since when at least so much power was drawn, for each power that is still drawn. */
function loads(before: Current['uncounted'], powerW: number, at: number, grew: boolean, config: OutletConfig) {
  if (grew || powerW < config.currentAboveW) return powerW < config.currentAboveW ? [] : [{ powerW, since: at }];
  const lower = before.filter((load) => load.powerW < powerW);
  const since = before[lower.length]?.since ?? at;
  return [...lower, { powerW, since }].slice(-MOST_LOADS);
}

/** What was drawn at least, Wh. */
function energyOf(uncounted: Current['uncounted'], at: number): number {
  return Math.max(0, ...uncounted.map(({ powerW, since }) => (powerW * (at - since)) / 3_600_000));
}

/** How much a counter may leave uncounted before it stands still: more than its step, as far as that is known. */
function uncountedLimit({ stepWh, highestWh }: Current, config: OutletConfig): number {
  if (stepWh !== undefined) return Math.max(config.uncountedWh, 1.5 * stepWh);
  const coarse = highestWh !== undefined && highestWh >= SEVEN_DIGITS_WH && highestWh % 10 === 0;
  return coarse ? COARSE_WH : config.uncountedUnknownWh;
}
