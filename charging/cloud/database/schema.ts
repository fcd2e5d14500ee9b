// The ledger's tables (docs/ledger.md says what each is for). Times are unix milliseconds, money smallest units.
import type { Generated, Kysely, Transaction } from 'kysely';
import type { DisputeState, RefundCause, RefundState } from '../payment-types.ts';
import type { AlarmKind } from '../reports/types.ts';
import type { ReceiptSource } from '../types.ts';

interface MetaTable {
  name: string;
  value: string;
}
/** Steps as programs of before counted them. */
interface MigrationsTable {
  version: number;
  applied_at: number;
}
/** Steps that ran, as Kysely's Migrator keeps them. */
interface AppliedTable {
  name: string;
  timestamp: string;
}
export interface StationsTable {
  /** Random, 1 to 2³²−1: no sequence that replicas would have to share. */
  number: number;
  id: string;
  name: string;
  /** The version in `station_terms` that holds now. */
  terms: number;
  revision: number;
  created_at: number;
  updated_at: number;
  retired_at: number | null;
  /** Id and name as they are searched (folding.ts). */
  folded: string;
  outlets: number;
  /** Which stations a statement sums up together; empty: none. */
  site: string;
}
export interface StationTermsTable {
  station: number;
  version: number;
  unit: string;
  step: number;
  layout: string;
  numbering: string;
  slot_seconds: number;
  key_version: number;
  step_price: number | null;
  currency: string | null;
  since: number;
}
/** Key versions that were given out, and when first. */
interface StationKeysTable {
  station: number;
  key_version: number;
  given_at: number;
}
export interface CodesTable {
  station: number;
  sequence: number;
  /** 0 voucher, else the operation's digit. */
  kind: number;
  terms: number;
  /** In steps; 0 for service codes. */
  quantity: number;
  /** Of the whole voucher. */
  price: number | null;
  client: string;
  issued_at: number;
  /** The reservation that it was drawn for. */
  reservation: number | null;
}
export interface ReservationsTable {
  station: number;
  /** Random, 48 bits. */
  reservation: number;
  terms: number;
  quantity: number;
  price: number | null;
  client: string;
  reserved_at: number;
  lapses_at: number;
  paid_at: number | null;
  payment: string | null;
  /** The number drawn for it, once issued. */
  sequence: number | null;
  /** When its customer took it back, or the operator gave its payment back. */
  cancelled_at: number | null;
}
export interface PaymentsTable {
  /** The provider's reference. */
  payment: string;
  station: number;
  reservation: number;
  /** What was paid, where the provider's call said it. */
  minor_units: number | null;
  currency: string | null;
  told_at: number;
  /** `taken`, or why it gets no code. */
  outcome: string;
  /** 0: without a code, and not given back. */
  done: number;
  returned_at: number | null;
  /** Who took it; empty: nobody who could give it back by himself. */
  provider: string;
  /** What of it goes back or went: the sum of its refunds. */
  refunded: number;
  dispute: DisputeState | null;
}
export interface RefundsTable {
  station: number;
  /** Made of its cause: the same one is owed once. 24 hex digits. */
  refund: string;
  cause: RefundCause;
  reservation: number | null;
  /** The voucher that it is of, where it has no reservation. */
  sequence: number | null;
  payment: string | null;
  provider: string;
  minor_units: number;
  currency: string;
  state: RefundState;
  /** 0: owed. */
  done: number;
  /** Counts what the provider refused: each round has a key of its own there. */
  round: number;
  attempts: number;
  /** When it is to be sent, or asked for, by itself; null: never. */
  next_at: number | null;
  due_at: number;
  sent_at: number | null;
  paid_at: number | null;
  reference: string | null;
  note: string | null;
}
export interface CheckoutsTable {
  station: number;
  reservation: number;
  provider: string;
  reference: string;
  url: string;
  /** When somebody should look at it; null: nobody pays there any more. */
  next_at: number | null;
  made_at: number;
}
export interface ReceiptsTable {
  station: number;
  sequence: number;
  /** In 155ths. */
  unused: number;
  refund: number | null;
  client: string;
  settled_at: number;
  /** Random, of the call that settled it: knows its own work again after a lost connection. */
  token: number;
  source: ReceiptSource;
}
export interface IdempotencyKeysTable {
  /** SHA-256 of client and key, 128 bits of it. */
  hash: Uint8Array;
  station: number;
  item: number;
  /** 0: `item` is a sequence number; 1: a reservation. */
  what: number;
  used_at: number;
}
/** On SQLite: keys that are not in their table yet. */
interface NewestKeysTable extends IdempotencyKeysTable {
  /** Counted up. */
  place: Generated<number>;
}
export interface TalliesTable {
  /** Days since 1970-01-01, UTC. */
  day: number;
  /** 0: all stations. */
  station: number;
  unit: string;
  currency: string;
  /** Replicas add to rows of their own, or they would wait for each other. */
  writer: number;
  issued: number;
  amount: number;
  money: number;
  settled: number;
  /** In ten-thousandths of `unit`. */
  unused: number;
  refunded: number;
  synchronizations: number;
  services: number;
  wrong_receipts: number;
}
export interface ApiKeysTable {
  id: string;
  name: string;
  role: string;
  /** SHA-256 of the whole key, hexadecimal. */
  hash: string;
  created_at: number;
  revoked_at: number | null;
}
interface AuditTable {
  at: number;
  /** Random, 48 bits. */
  entry: number;
  action: string;
  client: string | null;
  station: string | null;
  detail: string | null;
}
interface WrongReceiptsTable {
  station: number;
  client: string;
  /** When the last of the wrong ones is forgiven: the theoretical arrival time of a leaky bucket. */
  until: number;
}
interface HeartbeatsTable {
  writer: number;
  at: number;
}
/** Counts that replicas share, in the shape that the library of limits knows. */
interface RequestLimitsTable {
  key: string;
  points: number;
  expire: number | null;
}

/** What was heard of a station last. */
interface StationReportsTable {
  station: number;
  /** The one that speaks for the station now. */
  journal: string;
  /** When a report newer than all before was heard. */
  heard_at: number;
}
/** What the newest report of a journal told, and what is known of its vouchers. */
export interface JournalsTable {
  station: number;
  /** Eight hex digits. */
  journal: string;
  key_version: number;
  /** When it was first heard of. */
  first_at: number;
  heard_at: number;
  /** Of the newest report. */
  number: number;
  boot: number;
  /** The station's time, unix seconds; 0: its clock was lost. */
  told_at: number;
  /** By how many seconds the station's clock is ahead, at least and at most; null where that cannot be told. */
  clock_least: number | null;
  clock_most: number | null;
  highest: number;
  /** Sure time, unix seconds. */
  sure: number;
  closed: number;
  delivered: number;
  meter_wh: number | null;
  /** Both of the first report that told them with no meter silent: what a meter counted before the station had it is no theft. */
  meter_from: number | null;
  delivered_from: number | null;
  closings: number;
  wrong_guesses: number;
  lockouts: number;
  /** JSON: numbers of faults. */
  faults: string;
  /** JSON: open vouchers. */
  open: string;
  /** Closed vouchers that no report listed. */
  missing: number;
  /** 1: its reports contradict each other, as those of a restored card do. */
  forked: number;
  /** Every voucher up to this number was looked at for a refund. */
  cleared: number;
}
/** Every report that was heard, once. */
export interface ReportsTable {
  station: number;
  journal: string;
  number: number;
  heard_at: number;
  boot: number;
  highest: number;
  sure: number;
  closed: number;
  /** Of its text: another one of the same number is not the same again. */
  digest: string;
  /** Random, of the call that heard it: knows its own work again after a lost connection. */
  token: number;
}
/** Places in the order of a journal's closed vouchers, from 1, that no report listed. */
interface ReportGapsTable {
  station: number;
  journal: string;
  first: number;
  last: number;
}
/** How a voucher ended, as the first report that listed it told. */
export interface VoucherEndsTable {
  station: number;
  sequence: number;
  journal: string;
  /** In the order in which the journal's vouchers closed, from 1; 0 or less: closed before the journal began. */
  place: number;
  outlet: number;
  quantity: number;
  /** Seconds, or Wh. */
  delivered: number;
  /** In 155ths. */
  unused: number;
  reason: number;
  /** 0: no row of the ledger explains it. */
  explained: number;
  /** By the station's clock; null where that cannot be told. */
  ended_at: number | null;
  /** Number of the report. */
  report: number;
}
export interface AlarmsTable {
  station: number;
  kind: AlarmKind;
  /** What it is about: one alarm for each. */
  subject: string;
  /** Random, 48 bits. */
  alarm: number;
  raised_at: number;
  /** JSON. */
  evidence: string;
  /** When what raised it had passed. */
  over_at: number | null;
  seen_at: number | null;
  seen_by: string | null;
  /** 1: nobody has seen it. */
  unseen: number;
  /** When the webhook is tried next; null: it was told, or it is to be told to nobody. */
  due_at: number | null;
  tries: number;
}

export interface Tables {
  ledger_meta: MetaTable;
  ledger_migrations: MigrationsTable;
  kysely_migration: AppliedTable;
  stations: StationsTable;
  station_terms: StationTermsTable;
  station_keys: StationKeysTable;
  codes: CodesTable;
  reservations: ReservationsTable;
  payments: PaymentsTable;
  refunds: RefundsTable;
  checkouts: CheckoutsTable;
  receipts: ReceiptsTable;
  idempotency_keys: IdempotencyKeysTable;
  newest_keys: NewestKeysTable;
  tallies: TalliesTable;
  api_keys: ApiKeysTable;
  audit: AuditTable;
  wrong_receipts: WrongReceiptsTable;
  heartbeats: HeartbeatsTable;
  request_limits: RequestLimitsTable;
  station_reports: StationReportsTable;
  journals: JournalsTable;
  reports: ReportsTable;
  report_gaps: ReportGapsTable;
  voucher_ends: VoucherEndsTable;
  alarms: AlarmsTable;
}
export type Database = Kysely<Tables>;
export type Tx = Transaction<Tables>;
