// What the charger decides, and what it remembers: codes typed, numbers used, sessions, its own time.
import { type Algorithm, algorithmOf, boundsIn, type Matcher, type Operation } from '../codes/index.ts';
import { isLost, remember, stationMs, wasStepped } from './clock.ts';
import { type ArchiveLimits, archiveOldest } from './journal/archive.ts';
import type { Journal } from './journal/journal.ts';
import type { StationState } from './journal/state.ts';
import { recordOfRow } from './journal/tables.ts';
import { closing, counted, type Totals } from './journal/totals.ts';
import { judgeAtStation } from './judging.ts';
import { fullLimiter, giveBack, isFull, type Limiter, refilled, rewarded, take, waitSeconds } from './limiter.ts';
import { lineOfKey } from './number-lines.ts';
import { openJournal, type StationOptions } from './opening.ts';
import type { Past } from './past.ts';
import { checkedRecord, keyText, placeOf, receiptOfRecord, same } from './records.ts';
import { grownSureTime, type SureTime, sureTimeAfter } from './sure-time.ts';
import { isSynchronization, synchronize, type Times } from './synchronizing.ts';
import {
  type Clocks,
  JournalError,
  type SessionJournal,
  type SessionRecord,
  type StationSettings,
  type Verdict,
  type Voucher,
} from './types.ts';
import { isForgotten, isUsed, use } from './window.ts';

export type { StationOptions } from './opening.ts';

/** How often the time that was lived to is written down, and how often so that a power cut right after loses none of it. */
const NOTE_MS = 60_000;
const NOTE_DURABLY_MS = 5 * NOTE_MS;

/** One station on its journal. All calls are synchronous: what they promise is on the disk when they return. */
export class Station implements SessionJournal {
  readonly settings: StationSettings;
  readonly #clocks: Clocks;
  readonly #algorithm: Algorithm;
  readonly #matcher: Matcher;
  readonly #journal: Journal;
  readonly #limits: ArchiveLimits;
  readonly #past: Past | undefined;
  #onSynchronized: (() => void) | undefined;
  #notedAtMs: number;
  #durablyNotedAtMs: number;

  private constructor(settings: StationSettings, clocks: Clocks, journal: Journal, limits: ArchiveLimits, past?: Past) {
    this.#past = past;
    this.settings = settings;
    this.#clocks = clocks;
    this.#algorithm = algorithmOf(settings.layout);
    this.#matcher = this.#algorithm.matcher(settings.key, settings);
    this.#journal = journal;
    this.#limits = limits;
    this.#notedAtMs = clocks.monotonicMs();
    this.#durablyNotedAtMs = this.#notedAtMs;
  }

  /**
   * Opens a station on its journal, or a new journal where there is none.
   * @throws {TypeError | RangeError} naming the wrong setting
   * @throws {JournalError} when the journal cannot be used: `sqlite-missing`, `journal-corrupt`, `journal-newer`,
   *   `journal-of-another-station`, `journal-in-use`, `journal-not-writable`; with `past` also a `Forgotten`
   */
  static open(settings: StationSettings, options: StationOptions): Station {
    const { journal, limits, past } = openJournal(settings, options);
    try {
      const station = new Station(settings, options.clocks, journal, limits, past);
      station.#onSynchronized = options.onSynchronized;
      station.#arrive();
      return station;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  /**
   * What the keypad hears for the digits typed. A voucher accepted here may be typed again until it is redeemed.
   * The guess is on the disk before it is known whether it was one.
   * @throws {JournalError} `journal-not-writable`
   */
  verify(entry: string): Verdict {
    const reading = typeof entry === 'string' ? this.#algorithm.read(entry) : 'mistyped';
    if (reading === 'mistyped') return { outcome: 'mistyped' };
    const hard = this.#algorithm.bounds.heardWhileLocked.includes(entry.length);
    const limiter = this.#limiter();
    const taken = take(limiter, hard);
    if (!taken) return { outcome: 'locked', retryAfterSeconds: waitSeconds(limiter, hard) };
    if (!(reading !== 'unmade' && isSynchronization(reading)) && this.clockState() === 'lost')
      return { outcome: 'clock-lost' };

    const { totals } = this.#journal.state;
    this.#journal.commit({ limiter: taken.limiter, totals: this.#counted({ wrongGuesses: 1 }) }, 'durable');
    const judgement =
      reading === 'unmade'
        ? ({ outcome: 'invalid' } as const)
        : judgeAtStation(reading, this.#matcher, this.#held(), this.settings, this.#clocks);
    if (judgement.outcome === 'invalid' || reading === 'unmade') {
      if (taken.limiter.main.tokens === 0) this.#noteLock(taken.limiter);
      return { outcome: 'invalid' };
    }
    this.#journal.commit({ limiter: giveBack(taken.limiter, taken.from), totals }, 'lazy');
    if (judgement.outcome !== 'accepted') return judgement;
    const { sequence } = judgement;
    if (reading.kind === 'service') {
      return { outcome: 'accepted', kind: 'service', operation: reading.operation, sequence };
    }
    return { outcome: 'accepted', kind: 'voucher', voucher: this.#voucher(reading.layout, reading.quantity, sequence) };
  }

  /**
   * The session that was redeemed with a voucher's code, in whichever layout it is typed, as long as the journal has it;
   * undefined for any other entry. Only who has a genuine code learns of its session.
   */
  fateOf(entry: string): SessionRecord | undefined {
    const reading = typeof entry === 'string' ? this.#algorithm.read(entry) : 'mistyped';
    if (typeof reading === 'string' || reading.kind !== 'voucher') return undefined;
    const { residue, window, quantity } = reading;
    const rows = this.#journal.tables.sessionsOn(residue, window, quantity);
    const row = rows.find(({ sequence }) => this.#matcher.matches(reading, sequence));
    if (!row) return undefined;
    const { openSession } = this.#journal.state;
    return openSession?.voucher.sequence === row.sequence ? openSession : recordOfRow(row, this.settings.stationId);
  }

  /**
   * Does what a service code that `verify` accepted does to the station itself, and uses its number up, in one
   * transaction; `synchronize` has no number of its own. What it does to relay and session is for the caller to do.
   * @returns `used` when the number was used meanwhile, or `synchronize` would lead back; nothing is changed then
   * @throws {JournalError} `journal-not-writable`
   */
  useService(operation: Operation, sequence: number): 'done' | 'used' {
    const change =
      operation === 'synchronize'
        ? synchronize(sequence, this.#held(), this.settings, this.#clocks)
        : this.#served(operation, sequence);
    if (!change) return 'used';
    this.#journal.commit(change, 'durable', (tables, moment) => {
      tables.appendRecord('service', JSON.stringify({ operation, sequence }), moment);
    });
    this.#noted();
    if (operation === 'synchronize' && this.settings.sequence === 'clock') this.#onSynchronized?.();
    return 'done';
  }

  /**
   * @param opened the session as it begins; with `ended` set it is recorded as over at once
   * @returns `used`, and nothing is changed, when the number was used meanwhile
   * @throws {JournalError} `journal-not-writable`; `session-open` while another session is
   */
  redeem(voucher: Voucher, opened: SessionRecord): 'redeemed' | 'used' {
    const { window, openSession, sessions } = this.#journal.state;
    if (isUsed(window, voucher.sequence) || isForgotten(window, voucher.sequence)) return 'used';
    if (openSession) throw new JournalError('session-open', 'A session is open: close it before the next is redeemed.');
    const session = sessions + 1;
    const record = this.#checked({ ...opened, voucher, session, outlet: opened.outlet ?? 1 });
    const change = {
      window: use(window, voucher.sequence),
      ...this.#timesAfter(voucher),
      limiter: rewarded(this.#limiter()),
      sessions: session,
      ...(record.ended
        ? { lastClosed: record, totals: this.#counted(closing(record)) }
        : { openSession: record, sessionKey: keyText(this.settings), totals: this.#counted({ closings: 1 }) }),
    };
    this.#journal.commit(change, 'durable', (tables, moment) => tables.putSession(record, moment));
    this.#noted();
    if (record.ended) this.#archive();
    return 'redeemed';
  }

  checkpoint(record: SessionRecord): void {
    const openSession = this.#mustBeOpen(record);
    const checked = { ...this.#checked(record), ...placeOf(openSession) };
    if (same(checked, openSession)) return;
    const goesOn = (openSession.halted && !checked.halted) || (checked.cuts ?? 0) > (openSession.cuts ?? 0);
    const totals = goesOn ? { totals: this.#counted({ closings: 1 }) } : {};
    const change = { openSession: checked, ...totals, ...this.#times() };
    this.#journal.commit(change, 'durable', (tables, moment) => tables.updateSession(checked, moment));
    this.#noted();
  }

  /** A session that has something left and no receipt yet gets one here. Closing it again changes nothing. */
  close(record: SessionRecord): void {
    const { openSession, lastClosed } = this.#journal.state;
    if (!openSession && lastClosed?.voucher.sequence === record.voucher.sequence) return;
    const open = this.#mustBeOpen(record);
    if (!record.ended) throw new TypeError('record.ended: why the session ended');
    const checked = { ...this.#checked(record), ...placeOf(open) };
    const totals = this.#counted(closing(checked));
    const change = { openSession: null, sessionKey: null, lastClosed: checked, totals, ...this.#times() };
    this.#journal.commit(change, 'durable', (tables, moment) => tables.updateSession(checked, moment));
    this.#noted();
    this.#archive();
  }

  openSession(): SessionRecord | undefined {
    return this.#journal.state.openSession ?? undefined;
  }

  lastReceipt(): SessionRecord | undefined {
    const { lastClosed } = this.#journal.state;
    return lastClosed?.receipt ? lastClosed : undefined;
  }

  receiptFor(record: SessionRecord): string | undefined {
    const { openSession, sessionKey } = this.#journal.state;
    // A session keeps the key that it began with.
    const isOpen = openSession?.voucher.sequence === record.voucher.sequence && typeof sessionKey === 'string';
    return receiptOfRecord(record, isOpen ? Buffer.from(sessionKey, 'hex') : this.settings.key, this.#algorithm);
  }

  /** What was counted under this journal's id. */
  totals(): Totals {
    return this.#journal.state.totals;
  }

  /** Tells this journal from the one before it: 4 random bytes, in hex. */
  get journalId(): string {
    return this.#journal.state.journalId;
  }

  append(kind: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.#journal.write((tables, moment) => tables.appendRecord(kind, JSON.stringify(details), moment));
    this.#archive();
  }

  /** `lost` when the time lies before the last remembered or before the build; a `counter` station needs no clock. */
  clockState(): 'ok' | 'lost' {
    this.#note();
    return this.settings.sequence === 'clock' && this.#isLost() ? 'lost' : 'ok';
  }

  /** The station's own time, unix milliseconds. */
  now(): number {
    return stationMs(this.#journal.state.clock, this.#clocks);
  }

  /** H, the highest number used; 0 when there is none. */
  highestUsed(): number {
    return this.#journal.state.window.highest;
  }

  /** Whole seconds until the keypad hears 10-digit codes again, 0 when it does. */
  lockedForSeconds(): number {
    return waitSeconds(this.#limiter(), false);
  }

  /** A pulse counter's total, Wh; 0 when it was never saved. */
  meterCounter(name: string): number {
    return this.#journal.state.counters[name] ?? 0;
  }

  /** Keeps a pulse counter's total, Wh. One write: call it as often as checkpoints are made, not at each pulse. */
  saveMeterCounter(name: string, wh: number): void {
    if (!Number.isFinite(wh) || wh < 0) throw new RangeError(`wh: a number from 0, not ${wh}`);
    const { counters } = this.#journal.state;
    if (counters[name] === wh) return;
    this.#journal.commit({ counters: { ...counters, [name]: wh } }, 'durable');
  }

  /** Resolves when the second mark tells of all that was done, or cannot be written. */
  async marked(): Promise<void> {
    await this.#past?.noted();
  }

  /** Lets go of the journal's files. May be called twice. */
  dispose(): void {
    this.#journal.close();
  }

  /** Tells one boot from the next, takes the time of this one, and the numbers that belong to the key. */
  #arrive(): void {
    const { boot } = this.#journal.state;
    const line = lineOfKey(this.#journal.state, this.settings, this.#clocks);
    const { generation = 0, confirmed } = this.#past ?? {};
    if (line || confirmed || generation > this.#journal.state.generation) {
      this.#journal.commit({ ...line?.change, generation }, 'durable', (tables, moment) => {
        if (line?.isNew) tables.appendRecord('key-changed', JSON.stringify(line.details), moment);
        if (confirmed) tables.appendRecord('journal-confirmed', JSON.stringify({ why: confirmed }), moment);
      });
    }
    if (boot.id === this.#clocks.bootId) return;
    const change = {
      boot: { id: this.#clocks.bootId, number: boot.number + 1 },
      ...this.#times(),
      limiter: this.#limiter(),
    };
    this.#journal.commit(change, 'durable', (tables, moment) => {
      const lost = this.settings.sequence === 'clock' && isLost(change.clock, change.sure, this.#clocks);
      tables.appendRecord('boot', JSON.stringify({ clock: lost ? 'lost' : 'ok' }), moment);
    });
  }

  #held(): Times {
    return { ...this.#journal.state, sure: this.#sure() };
  }

  #served(operation: Operation, sequence: number): Partial<StationState> | undefined {
    const { window } = this.#journal.state;
    if (isUsed(window, sequence) || isForgotten(window, sequence)) return undefined;
    const limiter =
      operation === 'clear-lockout' ? fullLimiter(this.#clocks.bootId, this.#clocks.monotonicMs()) : this.#limiter();
    const totals = this.#counted(operation === 'test-relay' ? { closings: 1 } : {});
    return { window: use(window, sequence), ...this.#times(), limiter, totals };
  }

  #counted(more: Partial<Totals>): Totals {
    return counted(this.#journal.state.totals, more);
  }

  #sure(): SureTime {
    const { sure } = this.#journal.state;
    if (!sure) throw new Error('a station that has arrived has a sure time');
    return grownSureTime(sure, this.#clocks);
  }

  #isLost(): boolean {
    return isLost(this.#journal.state.clock, this.#sure(), this.#clocks);
  }

  /** What time alone changes, to be written down with whatever else is. */
  #times() {
    return { clock: remember(this.#journal.state.clock, this.#clocks), sure: this.#sure() };
  }

  #timesAfter({ sequence, layout }: Voucher) {
    const { clock, sure } = this.#times();
    if (this.settings.sequence === 'counter') return { clock, sure };
    const { window } = boundsIn(this.#algorithm, layout) ?? this.#algorithm.bounds.typed;
    return { clock, sure: sureTimeAfter(sure, sequence, window, this.settings.slotSeconds) };
  }

  #voucher(layout: Voucher['layout'], quantity: number, sequence: number): Voucher {
    const { stationId: station, unit, step } = this.settings;
    return { station, layout, sequence, quantity, amount: quantity * step, unit, step };
  }

  #limiter(): Limiter {
    return refilled(this.#journal.state.limiter, this.#clocks.bootId, this.#clocks.monotonicMs());
  }

  #mustBeOpen(record: SessionRecord): SessionRecord {
    const { openSession } = this.#journal.state;
    if (openSession?.voucher.sequence === record.voucher.sequence) return openSession;
    throw new JournalError('session-not-open', `No session is open on number ${record.voucher.sequence}.`);
  }

  #checked(record: SessionRecord): SessionRecord {
    return checkedRecord(record, (within) => this.receiptFor(within));
  }

  /** Moving old rows out can wait: what fails here is tried again after the next session. */
  #archive(): void {
    try {
      archiveOldest(this.#journal, this.#limits);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }

  #noteLock(limiter: Limiter): void {
    try {
      const details = JSON.stringify({ wrongInARow: limiter.wrongInARow });
      this.#journal.commit({ totals: this.#counted({ lockouts: 1 }) }, 'durable', (tables, moment) =>
        tables.appendRecord('keypad-locked', details, moment),
      );
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }

  #noted(): void {
    this.#notedAtMs = this.#clocks.monotonicMs();
    this.#durablyNotedAtMs = this.#notedAtMs;
  }

  /**
   * Once a minute, and when the machine's clock was set, writes down what time alone changed: the time lived to, sure
   * time, and what the limiter gathered. A failure is left for the next write that matters to report.
   */
  #note(): void {
    const { clock, limiter } = this.#journal.state;
    const keepsTime = this.settings.sequence === 'clock';
    const now = this.#clocks.monotonicMs();
    const stepped = keepsTime && wasStepped(clock, this.#clocks);
    if (Math.abs(now - this.#notedAtMs) < NOTE_MS && !stepped) return;
    this.#notedAtMs = now;
    if (!keepsTime && isFull(limiter)) return;
    const durably = stepped || Math.abs(now - this.#durablyNotedAtMs) >= NOTE_DURABLY_MS;
    if (durably) this.#durablyNotedAtMs = now;
    try {
      this.#journal.commit({ ...this.#times(), limiter: this.#limiter() }, durably ? 'durable' : 'lazy');
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }
}
