// How often a client and a station may ask. In this process's memory, or in PostgreSQL where several replicas share it.
import { setTimeout as wait } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Ledger } from '../charging/cloud/ledger.ts';

export interface LimitSettings {
  /** Requests a minute of one API key; 0: no limit. */
  readonly client: number;
  /** Requests a minute from one address without a key; 0: no limit. */
  readonly visitor: number;
  /** Codes and receipts a minute of one station; 0: no limit. Who asks without a key has half of it. */
  readonly station: number;
}
/** `strangers`: what those without a key may take of a station's share. */
export type LimitKind = keyof LimitSettings | 'strangers';

/** One that was counted, until it is clear whether it comes to anything. */
export interface Taken {
  /** It came to nothing: as if it had not been asked for. */
  giveBack(): void;
}

export const USUAL_LIMITS: LimitSettings = { client: 600, visitor: 60, station: 60 };
export const NO_LIMITS: LimitSettings = { client: 0, visitor: 0, station: 0 };

const MINUTE = 60;
const NOTHING: Taken = { giveBack: () => {} };
/** What may be given back. */
const STATION: ReadonlySet<LimitKind> = new Set(['station', 'strangers']);
/** Longer is no count: whoever asks is waiting for it. */
const PATIENCE_MS = 1000;

/** What both kinds of limiter of the library have in common. */
interface Limiter {
  consume(key: string): Promise<RateLimiterRes>;
  reward(key: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

export class Limits {
  readonly #limiters = new Map<LimitKind, Limiter>();

  /** Counts in this process. */
  static inMemory(settings: LimitSettings): Limits {
    const limits = new Limits();
    for (const [kind, points] of allowed(settings)) {
      limits.#limiters.set(kind, new RateLimiterMemory({ keyPrefix: kind, points, duration: MINUTE }));
    }
    return limits;
  }

  /**
   * Counts in a table of the ledger's database, over its connections. While the database is away each process counts for
   * itself: the ledger's own answer says 503 then.
   */
  static inDatabase(settings: LimitSettings, ledger: () => Promise<Pick<Ledger, 'countRequest'>>): Limits {
    const limits = new Limits();
    for (const [kind, points] of allowed(settings)) limits.#limiters.set(kind, databaseLimiter(ledger, kind, points));
    return limits;
  }

  /** Counts one request. Resolves to the whole seconds to wait when it is one too many. */
  async take(kind: LimitKind, key: string): Promise<number | undefined> {
    const taken = await this.#consume(kind, key);
    return typeof taken === 'number' ? taken : undefined;
  }

  /**
   * Counts one request for a station before it is known whether anything is issued or settled for it, so that many at once
   * are not more than so many. Resolves to the whole seconds to wait when it is one too many.
   */
  async takeOfStation(station: string, stranger: boolean): Promise<number | Taken> {
    const ofStrangers = stranger ? await this.#consume('strangers', station) : NOTHING;
    if (typeof ofStrangers === 'number') return ofStrangers;
    const ofAll = await this.#consume('station', station);
    if (typeof ofAll === 'number') {
      ofStrangers.giveBack();
      return ofAll;
    }
    return {
      giveBack: () => {
        ofStrangers.giveBack();
        ofAll.giveBack();
      },
    };
  }

  async #consume(kind: LimitKind, key: string): Promise<number | Taken> {
    const limiter = this.#limiters.get(kind);
    if (!limiter) return NOTHING;
    try {
      const { msBeforeNext } = await limiter.consume(key);
      const until = performance.now() + msBeforeNext;
      return {
        giveBack: () => {
          // What was counted in a minute that is over is forgotten already.
          if (performance.now() < until) limiter.reward(key).catch(() => {});
        },
      };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // A replica whose clock was wrong counted until then: the key would be refused for years.
      if (refusal.msBeforeNext > MINUTE * 1000) {
        await limiter.delete(key);
        return NOTHING;
      }
      // What was refused took nothing. The library counts it all the same; else there would be nothing to give back to.
      if (STATION.has(kind)) limiter.reward(key).catch(() => {});
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    }
  }

  /** Whether anything is counted for this kind. */
  has(kind: LimitKind): boolean {
    return this.#limiters.has(kind);
  }
}

function allowed(settings: LimitSettings): [LimitKind, number][] {
  const all: Record<LimitKind, number> = { ...settings, strangers: Math.ceil(settings.station / 2) };
  return (Object.entries(all) as [LimitKind, number][]).filter(([, points]) => points > 0);
}

function databaseLimiter(
  ledger: () => Promise<Pick<Ledger, 'countRequest'>>,
  kind: LimitKind,
  points: number,
): Limiter {
  const query = async ({ text, values }: { text: string; values: readonly unknown[] }) => {
    // Its name is left behind: behind a pooler the next transaction is on a server that never heard it.
    const counted = ledger().then((open) => open.countRequest({ text, values }));
    const tooLong = new AbortController();
    const late = wait(PATIENCE_MS, undefined, { signal: tooLong.signal, ref: false }).then(() => {
      throw new Error('the database did not count in time');
    });
    try {
      return await Promise.race([counted, late]);
    } finally {
      counted.catch(() => {});
      late.catch(() => {});
      tooLong.abort();
    }
  };
  return new RateLimiterPostgres({
    storeClient: { query },
    storeType: 'client',
    tableName: 'request_limits',
    // The ledger makes the table with its others, and tidies it.
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: kind,
    points,
    duration: MINUTE,
    // One who is over the limit is not asked about in the database again, unless what was counted may be given back.
    ...(!STATION.has(kind) && { inMemoryBlockOnConsumed: points }),
    insuranceLimiter: new RateLimiterMemory({ keyPrefix: kind, points, duration: MINUTE }),
  });
}
