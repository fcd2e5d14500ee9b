// How often a client and a station may ask. In this process's memory, or in PostgreSQL where several replicas share it.
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

export interface LimitSettings {
  /** Requests a minute of one API key; 0: no limit. */
  readonly client: number;
  /** Requests a minute from one address without a key; 0: no limit. */
  readonly visitor: number;
  /** Codes and receipts a minute of one station; 0: no limit. */
  readonly station: number;
}
export type LimitKind = keyof LimitSettings;

export const USUAL_LIMITS: LimitSettings = { client: 600, visitor: 60, station: 60 };
export const NO_LIMITS: LimitSettings = { client: 0, visitor: 0, station: 0 };

const MINUTE = 60;

/** What both kinds of limiter of the library have in common. */
interface Limiter {
  consume(key: string, points?: number): Promise<unknown>;
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
    const limiter = this.#limiters.get(kind);
    if (!limiter) return undefined;
    try {
      await limiter.consume(key);
      return undefined;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw refusal;
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
  return (Object.entries(settings) as [LimitKind, number][]).filter(([, points]) => points > 0);
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
        // One who is over the limit is not asked about in the database again.
        inMemoryBlockOnConsumed: points,
        insuranceLimiter: new RateLimiterMemory({ keyPrefix: kind, points, duration: MINUTE }),
      },
      // Also when the table could not be made now: the insurance counts, and the next start tries again.
      () => resolve(limiter),
    );
  });
}
