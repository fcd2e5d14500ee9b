// What holds for the whole station: faults that stop every outlet, and a journal that takes no writes. Pure.
import type { Unit } from '../../codes/index.ts';
import { blocking, type Cause, cleared, FAULTS, type Fault, type FaultCode, judged, withCause } from '../faults.ts';
import type { Note, StationConditions } from '../outlet/model.ts';

export interface JournalConfig {
  /** Between two attempts to write to a journal that failed, milliseconds. */
  readonly retryMs: number;
}

export interface StationWide {
  readonly faults: readonly Fault[];
  /** Causes that were reported from outside and not taken back. */
  readonly reported: readonly Cause[];
  /** Set while the journal doesn't take writes: when it is tried next, monotonic milliseconds. */
  readonly retryAt: number | undefined;
  /** What it did not take, to be written when it does. */
  readonly unwritten: readonly Note[];
}

export function newStation(): StationWide {
  return { faults: [], reported: [], retryAt: undefined, unwritten: [] };
}

/** Kept while the journal doesn't take writes; the oldest tell most, so the newest make room for a count of them. */
const MOST_UNWRITTEN = 100;
const NOTES_LOST = 'notes-lost';
/** The note that tries whether the journal takes writes again. */
const PROBE = 'journal-works';

/** What the station as a whole is told by one event. */
export type StationEvent =
  | ({ readonly type: 'fault'; readonly standing: boolean } & Cause)
  /** The journal took a write, or did not; `note` is that write where it was one. */
  | { readonly type: 'journal-works' }
  | { readonly type: 'noted'; readonly note: Note }
  | { readonly type: 'journal-failed'; readonly note?: Note }
  /** An operator's `end-session`: ends the faults that an operator may end. */
  | { readonly type: 'cleared' }
  | { readonly type: 'time' };

/** What is known of the outlets by this event. */
export interface OfOutlets {
  /** Nothing is plugged in anywhere. */
  readonly unplugged: boolean;
  /** An outlet is out of order, and so no write of its is under way. */
  readonly outOfOrder: boolean;
  /** One of these has a session whose end the journal does not hold yet: that write tries the journal. */
  readonly unclosed: boolean;
}

export interface StationStep {
  readonly state: StationWide;
  readonly conditions: StationConditions;
  readonly writes: readonly (Note | { readonly type: 'recover' })[];
}

/**
 * Deals with one event.
 * @param isStarted a station that has not started only takes down what it is told
 */
export function nextStation(
  before: StationWide,
  event: StationEvent & { readonly at: number },
  outlets: OfOutlets,
  config: JournalConfig & { readonly unit: Unit },
  isStarted: boolean,
): StationStep {
  const step = new Step(before, event.at, config);
  hear(step, event, outlets);
  const retries = isStarted && step.moveOn(outlets);
  const { state, writes } = step;
  return { state, writes, conditions: conditionsOf(state, config.unit, retries) };
}

/** What it means for the outlets. */
export function conditionsOf({ faults, retryAt }: StationWide, unit: Unit, retries = false): StationConditions {
  return { fault: blocking(faults, unit), journalFails: retryAt !== undefined, retries };
}

class Step {
  state: StationWide;
  readonly writes: (Note | { readonly type: 'recover' })[] = [];
  readonly #at: number;
  readonly #config: JournalConfig;

  constructor(state: StationWide, at: number, config: JournalConfig) {
    this.state = state;
    this.#at = at;
    this.#config = config;
  }

  set(change: Partial<StationWide>): void {
    this.state = { ...this.state, ...change };
  }

  note(kind: string, details: Note['details']): void {
    const { state, write } = withNote(this.state, { type: 'note', kind, details });
    this.state = state;
    if (write) this.writes.push(write);
  }

  retryLater(): void {
    this.set({ retryAt: this.#at + this.#config.retryMs });
  }

  dropped(faults: readonly Fault[], over: readonly FaultCode[]): void {
    this.set({ faults });
    for (const code of over) this.note('fault-over', { code });
  }

  /** Holds the faults against their causes, and tries a journal that failed. @returns whether it is tried now */
  moveOn({ unplugged, outOfOrder, unclosed }: OfOutlets): boolean {
    const { faults, reported, retryAt } = this.state;
    const causes = new Set(reported.map(({ code }) => code));
    if (retryAt !== undefined) causes.add('journal-not-writable');
    const judgement = judged(faults, causes, unplugged);
    for (const code of judgement.raised) this.note('fault', { code });
    this.dropped(judgement.faults, judgement.over);
    if (retryAt === undefined || retryAt > this.#at || !outOfOrder) return false;
    this.retryLater();
    if (!unclosed) this.writes.push({ type: 'note', kind: PROBE, details: {} });
    return true;
  }
}

function hear(step: Step, event: StationEvent, { unplugged }: OfOutlets): void {
  const { reported, faults } = step.state;
  switch (event.type) {
    case 'fault':
      step.set({ reported: withCause(reported, event, event.standing) });
      return;
    case 'noted':
      if (event.note.kind === PROBE) works(step);
      return;
    case 'journal-works':
      works(step);
      return;
    case 'journal-failed':
      step.retryLater();
      if (event.note && event.note.kind !== PROBE) step.set(kept(step.state, event.note));
      return;
    case 'cleared': {
      const { left, over } = cleared(faults, unplugged, true);
      step.dropped(left, over);
    }
  }
}

/** The journal took a write. If it had failed before: what it missed, and what it may hold that its failure concealed. */
function works(step: Step): void {
  const { retryAt, unwritten } = step.state;
  if (retryAt === undefined) return;
  step.set({ retryAt: undefined, unwritten: [] });
  step.writes.push(...unwritten, { type: 'recover' });
}

/** A note for the journal, as soon as it takes writes. */
export function withNote(state: StationWide, note: Note): { readonly state: StationWide; readonly write?: Note } {
  return state.retryAt === undefined ? { state, write: note } : { state: { ...state, ...kept(state, note) } };
}

function kept({ unwritten }: StationWide, note: Note): Pick<StationWide, 'unwritten'> {
  const last = unwritten[MOST_UNWRITTEN - 1];
  return { unwritten: last ? unwritten.with(-1, lost(last)) : [...unwritten, note] };
}

/** Says how many notes found no room. */
function lost(last: Note): Note {
  const before = last.kind === NOTES_LOST ? Number(last.details.count) : 1;
  return { type: 'note', kind: NOTES_LOST, details: { count: before + 1 } };
}

/** Whether a fault stops the whole station. */
export function isStationWide(code: FaultCode): boolean {
  return FAULTS[code].of === 'station';
}
