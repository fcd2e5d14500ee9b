// Holds the cloud's clock against the database's and the newest moment in the ledger: a code from the future would spoil a
// station's numbers, and one from the past would be expired when it is sold.
import { sql } from 'kysely';
import type { Database } from './database/schema.ts';
import type { Kind } from './database/table-shape.ts';

/** How often it is looked again while all is well, and while it is not. */
const LOOK_MS = 10_000;
const LOOK_AGAIN_MS = 1000;
/** More than this between two sales on the wall's clock, and not on the monotonic one, is a step of the clock. */
const STEP_MS = 1000;

export interface WatchClocks {
  /** The machine's, unix milliseconds. */
  now(): number;
  /** Monotonic milliseconds. */
  monotonic(): number;
}
const MACHINE: WatchClocks = { now: () => Date.now(), monotonic: () => performance.now() };

export class ClockWatch {
  readonly #kind: Kind;
  readonly #say: (line: string) => void;
  readonly #clocks: WatchClocks;
  /** How far the machine's clock is from the database's at least, either way. */
  #apartMs = 0;
  /** The newest moment in the ledger. */
  #newest = 0;
  #looked: { readonly now: number; readonly monotonic: number } | undefined;
  #refusing = false;

  /** @param say told once when sales are refused, and once when they go on */
  constructor(kind: Kind, say: (line: string) => void, clocks = MACHINE) {
    this.#kind = kind;
    this.#say = say;
    this.#clocks = clocks;
  }

  /**
   * How far the cloud's clock is from where it can be, in milliseconds: from the database's, or behind what the ledger has.
   * @param now the moment of the sale
   */
  async off({ db, now }: { readonly db: Database; readonly now: number }): Promise<number> {
    if (this.#isDue(now)) await this.#look(db, now);
    return Math.max(this.#apartMs, this.#newest - now);
  }

  /** A number was drawn at that moment. */
  drawn(now: number): void {
    this.#newest = Math.max(this.#newest, now);
  }

  /** What came of it for a station: refused, or sold. */
  tell(refused: boolean, offMs: number): void {
    if (refused === this.#refusing) return;
    this.#refusing = refused;
    const seconds = Math.round(offMs / 1000);
    const how =
      this.#apartMs === offMs ? `${seconds} s from the database's` : `${seconds} s behind the newest in the ledger`;
    this.#say(
      refused
        ? `The cloud's clock is ${how}, and nothing is sold: set the clock (docs/deploying-the-cloud.md, Clock).`
        : "The cloud's clock is right again, and codes are sold.",
    );
  }

  #isDue(now: number): boolean {
    if (!this.#looked) return true;
    const passed = this.#clocks.monotonic() - this.#looked.monotonic;
    const step = Math.abs(now - this.#looked.now - passed) > STEP_MS;
    return step || passed > (this.#refusing ? LOOK_AGAIN_MS : LOOK_MS);
  }

  async #look(db: Database, now: number): Promise<void> {
    this.#looked = { now, monotonic: this.#clocks.monotonic() };
    // SQLite has the machine's own clock.
    if (this.#kind === 'postgresql') this.#apartMs = await this.#fromDatabase(db);
    const { newest } = await db
      .selectFrom('codes')
      .select(({ fn }) => fn.max('issued_at').as('newest'))
      .executeTakeFirstOrThrow();
    this.#newest = newest ?? 0;
  }

  async #fromDatabase(db: Database): Promise<number> {
    const asked = this.#clocks.now();
    const { rows } = await sql<{ ms: number }>`select extract(epoch from clock_timestamp()) * 1000 as ms`.execute(db);
    const answered = this.#clocks.now();
    // It was at any moment between: what the answer took is not held against the clock, which counts whole milliseconds.
    const ms = Math.floor(Number(rows[0]!.ms));
    return Math.max(0, asked - ms, ms - answered);
  }
}
