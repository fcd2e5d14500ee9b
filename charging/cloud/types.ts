// What the ledger and those who call it say to each other: plain data. What is said of money stands in payment-types.ts.
import type { AlgorithmName, Operation, Unit } from '../codes/index.ts';
import type { DisputeState, Money, Refund } from './payment-types.ts';

export type { Money } from './payment-types.ts';

/** What can be refused: stable names, which the HTTP contract's problem types are made of. */
export type RefusalSlug =
  | 'malformed'
  | 'unauthorized'
  | 'unknown-station'
  | 'unknown-request'
  | 'unknown-receipt'
  | 'unknown-payment'
  | 'unknown-refund'
  | 'unknown-api-key'
  | 'unknown-alarm'
  | 'station-exists'
  | 'idempotency-key-reused'
  | 'receipt-settled'
  | 'not-paid'
  | 'already-paid'
  | 'payment-used'
  | 'payment-differs'
  | 'code-issued'
  | 'refund-under-way'
  | 'not-expired'
  | 'paid-otherwise'
  | 'terms-changed'
  | 'retired-station'
  | 'cancelled'
  | 'lapsed'
  | 'changed-meanwhile'
  | 'amount-not-sold'
  | 'layout-too-small'
  | 'receipt-mistyped'
  | 'report-not-valid'
  | 'station-not-valid'
  | 'api-key-not-valid'
  | 'too-many-codes'
  | 'too-many-receipts'
  | 'clocks-apart';

/** Why something was refused. */
export interface Refusal {
  readonly slug: RefusalSlug;
  /** What happened this time and what the reader can do; never a code or a key. */
  readonly detail: string;
  /** Whole seconds until it may be asked again. */
  readonly retryAfterSeconds?: number;
  /** With `receipt-settled`: what was answered when it was settled. */
  readonly settled?: Settlement;
  /** Which values cannot be, where that is known. */
  readonly errors?: readonly RequestError[];
}

/** One thing wrong with a request; `pointer` is a JSON Pointer (RFC 6901) into the body, or names where else it stood. */
export interface RequestError {
  readonly pointer: string;
  readonly detail: string;
}

export interface Refused {
  readonly refused: Refusal;
}
export type Answer<T> = T | Refused;

/** What a station sells and how its codes are made. A change makes a new version; vouchers keep theirs. */
export interface StationTerms {
  readonly unit: Unit;
  /** In `unit`s. */
  readonly step: number;
  readonly layout: AlgorithmName;
  readonly sequence: 'clock' | 'counter';
  readonly slotSeconds: number;
  readonly keyVersion: number;
  /** Price of one step; absent: nothing is charged for. */
  readonly price?: Money;
}

export interface StationRecord extends StationTerms {
  readonly id: string;
  /** For people: where it stands. Empty when not given. */
  readonly name: string;
  /** Where one vehicle charges at a time: 1 to 20. */
  readonly outlets: number;
  /** The most that one voucher of this station holds, in `unit`s. */
  readonly mostAmount: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly retiredAt: string | null;
  /** Grows with each change: for entity tags. */
  readonly revision: number;
}

/**
 * What is left out is `min`, 30, `compact`, `clock`, 300 seconds, key version 1, one outlet, no name, no price. With more
 * outlets it is `wide` and 120 seconds.
 */
export interface NewStation extends Partial<StationTerms> {
  readonly id: string;
  readonly name?: string;
  readonly outlets?: number;
}
/** `price: null` takes the price away. The number of outlets changes no other term. */
export interface StationChange extends Partial<Omit<StationTerms, 'price'>> {
  readonly name?: string;
  readonly outlets?: number;
  readonly price?: Money | null;
}

/** What a station is set up with. Holds its key: for the operator alone, never logged. */
export interface Provisioning extends StationTerms {
  /** Of this object, and of what is made of it. */
  readonly version: number;
  readonly station: string;
  /** 64 hex digits: the station's own key, derived when asked for. */
  readonly key: string;
  readonly outlets: number;
  /** ISO 8601, UTC: when this was given out. */
  readonly provisionedAt: string;
  /**
   * Whether no station can have honoured a code of this key yet: none was drawn, or nobody had the key before. With any
   * other a station whose journal is new refuses to sell, since that journal does not know which codes were used.
   */
  readonly new: boolean;
}

/** A key that replaces the one before. */
export interface NewKey {
  readonly provisioning: Provisioning;
  /** Vouchers of the key before that the station might still have taken: void once it has the new one. */
  readonly void: readonly CodeRecord[];
}

/** A voucher that was issued. */
export interface ChargingRequest {
  /** 32 hex digits that cannot be guessed. */
  readonly id: string;
  readonly station: string;
  /** In `unit`s. */
  readonly amount: number;
  readonly unit: Unit;
  /** Digits only. */
  readonly code: string;
  /** The same digits grouped for reading. */
  readonly display: string;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
  /** ISO 8601, UTC; null at stations that count. */
  readonly expiresAt: string | null;
  /** What the whole voucher cost, where the station has a price. */
  readonly price?: Money;
  /** The same voucher in the layout that a locked keypad still hears, and that can be typed for longer. */
  readonly rescue: { readonly code: string; readonly display: string; readonly expiresAt: string | null };
  /** Payments for this request that got no code. */
  readonly paidWithoutCode?: readonly PaidWithoutCode[];
  /** Money of this request that goes back, or went. */
  readonly refunds?: readonly Refund[];
}

/**
 * Why a payment gets no code: told too late, the second one, of another amount, for a request that was cancelled, or for
 * what the station does not sell any more.
 */
export type StrayReason = 'late' | 'second' | 'differs' | 'cancelled' | 'not-sold';

/** A payment that got no code. */
export interface PaidWithoutCode {
  /** The provider's reference. */
  readonly payment: string;
  readonly toldAt: string;
  /** `not-issued`: it was taken, and its code was not asked for yet. */
  readonly why: StrayReason | 'not-issued';
  /** Where the provider's call said it. */
  readonly amount?: Money;
  /** When it was given back. */
  readonly returnedAt: string | null;
  /** Whether the customer's bank wants it back. */
  readonly dispute?: DisputeState;
}

/** The same as the operator sees it. */
export interface PaymentRecord extends PaidWithoutCode {
  readonly request: string;
  readonly station: string;
  readonly client: string;
  /** Who took it, and gives it back by itself; empty: the operator does. */
  readonly provider: string;
  /** What the request costs. */
  readonly price?: Money;
}

/** A request whose number is not drawn yet: it waits for its payment, or was paid, or nobody paid in time. */
export interface Reservation {
  readonly id: string;
  readonly station: string;
  readonly amount: number;
  readonly unit: Unit;
  readonly status: 'reserved' | 'paid' | 'lapsed' | 'cancelled';
  readonly reservedAt: string;
  /** When it lapses if it is not paid. */
  readonly lapsesAt: string;
  readonly paidAt?: string;
  readonly cancelledAt?: string;
  readonly price?: Money;
  /** Where it is paid, while it can be. */
  readonly pay?: string;
  /** Payments for this request that got no code. */
  readonly paidWithoutCode?: readonly PaidWithoutCode[];
  /** Money of this request that goes back, or went. */
  readonly refunds?: readonly Refund[];
}

/** A reservation as the operator sees it. */
export interface ReservationRecord extends Reservation {
  readonly client: string;
  /** The payment provider's reference. */
  readonly payment: string | null;
  /** Whether its voucher was issued. */
  readonly issued: boolean;
}

/** What a receipt gives back. */
export interface Settlement {
  /** The id of the charging request. */
  readonly request: string;
  /** In `unit`s. */
  readonly bought: number;
  /** In `unit`s, rounded down to ten-thousandths: never more than what was left. */
  readonly unused: number;
  readonly unit: Unit;
  /** Where the voucher had a price; rounded down to the smallest unit. */
  readonly refund?: Money;
  /** `payment`: to the payment that it was bought with. Absent: no payment is known, as where it was sold for cash. */
  readonly refundTo?: 'payment';
}

export interface IssuedService {
  readonly station: string;
  readonly operation: Operation;
  /** 15 digits. */
  readonly code: string;
  readonly display: string;
  readonly issuedAt: string;
}

export type Role = 'customer app' | 'operator';

export interface ApiKeyRecord {
  /** Public part of the key; the `client` that its requests belong to. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}
/** The one time that the key itself is seen. */
export interface NewApiKey extends ApiKeyRecord {
  readonly key: string;
}
/** Who a key belongs to. */
export interface Principal {
  readonly client: string;
  readonly role: Role;
  readonly name: string;
}

export interface AuditEntry {
  /** What was done or tried, in words with dashes: `station-created`, `foreign-request`, `revoked-key`. */
  readonly action: string;
  /** Who: the client, when known. */
  readonly client?: string;
  /** The station it was about, as given (it may not exist). */
  readonly station?: string;
  /** Anything more; never a code or a key. Cut at 500 characters. */
  readonly detail?: string;
}
export interface AuditRecord extends AuditEntry {
  readonly at: string;
}

/**
 * Where it is known from what was left: digits that the buyer typed or that the operator settled, a report of the station,
 * or nobody typed the code in time.
 */
export type ReceiptSource = 'typed' | 'operator' | 'report' | 'expired';

/** One row of the ledger as the operator sees it: no code. */
export interface CodeRecord {
  /** The charging request's id; null for service codes. */
  readonly request: string | null;
  readonly station: string;
  readonly kind: 'voucher' | Operation;
  readonly sequence: number;
  readonly client: string;
  readonly issuedAt: string;
  /** The rest is for vouchers. */
  readonly amount: number | null;
  readonly unit: Unit;
  readonly price?: Money;
  readonly settledAt: string | null;
  readonly unused: number | null;
  readonly refund?: Money;
  /** Not settled, and no digits of it open the station any more. Not told in exports. */
  readonly expired?: true;
  /** Not settled nor expired, and sold under another key than the station has now. Not told in exports. */
  readonly void?: true;
  /** Of a settled one: where it is known from, who settled it if it was not who bought it, where the money goes back to. */
  readonly source?: ReceiptSource;
  readonly settledBy?: string;
  readonly payment?: string;
  /** How it ended, as a report told: in `unit`s, and why (docs/reports.md); told in exports alone. */
  readonly told?: { readonly delivered: number; readonly reason: string; readonly endedAt: string | null };
}

/** A voucher, or a reservation for one. */
export interface IssueCall {
  readonly client: string;
  readonly station: string;
  /** In the station's unit. */
  readonly amount: number;
  readonly idempotencyKey?: string | undefined;
}
export interface ReserveCall extends IssueCall {
  /** How long it waits for its payment; the ledger's `lapseSeconds` unless given. */
  readonly lapseSeconds?: number | undefined;
}
/** A request of this client. */
export interface RequestCall {
  readonly client: string;
  readonly id: string;
}
export interface SynchronizeCall {
  readonly client: string;
  readonly station: string;
  readonly idempotencyKey?: string | undefined;
}
export interface ServiceCall extends SynchronizeCall {
  readonly operation: Operation;
}
export interface SettleCall {
  readonly client: string;
  readonly station: string;
  readonly receipt: string;
  /** For the operator. */
  readonly anyClient?: boolean;
  /** Where it comes from: whose wrong receipts count together when they are not the buyer's. */
  readonly address?: string | undefined;
  /** Of a voucher that another client bought: its digits in either layout, or its request's id. */
  readonly code?: string | undefined;
  readonly request?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Hand it in as `after` for the next page; null at the end. */
  readonly next: string | null;
}
export interface PageQuery {
  /** `next` of the page before. */
  readonly after?: string | undefined;
  /** 1 to 500; 50 unless given. */
  readonly limit?: number | undefined;
}

/** Which codes, or settled receipts: of a station, holding a text, of a time. */
export interface CodesQuery extends PageQuery {
  readonly station?: string | undefined;
  /** Part of a station's id or name, or of a request's id from 4 hex digits on. */
  readonly search?: string | undefined;
  /** ISO 8601; `to` is not included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Sums of one UTC day, for one unit and currency. */
export interface DayFigures {
  /** `2026-11-22`. */
  readonly day: string;
  readonly unit: Unit;
  /** Empty where nothing was charged for. */
  readonly currency: string;
  /** Vouchers. */
  readonly issued: number;
  /** In `unit`s. */
  readonly amount: number;
  /** In the currency's smallest unit. */
  readonly money: number;
  /** Receipts. */
  readonly settled: number;
  readonly unused: number;
  readonly refunded: number;
  readonly synchronizations: number;
  readonly services: number;
}
/** A station that asks for a look, by its last 30 days at most. */
export interface Anomaly {
  readonly station: string;
  readonly synchronizations: number;
  readonly settled: number;
  /** Receipts that no voucher of the station fits. */
  readonly wrongReceipts: number;
  /** Vouchers in these days, counted up to sixty a day. */
  readonly issued: number;
}
export interface Statistics {
  /** Oldest day first. */
  readonly days: readonly DayFigures[];
  readonly stations: { readonly active: number; readonly retired: number };
  /** Vouchers that a station may still take; null where it was not to be counted. */
  readonly outstanding: number | null;
  /** Reservations of the last 30 days that are not lapsed, or paid and not issued. */
  readonly waiting: number;
  /** Payments that got no code and were not given back, counted up to a thousand. */
  readonly paidWithoutCode: number;
  /** Stations not heard for a week, closed vouchers that no report listed, alarms that nobody has seen. */
  readonly reports: { readonly silent: number; readonly missing: number; readonly alarms: number };
  /** Refunds that are owed, counted up to a thousand. */
  readonly refundsOwed: number;
  readonly anomalies: readonly Anomaly[];
}

export interface Health {
  readonly database: 'sqlite' | 'postgresql';
  /** How long a write to the ledger and its commit took. */
  readonly milliseconds: number;
}

export interface LedgerOptions {
  /** `sqlite:/path/to/ledger.sqlite` or `postgres://…`. */
  readonly url: string;
  /** 32 bytes. The ledger remembers a fingerprint and opens with no other. */
  readonly masterKey: Uint8Array;
  /** Unix milliseconds; the machine's clock unless given. */
  readonly now?: () => number;
  /** How long a reservation waits for its payment: 900 unless given. */
  readonly lapseSeconds?: number;
  /** How long a call waits for a database that is away: 4000 unless given. */
  readonly patienceMs?: number;
  /** Told after each transaction: for metrics. */
  readonly onBatch?: (batch: BatchReport) => void;
  /**
   * Told in words when the ledger begins to fail, each minute while it does, and when it works again; and when the clock
   * cannot be right, and is again.
   */
  readonly onTrouble?: (line: string) => void;
}
export interface BatchReport {
  readonly kind: 'write' | 'read' | 'count';
  readonly calls: number;
  /** Of the transaction, commit included. */
  readonly milliseconds: number;
  /** Times that the transaction was tried again: conflicts with other replicas, lost connections. */
  readonly retries: number;
  readonly failed: boolean;
}

/** The database is not where it was: a backup was put under a running cloud, or a standby that knew less took over. */
export class LedgerWentBack extends Error {
  readonly code = 'ledger-went-back';
  constructor(what: string) {
    super(
      `The ledger went back while the cloud ran (${what}). Nothing is sold any more: numbers would be drawn twice. Stop ` +
        'the cloud, put the right ledger in its place (docs/ledger.md, Backup and restore), and start it again.',
    );
    this.name = 'LedgerWentBack';
  }
}

/** The database is away, or failed. HTTP 503. Nothing is known of the call: ask again with the same idempotency key. */
export class LedgerUnavailable extends Error {
  readonly code = 'ledger-unavailable';
  readonly retryAfterSeconds = 2;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerUnavailable';
  }
}

/**
 * The ledger does not open. `code`: `ledger-url`, `ledger-newer`, `master-key-differs`, `sqlite-missing`,
 * `postgres-missing`, `ledger-unavailable`, `ledger-not-writable`.
 */
export class LedgerError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LedgerError';
    this.code = code;
  }
}
