// What a station must never forget, as one small text: the same in the database and in the snapshots beside it.
import { createHash } from 'node:crypto';
import type { ClockMemory } from '../clock.ts';
import type { Limiter } from '../limiter.ts';
import type { SessionRecord } from '../types.ts';
import type { SequenceWindow } from '../window.ts';

/** Of a station that never wrote anything. */
export const FIRST_GENERATION = 1;

export interface StationState {
  readonly station: string;
  /** Raised by each change: of two copies the higher is the newer. */
  readonly generation: number;
  /** Boots of the machine that this journal has seen, and the one it is in. */
  readonly boot: { readonly id: string; readonly number: number };
  readonly window: SequenceWindow;
  readonly limiter: Limiter;
  readonly clock: ClockMemory;
  readonly openSession: SessionRecord | null;
  /** Its receipt, if it has one, is the one that the display can show again. */
  readonly lastClosed: SessionRecord | null;
  /** Pulse counters' totals, Wh. */
  readonly counters: Readonly<Record<string, number>>;
}

export function encodeState(state: StationState): string {
  const { highest, used } = state.window;
  return JSON.stringify({ ...state, window: { highest, used: used.toString(16).padStart(16, '0') } });
}

/** @throws {Error} when the text is no state */
export function decodeState(text: string): StationState {
  const state = JSON.parse(text);
  const { highest, used } = state.window;
  const whole = [state.generation, state.boot.number, highest, state.limiter.main.tokens, state.limiter.second.tokens];
  if (!whole.every((value) => Number.isSafeInteger(value) && value >= 0)) throw new Error('a number is none');
  if (typeof state.station !== 'string' || !/^[0-9a-f]{16}$/.test(used)) throw new Error('a field is missing');
  return { ...state, window: { highest, used: BigInt(`0x${used}`) } };
}

export function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
