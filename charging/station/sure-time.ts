// Sure time: the time that a `clock` station can prove has come, whatever its wall clock says (docs/code-format.md, "Sure
// time"). It never goes back, so an old synchronization cannot lead behind it. Pure, over what the journal keeps.
import { LAYOUTS, type LayoutName } from '../codes/index.ts';
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
/** A synchronization that was fetched just before sure time's slot is still genuine. */
const SLOTS_BEFORE = 2;

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

/** Sure time once a voucher was honoured: the cloud draws numbers at most M/8 slots ahead of its clock. */
export function sureTimeAfter(sure: SureTime, sequence: number, layout: LayoutName, slotSeconds: number): SureTime {
  const ms = provenMs(sequence, layout, slotSeconds);
  return ms > sure.ms ? { ...sure, ms } : sure;
}

/** The moment, unix milliseconds, that must have come when the cloud drew that number for a code in that layout. */
export function provenMs(sequence: number, layout: LayoutName, slotSeconds: number): number {
  return (sequence - LAYOUTS[layout].window / 8) * slotSeconds * 1000;
}

/** The lowest number of a synchronization that is genuine now. */
export function synchronizesFrom(sure: SureTime, slotSeconds: number): number {
  return Math.max(0, Math.floor(sure.ms / 1000 / slotSeconds) - SLOTS_BEFORE);
}
