// The cloud's record of stations, codes issued and receipts settled (docs/ledger.md). Its calls are those of
// calls/calls.ts, queued and run in the database's thread; here stands what is answered on this side of it.
import { hash } from 'node:crypto';
import { Cache } from '../cache.ts';
import { csvLine } from '../csv.ts';
import type { Calls } from './calls/calls.ts';
import { Queue } from './queue.ts';
import { SLICES } from './retention.ts';
import { type StatementSettings, statementCsv } from './statement.ts';
import type { StationRecord } from './station-types.ts';
import type {
  Answer,
  AuditEntry,
  ChargingRequest,
  CodeRecord,
  Health,
  LedgerOptions,
  Principal,
  Refused,
  Reservation,
} from './types.ts';

export * from './errors.ts';
export type * from './payment-types.ts';
export type * from './reports/types.ts';
export type * from './station-types.ts';
export type * from './statistics-types.ts';
export type * from './types.ts';

/** A key that was good so long ago is asked for again: other replicas may have revoked it. */
const KEY_GOOD_MS = 1000;
const MOST_KEYS = 10_000;
/** `/healthz` is open to everyone: a write a second is enough. */
const HEALTH_GOOD_MS = 1000;
/** Idempotency keys past their time go within five hours, a few at a time. */
const TIDY_EVERY_MS = 60_000;
/** A station that had no price is looked up again after so long. No money hangs on it: see `priced`. */
const UNPRICED_MS = 10_000;
const MOST_UNPRICED = 50_000;
const OUTSIDE_TIME = 8.64e15;

/** Whether an answer is a refusal. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

/**
 * Each call resolves once its transaction is on disk: to what was asked for, or to `{ refused }`. Each rejects with a
 * `LedgerUnavailable` and nothing else.
 */
export interface Ledger
  extends Omit<Calls, 'authenticate' | 'request' | 'exportPage' | 'statementPage' | 'forgetKeys' | 'heartbeat'> {
  /**
   * Refused for a key that is unknown or revoked; both are audited.
   * @param audit writes the entry instead, for callers that know who floods it
   */
  authenticate(key: string, audit?: Audit): Promise<Answer<Principal>>;
  /**
   * A request of the same client; in either layout once issued. Refused for others', and for ids that were made up; both are
   * audited.
   * @param audit as above
   */
  request(call: Parameters<Calls['request']>[0], audit?: Audit): Promise<Answer<ChargingRequest | Reservation>>;
  /**
   * A station that has a price; undefined for any other. That one had none is remembered for seconds, and another replica may
   * have given it one since: what is issued on the strength of it is issued as `unpriced`, which its transaction makes sure of.
   */
  priced(station: string): Promise<StationRecord | undefined>;
  /** RFC 4180 with a header line, oldest first, in pieces of some hundred lines. Dates: ISO 8601. */
  exportCsv(query?: Period): AsyncIterable<string>;
  /** What a month brought, as CSV with sums at its end (statement.ts). */
  statement(settings: StatementSettings): AsyncIterable<string>;
  /** Writes to the ledger and waits for the disk; asks for all that a sale needs. */
  health(): Promise<Health>;
  /** Lets what is under way finish, then closes. Calls after it reject. */
  close(): Promise<void>;
}

type Audit = (entry: AuditEntry) => unknown;

interface Period {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly station?: string | undefined;
}

/**
 * Opens the ledger, making or upgrading its tables first.
 * @throws {LedgerError} when it cannot be opened as asked
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { url, masterKey, now = Date.now, lapseSeconds = 900, patienceMs = 4000, onBatch, onTrouble } = options;
  const queue = new Queue({ url, masterKey, now, lapseMs: lapseSeconds * 1000, patienceMs, onBatch, onTrouble });
  await queue.open();
  const calls = Object.fromEntries(queue.names.map((name) => [name, queue.call.bind(queue, name)])) as unknown as Calls;
  const tidying = tidied(calls);
  const { authenticate, forget } = remembering(calls);
  return {
    ...calls,
    ...pricing(calls),
    authenticate,
    request: async (call, audit = calls.audit) => toldApart(await calls.request(call), audit),
    revokeApiKey: async (...args) => {
      const answer = await calls.revokeApiKey(...args);
      forget();
      return answer;
    },
    exportCsv: (query) => exportCsv(calls, query),
    statement: (settings) => statementCsv((page) => calls.statementPage(page), settings),
    health: healthy(calls, queue),
    close: () => {
      clearInterval(tidying);
      return queue.close();
    },
  };
}

/** Tidies one slice after another. */
function tidied(calls: Calls): NodeJS.Timeout {
  let slice = 0;
  return setInterval(() => {
    // One that fails is tried again when its turn comes round.
    calls.forgetKeys({ slice }).catch(() => {});
    slice = (slice + 1) % SLICES;
  }, TIDY_EVERY_MS).unref();
}

/** A refusal without its entry for the audit, once that is written. */
async function toldApart<T extends object>(
  answer: T | (Refused & { readonly audit?: AuditEntry }),
  audit: Audit,
): Promise<T | Refused> {
  if (!isRefused(answer)) return answer;
  const { refused, audit: entry } = answer as Refused & { readonly audit?: AuditEntry };
  if (entry) await audit(entry);
  return { refused };
}

/** Asks for a key once a second at most. */
function remembering(calls: Calls): Pick<Ledger, 'authenticate'> & { forget(): void } {
  const known = new Cache<{ principal: Principal; until: number }>(MOST_KEYS);
  return {
    authenticate: async (key, audit = calls.audit) => {
      const name = hash('sha256', key, 'base64url');
      const remembered = known.get(name);
      if (remembered && remembered.until > performance.now()) return remembered.principal;
      known.delete(name);
      const asked = performance.now();
      const answer = await toldApart(await calls.authenticate(key), audit);
      if ('refused' in answer) return answer;
      known.set(name, { principal: answer, until: asked + KEY_GOOD_MS });
      return answer;
    },
    forget: () => known.clear(),
  };
}

/** Looks a station without a price up once in seconds, and anew where it turns out to have been given one. */
function pricing(calls: Calls): Pick<Ledger, 'priced' | 'issue' | 'updateStation'> {
  const unpricedUntil = new Cache<number>(MOST_UNPRICED);
  return {
    priced: async (id) => {
      if ((unpricedUntil.get(id) ?? 0) > performance.now()) return undefined;
      const asked = performance.now();
      const station = await calls.station(id);
      if ('refused' in station) return undefined;
      if (station.price?.minorUnits) return station;
      unpricedUntil.set(id, asked + UNPRICED_MS);
      return undefined;
    },
    issue: async (call) => {
      const answer = await calls.issue(call);
      if (call.unpriced && 'refused' in answer) unpricedUntil.delete(call.station);
      return answer;
    },
    updateStation: async (id, ...rest) => {
      const answer = await calls.updateStation(id, ...rest);
      unpricedUntil.delete(id);
      return answer;
    },
  };
}

function healthy(calls: Calls, queue: Queue): Ledger['health'] {
  let latest: { at: number; answer: Promise<Health> } | undefined;
  return () => {
    const now = performance.now();
    if (latest && now - latest.at < HEALTH_GOOD_MS) return latest.answer;
    const answer = calls.heartbeat().then(() => ({
      database: queue.kind,
      milliseconds: performance.now() - now,
    }));
    latest = { at: now, answer };
    return answer;
  };
}

const CSV_HEADER = [
  'issued_at',
  'request',
  'station',
  'kind',
  'sequence',
  'amount',
  'unit',
  'price_minor_units',
  'currency',
  'client',
  'settled_at',
  'unused',
  'refund_minor_units',
  'settled_from',
  'delivered',
  'end',
  'ended_at',
];

async function* exportCsv(calls: Calls, query: Period = {}): AsyncGenerator<string> {
  yield csvLine(CSV_HEADER);
  const bounds = { from: timeOf(query.from, 0), to: timeOf(query.to, OUTSIDE_TIME), station: query.station };
  let after: string | null | undefined;
  do {
    const page = await calls.exportPage({ ...bounds, after: after ?? undefined });
    if (page.items.length > 0) yield page.items.map((row) => csvLine(fieldsOf(row))).join('');
    after = page.next;
  } while (after !== null);
}

function fieldsOf(row: CodeRecord): (string | number | null | undefined)[] {
  return [
    ...[row.issuedAt, row.request, row.station, row.kind, row.sequence, row.amount, row.unit],
    ...[row.price?.minorUnits, row.price?.currency, row.client, row.settledAt, row.unused, row.refund?.minorUnits],
    ...[row.source, row.told?.delivered, row.told?.reason, row.told?.endedAt],
  ];
}

function timeOf(text: string | undefined, otherwise: number): number {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? otherwise : ms;
}
