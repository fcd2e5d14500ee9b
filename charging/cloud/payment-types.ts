// What is said of money that comes and goes: refunds, pages to pay, disputes. Plain data.

/** Money in the currency's smallest unit (cents, fen, yen), so that it adds up. */
export interface Money {
  /** Whole number. */
  readonly minorUnits: number;
  /** ISO 4217, as `EUR`. */
  readonly currency: string;
}

/**
 * `due`: owed; `sent`: the provider took it; `paid`: the customer has it; `failed`: the provider refused it, and it is tried
 * again. Where no provider is known it is due until the operator says that it was paid.
 */
export type RefundState = 'due' | 'sent' | 'paid' | 'failed';

/**
 * Why money goes back: for what was left of a voucher, for a payment without a code, or because it went back already: by
 * the operator's hand at the provider, or by a dispute.
 */
export type RefundCause = 'receipt' | 'payment' | 'provider' | 'dispute';

/** Of one request, as its customer sees it. */
export interface Refund {
  readonly amount: Money;
  readonly state: RefundState;
  readonly cause: RefundCause;
  /** ISO 8601, UTC: since when it is owed. */
  readonly dueAt: string;
  readonly paidAt: string | null;
}

/** The same as the operator sees it. */
export interface RefundRecord extends Refund {
  /** 32 hex digits. */
  readonly id: string;
  readonly station: string;
  /** The charging request's id. */
  readonly request: string;
  /** The payment that it goes back to; absent: none is known, as where it was sold for cash. */
  readonly payment?: string;
  /** Who pays it back by itself; empty: the operator, by hand. */
  readonly provider: string;
  readonly sentAt: string | null;
  /** How often the provider was asked. */
  readonly attempts: number;
  /** When it is tried again by itself. */
  readonly nextAt: string | null;
  /** The provider's own reference of it. */
  readonly reference?: string;
  /** What was last said of it: why it failed, or who paid it. */
  readonly note?: string;
}

export interface RefundsQuery {
  /** `owed` unless given. */
  readonly list?: 'owed' | 'paid' | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

/** A refund that is this caller's to send, until its lease is over. */
export interface RefundOrder {
  readonly id: string;
  /** Of this refund and this try: the provider takes each key once. */
  readonly key: string;
  readonly round: number;
  readonly payment: string;
  readonly amount: Money;
  /** Whether it may have been sent before: then look first. */
  readonly again: boolean;
  /** The provider took it before: ask what became of it. */
  readonly sent: boolean;
  readonly reference: string | undefined;
}

/** What became of a refund. `unknown`: no answer came; the same is asked again. */
export interface RefundTold {
  readonly id: string;
  readonly round: number;
  readonly state: 'sent' | 'paid' | 'failed' | 'unknown';
  readonly reference?: string | undefined;
  /** Why it failed, in the provider's words. */
  readonly why?: string | undefined;
}

/** Where a reservation is paid. */
export interface Checkout {
  readonly provider: string;
  /** The provider's own reference of its page. */
  readonly reference: string;
  readonly url: string;
}

/** A page to pay that somebody should look at: whether it was paid and nobody told, or nobody may pay there any more. */
export interface CheckoutToSee extends Checkout {
  readonly request: string;
  /** The reservation takes no payment any more: nobody may pay there. */
  readonly over: boolean;
}

/** Money that went back without this ledger, told by the provider. */
export interface GoneCall {
  readonly payment: string;
  /** The provider's own reference of it. */
  readonly reference: string;
  readonly amount: Money;
}

/** What became of something that was told. */
export interface News {
  /** Whether it was new, and kept. */
  readonly news: boolean;
}

export type DisputeState = 'open' | 'won' | 'lost';
export interface DisputeCall extends GoneCall {
  readonly state: DisputeState;
}

/** One line of a statement; money in the currency's smallest unit, negative where it went back. */
export interface StatementRow {
  readonly at: string;
  /** A code, a payment that got none, or a refund. */
  readonly kind: 'sale' | 'payment' | 'refund';
  readonly station: string;
  readonly name: string;
  /** The station's, as it is today. */
  readonly site: string;
  readonly request: string;
  /** In `unit`s; null where nothing was sold. */
  readonly amount: number | null;
  readonly unit: string;
  readonly money: Money;
  readonly payment: string;
  /** Of a refund. */
  readonly state: RefundState | '';
}
