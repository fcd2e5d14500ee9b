// What the ledger and those who call it say to each other: plain data. What is said of money, stations, reports and
// statistics stands in files of its own.
import type { Operation, Unit } from '../codes/index.ts';
import type { DisputeState, Money, Refund } from './payment-types.ts';

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
  | 'code-used'
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

/** What was asked for at a station, and the money of it. */
interface Requested {
  /** 32 hex digits that cannot be guessed. */
  readonly id: string;
  readonly station: string;
  /** In `unit`s. */
  readonly amount: number;
  readonly unit: Unit;
  /** What the whole voucher costs, where the station has a price. */
  readonly price?: Money;
  /** Payments for this request that got no code. */
  readonly paidWithoutCode?: readonly PaidWithoutCode[];
  /** Money of this request that goes back, or went. */
  readonly refunds?: readonly Refund[];
}

/** A voucher that was issued. */
export interface ChargingRequest extends Requested {
  /** Digits only. */
  readonly code: string;
  /** The same digits grouped for reading. */
  readonly display: string;
  /** ISO 8601, UTC. */
  readonly issuedAt: string;
  /** ISO 8601, UTC; null at stations that count. */
  readonly expiresAt: string | null;
  /** The same voucher in the layout that a locked keypad still hears, and that can be typed for longer. */
  readonly rescue: { readonly code: string; readonly display: string; readonly expiresAt: string | null };
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
export interface Reservation extends Requested {
  readonly status: 'reserved' | 'paid' | 'lapsed' | 'cancelled';
  readonly reservedAt: string;
  /** When it lapses if it is not paid. */
  readonly lapsesAt: string;
  readonly paidAt?: string;
  readonly cancelledAt?: string;
  /** Where it is paid, while it can be. */
  readonly pay?: string;
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
  readonly client?: string | undefined;
  /** The station it was about, as given (it may not exist). */
  readonly station?: string | undefined;
  /** Anything more; never a code or a key. Cut at 500 characters. */
  readonly detail?: string | undefined;
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
  /** Not settled nor known to have been used, and no digits of it open the station any more. Not told in exports. */
  readonly expired?: true;
  /** Not settled, used nor expired, and sold under another key than the station has now. Not told in exports. */
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
  /** Nobody pays for it: refused where the station has a price by then. */
  readonly unpriced?: boolean | undefined;
}
export interface ReserveCall extends Omit<IssueCall, 'unpriced'> {
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
