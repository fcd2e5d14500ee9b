// The rows of the ledger's tables: as the tables were made (shapes.ts), with the columns that were added, and the words that
// a column takes.
import type { Generated, Kysely, Transaction } from 'kysely';
import type { DisputeState, RefundCause, RefundState } from '../payment-types.ts';
import type { AlarmKind } from '../reports/types.ts';
import type { ReceiptSource } from '../types.ts';
import type { REPORTS } from './report-shapes.ts';
import type { LATER, VERSION_1 } from './shapes.ts';
import type { RowOf, TableShape } from './table-shape.ts';

type Rows<Shapes extends Readonly<Record<string, TableShape>>> = { [Name in keyof Shapes]: RowOf<Shapes[Name]> };
type Version1 = Rows<typeof VERSION_1>;
type Later = Rows<typeof LATER>;
type Reports = Rows<typeof REPORTS>;

export type StationsTable = Version1['stations'] & {
  /** Id and name as they are searched (folding.ts). */
  folded: string;
  outlets: number;
  /** Which stations a statement sums up together; empty: none. */
  site: string;
};
export type StationTermsTable = Version1['station_terms'];
export type CodesTable = Version1['codes'];
export type ReservationsTable = Version1['reservations'] & {
  /** When its customer took it back, or the operator gave its payment back. */
  cancelled_at: number | null;
};
export type PaymentsTable = Later['payments'] & {
  /** Who took it; empty: nobody who could give it back by himself. */
  provider: string;
  /** What of it goes back or went: the sum of its refunds. */
  refunded: number;
  dispute: DisputeState | null;
};
export type RefundsTable = Later['refunds'] & { cause: RefundCause; state: RefundState };
export type CheckoutsTable = Later['checkouts'];
export type ReceiptsTable = Version1['receipts'] & { source: ReceiptSource };
export type IdempotencyKeysTable = Version1['idempotency_keys'];
/** On SQLite: keys that are not in their table yet. */
type NewestKeysTable = IdempotencyKeysTable & {
  /** Counted up. */
  place: Generated<number>;
};
export type TalliesTable = Version1['tallies'];
export type ApiKeysTable = Version1['api_keys'];
export type JournalsTable = Reports['journals'];
export type ReportsTable = Reports['reports'];
export type VoucherEndsTable = Reports['voucher_ends'] & {
  /** 0: no row of the ledger explains it. */
  explained: number;
};
export type AlarmsTable = Reports['alarms'] & { kind: AlarmKind };

/** Steps that ran, as Kysely's Migrator keeps them. */
interface AppliedTable {
  name: string;
  timestamp: string;
}

export interface Tables extends Version1, Later, Reports {
  stations: StationsTable;
  reservations: ReservationsTable;
  payments: PaymentsTable;
  refunds: RefundsTable;
  receipts: ReceiptsTable;
  voucher_ends: VoucherEndsTable;
  alarms: AlarmsTable;
  newest_keys: NewestKeysTable;
  kysely_migration: AppliedTable;
}
export type Database = Kysely<Tables>;
export type Tx = Transaction<Tables>;
