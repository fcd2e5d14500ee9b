// What the operator's overview shows: sums, and stations that ask for a look. Plain data.
import type { Unit } from '../codes/index.ts';

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
  /** Stations not heard for a week, closed vouchers that no report listed or that nobody bought, alarms that nobody has seen. */
  readonly reports: {
    readonly silent: number;
    readonly missing: number;
    readonly unexplained: number;
    readonly alarms: number;
  };
  /** Refunds that are owed, counted up to a thousand. */
  readonly refundsOwed: number;
  readonly anomalies: readonly Anomaly[];
}
