// What a station is opened on: its journal, once settings, limits and past were looked at.
import type { ArchiveLimits } from './journal/archive.ts';
import { Journal, type WritePoint } from './journal/journal.ts';
import { Past, type PastOptions } from './past.ts';
import { archiveLimits, checkSettings, freshState, momentOf } from './settings.ts';
import type { Clocks, StationSettings } from './types.ts';

export interface StationOptions extends Partial<ArchiveLimits> {
  /** Where the journal lives: a folder of this station's own, made if it is missing. */
  readonly folder: string;
  readonly clocks: Clocks;
  /** What tells a journal that is new, or was restored, from one that knows all that was honoured. */
  readonly past?: PastOptions;
  /** A synchronization was typed at a `clock` station, and is on the disk: the machine's clock may be set by `now()`. */
  readonly onSynchronized?: () => void;
  /** Told of each step of each write, so that a test can pull the plug there. */
  readonly onWrite?: (point: WritePoint) => void;
}

export interface Opened {
  readonly journal: Journal;
  readonly limits: ArchiveLimits;
  readonly past: Past | undefined;
}

/** What `Station.open` opens, and throws. */
export function openJournal(settings: StationSettings, options: StationOptions): Opened {
  checkSettings(settings);
  const { folder, clocks, onWrite } = options;
  const limits = archiveLimits(options);
  const past = options.past && new Past(settings, clocks, options.past);
  const journal = Journal.open({
    folder,
    station: settings.stationId,
    fresh: () => freshState(settings, clocks),
    moment: (state) => momentOf(state, clocks),
    ...(onWrite && { onWrite }),
    ...(past && { admit: (state) => past.admit(state), onDurable: (state) => past.note(state) }),
  });
  return { journal, limits, past };
}
