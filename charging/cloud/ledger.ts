// The cloud's record of stations, codes issued and receipts settled (docs/ledger.md).
import type { LayoutName, Operation } from '../codes/index.ts';
import { Queue } from './queue.ts';
import { QueuedLedger } from './queued-ledger.ts';
import type {
  Answer,
  ApiKeyRecord,
  AuditEntry,
  AuditRecord,
  ChargingRequest,
  CodeRecord,
  CodesQuery,
  Health,
  IssuedService,
  LedgerOptions,
  Money,
  NewApiKey,
  NewKey,
  NewStation,
  Page,
  PageQuery,
  PaidWithoutCode,
  PaymentRecord,
  Principal,
  Provisioning,
  Refused,
  Reservation,
  ReservationRecord,
  Role,
  Settlement,
  StationChange,
  StationRecord,
  Statistics,
} from './types.ts';

export * from './types.ts';

/** Whether an answer is a refusal. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

/**
 * Each call resolves once its transaction is on disk: to what was asked for, or to `{ refused }`. Each rejects with a
 * `LedgerUnavailable` and nothing else.
 */
export interface Ledger {
  /** A voucher at once. The same client, key and body get the same one again. */
  issue(call: {
    client: string;
    station: string;
    amount: number;
    idempotencyKey?: string | undefined;
  }): Promise<Answer<ChargingRequest>>;
  /** A request of the same client; in either layout once issued. Another client's is `unknown-request`, and audited. */
  request(call: {
    client: string;
    id: string;
    layout?: LayoutName | 'rescue' | undefined;
  }): Promise<Answer<ChargingRequest | Reservation>>;
  /** The code that brings a station into step and sets its clock. */
  synchronize(call: {
    client: string;
    station: string;
    idempotencyKey?: string | undefined;
  }): Promise<Answer<IssuedService>>;
  /** A code for one of the operator's operations. */
  serviceCode(call: {
    client: string;
    station: string;
    operation: Operation;
    idempotencyKey?: string | undefined;
  }): Promise<Answer<IssuedService>>;
  /**
   * What is left of a voucher, once: of one that this client bought, or whose `code` or `request` it gives as well.
   * `anyClient`: for the operator. `address`: where it comes from; what strangers get wrong is counted by it.
   */
  settle(call: {
    client: string;
    station: string;
    receipt: string;
    anyClient?: boolean;
    address?: string | undefined;
    code?: string | undefined;
    request?: string | undefined;
  }): Promise<Answer<Settlement>>;
  /** Gives the whole of a voucher back that no station takes any more and nobody claimed. `by` and `why` are audited. */
  refundExpired(call: { id: string; by: string; why: string }): Promise<Answer<Settlement>>;

  /** A request that waits for its payment; no number is drawn. */
  reserve(call: {
    client: string;
    station: string;
    amount: number;
    idempotencyKey?: string | undefined;
  }): Promise<Answer<Reservation>>;
  /** Its customer takes it back; a payment that comes all the same is refused, and kept on `listPayments`. */
  cancelReservation(call: { client: string; id: string }): Promise<Answer<Reservation | ChargingRequest>>;
  /**
   * `payment`: the provider's reference; the same one again changes nothing, another is refused, and so is one that was
   * told for another request. `amount` is compared with the price where it is given.
   */
  markPaid(call: {
    id: string;
    payment: string;
    amount?: Money | undefined;
  }): Promise<Answer<Reservation | ChargingRequest>>;
  /** The operator gave a payment back: off `listPayments`, and no code for it any more. */
  returnPayment(call: { payment: string; by: string; why: string }): Promise<Answer<PaidWithoutCode>>;
  /** Draws the number of a paid reservation; asked again, the same voucher. */
  issueReserved(call: { client: string; id: string }): Promise<Answer<ChargingRequest>>;

  station(id: string): Promise<Answer<StationRecord>>;
  listStations(
    query?: PageQuery & { search?: string | undefined; retired?: boolean | undefined },
  ): Promise<Page<StationRecord>>;
  createStation(station: NewStation, by?: string): Promise<Answer<StationRecord>>;
  /** @param revisions refused unless the station is at one of them: what the caller saw was changed meanwhile */
  updateStation(
    id: string,
    change: StationChange,
    by?: string,
    revisions?: readonly number[],
  ): Promise<Answer<StationRecord>>;
  /** No more codes for it; what was issued stays valid and can be settled. */
  retireStation(id: string, by?: string): Promise<Answer<StationRecord>>;
  /** `keyVersion`: another than the station's, to set a station up before changing over. Audited. */
  provisioning(id: string, options?: { keyVersion?: number | undefined; by?: string }): Promise<Answer<Provisioning>>;
  /** A new key version and its provisioning at once; with it what becomes void: codes of the last hours not yet settled. */
  replaceKey(id: string, by?: string, revisions?: readonly number[]): Promise<Answer<NewKey>>;
  /** Newest first: vouchers that the station may still take, at most; some may be used up. */
  listOutstanding(station: string): Promise<Answer<Page<CodeRecord>>>;

  createApiKey(call: { name: string; role: Role; by?: string }): Promise<Answer<NewApiKey>>;
  revokeApiKey(id: string, by?: string): Promise<Answer<ApiKeyRecord>>;
  listApiKeys(query?: PageQuery): Promise<Page<ApiKeyRecord>>;
  /**
   * 401 for a key that is unknown or revoked; both are audited.
   * @param audit writes the entry instead, for callers that know who floods it
   */
  authenticate(key: string, audit?: (entry: AuditEntry) => void | Promise<void>): Promise<Answer<Principal>>;

  audit(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  listAudit(query?: PageQuery): Promise<Page<AuditRecord>>;
  /**
   * Newest first. `search`: part of a station's id or name, or of a request's id (4 hex digits or more; a page of such a
   * search may be empty and have a next). `from`, `to`: ISO 8601, of when it was issued; `to` is not included.
   */
  listCodes(query?: CodesQuery): Promise<Page<CodeRecord>>;
  /** Newest first: what waits for its payment, was paid, or lapsed. */
  listReservations(query?: PageQuery): Promise<Page<ReservationRecord>>;
  /** Newest first: what was paid, has no code and was not given back. */
  listPayments(query?: PageQuery): Promise<Page<PaymentRecord>>;
  /** Latest settled first; `search`, `from` and `to` as for codes, by when it was settled. */
  listSettled(query?: CodesQuery): Promise<Page<CodeRecord>>;
  statistics(query?: { days?: number | undefined }): Promise<Statistics>;
  /** RFC 4180 with a header line, oldest first, in pieces of some hundred lines. Dates: ISO 8601. */
  exportCsv(query?: {
    from?: string | undefined;
    to?: string | undefined;
    station?: string | undefined;
  }): AsyncIterable<string>;

  /** Writes to the ledger and waits for the disk; asks for all that a sale needs. */
  health(): Promise<Health>;
  /**
   * A statement of the limiter's, on the ledger's own connections and by their rules. PostgreSQL alone.
   * @throws {LedgerUnavailable}
   */
  countRequest(statement: { text: string; values: readonly unknown[] }): Promise<{ rows: unknown[] }>;
  /** Lets what is under way finish, then closes. Calls after it reject. */
  close(): Promise<void>;
}

/**
 * Opens the ledger, making or upgrading its tables first.
 * @throws {LedgerError} when it cannot be opened as asked
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url, masterKey, now = Date.now, lapseSeconds = 900, patienceMs = 4000, onBatch, onTrouble } = options;
  const queue = new Queue({ url, masterKey, now, lapseMs: lapseSeconds * 1000, patienceMs, onBatch, onTrouble });
  await queue.open();
  return new QueuedLedger(queue);
}
