// What a code typed comes to, once the limiter let it through: the one candidate, its tag, and where neither fits the
// look around that tells an honest customer why. Pure, but for the HMACs.
import { type CodeReader, type CodeReading, firstFrom, LAYOUTS } from '../codes/index.ts';
import { isForgotten, isUsed, type SequenceWindow, stretch } from './window.ts';

export type Judgement =
  | { readonly outcome: 'accepted'; readonly sequence: number }
  | { readonly outcome: 'used' | 'expired' | 'out-of-step' | 'invalid' };

export interface Bearings {
  readonly window: SequenceWindow;
  /** R: the slot of the station's time, or H. */
  readonly reference: number;
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

/** What a code gets for an answer that is genuine, or is not. A synchronization is judged in synchronizing.ts. */
export function judge(reading: CodeReading, reader: CodeReader, bearings: Bearings): Judgement {
  return judgeInWindow(reading, reader, bearings) ?? lookAround(reading, reader, bearings);
}

/** The answer to what the stretch around the reference holds; undefined when this code is not in it. */
export function judgeInWindow(
  reading: CodeReading,
  reader: CodeReader,
  { window, reference }: Bearings,
): Judgement | undefined {
  const { first, last } = accepting(reading, reference);
  const candidate = firstFrom(first, reading.residue, reading.window);
  if (candidate > last || !reader.matches(reading, candidate)) return undefined;
  if (isUsed(window, candidate)) return { outcome: 'used' };
  if (isForgotten(window, candidate)) return { outcome: 'expired' };
  return { outcome: 'accepted', sequence: candidate };
}

/** A service code names a million numbers, but only as many are in question as for the long layout. */
function accepting(reading: CodeReading, reference: number) {
  return stretch(reference, reading.kind === 'service' ? LAYOUTS.long.window : reading.window);
}

function lookAround(reading: CodeReading, reader: CodeReader, { window, reference, slotSeconds }: Bearings): Judgement {
  const { first, last } = accepting(reading, reference);
  const far =
    slotSeconds === undefined
      ? COUNTER_WINDOWS * reading.window
      : Math.min(Math.ceil(YEAR_SECONDS / slotSeconds), MOST_WINDOWS * reading.window);
  const n = reader.find(reading, first - far, last + far, first);
  if (n === undefined) return { outcome: 'invalid' };
  if (isUsed(window, n)) return { outcome: 'used' };
  return { outcome: n < first ? 'expired' : 'out-of-step' };
}
