// Sure time: the time that a `clock` station can prove has come, whatever its wall clock says (docs/code-format.md, "Sure
// time"). It never goes back, so an old synchronization cannot lead behind it. Pure, over what the journal keeps.
import { algorithmOf, boundsIn } from '../codes/index.ts';
import { provenMs } from '../codes/numbering.ts';
import type { Clocks, StationSettings, Voucher } from './types.ts';

export interface SureTime {
  /** Unix milliseconds, at the moment below. */
  readonly ms: number;
  /** The boot, and its monotonic milliseconds, up to which the time powered is counted. */
  readonly bootId: string;
  readonly atMs: number;
}

/** Of the time powered, so much counts: no quartz runs fast by more than the rest. */
const SURE_OF_POWERED = 999 / 1000;

/** Sure time of a journal that is made now, or whose key is new: the build, and the numbers that were used before. */
export function beginSureTime(clocks: Clocks, ms = 0): SureTime {
  return { ms: Math.max(clocks.builtMs, ms), bootId: clocks.bootId, atMs: clocks.monotonicMs() };
}

/** Sure time as it is by now, to be written down. Time powered that was never written is lost with its boot. */
export function grownSureTime(sure: SureTime, clocks: Clocks): SureTime {
  const atMs = clocks.monotonicMs();
  const poweredMs = sure.bootId === clocks.bootId ? Math.max(0, atMs - sure.atMs) : 0;
  const ms = Math.max(clocks.builtMs, sure.ms + poweredMs * SURE_OF_POWERED);
  return { ms, bootId: clocks.bootId, atMs };
}

/** Sure time once a voucher was honoured: of the window that its code was typed in; counters have none. */
export function sureTimeAfter(
  sure: SureTime,
  { sequence, layout }: Pick<Voucher, 'sequence' | 'layout'>,
  settings: Pick<StationSettings, 'layout' | 'sequence' | 'slotSeconds'>,
): SureTime {
  if (settings.sequence === 'counter') return sure;
  const family = algorithmOf(settings.layout);
  const { window } = boundsIn(family, layout) ?? family.bounds.typed;
  const ms = provenMs(sequence, window, settings.slotSeconds);
  return ms > sure.ms ? { ...sure, ms } : sure;
}
