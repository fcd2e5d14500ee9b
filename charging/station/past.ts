// Whether a journal knows which codes its station has honoured. One that is new, or older than what was seen of it, does
// not: it would honour the codes of the last hours once more, so the station sells nothing until it has a new key, under
// which none of them opens, or until an operator says that nothing was sold (docs/journal.md).
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { journalError } from './journal/failures.ts';
import { type Mark, MarkWriter, readMark } from './journal/mark.ts';
import { newest, readSnapshots } from './journal/snapshots.ts';
import type { StationState } from './journal/state.ts';
import { fingerprintOf, knowsKey } from './number-lines.ts';
import { type Clocks, JournalError, type StationSettings } from './types.ts';

/** What the cloud said of the key when it gave it out. */
export interface Provisioned {
  /** Whether no station can have honoured a code of this key by then. */
  readonly isNew: boolean;
  /** When, unix milliseconds. */
  readonly atMs: number;
}

export interface PastOptions {
  /** The file of the second mark. */
  readonly mark: string;
  /** A file that an operator makes where a journal is right although it does not seem so; used up by the next start. */
  readonly confirmation: string;
  /** Undefined where nobody said: a key that was typed in, or a file of an earlier version. */
  readonly provisioned?: Provisioned | undefined;
  /** The mark cannot be written. The station goes on. */
  readonly onMarkTrouble?: (error: NodeJS.ErrnoException) => void;
}

/** Why a journal is not believed: also the `code` of the error. */
export type Forgotten = 'journal-behind' | 'key-not-new' | 'key-file-old';

/** So long a file that says that its key is new is believed where there is no journal: it may be a copy kept for long. */
const FILE_BELIEVED_MS = 7 * 24 * 3_600_000;

/**
 * Why the journal cannot know all codes that were honoured; undefined when nothing says so.
 * @param state of the journal, undefined where there is none
 */
function forgotten(
  state: StationState | undefined,
  mark: Mark | undefined,
  settings: Pick<StationSettings, 'stationId' | 'key'>,
  provisioned: Provisioned | undefined,
  wallMs: number,
): Forgotten | undefined {
  // A first start that was cut short left a journal that no boot was noted in: it has nothing to remember.
  const lived = state && state.boot.number > 0 ? state : undefined;
  const known = lived !== undefined && knowsKey(lived, settings.key);
  if (mark && mark.station === settings.stationId && mark.generation > (lived?.generation ?? 0)) {
    if (known || mark.key === fingerprintOf(settings.key)) return 'journal-behind';
  }
  if (known || !provisioned) return undefined;
  if (!provisioned.isNew) return 'key-not-new';
  return wallMs - provisioned.atMs > FILE_BELIEVED_MS ? 'key-file-old' : undefined;
}

/** What a journal's folder tells of a station's past. */
export interface LookBack {
  /** Whose journal it is; undefined where there is none, or none that can be judged. */
  readonly station: string | undefined;
  /** Why it would not be believed. */
  readonly why: Forgotten | undefined;
  /** Whether the mark is there. */
  readonly marked: boolean;
  /** Neither snapshot is whole, and the station would refuse the journal. */
  readonly damaged: boolean;
  /** There is a database alone: only the station that opens it knows how far it goes. */
  readonly unjudged: boolean;
}

/**
 * Looks at a journal as the station would that is about to open it, from its snapshots alone, also while the station runs:
 * the mark is read first, since it is never ahead of them. Changes nothing.
 * @throws {JournalError} `journal-newer`; else what reading a file throws
 */
export function lookBack(
  folder: string,
  { mark: path, provisioned }: Pick<PastOptions, 'mark' | 'provisioned'>,
  settings: Pick<StationSettings, 'stationId' | 'key'>,
  wallMs: number,
): LookBack {
  const mark = readMark(path);
  const { states, damaged } = readSnapshots(folder);
  const state = newest(states);
  const unjudged = state === undefined && damaged === 0 && existsSync(join(folder, 'journal.sqlite'));
  return {
    station: state?.station,
    why: unjudged ? undefined : forgotten(state, mark, settings, provisioned, wallMs),
    marked: mark !== undefined,
    damaged: state === undefined && damaged > 0,
    unjudged,
  };
}

/** The past of one station: looked at before its journal is opened or made, and marked as it goes on. */
export class Past {
  readonly #settings: StationSettings;
  readonly #clocks: Clocks;
  readonly #options: PastOptions;
  readonly #marks: MarkWriter;
  #marked = '';
  /** What the journal's generation must be above, so that the mark of the next change is ahead of the last one. */
  generation = 0;
  /** What an operator confirmed at this start. */
  confirmed: Forgotten | undefined;

  constructor(settings: StationSettings, clocks: Clocks, options: PastOptions) {
    this.#settings = settings;
    this.#clocks = clocks;
    this.#options = options;
    this.#marks = new MarkWriter(options.mark, (error) => options.onMarkTrouble?.(error));
  }

  /** @throws {JournalError} with a `Forgotten` as its code; then no byte of the journal was changed, and none was made */
  admit(state: StationState | undefined): void {
    const { mark: path, confirmation, provisioned } = this.#options;
    const mark = readMark(path);
    if (mark?.station === this.#settings.stationId) this.generation = mark.generation;
    const why = forgotten(state, mark, this.#settings, provisioned, this.#clocks.wallMs());
    if (why === undefined) return;
    if (!existsSync(confirmation)) throw new JournalError(why, sentence(why, this.#options));
    try {
      rmSync(confirmation);
    } catch (error) {
      throw journalError(error, confirmation);
    }
    this.confirmed = why;
  }

  /** Marks a state that is on the disk, where a number was used or a session opened or closed since. */
  note({ station, key = '', generation, window, openVouchers, closed, boot }: StationState): void {
    const vouchers = [openVouchers, closed].map((records) => records.map(({ voucher }) => voucher.sequence).join());
    const marked = [key, window.highest, window.used, ...vouchers, boot.number].join(' ');
    if (marked === this.#marked) return;
    this.#marked = marked;
    this.#marks.write({ station, key, generation });
  }

  /** Resolves when the mark lies where it should, or could not be written. */
  async noted(): Promise<void> {
    await this.#marks.written();
  }
}

function sentence(why: Forgotten, { mark, confirmation }: PastOptions): string {
  const what = {
    'journal-behind': `The journal is missing, or older than the mark in ${mark} says: a new or restored memory card.`,
    'key-not-new':
      'The journal does not know this key, and codes were sold under it before: a new or restored memory card.',
    'key-file-old':
      "The journal does not know this key, and its file is more than a week old: a copy may have been used before. Where this is the station's first start, save the file once more in the cloud.",
  }[why];
  return (
    `${what} Codes that were used would be honoured once more, so this station sells nothing. In the cloud's dashboard ` +
    'choose "New SD card / new key" and put the file that it gives on the station. Only if this station has honoured no ' +
    `code since, make the empty file ${confirmation}: it is looked for every 10 s, and used up.`
  );
}
