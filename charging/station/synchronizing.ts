// What a `synchronize` code does to a station (docs/code-format.md, "Synchronization"): it sets the clock of one that has
// a clock, and brings one that counts into step. It uses no number up. Pure, but for the HMACs.
import type { CodeReading, Matcher, ServiceReading } from '../codes/index.ts';
import { slotAt, slotStartMs, synchronizationCandidates, synchronizesFrom } from '../codes/numbering.ts';
import { isLost, remember, setTo, stationMs } from './clock.ts';
import type { StationState } from './journal/state.ts';
import { grownSureTime, type SureTime } from './sure-time.ts';
import type { Clocks, StationSettings } from './types.ts';
import { raise } from './window.ts';

type Numbering = Pick<StationSettings, 'sequence' | 'slotSeconds'>;
/** What a station holds its time and numbers by. */
export type Times = Pick<StationState, 'clock' | 'window' | 'synchronized'> & { readonly sure: SureTime };

export type Synchronization =
  | { readonly outcome: 'accepted'; readonly sequence: number }
  | { readonly outcome: 'used'; readonly operation: 'synchronize' }
  | { readonly outcome: 'expired' | 'invalid' };

export function isSynchronization(reading: CodeReading): reading is ServiceReading {
  return reading.kind === 'service' && reading.operation === 'synchronize';
}

/** What the keypad answers to a synchronization. `used`: the station did already what this very code asks. */
export function judgeSynchronization(
  reading: ServiceReading,
  matcher: Matcher,
  state: Times,
  numbering: Numbering,
  clocks: Clocks,
): Synchronization {
  const from = genuineFrom(state, numbering, clocks);
  const candidates = synchronizationCandidates(from, reading.residue, reading.window);
  const sequence = candidates.find((n) => matcher.matches(reading, n));
  if (sequence !== undefined) {
    const done = isDone(sequence, state, numbering, clocks);
    return done ? { outcome: 'used', operation: 'synchronize' } : { outcome: 'accepted', sequence };
  }
  const [first] = candidates;
  const older = matcher.find(reading, 0, first - 1, Math.max(0, first - reading.window));
  return { outcome: older === undefined ? 'invalid' : 'expired' };
}

/** What synchronizing to that number changes; undefined when it is genuine no more, or done already. */
export function synchronize(
  sequence: number,
  state: Times,
  numbering: Numbering,
  clocks: Clocks,
): Partial<StationState> | undefined {
  if (sequence < genuineFrom(state, numbering, clocks) || isDone(sequence, state, numbering, clocks)) return undefined;
  const synchronized = { sequence, bootId: clocks.bootId };
  if (numbering.sequence === 'counter') return { synchronized, window: raise(state.window, sequence) };
  const sure = grownSureTime(state.sure, clocks);
  const { slotSeconds } = numbering;
  const right = slotAt(stationMs(state.clock, clocks), slotSeconds) === sequence && !isLost(state.clock, sure, clocks);
  if (right) return { synchronized, sure, clock: remember(state.clock, clocks) };
  return { synchronized, sure, clock: setTo(clocks, Math.max(slotStartMs(sequence, slotSeconds), Math.ceil(sure.ms))) };
}

function genuineFrom({ sure, window }: Times, { sequence, slotSeconds }: Numbering, clocks: Clocks): number {
  return sequence === 'counter' ? window.highest : synchronizesFrom(grownSureTime(sure, clocks).ms, slotSeconds);
}

/** Whether that very code was typed last, and the station's time went on by itself since. */
function isDone(sequence: number, state: Times, numbering: Numbering, clocks: Clocks): boolean {
  if (sequence !== state.synchronized?.sequence) return false;
  if (numbering.sequence === 'counter') return sequence === state.window.highest;
  if (state.synchronized.bootId !== clocks.bootId) return false;
  const runsOn = state.clock.runsFromMs !== undefined;
  const tells = slotAt(stationMs(state.clock, clocks), numbering.slotSeconds) === sequence;
  return (runsOn || tells) && !isLost(state.clock, grownSureTime(state.sure, clocks), clocks);
}
