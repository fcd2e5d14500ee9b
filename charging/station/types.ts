// What the rooms of the station say to each other: plain data.
import type { END_REASONS, LayoutName, Operation, Unit } from '../codes/index.ts';
import type { CodeTerms } from '../codes/provisioning.ts';

export interface StationSettings extends CodeTerms {
  readonly stationId: string;
  /** 32 bytes; of this station alone. */
  readonly key: Uint8Array;
  /** Of the key; 1 where nobody said. It tells the cloud which key sealed a report, and opens nothing. */
  readonly keyVersion?: number;
}

/** Time, handed in: nothing in charging/ asks the machine for it. */
export interface Clocks {
  /** The machine's wall clock, unix milliseconds. May be wrong, may jump. */
  wallMs(): number;
  /** CLOCK_MONOTONIC of this boot, milliseconds. */
  monotonicMs(): number;
  /** Changes at each boot of the machine, not at each start of the program. */
  readonly bootId: string;
  /** When this program was built, unix milliseconds: the station's time can't lie before. */
  readonly builtMs: number;
}

/** What a voucher code grants. */
export interface Voucher {
  readonly station: string;
  readonly layout: LayoutName;
  readonly sequence: number;
  /** In steps. */
  readonly quantity: number;
  /** quantity × step, in `unit`s. */
  readonly amount: number;
  readonly unit: Unit;
  readonly step: number;
}

/** What the keypad hears (docs/code-format.md). */
export type Verdict =
  | { readonly outcome: 'accepted'; readonly kind: 'voucher'; readonly voucher: Voucher }
  | { readonly outcome: 'accepted'; readonly kind: 'service'; readonly operation: Operation; readonly sequence: number }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number }
  /** `sequence`: of a voucher, which may have been typed in time and wait since. */
  | { readonly outcome: 'expired'; readonly sequence?: number }
  /** `operation`: of a synchronization, what it asks is done already. */
  | { readonly outcome: 'used'; readonly operation?: 'synchronize' }
  | { readonly outcome: 'mistyped' | 'out-of-step' | 'clock-lost' | 'invalid' };
export type Outcome = Verdict['outcome'];

export type EndReason = keyof typeof END_REASONS;

/** Why a voucher that was verified is not redeemed. */
export type Unredeemable = 'used' | 'expired';

/** One redeemed voucher and what was delivered on it: a row of the journal. A session is the rows with the same `session`. */
export interface SessionRecord {
  readonly voucher: Voucher;
  /** Where it was charged; 1 where it is not set, 0 where it was handed back before it had an outlet. */
  readonly outlet?: number;
  /** Which session of this journal it belongs to; set by the journal. */
  readonly session?: number;
  /** In `unit`s, never more than `voucher.amount`; as exact as it was measured. */
  readonly delivered: number;
  /** The meter's reading (Wh) when the session opened and at the last checkpoint; only for `Wh` stations. */
  readonly meterStartWh?: number;
  readonly meterLastWh?: number;
  /** While it is open: the power cuts that it has seen, and what the next one will cost its customer, in `unit`s. */
  readonly cuts?: number;
  readonly ahead?: number;
  /** While it is open: the station was stopped in order, so that what comes next is no power cut. */
  readonly halted?: boolean;
  /** Set when the session has ended. */
  readonly ended?: EndReason;
  /** 12 digits, or 14 at a wide station, when something was left at the end. */
  readonly receipt?: string;
}

/** The journal as the session sees it. Each call is on the disk when it returns, or throws a `JournalError`. */
export interface SessionJournal {
  /**
   * Number used, voucher opened, limiter refilled: one transaction. With `opened.session` set the voucher joins that session,
   * else it begins one at `opened.outlet`. `used` when the number was used meanwhile, `expired` when the cloud may have given it back.
   */
  redeem(voucher: Voucher, opened: SessionRecord): 'redeemed' | Unredeemable;
  /** What was delivered so far, at all outlets, in one transaction. One that is used up may end here. */
  checkpoint(records: readonly SessionRecord[]): void;
  /** The ends of vouchers, each with why it ended, in one transaction. */
  close(records: readonly SessionRecord[]): void;
  /** Number used, and the voucher closed at once with a receipt for the whole of it: one transaction. */
  handBack(voucher: Voucher): SessionRecord | Unredeemable;
  /** All vouchers that stand open, by session, in order of redemption. */
  openVouchers(): readonly SessionRecord[];
  /** All vouchers of the sessions that stand open, those too that have ended before them, in order of redemption. */
  openSessions(): readonly SessionRecord[];
  /** Of each outlet the vouchers of the session that ended last, in order of redemption. */
  lastClosed(): readonly SessionRecord[];
  /** The digits for what is left of a voucher, ⌊155 × left ÷ bought⌋; undefined when that is nothing. */
  receiptFor(record: SessionRecord): string | undefined;
  /** An event worth keeping: faults, services, starts. Ordered by boot and sequence, never by wall clock. */
  /** @param counts what it adds to the totals that reports tell, in the same transaction */
  append(kind: string, details?: Readonly<Record<string, unknown>>, counts?: { readonly closings: number }): void;
}

/**
 * `code`: `journal-corrupt`, `journal-newer`, `journal-not-writable`, `sqlite-missing`, `journal-in-use` (another
 * program writes it), `journal-of-another-station`, a `Forgotten` (past.ts), `journal-missing` (for who only reads it), and for calls that
 * never should be made: `journal-closed`, `session-open`, `session-not-open`.
 */
export class JournalError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JournalError';
    this.code = code;
  }
}
