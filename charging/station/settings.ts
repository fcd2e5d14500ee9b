// What a station is opened with: settings and limits, looked at before anything is touched, and a first state.
import { ALGORITHM_NAMES, isAlgorithmName } from '../codes/index.ts';
import { NO_MEMORY, stationMs } from './clock.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './journal/archive.ts';
import { FIRST_GENERATION, newJournalId, type StationState } from './journal/state.ts';
import type { Moment } from './journal/tables.ts';
import { NO_TOTALS } from './journal/totals.ts';
import { fullLimiter } from './limiter.ts';
import { fingerprintOf } from './number-lines.ts';
import { beginSureTime } from './sure-time.ts';
import type { Clocks, StationSettings } from './types.ts';
import { NOTHING_USED } from './window.ts';

/** @throws {RangeError} naming the wrong limit */
export function archiveLimits(options: Partial<ArchiveLimits>): ArchiveLimits {
  const limit = (name: keyof ArchiveLimits) => {
    const value = options[name] ?? ARCHIVE_LIMITS[name];
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name}: a whole number from 1, not ${value}`);
    return value;
  };
  return {
    keepSessions: limit('keepSessions'),
    keepRecords: limit('keepRecords'),
    fileBytes: limit('fileBytes'),
    files: limit('files'),
  };
}

/** @throws {TypeError | RangeError} naming the wrong setting */
export function checkSettings({ stationId, layout, sequence, slotSeconds }: StationSettings): void {
  if (typeof stationId !== 'string' || stationId === '') throw new TypeError('stationId: a string that is not empty');
  if (!isAlgorithmName(layout)) throw new RangeError(`layout: one of ${ALGORITHM_NAMES.join(', ')}, not ${layout}`);
  if (sequence !== 'clock' && sequence !== 'counter') {
    throw new RangeError(`sequence: "clock" or "counter", not ${sequence}`);
  }
  if (!Number.isSafeInteger(slotSeconds) || slotSeconds < 1) {
    throw new RangeError(`slotSeconds: a whole number of seconds from 1, not ${slotSeconds}`);
  }
}

/** What a journal holds that is made now. */
export function freshState({ stationId, key }: StationSettings, clocks: Clocks): StationState {
  return {
    station: stationId,
    journalId: newJournalId(),
    totals: NO_TOTALS,
    sessions: 0,
    generation: FIRST_GENERATION,
    boot: { id: '', number: 0 },
    window: NOTHING_USED,
    limiter: fullLimiter(clocks.bootId, clocks.monotonicMs()),
    clock: NO_MEMORY,
    sure: beginSureTime(clocks),
    key: fingerprintOf(key),
    openVouchers: [],
    closed: [],
    counters: {},
  };
}

/** When rows of this state are written. */
export function momentOf({ boot, clock }: StationState, clocks: Clocks): Moment {
  return {
    boot: boot.number,
    monotonicMs: Math.round(clocks.monotonicMs()),
    stationMs: Math.round(stationMs(clock, clocks)),
  };
}
