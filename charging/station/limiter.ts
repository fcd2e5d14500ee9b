// How often the keypad may be wrong: two token buckets, pure. Time is the monotonic clock of one boot; time that passed
// without power, or under another boot, refills nothing, so pulling the plug buys no guesses.

interface Bucket {
  readonly tokens: number;
  /** Time gathered towards the next token. */
  readonly progressMs: number;
}

export interface Limiter {
  readonly main: Bucket;
  /** For codes too long to be guessed, once `main` is empty: a vandal cannot lock out those who paid. */
  readonly second: Bucket;
  /** Guesses since a voucher was last redeemed or an operator cleared the lockout. */
  readonly wrongInARow: number;
  /** The boot, and its monotonic milliseconds, up to which the buckets are refilled. */
  readonly bootId: string;
  readonly atMs: number;
}

export type BucketName = 'main' | 'second';

const MAIN = 10;
const SECOND = 5;
const MAIN_REFILL_MS = 15 * 60_000;
const SLOW_REFILL_MS = 60 * 60_000;
const SECOND_REFILL_MS = 5 * 60_000;
const SLOW_AFTER = 50;

/** Both buckets full and nothing held against anyone. */
export function fullLimiter(bootId: string, atMs: number): Limiter {
  return {
    main: { tokens: MAIN, progressMs: 0 },
    second: { tokens: SECOND, progressMs: 0 },
    wrongInARow: 0,
    bootId,
    atMs,
  };
}

export function isFull({ main, second, wrongInARow }: Limiter): boolean {
  return main.tokens === MAIN && second.tokens === SECOND && wrongInARow === 0;
}

/** The buckets with what the time since they were last looked at put in. */
export function refilled(limiter: Limiter, bootId: string, atMs: number): Limiter {
  const elapsed = bootId === limiter.bootId ? Math.max(0, atMs - limiter.atMs) : 0;
  return {
    ...limiter,
    main: filled(limiter.main, elapsed, MAIN, mainRefillMs(limiter)),
    second: filled(limiter.second, elapsed, SECOND, SECOND_REFILL_MS),
    bootId,
    atMs,
  };
}

/** Takes one token, `main` first; undefined when there is none for this kind of entry. */
export function take(limiter: Limiter, mayUseSecond: boolean): { limiter: Limiter; from: BucketName } | undefined {
  const from = limiter.main.tokens > 0 ? 'main' : 'second';
  if (from === 'second' && !(mayUseSecond && limiter.second.tokens > 0)) return undefined;
  const bucket = { ...limiter[from], tokens: limiter[from].tokens - 1 };
  return { limiter: { ...limiter, [from]: bucket, wrongInARow: limiter.wrongInARow + 1 }, from };
}

/** Undoes `take`: the entry was no guess. */
export function giveBack(limiter: Limiter, from: BucketName): Limiter {
  const most = from === 'main' ? MAIN : SECOND;
  const bucket = { ...limiter[from], tokens: Math.min(most, limiter[from].tokens + 1) };
  return { ...limiter, [from]: bucket, wrongInARow: Math.max(0, limiter.wrongInARow - 1) };
}

/**
 * A voucher was redeemed: one guess more, and the row of wrong ones is over. No more than one, or whoever redeems the
 * cheapest voucher again and again buys ten guesses each time.
 */
export function rewarded(limiter: Limiter): Limiter {
  const tokens = Math.min(MAIN, limiter.main.tokens + 1);
  const main = tokens === MAIN ? { tokens, progressMs: 0 } : { ...limiter.main, tokens };
  return { ...limiter, main, wrongInARow: 0 };
}

/** Whole seconds until this kind of entry is heard again, rounded up; 0 when it is heard now. */
export function waitSeconds(limiter: Limiter, mayUseSecond: boolean): number {
  const main = waitMs(limiter.main, mainRefillMs(limiter));
  const second = mayUseSecond ? waitMs(limiter.second, SECOND_REFILL_MS) : Number.POSITIVE_INFINITY;
  return Math.ceil(Math.min(main, second) / 1000);
}

function mainRefillMs({ wrongInARow }: Limiter): number {
  return wrongInARow >= SLOW_AFTER ? SLOW_REFILL_MS : MAIN_REFILL_MS;
}

function filled({ tokens, progressMs }: Bucket, elapsedMs: number, most: number, refillMs: number): Bucket {
  const gathered = progressMs + elapsedMs;
  const gained = Math.floor(gathered / refillMs);
  if (tokens + gained >= most) return { tokens: most, progressMs: 0 };
  return { tokens: tokens + gained, progressMs: gathered - gained * refillMs };
}

function waitMs({ tokens, progressMs }: Bucket, refillMs: number): number {
  return tokens > 0 ? 0 : Math.max(1, refillMs - progressMs);
}
