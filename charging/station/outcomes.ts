// What a code typed comes to, once the limiter let it through: the one candidate, its tag, and where neither fits the
// look around that tells an honest customer why. Pure, but for the HMACs.
import type { CodeReading, Matcher } from '../codes/index.ts';
import { firstFrom, type Numbering, reachBeyond, windowAround } from '../codes/numbering.ts';
import { isForgotten, isUsed, type SequenceWindow } from './window.ts';

export type Judgement =
  | { readonly outcome: 'accepted'; readonly sequence: number }
  /** `sequence`: of a voucher, which may have been typed in time and wait since. */
  | { readonly outcome: 'expired'; readonly sequence?: number }
  /** `operation`: of a synchronization (synchronizing.ts). */
  | { readonly outcome: 'used'; readonly operation?: 'synchronize' }
  | { readonly outcome: 'out-of-step' | 'invalid' };

export interface Bearings {
  readonly window: SequenceWindow;
  /** R: the slot of the station's time, or H. */
  readonly reference: number;
  /** M: among how many numbers around R the code may be. */
  readonly among: number;
}

/** What a code gets for an answer that is genuine, or is not. A synchronization is judged in synchronizing.ts. */
export function judge(reading: CodeReading, matcher: Matcher, bearings: Bearings, numbering: Numbering): Judgement {
  return judgeInWindow(reading, matcher, bearings) ?? lookAround(reading, matcher, bearings, numbering);
}

/** The answer to what the numbers around the reference hold; undefined when this code is not among them. */
export function judgeInWindow(
  reading: CodeReading,
  matcher: Matcher,
  { window, reference, among }: Bearings,
): Judgement | undefined {
  const { first, last } = windowAround(reference, among);
  const candidate = firstFrom(first, reading.residue, reading.window);
  if (candidate > last || !matcher.matches(reading, candidate)) return undefined;
  if (isUsed(window, candidate)) return { outcome: 'used' };
  if (isForgotten(window, candidate)) return { outcome: 'expired', sequence: candidate };
  return { outcome: 'accepted', sequence: candidate };
}

function lookAround(
  reading: CodeReading,
  matcher: Matcher,
  { window, reference, among }: Bearings,
  numbering: Numbering,
): Judgement {
  const { first, last } = windowAround(reference, among);
  const far = reachBeyond(numbering, reading.window);
  const n = matcher.find(reading, first - far, last + far, first);
  if (n === undefined) return { outcome: 'invalid' };
  if (isUsed(window, n)) return { outcome: 'used' };
  return n < first ? { outcome: 'expired', sequence: n } : { outcome: 'out-of-step' };
}
