// The thread that owns the database. Speaks JSON in strings: for small objects cheaper than structured clones, on the
// side that matters, the thread that serves HTTP.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { derive } from '../codes/keys.ts';
import { type Call, type CallName, isRead, LANES, type Lane } from './calls/calls.ts';
import { ClockWatch } from './clock-watch.ts';
import { CodeMaker } from './code-maker.ts';
import { NewestKeys } from './database/newest-keys.ts';
import { openDatabase } from './database/open.ts';
import type { Database } from './database/schema.ts';
import { CompiledStatements } from './database/statements.ts';
import { LedgerError } from './errors.ts';
import { RequestIds } from './request-id.ts';
import { type Done, Transactions } from './transactions.ts';
import { TermsCache, Totals } from './work.ts';

export interface WorkerSettings {
  readonly url: string;
  readonly masterKey: Uint8Array;
  /** Unix milliseconds. */
  readonly openedAt: number;
  readonly lapseMs: number;
  readonly patienceMs: number;
}
/** To the worker: a batch, or the wish to end. */
export type Order =
  | { readonly batch: number; readonly now: number; readonly calls: readonly Call[] }
  | { readonly close: true };
/** From the worker. */
export type Report =
  | { readonly opened: 'sqlite' | 'postgresql'; readonly lanes: Readonly<Record<CallName, Lane>> }
  /** For the log. */
  | { readonly said: string }
  | { readonly notOpened: { readonly code: string; readonly message: string } }
  | {
      readonly batch: number;
      readonly answers: readonly (readonly [unknown] | readonly [null, string])[];
      readonly retries: number;
      /** Of the transaction. */
      readonly milliseconds: number;
    };
type Batch = Extract<Order, { batch: number }>;

/** Replicas add to rows of their own in `tallies`; two that share a row only wait for each other a little. */
const WRITERS = 64;

async function main(port: MessagePort, settings: WorkerSettings): Promise<void> {
  const report = (message: Report) => port.postMessage(JSON.stringify(message));
  let db: Database;
  let transactions: Transactions;
  try {
    const opened = await openDatabase(settings.url, settings.patienceMs, settings.openedAt);
    db = opened.db;
    const secret = await requestIdSecret(db);
    await checkMasterKey(db, settings.masterKey);
    const shared = {
      kind: opened.kind,
      maker: new CodeMaker(settings.masterKey),
      ids: new RequestIds(secret),
      writer: opened.kind === 'sqlite' ? 0 : randomBytes(1).readUInt8() % WRITERS,
      lapseMs: settings.lapseMs,
      clock: new ClockWatch(opened.kind, (line) => report({ said: line })),
      terms: new TermsCache(),
      statements: new CompiledStatements(),
      totals: new Totals(),
      newestKeys: opened.kind === 'sqlite' ? new NewestKeys() : undefined,
    };
    transactions = new Transactions(opened, shared, settings.patienceMs);
    report({ opened: opened.kind, lanes: LANES });
  } catch (error) {
    const code = error instanceof LedgerError ? error.code : 'ledger-unavailable';
    report({ notOpened: { code, message: (error as Error).message } });
    port.close();
    return;
  }
  const answer = async (batch: number, run: () => Promise<Done>) => {
    const started = performance.now();
    const { outcomes, retries } = await run();
    const answers = outcomes.map((outcome) =>
      'failed' in outcome ? ([null, outcome.failed] as const) : ([outcome.value] as const),
    );
    report({ batch, answers, retries, milliseconds: performance.now() - started });
  };
  const waiting: Batch[] = [];
  let writing = false;
  const write = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { batch, calls, now } = next;
      await answer(batch, () => transactions.write(calls, now));
      await nextTurn();
    }
    writing = false;
  };
  port.on('message', (text: string) => {
    const order = JSON.parse(text) as Order;
    if ('close' in order) {
      db.destroy().finally(() => port.close());
      return;
    }
    for (const { args } of order.calls) putBack(args);
    const [first] = order.calls;
    if (first && isRead(first)) {
      void answer(order.batch, () => transactions.read(first, order.now));
      return;
    }
    waiting.push(order);
    if (writing) return;
    writing = true;
    setImmediate(write);
  });
}

/** JSON writes an argument that was left out between others as null. */
function putBack(args: unknown[]): void {
  for (const [index, arg] of args.entries()) if (arg === null) args[index] = undefined;
}

/** What the ids of charging requests are enciphered with: made once, by whichever replica comes first. */
async function requestIdSecret(db: Database): Promise<Uint8Array> {
  return Buffer.from(await remembered(db, 'request-id secret', randomBytes(32).toString('hex')), 'hex');
}

/** Codes of another master key would open no station that is out there: better to sell nothing. */
async function checkMasterKey(db: Database, masterKey: Uint8Array): Promise<void> {
  const fingerprint = Buffer.from(derive(masterKey, 'ledger', 'fingerprint'));
  const kept = await remembered(db, 'master key fingerprint', fingerprint.toString('hex'));
  if (timingSafeEqual(Buffer.from(kept, 'hex'), fingerprint)) return;
  throw new LedgerError(
    'master-key-differs',
    'This ledger was begun with another master key. Give that one (MASTER_KEY), or begin another ledger (DATABASE_URL).',
  );
}

async function remembered(db: Database, name: string, value: string): Promise<string> {
  const select = () => db.selectFrom('ledger_meta').select('value').where('name', '=', name);
  // Looked for first: a database that takes no writes at the moment can be opened all the same.
  const kept = await select().executeTakeFirst();
  if (kept) return kept.value;
  await db
    .insertInto('ledger_meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  return (await select().executeTakeFirstOrThrow()).value;
}

if (parentPort) await main(parentPort, workerData as WorkerSettings);
