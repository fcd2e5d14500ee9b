// Runs the calls of a batch in one transaction, and again when it lost a race or the database went away.
import { setTimeout as wait } from 'node:timers/promises';
import { authenticate, createApiKey, revokeApiKey } from './calls/api-keys.ts';
import { countRequest } from './calls/counting.ts';
import { type DrawingCall, draw } from './calls/drawing.ts';
import { refundExpired } from './calls/expired.ts';
import { heartbeat } from './calls/health.ts';
import { forgetKeys } from './calls/idempotency.ts';
import { listOutstanding, provisioning, replaceKey } from './calls/keys.ts';
import { exportPage, listApiKeys, listAudit, listCodes, listStations } from './calls/listing.ts';
import { listPayments, markPaid, returnPayment } from './calls/payments.ts';
import { request } from './calls/requests.ts';
import { cancelReservation, listReservations, reserve } from './calls/reserving.ts';
import { listSettled } from './calls/settled-list.ts';
import { settle } from './calls/settling.ts';
import { createStation, retireStation, station, updateStation } from './calls/stations.ts';
import { statistics } from './calls/statistics.ts';
import { isAway, mayPass, type Opened } from './database/open.ts';
import type { Database } from './database/schema.ts';
import { LedgerWentBack } from './types.ts';
import { newWork, type Shared, TryAgain, type Work, writeAudits } from './work.ts';

/** Those that draw a number; those of a batch are drawn together. */
const DRAWING = ['issue', 'serviceCode', 'issueReserved'] as const;
const WRITES = {
  reserve,
  cancelReservation,
  markPaid,
  returnPayment,
  settle,
  refundExpired,
  createStation,
  updateStation,
  retireStation,
  provisioning,
  replaceKey,
  createApiKey,
  revokeApiKey,
  heartbeat,
  forgetKeys,
  audit: async (work: Work, entry: Work['audits'][number]) => {
    work.audits.push(entry);
    return null;
  },
} as const;
const READS = {
  countRequest,
  request,
  station,
  authenticate,
  listStations,
  listApiKeys,
  listAudit,
  listCodes,
  listOutstanding,
  listSettled,
  listReservations,
  listPayments,
  exportPage,
  statistics,
} as const;

export type WriteName = (typeof DRAWING)[number] | keyof typeof WRITES;
export type ReadName = keyof typeof READS;
export interface Call {
  readonly name: WriteName | ReadName;
  readonly args: unknown;
}
/** The answer, or why there is none. */
export type Outcome = { readonly value: unknown } | { readonly failed: string };
export interface Done {
  readonly outcomes: readonly Outcome[];
  readonly retries: number;
}

type Perform = (work: Work, args: never) => Promise<unknown>;

export class Engine {
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
  async read(call: Call, now: number): Promise<Done> {
    const deadline = performance.now() + this.#patienceMs;
    let audits: Work['audits'] = [];
    const done = await this.#attempt(1, deadline, async () => {
      const work = newWork(this.#shared, this.#db, now);
      const value = await (READS[call.name as ReadName] as Perform)(work, call.args as never);
      audits = work.audits;
      return [value];
    });
    if (audits.length === 0 || 'failed' in done.outcomes[0]!) return done;
    const written = await this.write(
      audits.map((args) => ({ name: 'audit', args })),
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
  const drawing: number[] = [];
  for (const [index, { name, args }] of calls.entries()) {
    if ((DRAWING as readonly string[]).includes(name)) drawing.push(index);
    else answers[index] = await (WRITES[name as keyof typeof WRITES] as Perform)(work, args as never);
  }
  if (drawing.length > 0) {
    const drawn = await draw(
      work,
      drawing.map((index) => calls[index] as DrawingCall),
    );
    for (const [position, index] of drawing.entries()) answers[index] = drawn[position];
  }
  await writeAudits(work);
  await work.tallies.write(work);
  return answers;
}

export function isRead(name: string): name is ReadName {
  return Object.hasOwn(READS, name);
}
