// The side of the ledger on the thread that serves HTTP. Calls that arrive while a batch is under way go into the next
// one; each batch is one message, one transaction and one answer.
import { Worker } from 'node:worker_threads';
import type { AnswerOf, ArgumentsOf, Call, CallName, Lane } from './calls/calls.ts';
import { LedgerError, LedgerUnavailable } from './errors.ts';
import { Outage } from './outage.ts';
import type { BatchReport } from './types.ts';
import type { Report, WorkerSettings } from './worker.ts';

interface Waiting {
  readonly call: Call;
  /** The call as the worker reads it. */
  readonly text: string;
  readonly since: number;
  resolve(value: unknown): void;
  reject(error: LedgerUnavailable): void;
  /** Answered, or given up. */
  done: boolean;
}
interface Batch {
  readonly kind: Lane;
  readonly calls: readonly Waiting[];
  readonly sentAt: number;
}

/** More are a stampede, which a longer queue would not help. */
const MOST_WAITING = 10_000;
const MOST_IN_BATCH = 128;
/** One is under way in the database's thread, and the next one lies there when it ends. */
const WRITE_BATCHES = 2;
/** A second batch of fewer waits for the first one's end: each has a commit of its own to wait for. */
const WORTH_A_COMMIT = 16;
const AT_ONCE = { read: 4, count: 3 } as const;
const SWEEP_MS = 250;

/** @throws {TypeError} */
function written(call: Call): string {
  try {
    return JSON.stringify(call);
  } catch (cause) {
    throw new TypeError('What was given cannot be written as JSON: it holds itself, or a BigInt.', { cause });
  }
}

export interface QueueSettings extends Omit<WorkerSettings, 'openedAt'> {
  readonly now: () => number;
  readonly onBatch: ((batch: BatchReport) => void) | undefined;
  readonly onTrouble: ((line: string) => void) | undefined;
}

export class Queue {
  readonly #settings: QueueSettings;
  readonly #waiting: Record<Lane, Waiting[]> = { write: [], read: [], count: [] };
  readonly #outage: Outage;
  readonly #batches = new Map<number, Batch>();
  #worker: Worker | undefined;
  #kind: 'sqlite' | 'postgresql' = 'sqlite';
  #lanes: Partial<Record<CallName, Lane>> = {};
  #nextBatch = 0;
  #scheduled = false;
  #starting = false;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;
  #sweep: NodeJS.Timeout | undefined;

  constructor(settings: QueueSettings) {
    this.#settings = settings;
    this.#outage = new Outage(
      (line) => settings.onTrouble?.(line),
      () => this.call('heartbeat'),
    );
  }

  get kind(): 'sqlite' | 'postgresql' {
    return this.#kind;
  }

  /** @throws {LedgerError} */
  async open(): Promise<void> {
    this.#worker = await this.#start();
  }

  /** Every call that the ledger has. */
  get names(): readonly CallName[] {
    return Object.keys(this.#lanes) as CallName[];
  }

  /** Rejects with a `LedgerUnavailable`; with a `TypeError` where an argument cannot be written as JSON. */
  call<N extends CallName>(name: N, ...args: ArgumentsOf<N>): Promise<AnswerOf<N>> {
    const queue = this.#waiting[this.#lanes[name] ?? 'write'];
    const call = { name, args } as Call;
    if (this.#closing) return Promise.reject(new LedgerUnavailable('The ledger is closed.'));
    if (queue.length >= MOST_WAITING)
      return Promise.reject(new LedgerUnavailable('Too many calls wait for the ledger.'));
    return new Promise((resolve, reject) => {
      // Here, where it fails alone: flows may ask with anything, and a batch is sent on nobody's behalf.
      const text = written(call);
      queue.push({ call, text, since: performance.now(), resolve: resolve as Waiting['resolve'], reject, done: false });
      this.#schedule();
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** At the end of this turn of the event loop, so that requests read in it share a batch. */
  #schedule(): void {
    this.#sweep ??= setInterval(() => this.#giveUp(), SWEEP_MS).unref();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (!this.#worker) {
      this.#restart();
      return;
    }
    const underWay = { write: 0, read: 0, count: 0 };
    for (const { kind } of this.#batches.values()) underWay[kind] += 1;
    const { write: writes } = this.#waiting;
    while (underWay.write < WRITE_BATCHES && writes.length >= (underWay.write === 0 ? 1 : WORTH_A_COMMIT)) {
      // In one batch, all clients would wait for the database together and then for this thread; in two, one thread
      // works for half of them while the other works for the other half.
      const halves = underWay.write === 0 && writes.length >= 2 * WORTH_A_COMMIT ? 2 : 1;
      this.#post('write', writes.splice(0, Math.min(Math.ceil(writes.length / halves), MOST_IN_BATCH)));
      underWay.write += 1;
    }
    for (const lane of ['read', 'count'] as const) {
      const waiting = this.#waiting[lane];
      for (let free = AT_ONCE[lane] - underWay[lane]; free > 0 && waiting.length > 0; free--) {
        this.#post(lane, waiting.splice(0, 1));
      }
    }
  }

  #post(kind: Lane, taken: Waiting[]): void {
    const calls = taken.filter(({ done }) => !done);
    if (calls.length === 0) {
      this.#schedule();
      return;
    }
    const batch = this.#nextBatch++;
    this.#batches.set(batch, { kind, calls, sentAt: performance.now() });
    const texts = calls.map(({ text }) => text).join();
    this.#worker!.postMessage(`{"batch":${batch},"now":${this.#settings.now()},"calls":[${texts}]}`);
  }

  #answered({ batch: number, answers, retries, milliseconds }: Extract<Report, { batch: unknown }>): void {
    const batch = this.#batches.get(number);
    if (!batch) return;
    this.#batches.delete(number);
    const { kind, calls } = batch;
    const failed = answers.some((answer) => answer.length === 2);
    this.#settings.onBatch?.({ kind, calls: calls.length, milliseconds, retries, failed });
    this.#send();
    // After what this turn has read already: the next batch goes to the database before these answers to their clients.
    setImmediate(() => {
      for (const [index, waiting] of calls.entries()) {
        const answer = answers[index]!;
        if (answer.length === 2) this.#fail(waiting, `The ledger failed: ${answer[1]}`);
        else if (settle(waiting, undefined, answer[0])) {
          this.#outage.worked(waiting.call.name, waiting.call.name === 'heartbeat');
        }
      }
      this.#checkIdle();
    });
  }

  /** Nobody waits longer than the ledger's patience: an answer in time that says "ask again" is worth more. */
  #giveUp(): void {
    const limit = performance.now() - this.#settings.patienceMs - SWEEP_MS;
    const old = (waiting: Waiting) => waiting.since < limit;
    const all = [...this.#queued(), ...[...this.#batches.values()].flatMap(({ calls }) => calls)];
    for (const waiting of all.filter(old)) this.#fail(waiting, 'The ledger did not answer in time.');
    for (const lane of Object.values(this.#waiting)) remove(lane, ({ done }) => done);
    if (this.#queued().length + this.#batches.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    this.#checkIdle();
  }

  async #start(): Promise<Worker> {
    const { url, masterKey, now, lapseMs, patienceMs } = this.#settings;
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const workerData: WorkerSettings = { url, masterKey, openedAt: now(), lapseMs, patienceMs };
    // The process's own flags are not the worker's: a test runner's loaders have no place in it.
    const worker = new Worker(new URL(file, import.meta.url), { workerData, execArgv: [], name: 'ledger' });
    const opened = Promise.withResolvers<void>();
    worker.on('message', (text: string) => {
      const report = JSON.parse(text) as Report;
      if ('opened' in report) {
        this.#kind = report.opened;
        this.#lanes = report.lanes;
        opened.resolve();
      } else if ('notOpened' in report) {
        opened.reject(new LedgerError(report.notOpened.code, report.notOpened.message));
      } else if ('said' in report) this.#settings.onTrouble?.(report.said);
      else this.#answered(report);
    });
    worker.on('error', (error) => this.#lost(worker, error as Error));
    worker.on('exit', () => {
      opened.reject(new LedgerError('ledger-unavailable', "The ledger's thread ended."));
      this.#lost(worker, new Error("the ledger's thread ended"));
    });
    await opened.promise;
    return worker;
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const batch of this.#batches.values()) {
      for (const waiting of batch.calls) this.#fail(waiting, `The ledger failed: ${error.message}`);
      const { kind, calls, sentAt } = batch;
      const milliseconds = performance.now() - sentAt;
      this.#settings.onBatch?.({ kind, calls: calls.length, milliseconds, retries: 0, failed: true });
    }
    this.#batches.clear();
    this.#checkIdle();
  }

  #restart(): void {
    if (this.#starting || this.#closing) return;
    this.#starting = true;
    this.#start()
      .then(async (worker) => {
        if (this.#closing) await worker.terminate();
        else this.#worker = worker;
      })
      .catch((error: Error) => {
        for (const lane of Object.values(this.#waiting)) {
          for (const waiting of lane.splice(0)) this.#fail(waiting, error.message, { cause: error });
        }
      })
      .finally(() => {
        this.#starting = false;
        if (this.#queued().length > 0) this.#schedule();
      });
  }

  async #finish(): Promise<void> {
    if (this.#busy()) await new Promise<void>((resolve) => (this.#idle = resolve));
    clearInterval(this.#sweep);
    this.#outage.close();
    const worker = this.#worker;
    this.#worker = undefined;
    if (!worker) return;
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage(JSON.stringify({ close: true }));
    // A database that hangs must not keep the process.
    const timer = setTimeout(() => worker.terminate(), this.#settings.patienceMs);
    await exit;
    clearTimeout(timer);
  }

  #queued(): Waiting[] {
    return Object.values(this.#waiting).flat();
  }

  #fail(waiting: Waiting, reason: string, options?: ErrorOptions): void {
    const failed = settle(waiting, new LedgerUnavailable(reason, options));
    if (failed) this.#outage.failed(waiting.call.name, reason);
  }

  #busy(): boolean {
    const unanswered = [...this.#batches.values()].some(({ calls }) => calls.some(({ done }) => !done));
    return this.#queued().length > 0 || unanswered;
  }

  #checkIdle(): void {
    if (this.#idle && !this.#busy()) this.#idle();
  }
}

/** Whether this was its answer: it may have been given up before. */
function settle(waiting: Waiting, error: LedgerUnavailable | undefined, value?: unknown): boolean {
  if (waiting.done) return false;
  waiting.done = true;
  if (error) waiting.reject(error);
  else waiting.resolve(value);
  return true;
}

function remove<T>(list: T[], which: (item: T) => boolean): void {
  const kept = list.filter((item) => !which(item));
  if (kept.length < list.length) list.splice(0, list.length, ...kept);
}
