// The imperative shell of a charger: it knows the time, writes to the journal, and tells the world. What is decided is
// decided in machine.ts.
import type { Operation } from '../../codes/index.ts';
import { screenOf } from '../conversation/display.ts';
import type { KeypadTrouble } from '../conversation/model.ts';
import type { DisplayLanguage, Screen } from '../conversation/screens.ts';
import { type FaultCode, isFaultCode } from '../faults.ts';
import type { MeterMessage } from '../outlet/model.ts';
import { type Untestable, untestable } from '../outlet/transition.ts';
import { type Clocks, JournalError, type SessionRecord, type Verdict, type Voucher } from '../types.ts';
import { type ChargerJournal, type ChargerRecord, carriedOut } from './journal-writes.ts';
import { next, nextBeat } from './machine.ts';
import { type ChargerConfig, type ChargerState, type Effect, type Event, newCharger, outletsOf } from './model.ts';
import { type OutletOverview, Overviews } from './overview.ts';
import { type ChargerSnapshot, type ChargerStanding, snapshotOf, standingOf } from './snapshot.ts';

/** What the relay says of itself. */
export interface RelayMessage {
  /** Seen closed: by the feedback contact where one is wired. */
  readonly on: boolean;
  /** Whether it would close now if told to: not within its least time between closings. */
  readonly ready: boolean;
  readonly readyInSeconds?: number;
  /** Whoever drives it opened it to begin anew, and will say when it is ready again. */
  readonly restarting?: true;
}

export interface ChargerOptions {
  readonly journal: ChargerJournal;
  readonly config: ChargerConfig;
  readonly clocks: Pick<Clocks, 'monotonicMs'>;
  /** Calls back once after `ms`; what it returns cancels that. */
  schedule(ms: number, callback: () => void): () => void;
  /**
   * Calls back once what `emit.relay` was told has left this thread. Where it is set, the journal's writes, which keep the
   * thread for as long as the disk takes, wait for it after each order to open the relay; events wait in turn.
   */
  readonly afterRelay?: (callback: () => void) => void;
  /** The language of `snapshot().display`; `en` unless set. */
  readonly language?: DisplayLanguage;
  readonly emit: {
    /** `again`: the same command once more, because the relay was not seen to follow. */
    relay(on: boolean, again: boolean, outlet: number): void;
    /** Also when an outlet has changed, or a report was made: at most once a second then. */
    display(screen: Screen, site: SiteOverview): void;
    record(record: ChargerRecord): void;
  };
}

/** Without the time, which the shell adds. */
type Happening = Event extends infer Each ? (Each extends Event ? Omit<Each, 'at'> : never) : never;

/** What hardware calls the faults that the session knows. */
const ALIASES: Readonly<Record<string, FaultCode | undefined>> = {
  'contact-stuck-on': 'relay-stuck-on',
  'contact-stuck-off': 'relay-did-not-close',
  'guard-away': 'guard-lost',
  held: 'guard-lost',
  'unknown-relay': 'guard-lost',
  'line-failed': 'gpio-lost',
  'line-lost': 'gpio-lost',
  'longest-on': 'relay-opened',
  'feedback-lost': 'relay-unusable',
};

/** What is told beside the screen: how each outlet stands, and the text of the latest report. */
export interface SiteOverview {
  readonly outlets: readonly OutletOverview[];
  readonly report: string | undefined;
}

const BETWEEN_SHOWN_MS = 1000;
/** Long enough to be heard, and for a contact to be seen closed. */
const CLICK_MS = 1000;
/** How often a lost clock and a locked keypad are looked for. */
const CLOCK_EVERY_MS = 60_000;

/** One charging station at work. All methods return at once; none throws. */
export class Charger {
  readonly #options: ChargerOptions;
  #state: ChargerState;
  readonly #inbox: Happening[] = [];
  #working = false;
  /** Goes on with the writes that wait for the relay. */
  #resume: (() => void) | undefined;
  #running = false;
  /** To be told when all is heard. */
  readonly #listeners: (() => void)[] = [];
  #cancelBeat: (() => void) | undefined;
  #tickedAt = 0;
  /** When the latest event was heard: what was due until then was dealt with, and what fell due since was not. */
  #heardAt = 0;
  #shown = '';
  #shownAround: Partial<SiteOverview> = {};
  readonly #overviews = new Overviews();
  #shownAt = Number.NEGATIVE_INFINITY;
  #clockAskedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ChargerOptions) {
    this.#options = options;
    this.#state = newCharger(options.config.outlets);
  }

  /** Begins: relay off, and what the journal holds open goes on or gets its receipt. Inputs may have come before. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#tickedAt = this.#options.clocks.monotonicMs();
    this.#hear(this.#opening());
    this.#askClock();
  }

  /** Ends: relay off. The session stays open in the journal for the next `start`. */
  stop(): void {
    if (!this.#running) return;
    this.#resume?.();
    this.#running = false;
    this.#hear({ type: 'halt' });
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  /**
   * A code was verified: what it grants. It is redeemed only when the relay may close.
   * @param outlet where it is meant for; with several outlets it is asked for where it is not set
   */
  voucher(voucher: Voucher, outlet?: number): void {
    this.#hear({ type: 'voucher', voucher, ...(outlet === undefined ? {} : { outlet }) });
  }

  /** A service code was verified. Its number is used up here. */
  service(operation: Operation, sequence: number, outlet?: number): void {
    this.#hear({ type: 'service', operation, sequence, ...(outlet === undefined ? {} : { outlet }) });
  }

  /** An entry was refused. `fate`: of a code that was used before, its session, as the journal has it. */
  refused(verdict: Exclude<Verdict, { outcome: 'accepted' }>, fate?: SessionRecord): void {
    // One wrong code more may have locked the keypad.
    this.#clockAskedAt = Number.NEGATIVE_INFINITY;
    this.#hear({ type: 'refused', verdict, ...(fate ? { fate } : {}) });
  }

  /** An entry of one or two digits, which is no code: the answer to a question. */
  answer(digits: string): void {
    this.#hear({ type: 'answer', digits });
  }

  /**
   * Debounced; `undefined` when the input was lost. `settling`: the plug's open contact was seen closed, not yet believed.
   * `everyMs`: it will be told again at least so often, and when it is not, nobody knows.
   */
  vehicle(connected: boolean | undefined, settling = false, everyMs?: number, outlet = 1): void {
    this.#hear({ type: 'vehicle', outlet, connected, settling, ...(everyMs === undefined ? {} : { everyMs }) });
  }

  /** Whoever sees the vehicle is gone for now. A session waits for it as for one that is silent. */
  vehicleLost(everyMs?: number, outlet = 1): void {
    const told = everyMs === undefined ? {} : { everyMs };
    this.#hear({ type: 'vehicle', outlet, connected: undefined, restarting: true, ...told });
  }

  /** A good reading, or the fault of the meter's reader, which the next good reading ends. */
  meter(input: MeterMessage | { readonly fault: 'meter-silent' | 'meter-implausible' }, outlet = 1): void {
    if ('fault' in input) this.fault(input.fault, true, outlet);
    else this.#hear({ type: 'meter', outlet, reading: input });
  }

  /** What the relay is, on each change and as the answer to each command. */
  relay({ on, ready, readyInSeconds, restarting }: RelayMessage, outlet = 1): void {
    const wait = readyInSeconds ? readyInSeconds * 1000 : undefined;
    this.#hear({ type: 'relay', outlet, on, readyInMs: ready ? 0 : wait, ...(restarting && { restarting }) });
  }

  /** A fault of the relay by the code of whoever drives it; one that is not known stops the station as `guard-lost`. */
  relayFault(code: string, standing = true, outlet = 1): void {
    if (code === 'not-ready' || code === 'closed') return;
    const known = this.#faultCode(code) ?? 'guard-lost';
    this.#hear({ type: 'fault', outlet, code: known, by: code, standing });
  }

  /**
   * The cause of a fault has come (`standing`) or gone. One that is not known is kept in the journal and stops nothing; one of
   * the whole station stops all outlets, whichever is named.
   */
  fault(code: string, standing: boolean, outlet = 1): void {
    const known = this.#faultCode(code);
    if (known) this.#hear({ type: 'fault', outlet, code: known, by: code, standing });
    else this.#note(code, standing);
  }

  /** A key that belongs to no entry: `*` or `#` while nothing is typed. */
  key(key: string): void {
    this.#hear({ type: 'key', key });
  }

  /** What is typed so far; empty when it was cleared. */
  typed(partial: string): void {
    this.#hear({ type: 'typed', digits: partial });
  }

  /** Something at the keypad that is no entry, and that the customer is told. */
  keypad(trouble: KeypadTrouble): void {
    this.#hear({ type: 'keypad', trouble });
  }

  /**
   * Closes the relay for a moment, so that whoever looks at it sees it move: with nothing plugged in and nothing going on alone.
   * Reports count it as a closing; it is in the journal before.
   * @returns why not
   * @throws what the journal throws: then nothing was done
   */
  clickRelay(outlet: number): Untestable | undefined {
    const { clocks, config, emit, journal } = this.#options;
    const { state, fault } = outletsOf(this.#state, config.unit)[outlet - 1]!;
    // A receipt on the display of a station with one outlet is somebody's who reads it.
    const isRead = config.outlets === 1 && this.#state.conversation.shown.length > 0;
    if (this.#working || this.#resume || !this.#running || isRead) return 'busy';
    const hindrance = untestable(state, fault, clocks.monotonicMs());
    if (hindrance) return hindrance;
    journal.append('relay-clicked', { outlet }, { closings: 1 });
    emit.record({ kind: 'relay-clicked', outlet });
    this.#hear({ type: 'click', outlet, forMs: CLICK_MS });
    return undefined;
  }

  /** Calls back once all that it was told so far was dealt with: at once, unless writes wait for the relay. */
  whenHeard(callback: () => void): void {
    if (this.#working || this.#resume) this.#listeners.push(callback);
    else callback();
  }

  snapshot(): ChargerSnapshot {
    const { config, clocks, language } = this.#options;
    return snapshotOf(this.#state, clocks.monotonicMs(), config, language ?? 'en');
  }

  standing(): ChargerStanding {
    return standingOf(this.#state, this.#options.config);
  }

  #faultCode(code: string): FaultCode | undefined {
    return isFaultCode(code) ? code : ALIASES[code];
  }

  #opening(): Happening {
    const { journal } = this.#options;
    const forgot = journal.wasOff === true;
    journal.wasOff = false;
    try {
      return { type: 'start', open: journal.openSessions(), lastClosed: journal.lastClosed(), forgot };
    } catch {
      this.#inbox.push({ type: 'journal-failed', write: { type: 'recover' } });
      return { type: 'start' };
    }
  }

  #hear(happening: Happening): void {
    if (this.#working || this.#resume) this.#inbox.push(happening);
    else this.#work(() => this.#step(happening));
  }

  /** Does `first`, then all that is in the inbox, until writes have to wait. */
  #work(first: () => void): void {
    this.#working = true;
    try {
      first();
      while (!this.#resume) {
        const now = this.#inbox.shift();
        if (!now) break;
        this.#step(now);
      }
    } finally {
      this.#working = false;
      if (!this.#resume) for (const callback of this.#listeners.splice(0)) callback();
      // Whatever was thrown on the way: without a beat nothing would open the relay again.
      if (this.#running && !this.#resume) this.#beatLater();
    }
  }

  /** One event, and before any other is heard, the answers of the journal to what it asked for. */
  #step(happening: Happening): void {
    const at = this.#options.clocks.monotonicMs();
    this.#heardAt = at;
    const { state, effects } = next(this.#state, { ...happening, at } as Event, this.#options.config);
    this.#state = state;
    const opening = effects.filter((effect) => effect.type === 'relay' && !effect.on);
    const rest = effects.slice(opening.length);
    if (opening.length > 0 && rest.length > 0 && this.#options.afterRelay && this.#running) {
      for (const effect of opening) this.#do(effect);
      this.#show();
      this.#wait(rest);
      return;
    }
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly Effect[]): void {
    const answers: Happening[] = [];
    for (const effect of effects) {
      const answer = this.#do(effect);
      if (answer) answers.push(answer);
    }
    this.#show();
    let answer = answers.shift();
    for (; answer && !this.#resume; answer = answers.shift()) this.#step(answer);
    if (answer) this.#inbox.unshift(answer, ...answers);
  }

  #wait(writes: readonly Effect[]): void {
    const resume = () => {
      if (this.#resume !== resume) return;
      this.#resume = undefined;
      this.#work(() => this.#carryOut(writes));
    };
    this.#resume = resume;
    this.#options.afterRelay?.(resume);
  }

  #do(effect: Effect): Happening | undefined {
    if (effect.type === 'relay') {
      this.#options.emit.relay(effect.on, effect.again === true, effect.outlet ?? 1);
      return undefined;
    }
    try {
      if (effect.type === 'use-service') this.#clockAskedAt = Number.NEGATIVE_INFINITY;
      return carriedOut(effect, this.#options.journal, this.#options.emit.record);
      // Whatever it throws, it did not write: as with a disk that is full.
    } catch (error) {
      this.#options.emit.record({ kind: 'journal-failed', write: effect.type, ...whatFailed(error) });
      return { type: 'journal-failed', write: effect };
    }
  }

  #note(code: string, standing: boolean): void {
    const answer = this.#do({ type: 'note', kind: standing ? 'notice' : 'notice-over', details: { code } });
    if (answer?.type === 'journal-failed') this.#hear(answer);
  }

  #show(): void {
    if (!this.#running) return;
    const { clocks, config, emit } = this.#options;
    const { conversation, report } = this.#state;
    const at = clocks.monotonicMs();
    const screen = screenOf(conversation, outletsOf(this.#state, config.unit), at, config);
    const text = JSON.stringify(screen);
    if (text === this.#shown && at - this.#shownAt < BETWEEN_SHOWN_MS) return;
    const outlets = this.#overviews.of(this.#state, at, config);
    const before = this.#shownAround;
    if (text === this.#shown && outlets === before.outlets && report === before.report) return;
    const site = { outlets, report };
    this.#shown = text;
    this.#shownAround = site;
    this.#shownAt = at;
    emit.display(screen, site);
  }

  #beatLater(): void {
    const { clocks, config, schedule } = this.#options;
    this.#cancelBeat?.();
    const beat = nextBeat(this.#state, this.#heardAt, this.#tickedAt, config);
    const passed = clocks.monotonicMs() - this.#heardAt;
    this.#cancelBeat = schedule(Math.max(1, Math.ceil(beat - passed)), () => {
      this.#tickedAt = clocks.monotonicMs();
      this.#askClock();
      this.#hear({ type: 'tick' });
    });
  }

  #askClock(): void {
    const { clocks, journal } = this.#options;
    const at = clocks.monotonicMs();
    if (!journal.clockState || at - this.#clockAskedAt < CLOCK_EVERY_MS) return;
    this.#clockAskedAt = at;
    try {
      const locked = journal.lockedForSeconds?.() ?? 0;
      const unlocked = locked > 0 ? { unlockedAt: at + locked * 1000 } : {};
      this.#hear({ type: 'clock', lost: journal.clockState() === 'lost', ...unlocked });
    } catch {
      this.#hear({ type: 'journal-failed', write: { type: 'recover' } });
    }
  }
}

function whatFailed(error: unknown): { code: string; message: string } {
  const code = error instanceof JournalError ? error.code : 'unexpected';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
