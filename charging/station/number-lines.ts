// Whose numbers a journal holds: each key of a station, and so each key version, has a line of its own, since no code of
// one key opens under another. Pure, but for the random id of a journal.
import { createHash } from 'node:crypto';
import { algorithmOf } from '../codes/index.ts';
import { provenMs } from '../codes/numbering.ts';
import { type NumberLine, newJournalId, type StationState } from './journal/state.ts';
import { NO_TOTALS } from './journal/totals.ts';
import { beginSureTime, grownSureTime } from './sure-time.ts';
import type { Clocks, StationSettings } from './types.ts';
import { NOTHING_USED } from './window.ts';

/** How many earlier keys a journal remembers: an operator who needs more changed the key each week for months. */
const MOST_EARLIER = 16;

export interface LineChange {
  readonly change: Partial<StationState>;
  /** Whether the key is another than the journal's last. */
  readonly isNew: boolean;
  readonly details: { readonly highest: number; readonly hadBefore: boolean };
}

/** Tells keys apart, and tells nothing of them. */
export function fingerprintOf(key: Uint8Array): string {
  return createHash('sha256').update('offline-charging key fingerprint').update(key).digest('hex').slice(0, 32);
}

/**
 * What a journal must change to hold the numbers of the key that the station has now; undefined when it does. A key that
 * comes back finds its own line again, with all that was used.
 */
export function lineOfKey(state: StationState, settings: StationSettings, clocks: Clocks): LineChange | undefined {
  const key = fingerprintOf(settings.key);
  const sure = state.sure
    ? grownSureTime(state.sure, clocks)
    : beginSureTime(clocks, provenByOldJournal(state, settings));
  const details = { highest: state.window.highest, hadBefore: false };
  if (state.key === undefined) return { change: { key, sure }, isNew: false, details };
  if (state.key === key) return undefined;
  const earlier = state.earlier ?? [];
  const known = earlier.find((line) => line.key === key);
  const left: NumberLine = { key: state.key, window: state.window, sure };
  const next = known ?? { key, window: NOTHING_USED, sure: beginSureTime(clocks) };
  const change: Partial<StationState> = {
    key,
    window: next.window,
    sure: { ...next.sure, bootId: clocks.bootId, atMs: clocks.monotonicMs() },
    earlier: [...earlier.filter((line) => line.key !== key), left].slice(-MOST_EARLIER),
    // A synchronization of the old key says nothing of this one.
    synchronized: null,
    // Reports are sealed with the key: a new one begins a new count.
    journalId: newJournalId(),
    totals: NO_TOTALS,
  };
  return { change, isNew: true, details: { ...details, hadBefore: known !== undefined } };
}

/** Whether a journal has numbers of this key. One of 0.1.0 did not say whose its numbers are: those of the key that it is opened with. */
export function knowsKey({ key, earlier = [] }: StationState, ours: Uint8Array): boolean {
  const fingerprint = fingerprintOf(ours);
  return key === undefined || key === fingerprint || earlier.some((line) => line.key === fingerprint);
}

/** A journal of 0.1.0 kept no sure time, but the numbers that it used prove one. */
function provenByOldJournal({ window }: StationState, { layout, sequence, slotSeconds }: StationSettings): number {
  return sequence === 'clock' ? provenMs(window.highest, algorithmOf(layout).bounds.rescue.window, slotSeconds) : 0;
}
