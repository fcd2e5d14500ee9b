// How often a client and a station may ask. In this process's memory, or in PostgreSQL where several replicas share it.
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

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

/** What both kinds of limiter of the library have in common. */
interface Limiter {
  consume(key: string): Promise<RateLimiterRes>;
  reward(key: string): Promise<unknown>;
}

export class Limits {
  readonly #limiters = new Map<LimitKind, Limiter>();
  #release: () => Promise<void> = async () => {};

  /** Counts in this process. */
  static inMemory(settings: LimitSettings): Limits {
    const limits = new Limits();
    for (const [kind, points] of allowed(settings)) {
      limits.#limiters.set(kind, new RateLimiterMemory({ keyPrefix: kind, points, duration: MINUTE }));
    }
    return limits;
  }

  /**
   * Counts in a table of the database. While the database is away each process counts for itself: the ledger's own
   * answer says 503 then.
   * @param url `postgres://…`
   * @throws when the package `pg` is not installed
   */
  static async inDatabase(settings: LimitSettings, url: string): Promise<Limits> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 2000, allowExitOnIdle: true });
    // A connection that breaks while idle is told here; the pool makes another.
    pool.on('error', () => {});
    const limits = new Limits();
    limits.#release = () => pool.end();
    for (const [kind, points] of allowed(settings)) {
      limits.#limiters.set(kind, await databaseLimiter(pool, kind, points));
    }
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
      // What was refused took nothing. The library counts it all the same; else there would be nothing to give back to.
      if (STATION.has(kind)) limiter.reward(key).catch(() => {});
      return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    }
  }

  /** Whether anything is counted for this kind. */
  has(kind: LimitKind): boolean {
    return this.#limiters.has(kind);
  }

  close(): Promise<void> {
    return this.#release();
  }
}

function allowed(settings: LimitSettings): [LimitKind, number][] {
  const all: Record<LimitKind, number> = { ...settings, strangers: Math.ceil(settings.station / 2) };
  return (Object.entries(all) as [LimitKind, number][]).filter(([, points]) => points > 0);
}

function databaseLimiter(pool: object, kind: LimitKind, points: number): Promise<Limiter> {
  return new Promise((resolve) => {
    const limiter = new RateLimiterPostgres(
      {
        storeClient: pool,
        storeType: 'pool',
        tableName: 'request_limits',
        keyPrefix: kind,
        points,
        duration: MINUTE,
        // One who is over the limit is not asked about in the database again, unless what was counted may be given back.
        ...(!STATION.has(kind) && { inMemoryBlockOnConsumed: points }),
        insuranceLimiter: new RateLimiterMemory({ keyPrefix: kind, points, duration: MINUTE }),
      },
      // Also when the table could not be made now: the insurance counts, and the next start tries again.
      () => resolve(limiter),
    );
  });
}
