// What is said of stations: what they sell, and what they are set up with. Plain data.
import type { CodeTerms } from '../codes/provisioning.ts';
import type { Money } from './payment-types.ts';
import type { CodeRecord } from './types.ts';

/** What a station sells and how its codes are made. A change makes a new version; vouchers keep theirs. */
export interface StationTerms extends CodeTerms {
  readonly keyVersion: number;
  /** Price of one step; absent: nothing is charged for. */
  readonly price?: Money;
}

export interface StationRecord extends StationTerms {
  readonly id: string;
  /** For people: where it stands. Empty when not given. */
  readonly name: string;
  /** Which stations a statement sums up together, as one car park's. Empty when not given. */
  readonly site: string;
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
  readonly site?: string;
  readonly outlets?: number;
}
/** `price: null` takes the price away. The number of outlets changes no other term. */
export interface StationChange extends Partial<Omit<StationTerms, 'price'>> {
  readonly name?: string;
  readonly site?: string;
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
