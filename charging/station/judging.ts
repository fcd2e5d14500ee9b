// What a code typed comes to at a station's own time: a synchronization, or a code held against the window around now.
import { algorithmOf, type CodeReading, type Matcher } from '../codes/index.ts';
import { slotAt } from '../codes/numbering.ts';
import { stationMs } from './clock.ts';
import { type Judgement, judge, judgeInWindow } from './outcomes.ts';
import { isSynchronization, judgeSynchronization, type Times } from './synchronizing.ts';
import type { Clocks, StationSettings } from './types.ts';

/**
 * The station's time alone accepts a code. One that is none by it, and would be by the machine's clock, shows that the
 * offset between the two may have been made for a clock that was set right since: `clock-lost`, which any customer heals
 * with a synchronization, and not `expired`, which nobody could.
 */
export function judgeAtStation(
  reading: CodeReading,
  matcher: Matcher,
  held: Times,
  settings: StationSettings,
  clocks: Clocks,
): Judgement | { readonly outcome: 'clock-lost' } {
  if (isSynchronization(reading)) return judgeSynchronization(reading, matcher, held, settings, clocks);
  const { window } = held;
  const { sequence, slotSeconds } = settings;
  const among = algorithmOf(settings.layout).window(reading);
  if (sequence === 'counter') {
    return judge(reading, matcher, { window, reference: window.highest, among }, settings);
  }
  const reference = slotAt(stationMs(held.clock, clocks), slotSeconds);
  const judgement = judge(reading, matcher, { window, reference, among }, settings);
  if (judgement.outcome === 'accepted' || judgement.outcome === 'used') return judgement;
  const uncorrected = slotAt(clocks.wallMs(), slotSeconds);
  if (uncorrected === reference) return judgement;
  const fresh = judgeInWindow(reading, matcher, { window, reference: uncorrected, among });
  return fresh?.outcome === 'accepted' ? { outcome: 'clock-lost' } : judgement;
}
