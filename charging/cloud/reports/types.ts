// What stations' reports tell, as the ledger's callers see it.
import type { Unit } from '../../codes/index.ts';
import type { CodeRecord, PageQuery } from '../types.ts';

/** What a report may raise; docs/reports.md says when. */
export type AlarmKind =
  | 'fault-standing'
  | 'clock-off'
  | 'clock-lost'
  | 'energy-past-sold'
  | 'unknown-voucher'
  | 'ended-twice'
  | 'refunded-but-used'
  | 'settled-otherwise'
  | 'journal-restarted'
  | 'journal-went-back'
  | 'contactor-worn'
  | 'many-lockouts';

/** Figures and words that show what an alarm says; names as in docs/reports.md. */
export type Evidence = Readonly<Record<string, number | string | null>>;

export interface Alarm {
  /** The same for ever: for a receiver that hears it twice. */
  readonly id: string;
  readonly station: string;
  readonly kind: AlarmKind;
  /** ISO 8601. */
  readonly raisedAt: string;
  readonly evidence: Evidence;
  /** When what raised it had passed, as with a fault that is gone; null while it stands, and for what happened once. */
  readonly overAt: string | null;
  readonly seenAt: string | null;
  readonly seenBy: string | null;
}

export interface HearCall {
  readonly station: string;
  /** Sealed, as the station shows it. */
  readonly report: string;
}

export interface Heard {
  /** Its number. */
  readonly report: number;
  /** Closed vouchers that it lists. */
  readonly sessions: number;
  /** Those that were not known before. */
  readonly new: number;
  /** Of all that it counts, those that are still not known. */
  readonly missing: number;
  /** Raised by it. */
  readonly alarms: readonly Alarm[];
}

export interface StationHealth {
  readonly station: string;
  readonly name: string;
  readonly unit: Unit;
  /** When a report newer than all before was heard; the rest is null where none was. */
  readonly heardAt: string | null;
  readonly journal: string | null;
  /** Journals that reports were heard of. */
  readonly journals: number;
  /** The station's own time, in that report; null: its clock was lost. */
  readonly toldAt: string | null;
  /** By how many seconds its clock is ahead (below zero: behind), at least and at most, as far as can be told for sure. */
  readonly clock: { readonly least: number | null; readonly most: number | null };
  /** Vouchers closed; and of those, the ones that no report listed. */
  readonly closed: number;
  readonly missing: number;
  /** Of all journals: closed, and no row of the ledger explains it, as with a key that was copied. */
  readonly unexplained: number;
  /** Codes that came to nothing and were given back, by a report or by a person. */
  readonly neverUsed: number;
  /** Seconds, or Wh, since the journal began, open vouchers included. */
  readonly delivered: number;
  readonly meterWh: number | null;
  readonly wrongGuesses: number;
  readonly lockouts: number;
  /** Their numbers (docs/reports.md). */
  readonly faults: readonly number[];
  /** Of all journals; beside it what its contactors are made for. */
  readonly relayClosings: number;
  readonly relayLife: number;
  /** Alarms that nobody has seen. */
  readonly alarms: number;
}

/** Closed vouchers that are not known, by their place in the journal's order, from 1. */
interface Gap {
  readonly journal: string;
  readonly first: number;
  readonly last: number;
}

export interface StationReports extends StationHealth {
  readonly gaps: readonly Gap[];
  /** Codes that were sold, can be typed no more, and of which no end is known: newest first, 50 at most. */
  readonly unclaimed: readonly CodeRecord[];
}

export interface HealthQuery extends PageQuery {
  readonly search?: string | undefined;
  /** Only those not heard for a week, those whose vouchers are not all known, or those with alarms that nobody has seen. */
  readonly only?: 'silent' | 'missing' | 'alarms' | undefined;
}

export interface AlarmsQuery extends PageQuery {
  readonly station?: string | undefined;
  /** Only those that nobody has seen. */
  readonly unseen?: boolean | undefined;
}
