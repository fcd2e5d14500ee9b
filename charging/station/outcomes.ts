// What a code typed comes to, once the limiter let it through: the one candidate, its tag, and where neither fits the
// look around that tells an honest customer why. Pure, but for the HMACs.
import { type CodeReader, type CodeReading, firstFrom, LAYOUTS, type ServiceReading } from '../codes/index.ts';
import { isForgotten, isUsed, type SequenceWindow, stretch } from './window.ts';

export type Judgement =
  | { readonly outcome: 'accepted'; readonly sequence: number }
  | { readonly outcome: 'used' | 'expired' | 'out-of-step' | 'invalid' };

export interface Bearings {
  readonly window: SequenceWindow;
  /** R: the slot of the station's time, or H. */
  readonly reference: number;
  /** `synchronize` leads to a number above this one and above H. */
  readonly synchronizeAbove: number;
  /** Set for `clock` stations. */
  readonly slotSeconds?: number;
}

const YEAR_SECONDS = 365.25 * 24 * 3600;
const COUNTER_WINDOWS = 64;
/**
 * Either way: what a year of compact codes takes at slots of a minute. A year of slots of a second would be two million
 * HMACs, over which the relay's lease would run out; and six digits fit one number in a million by chance, so that most
 * guesses would be called `expired` and cost nothing.
 */
const MOST_WINDOWS = Math.ceil(YEAR_SECONDS / 60 / LAYOUTS.compact.window);

/** What a genuine code of this station, or one that is not, gets for an answer. */
export function judge(reading: CodeReading, reader: CodeReader, bearings: Bearings): Judgement {
  const { window } = bearings;
  const { first, last } = isSynchronize(reading) ? synchronizing(reading, bearings) : accepting(reading, bearings);
  const candidate = firstFrom(first, reading.residue, reading.window);
  if (candidate <= last && reader.matches(reading, candidate)) {
    if (isUsed(window, candidate)) return { outcome: 'used' };
    if (isForgotten(window, candidate)) return { outcome: 'expired' };
    return { outcome: 'accepted', sequence: candidate };
  }
  return lookAround(reading, reader, bearings, first, last);
}

function isSynchronize(reading: CodeReading): reading is ServiceReading {
  return reading.kind === 'service' && reading.operation === 'synchronize';
}

/** Every number above H that the digits could mean, up to the first that they do. */
function synchronizing(reading: ServiceReading, { window, synchronizeAbove }: Bearings) {
  const first = Math.max(window.highest, synchronizeAbove) + 1;
  return { first, last: first + reading.window - 1 };
}

/** A service code names a million numbers, but only as many are in question as for the long layout. */
function accepting(reading: CodeReading, { reference }: Bearings) {
  return stretch(reference, reading.kind === 'service' ? LAYOUTS.long.window : reading.window);
}

function lookAround(
  reading: CodeReading,
  reader: CodeReader,
  { window, slotSeconds }: Bearings,
  first: number,
  last: number,
): Judgement {
  const far =
    slotSeconds === undefined
      ? COUNTER_WINDOWS * reading.window
      : Math.min(Math.ceil(YEAR_SECONDS / slotSeconds), MOST_WINDOWS * reading.window);
  const n = reader.find(reading, first - far, last + far, first);
  if (n === undefined) return { outcome: 'invalid' };
  if (isUsed(window, n)) return { outcome: 'used' };
  return { outcome: n < first ? 'expired' : 'out-of-step' };
}
