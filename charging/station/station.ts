// What the charger decides, and what it remembers: codes typed, numbers used, sessions, its own time.
import { type Algorithm, algorithmOf, type Matcher, type Operation, sealReport } from '../codes/index.ts';
import { beginBoot, takeKey } from './arriving.ts';
import { isLost, remember, stationMs, wasStepped } from './clock.ts';
import { countersWith } from './counters.ts';
import { fateIn } from './fate.ts';
import { type ArchiveLimits, archiveOldest } from './journal/archive.ts';
import { unlessItFails } from './journal/failures.ts';
import type { Journal, Rows } from './journal/journal.ts';
import type { OpenVoucher } from './journal/packed.ts';
import type { StationState } from './journal/state.ts';
import { recordOfRow, type SessionRow } from './journal/tables.ts';
import { counted, type Totals } from './journal/totals.ts';
import { judgeAtStation } from './judging.ts';
import { fullLimiter, giveBack, isFull, type Limiter, refilled, rewarded, take, waitSeconds } from './limiter.ts';
import { openJournal, type StationOptions } from './opening.ts';
import type { Past } from './past.ts';
import { checkedRecord, isSame, keyText, receiptOfRecord } from './records.ts';
import { reportOf, type ToldByCharger } from './report.ts';
import { grownSureTime, type SureTime, sureTimeAfter } from './sure-time.ts';
import { isSynchronization, synchronize, type Times } from './synchronizing.ts';
import { TimeNotes } from './time-notes.ts';
import { ToldInReports } from './told.ts';
import type {
  Clocks,
  SessionJournal,
  SessionRecord,
  StationSettings,
  Unredeemable,
  Verdict,
  Voucher,
} from './types.ts';
import { asOpen, openOf, placed, redeemed, withEnded, written } from './vouchers.ts';
import { isForgotten, isUsed, use } from './window.ts';

export type { StationOptions } from './opening.ts';

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
  #told!: ToldInReports;
  readonly #timeNotes: TimeNotes;

  /** The machine was off since the journal was last open; unset by who says that codes which waited are forgotten. */
  wasOff = false;
  private constructor(settings: StationSettings, clocks: Clocks, journal: Journal, limits: ArchiveLimits, past?: Past) {
    this.#past = past;
    this.settings = settings;
    this.#clocks = clocks;
    this.#algorithm = algorithmOf(settings.layout);
    this.#matcher = this.#algorithm.matcher(settings.key, settings);
    this.#journal = journal;
    this.#limits = limits;
    this.#timeNotes = new TimeNotes(clocks.monotonicMs());
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
    this.#journal.commit({ limiter: taken.limiter, totals: counted(totals, { wrongGuesses: 1 }) }, 'durable');
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
    const record = fateIn(this.#journal.tables, entry, this.#algorithm, this.#matcher, this.settings.stationId);
    return record && (this.openVouchers().find((open) => isSame(record, open)) ?? record);
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
   * @param opened the voucher as it begins; with `ended` set it is recorded as over at once
   * @returns otherwise why not, and nothing is changed
   * @throws {JournalError} `journal-not-writable`; `session-open` while another session is at that outlet
   */
  redeem(voucher: Voucher, opened: SessionRecord): 'redeemed' | Unredeemable {
    const why = this.#unredeemable(voucher);
    if (why) return why;
    this.#use({ ...opened, voucher, ...placed(this.#journal.state, opened) });
    return 'redeemed';
  }

  handBack(voucher: Voucher): SessionRecord | Unredeemable {
    const why = this.#unredeemable(voucher);
    if (why) return why;
    const session = this.#journal.state.sessions + 1;
    return this.#use({ voucher, session, outlet: 0, delivered: 0, ended: 'handed-back' });
  }

  /** One that is not open, and was closed before, is left as it is. */
  checkpoint(records: readonly SessionRecord[]): void {
    this.#put(asOpen(this.#journal.state, records));
  }

  /** A voucher that has something left and no receipt yet gets one here. Closing it again changes nothing. */
  close(records: readonly SessionRecord[]): void {
    const { state, tables } = this.#journal;
    const open = records.filter((record) => openOf(state, record) || !tables.isClosed(record));
    if (!records.every(({ ended }) => ended)) throw new TypeError('record.ended: why the session ended');
    this.#put(asOpen(state, open));
  }

  openVouchers(): readonly SessionRecord[] {
    return this.#journal.state.openVouchers.map(({ keyIndex: _keyIndex, ...record }) => record);
  }

  openSessions(): readonly SessionRecord[] {
    return withEnded(this.openVouchers(), (session) => this.#records(this.#journal.tables.ofSession(session)));
  }

  lastClosed(): readonly SessionRecord[] {
    return this.#records(this.#journal.tables.lastClosed());
  }

  /** A voucher keeps the key that it was redeemed under. */
  receiptFor(record: SessionRecord): string | undefined {
    const { sessionKeys = [] } = this.#journal.state;
    const open = openOf(this.#journal.state, record);
    const key = open && sessionKeys[open.keyIndex ?? 0];
    return receiptOfRecord(record, key === undefined ? this.settings.key : Buffer.from(key, 'hex'), this.#algorithm);
  }

  /** Under this journal's id. */
  totals(): Totals {
    return this.#journal.state.totals;
  }

  /** Tells this journal from the one before it: 4 random bytes, in hex. */
  get journalId(): string {
    return this.#journal.state.journalId;
  }

  /**
   * What the station tells of itself, sealed (docs/reports.md); its number is on the disk.
   * @throws {JournalError} `journal-not-writable`
   */
  report(told: ToldByCharger): string {
    this.#journal.commit({ totals: counted(this.#journal.state.totals, { reports: 1 }), ...this.#times() }, 'durable');
    this.#noted();
    const waiting = this.#told.report(this.#journal.state, told.waiting);
    const now = this.clockState() === 'lost' ? undefined : this.now();
    return sealReport(this.settings.key, reportOf(this.#journal, { ...told, waiting }, this.settings, now));
  }

  append(kind: string, details: Readonly<Record<string, unknown>> = {}, counts?: Partial<Totals>): void {
    const row = (...[tables, moment]: Parameters<Rows>) => tables.appendRecord(kind, JSON.stringify(details), moment);
    if (counts) this.#journal.commit({ totals: counted(this.#journal.state.totals, counts) }, 'durable', row);
    else this.#journal.write(row);
    this.#archive();
  }

  /** `lost` when the time lies before the last remembered or before the build; a `counter` station needs no clock. */
  clockState(): 'ok' | 'lost' {
    this.#note();
    const lost = () => isLost(this.#journal.state.clock, this.#sure(), this.#clocks);
    return this.settings.sequence === 'clock' && lost() ? 'lost' : 'ok';
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

  /** Keeps pulse counters' totals, Wh, by their names. One write, unless they are kept: for every few seconds, not for each pulse. */
  saveMeterCounters(counts: Readonly<Record<string, number>>): void {
    const counters = countersWith(this.#journal.state.counters, counts);
    if (counters) this.#journal.commit({ counters }, 'durable');
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
    takeKey(this.#journal, this.settings, this.#clocks, this.#past);
    this.#told = new ToldInReports(this.settings, this.#journal.state);
    if (this.#journal.state.boot.id === this.#clocks.bootId) return;
    this.wasOff = this.#journal.state.boot.number > 0;
    beginBoot(this.#journal, this.settings, this.#clocks, { ...this.#times(), limiter: this.#limiter() });
  }

  #records(rows: readonly SessionRow[]): SessionRecord[] {
    return rows.map((row) => recordOfRow(row, this.settings.stationId));
  }

  #held(): Times {
    return { ...this.#journal.state, sure: this.#sure() };
  }

  #served(operation: Operation, sequence: number): Partial<StationState> | undefined {
    const { window, totals: before } = this.#journal.state;
    if (isUsed(window, sequence) || isForgotten(window, sequence)) return undefined;
    const limiter =
      operation === 'clear-lockout' ? fullLimiter(this.#clocks.bootId, this.#clocks.monotonicMs()) : this.#limiter();
    const totals = counted(before, operation === 'test-relay' ? { closings: 1 } : {});
    return { window: use(window, sequence), ...this.#times(), limiter, totals };
  }

  #sure(): SureTime {
    const { sure } = this.#journal.state;
    if (!sure) throw new Error('a station that has arrived has a sure time');
    return grownSureTime(sure, this.#clocks);
  }

  /** What time alone changes, to be written down with whatever else is. */
  #times() {
    return { clock: remember(this.#journal.state.clock, this.#clocks), sure: this.#sure() };
  }

  #timesAfter(voucher: Voucher) {
    const { clock, sure } = this.#times();
    return { clock, sure: sureTimeAfter(sure, voucher, this.settings) };
  }

  #voucher(layout: Voucher['layout'], quantity: number, sequence: number): Voucher {
    const { stationId: station, unit, step } = this.settings;
    return { station, layout, sequence, quantity, amount: quantity * step, unit, step };
  }

  #limiter(): Limiter {
    return refilled(this.#journal.state.limiter, this.#clocks.bootId, this.#clocks.monotonicMs());
  }

  /** Of a voucher that was verified, since when its time may have run out. */
  #unredeemable(voucher: Voucher): Unredeemable | undefined {
    const { window } = this.#journal.state;
    if (isUsed(window, voucher.sequence)) return 'used';
    const isOver = isForgotten(window, voucher.sequence) || this.#told.isGivenUp(voucher);
    return isOver ? 'expired' : undefined;
  }

  /** Uses the number of a voucher up and opens it, or closes it at once. */
  #use(opened: SessionRecord & { readonly session: number; readonly outlet: number }): SessionRecord {
    const { voucher } = opened;
    const record = { ...opened, ...this.#checked(opened) };
    const { state } = this.#journal;
    const change = {
      window: use(state.window, voucher.sequence),
      ...this.#timesAfter(voucher),
      limiter: rewarded(this.#limiter()),
      ...redeemed(state, record, keyText(this.settings)),
    };
    const order = record.ended ? change.totals.closed : undefined;
    this.#journal.commit(change, 'durable', (tables, moment) => tables.putVoucher(record, moment, order));
    this.#noted();
    if (record.ended) this.#archive();
    return record;
  }

  #put(records: readonly OpenVoucher[]): void {
    const checked = records.map((record) => ({ ...record, ...this.#checked(record) }));
    const news = written(this.#journal.state, checked, keyText(this.settings));
    if (!news) return;
    this.#journal.commit({ ...news.change, ...this.#times() }, 'durable', (tables, moment) => {
      for (const { record, order } of news.ended) tables.updateVoucher(record, moment, order);
    });
    this.#noted();
    if (news.ended.length > 0) this.#archive();
  }

  #checked(record: SessionRecord): SessionRecord {
    return checkedRecord(record, (within) => this.receiptFor(within));
  }

  /** Moving old rows out can wait: what fails here is tried again after the next session. */
  #archive(): void {
    unlessItFails(() => archiveOldest(this.#journal, this.#limits));
  }

  #noteLock(limiter: Limiter): void {
    unlessItFails(() => this.append('keypad-locked', { wrongInARow: limiter.wrongInARow }, { lockouts: 1 }));
  }

  #noted(): void {
    this.#timeNotes.written(this.#clocks.monotonicMs());
  }

  /**
   * Once a minute, and when the machine's clock was set, writes down what time alone changed: the time lived to, sure
   * time, and what the limiter gathered. A failure is left for the next write that matters to report.
   */
  #note(): void {
    const { clock, limiter } = this.#journal.state;
    const keepsTime = this.settings.sequence === 'clock';
    const needed = keepsTime || !isFull(limiter);
    const effort = this.#timeNotes.due(
      this.#clocks.monotonicMs(),
      keepsTime && wasStepped(clock, this.#clocks),
      needed,
    );
    if (!effort) return;
    unlessItFails(() => this.#journal.commit({ ...this.#times(), limiter: this.#limiter() }, effort));
  }
}
