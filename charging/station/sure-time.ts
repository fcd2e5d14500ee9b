// Sure time: the time that a `clock` station can prove has come, whatever its wall clock says (docs/code-format.md, "Sure
// time"). It never goes back, so an old synchronization cannot lead behind it. Pure, over what the journal keeps.
import { provenMs } from '../codes/numbering.ts';
import type { Clocks } from './types.ts';

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

/** Sure time once a voucher was honoured that was typed in that window. */
export function sureTimeAfter(sure: SureTime, sequence: number, window: number, slotSeconds: number): SureTime {
  const ms = provenMs(sequence, window, slotSeconds);
  return ms > sure.ms ? { ...sure, ms } : sure;
}
