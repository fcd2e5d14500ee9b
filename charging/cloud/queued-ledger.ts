// The ledger's calls, handed to the queue.
import { hash, randomBytes } from 'node:crypto';
import { CSV_HEADER, csvLine } from './csv.ts';
import type { ReadName, WriteName } from './engine.ts';
import type { Ledger } from './ledger.ts';
import type { Queue } from './queue.ts';
import { random32, random48 } from './random.ts';
import { SLICES } from './retention.ts';
import type { AuditEntry, CodeRecord, Health, NewStation, Page, Principal, Refused } from './types.ts';

/** A key that was good so long ago is asked for again: other replicas may have revoked it. */
const KEY_GOOD_MS = 1000;
const MOST_KEYS = 10_000;
/** `/healthz` is open to everyone: a write a second is enough. */
const HEALTH_GOOD_MS = 1000;
/** Idempotency keys past their time go within five hours, a few at a time. */
const TIDY_EVERY_MS = 60_000;
const OUTSIDE_TIME = 8.64e15;

export class QueuedLedger implements Ledger {
  readonly #queue: Queue;
  readonly #keys = new Map<string, { principal: Principal; until: number }>();
  readonly #tidying: NodeJS.Timeout;
  #health: { at: number; answer: Promise<Health> } | undefined;

  constructor(queue: Queue) {
    this.#queue = queue;
    let slice = 0;
    this.#tidying = setInterval(() => {
      // One that fails is tried again when its turn comes round.
      this.#write('forgetKeys', { slice }).catch(() => {});
      slice = (slice + 1) % SLICES;
    }, TIDY_EVERY_MS).unref();
  }

  #write<T>(name: WriteName, args: object): Promise<T> {
    return this.#queue.call('write', { name, args }) as Promise<T>;
  }

  #read<T>(name: ReadName, args: object): Promise<T> {
    return this.#queue.call('read', { name, args }) as Promise<T>;
  }

  issue: Ledger['issue'] = (call) => this.#write('issue', call);
  request: Ledger['request'] = (call) => this.#read('request', call);
  synchronize: Ledger['synchronize'] = (call) => this.#write('serviceCode', { ...call, operation: 'synchronize' });
  serviceCode: Ledger['serviceCode'] = (call) => this.#write('serviceCode', call);
  settle: Ledger['settle'] = (call) => this.#write('settle', { ...call, token: random48() });

  reserve: Ledger['reserve'] = (call) => this.#write('reserve', call);
  cancelReservation: Ledger['cancelReservation'] = (call) => this.#write('cancelReservation', call);
  markPaid: Ledger['markPaid'] = (call) => this.#write('markPaid', call);
  returnPayment: Ledger['returnPayment'] = (call) => this.#write('returnPayment', call);
  listPayments: Ledger['listPayments'] = (query = {}) => this.#read('listPayments', query);
  refundExpired: Ledger['refundExpired'] = (call) => this.#write('refundExpired', { ...call, token: random48() });
  issueReserved: Ledger['issueReserved'] = (call) => this.#write('issueReserved', call);

  station: Ledger['station'] = (id) => this.#read('station', { id });
  listStations: Ledger['listStations'] = (query = {}) => this.#read('listStations', query);
  createStation: Ledger['createStation'] = (station: NewStation, by?: string) =>
    this.#write('createStation', { station, by, token: random32() });
  updateStation: Ledger['updateStation'] = (id, change, by, revisions) =>
    this.#write('updateStation', { id, change, by, revisions });
  retireStation: Ledger['retireStation'] = (id, by) => this.#write('retireStation', { id, by });
  provisioning: Ledger['provisioning'] = (id, options = {}) => this.#write('provisioning', { id, ...options });
  replaceKey: Ledger['replaceKey'] = (id, by, revisions) => this.#write('replaceKey', { id, by, revisions });
  listOutstanding: Ledger['listOutstanding'] = (station) => this.#read('listOutstanding', { station });

  createApiKey: Ledger['createApiKey'] = (call) => {
    const key = `oc_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`;
    return this.#write('createApiKey', { ...call, key });
  };
  revokeApiKey: Ledger['revokeApiKey'] = async (id, by) => {
    const answer = await this.#write<Awaited<ReturnType<Ledger['revokeApiKey']>>>('revokeApiKey', { id, by });
    this.#keys.clear();
    return answer;
  };
  listApiKeys: Ledger['listApiKeys'] = (query = {}) => this.#read('listApiKeys', query);

  authenticate: Ledger['authenticate'] = async (key, audit = this.audit) => {
    const name = hash('sha256', key, 'base64url');
    const known = this.#keys.get(name);
    if (known && known.until > performance.now()) return known.principal;
    this.#keys.delete(name);
    const asked = performance.now();
    const answer = await this.#read<Principal | (Refused & { audit: AuditEntry })>('authenticate', { key });
    if ('refused' in answer) {
      await audit(answer.audit);
      return { refused: answer.refused };
    }
    if (this.#keys.size >= MOST_KEYS) this.#keys.delete(this.#keys.keys().next().value!);
    this.#keys.set(name, { principal: answer, until: asked + KEY_GOOD_MS });
    return answer;
  };

  audit: Ledger['audit'] = async (entry: AuditEntry) => {
    await this.#write('audit', entry);
  };
  listAudit: Ledger['listAudit'] = (query = {}) => this.#read('listAudit', query);
  listCodes: Ledger['listCodes'] = (query = {}) => this.#read('listCodes', query);
  listSettled: Ledger['listSettled'] = (query = {}) => this.#read('listSettled', query);
  listReservations: Ledger['listReservations'] = (query = {}) => this.#read('listReservations', query);
  statistics: Ledger['statistics'] = (query = {}) => this.#read('statistics', query);

  async *exportCsv(query: { from?: string | undefined; to?: string | undefined; station?: string | undefined } = {}) {
    yield CSV_HEADER;
    const bounds = { from: timeOf(query.from, 0), to: timeOf(query.to, OUTSIDE_TIME), station: query.station };
    let after: string | null | undefined;
    do {
      const page: Page<CodeRecord> = await this.#read('exportPage', { ...bounds, after });
      if (page.items.length > 0) yield page.items.map(csvLine).join('');
      after = page.next;
    } while (after !== null);
  }

  health: Ledger['health'] = () => {
    const now = performance.now();
    if (this.#health && now - this.#health.at < HEALTH_GOOD_MS) return this.#health.answer;
    const answer = this.#write('heartbeat', {}).then(() => ({
      database: this.#queue.kind,
      milliseconds: performance.now() - now,
    }));
    this.#health = { at: now, answer };
    return answer;
  };

  countRequest: Ledger['countRequest'] = (statement) =>
    this.#queue.call('count', { name: 'countRequest', args: statement }) as ReturnType<Ledger['countRequest']>;

  close: Ledger['close'] = () => {
    clearInterval(this.#tidying);
    return this.#queue.close();
  };
}

function timeOf(text: string | undefined, otherwise: number): number {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? otherwise : ms;
}
