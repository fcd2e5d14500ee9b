// The station's own time: the machine's wall clock, corrected by `synchronize`, and held against what the station
// remembers. Pure, over what the journal keeps.
import type { SureTime } from './sure-time.ts';
import type { Clocks } from './types.ts';

export interface ClockMemory {
  /** Station time − wall clock, when this was last written. */
  readonly offsetMs: number;
  /** The latest time that the station is sure to have lived to, unix milliseconds. */
  readonly rememberedMs: number;
  /** The boot, and its monotonic milliseconds, at which that was. */
  readonly bootId: string;
  readonly atMs: number;
  /**
   * Station time − monotonic clock of this boot, where the station keeps an offset: its time then runs on by itself, and
   * whoever sets the machine's clock meanwhile, to the right time too, changes the offset and not the time.
   */
  readonly runsFromMs?: number;
}

/** A clock that is slewed, or read twice, may step back by this much and still tell the time. */
const TOLERANCE_MS = 2000;
/** Of a machine's clock that was set to the station's time, no more is left than what setting it took. */
const NO_OFFSET_MS = 50;
const YEAR_MS = 365 * 24 * 3600 * 1000;

export const NO_MEMORY: ClockMemory = Object.freeze({ offsetMs: 0, rememberedMs: 0, bootId: '', atMs: 0 });

/** The station's time, unix milliseconds. */
export function stationMs(memory: ClockMemory, clocks: Clocks): number {
  if (memory.runsFromMs !== undefined && memory.bootId === clocks.bootId) {
    return memory.runsFromMs + clocks.monotonicMs();
  }
  return clocks.wallMs() + memory.offsetMs;
}

/** Whether the station's time lies before the last it remembers, or before sure time, which is never before the build. */
export function isLost(memory: ClockMemory, sure: SureTime, clocks: Clocks): boolean {
  const ms = stationMs(memory, clocks);
  return ms < Math.floor(sure.ms) || ms < memory.rememberedMs - TOLERANCE_MS;
}

/** Whether the machine's clock was set since the offset to it was written down. */
export function wasStepped(memory: ClockMemory, clocks: Clocks): boolean {
  return Math.abs(clocks.wallMs() + memory.offsetMs - stationMs(memory, clocks)) > TOLERANCE_MS;
}

/**
 * What the station remembers now. Within one boot memory grows no faster than the monotonic clock: a wall clock that
 * jumps a day ahead and back leaves no memory of a day that never was. Over a power cut nothing but the wall clock
 * can tell how long it took, so a later boot is believed.
 */
export function remember(memory: ClockMemory, clocks: Clocks): ClockMemory {
  if (memory.bootId !== clocks.bootId) return rememberBoot(memory, clocks);
  const now = stationMs(memory, clocks);
  const atMs = clocks.monotonicMs();
  const run = runningOn(memory, clocks, now);
  const rememberedMs = Math.min(now, memory.rememberedMs + Math.max(0, atMs - memory.atMs));
  return rememberedMs > memory.rememberedMs ? { ...run, rememberedMs, atMs } : run;
}

/** With the offset as it is after whatever was done to the machine's clock. */
function runningOn(memory: ClockMemory, clocks: Clocks, now: number): ClockMemory {
  if (memory.runsFromMs === undefined && memory.offsetMs === 0) return memory;
  const offset = now - clocks.wallMs();
  const offsetMs = Math.abs(offset) < NO_OFFSET_MS ? 0 : offset;
  if (memory.runsFromMs !== undefined && offsetMs === memory.offsetMs) return memory;
  return { ...memory, offsetMs, runsFromMs: now - clocks.monotonicMs() };
}

/**
 * A wall clock that was years behind, and comes back from a power cut at a likely time by itself, was set right, or got
 * a new battery: to go on correcting it would lead years ahead, where no code is genuine.
 */
function rememberBoot(memory: ClockMemory, clocks: Clocks): ClockMemory {
  const wall = clocks.wallMs();
  const setRight = memory.offsetMs > YEAR_MS && wall >= Math.max(memory.rememberedMs, clocks.builtMs);
  const offsetMs = setRight ? 0 : memory.offsetMs;
  const rememberedMs = Math.max(memory.rememberedMs, wall + offsetMs);
  const arrived = { offsetMs, rememberedMs, bootId: clocks.bootId, atMs: clocks.monotonicMs() };
  return offsetMs === 0 ? arrived : { ...arrived, runsFromMs: wall + offsetMs - arrived.atMs };
}

/** The clock once it was set to `ms`, and memory with it, which may go back. */
export function setTo(clocks: Clocks, ms: number): ClockMemory {
  const atMs = clocks.monotonicMs();
  return {
    offsetMs: ms - clocks.wallMs(),
    rememberedMs: ms,
    bootId: clocks.bootId,
    atMs,
    runsFromMs: ms - atMs,
  };
}
