// A pilot of 1 kHz read by a converter that is slower than it: the station's own reading and judging, with the time jumping from
// sample to sample, so that an hour takes a second.
import { PilotJudge } from '../../../hardware/pilot/control-pilot.ts';
import { PeakSearch } from '../../../hardware/pilot/peaks.ts';
import { randomFrom } from '../../support/random.ts';

export interface PilotRun {
  /** Offered by the generator: the part of a period that the pilot is up. */
  readonly duty: number;
  /** From one sample to the next, and the part of it that each may be off either way. */
  readonly spacingUs: number;
  readonly jitter: number;
  readonly seconds: number;
  /** A vehicle that charges is pulled out and put back so often; never if unset. */
  readonly unplugEverySeconds?: number;
  readonly seed: number;
}

export interface PilotResult {
  /** Any other verdict than "it charges" while it does. */
  readonly falseUnpluggings: number;
  /** From pulling the vehicle out to the verdict that none is there, each in ms. */
  readonly slowestUnplugMs: number;
  readonly unplugs: number;
  readonly samples: number;
}

const readEveryMs = 30;
/** Rise and fall, of which IEC 61851-1 table A.2 allows 2 µs at the generator and cables make more. */
const edgeMs = 0.005;
const settleMs = 1_000;

export function runPilot({ duty, spacingUs, jitter, seconds, unplugEverySeconds, seed }: PilotRun): PilotResult {
  const random = randomFrom(seed);
  const judge = new PilotJudge();
  const phase = random();
  const everyMs = (unplugEverySeconds ?? Number.POSITIVE_INFINITY) * 1000;
  let now = 0;
  let samples = 0;
  let falseUnpluggings = 0;
  let unplugs = 0;
  let slowestUnplugMs = 0;
  let unplugAt = unplugEverySeconds === undefined ? Number.POSITIVE_INFINITY : settleMs + random() * everyMs;
  let seenGone = false;
  let settledFrom = settleMs;

  const pilotV = (at: number) => {
    const upV = at < unplugAt ? 6 : 12;
    const moment = (at + phase) % 1;
    if (moment < edgeMs) return -12 + ((upV + 12) * moment) / edgeMs;
    if (moment < duty) return upV;
    return moment < duty + edgeMs ? upV - ((upV + 12) * (moment - duty)) / edgeMs : -12;
  };
  const nextSample = () => {
    samples += 1;
    now += (spacingUs * (1 + (random() * 2 - 1) * jitter)) / 1000;
    return pilotV(now);
  };

  while (now < seconds * 1000) {
    const search = new PeakSearch(true, now);
    for (let pauseMs: number | undefined = 0; pauseMs !== undefined; pauseMs = search.take(nextSample(), now))
      now += pauseMs;
    const verdict = judge.take(search.peaks, true);
    const state = 'state' in verdict ? verdict.state : undefined;
    if (now < unplugAt) {
      if (now > settledFrom && state !== 'C') falseUnpluggings += 1;
    } else if (state === 'A') {
      if (!seenGone) {
        unplugs += 1;
        slowestUnplugMs = Math.max(slowestUnplugMs, now - unplugAt);
      }
      seenGone = true;
      // Plugged in again after half a second, and to be believed a second later.
      if (now - unplugAt > 500) {
        settledFrom = now + settleMs;
        unplugAt = settledFrom + random() * everyMs;
        seenGone = false;
      }
    } else slowestUnplugMs = Math.max(slowestUnplugMs, now - unplugAt);
    // The event loop is not punctual.
    now += readEveryMs + random() * 1.5;
  }
  return { falseUnpluggings, slowestUnplugMs, unplugs, samples };
}
