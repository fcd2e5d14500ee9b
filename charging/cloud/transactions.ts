// Runs the calls of a batch in one transaction, and again when it lost a race or the database went away.
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Call,
  type DrawCall,
  isDraw,
  isRead,
  performRead,
  performWrite,
  type ReadCall,
  toDraw,
} from './calls/calls.ts';
import { draw } from './calls/issuing.ts';
import { isAway, mayPass, type Opened } from './database/open.ts';
import type { Database } from './database/schema.ts';
import { LedgerWentBack } from './errors.ts';
import { newWork, type Shared, TryAgain, type Work, writeAudits } from './work.ts';

/** The answer, or why there is none. */
type Outcome = { readonly value: unknown } | { readonly failed: string };
export interface Done {
  readonly outcomes: readonly Outcome[];
  readonly retries: number;
}

export class Transactions {
  readonly #db: Database;
  readonly #shared: Shared;
  readonly #patienceMs: number;
  readonly #check: () => void;
  /** Why nothing is done any more. */
  #stopped: LedgerWentBack | undefined;

  /** @param check throws a `LedgerWentBack` when the database is not the one that was opened */
  constructor({ db, check }: Pick<Opened, 'db' | 'check'>, shared: Shared, patienceMs: number) {
    this.#db = db;
    this.#check = check;
    this.#shared = shared;
    this.#patienceMs = patienceMs;
  }

  /** All in one transaction; what fails by itself is found out, and does not take the others with it. */
  async write(calls: readonly Call[], now: number): Promise<Done> {
    const deadline = performance.now() + this.#patienceMs;
    const { outcomes, retries, broken } = await this.#attempt(calls.length, deadline, () =>
      this.#transaction(calls, now),
    );
    if (!broken || calls.length === 1) return { outcomes, retries };
    const alone: Outcome[] = [];
    for (const call of calls) alone.push(...(await this.write([call], now)).outcomes);
    return { outcomes: alone, retries };
  }

  async #transaction(calls: readonly Call[], now: number): Promise<unknown[]> {
    let work: Work | undefined;
    const answers = await this.#db
      .transaction()
      .setIsolationLevel('read committed')
      .execute((tx) => {
        work = newWork(this.#shared, tx, now);
        return perform(work, calls);
      });
    work?.tallies.committed();
    return answers;
  }

  /** One look-up. What it has to say for the audit is written before its answer is given. */
  async read(call: ReadCall, now: number): Promise<Done> {
    const deadline = performance.now() + this.#patienceMs;
    let audits: Work['audits'] = [];
    const done = await this.#attempt(1, deadline, async () => {
      const work = newWork(this.#shared, this.#db, now);
      const value = await performRead(work, call);
      audits = work.audits;
      return [value];
    });
    if (audits.length === 0 || 'failed' in done.outcomes[0]!) return done;
    const written = await this.write(
      audits.map((entry) => ({ name: 'audit', args: [entry] })),
      now,
    );
    const failed = written.outcomes.find((outcome) => 'failed' in outcome);
    return failed ? { outcomes: [failed], retries: done.retries } : done;
  }

  async #attempt(
    calls: number,
    deadline: number,
    run: () => Promise<unknown[]>,
  ): Promise<Done & { readonly broken: boolean }> {
    for (let retries = 0; ; retries++) {
      try {
        if (this.#stopped) throw this.#stopped;
        this.#check();
        const values = await run();
        // Before anyone hears of it: what was written may be in a file that is not the ledger any more.
        this.#check();
        return { outcomes: values.map((value) => ({ value })), retries, broken: false };
      } catch (error) {
        const { kind } = this.#shared;
        if (error instanceof LedgerWentBack) this.#stopped = error;
        else if ((error instanceof TryAgain || mayPass(kind, error)) && performance.now() < deadline) {
          await wait(Math.random() * Math.min(250, 4 * 2 ** retries));
          continue;
        }
        const failed = (error as Error).message || String((error as { code?: string }).code ?? error);
        const outcomes: Outcome[] = Array.from({ length: calls }, () => ({ failed }));
        return { outcomes, retries, broken: !this.#stopped && !(error instanceof TryAgain) && !isAway(kind, error) };
      }
    }
  }
}

async function perform(work: Work, calls: readonly Call[]): Promise<unknown[]> {
  const answers: unknown[] = new Array(calls.length);
  const drawing: { readonly index: number; readonly call: DrawCall }[] = [];
  for (const [index, call] of calls.entries()) {
    work.call = call;
    if (isDraw(call)) drawing.push({ index, call });
    else if (isRead(call)) throw new Error(`${call.name} does not write`);
    else answers[index] = await performWrite(work, call);
  }
  if (drawing.length > 0) {
    const drawn = await draw(
      work,
      drawing.map(({ call }) => toDraw(call)),
    );
    for (const [position, { index }] of drawing.entries()) answers[index] = drawn[position];
  }
  await writeAudits(work);
  await work.tallies.write(work);
  return answers;
}
