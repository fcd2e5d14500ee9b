// Processes of the cloud that are killed, and a database that is restarted, while customers buy. Afterwards the ledger is
// held against every 201 that a customer got.
import { MASTER_KEY_HEX } from '../charging/cloud/databases.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { type Act, Bench, type BenchOptions } from './bench.ts';
import { type Balance, balance, linesOf, tablesOf } from './books.ts';
import { type Counts, Customers } from './customers.ts';

export interface SoakOptions extends BenchOptions {
  readonly requests: number;
  readonly clients: number;
  readonly stations: number;
  /** In order, each once its part of the requests is over: `{ after: 0.25, act: 'kill' }`. */
  readonly faults: readonly { readonly after: number; readonly act: Act }[];
}

export interface Soaked extends Balance, Counts {
  readonly requests: number;
  readonly got201: number;
  /** Processes of the cloud, with `kill -9`. */
  readonly killed: number;
  /** Of the database. */
  readonly restarts: number;
  /** Vouchers that the day's sums count, less those that were sold. */
  readonly miscounted: number;
  /** From the first request to the last 201. */
  readonly seconds: number;
  /** The longest in which nothing was sold. */
  readonly pauseMs: number;
}

/** Whether every 201 is in the ledger once, with the code that was given, and nothing else is. */
export function isSound(soaked: Soaked): boolean {
  const { missing, duplicates, unasked, wrong, otherCode, miscounted, odd } = soaked;
  return (
    soaked.got201 === soaked.requests &&
    missing + duplicates + unasked + wrong + otherCode === 0 &&
    miscounted === 0 &&
    odd.length === 0
  );
}

export async function soak(options: SoakOptions): Promise<Soaked> {
  const bench = await Bench.set(options);
  try {
    return await run(bench, options);
  } finally {
    await bench.clear();
  }
}

async function run(bench: Bench, { requests, clients, stations: count, faults }: SoakOptions): Promise<Soaked> {
  const operator = await bench.apiKey('operator');
  const customer = await bench.apiKey('customer app');
  await bench.start();
  const stations = await bench.makeStations(count, operator);

  const customers = new Customers({ urls: bench.urls, apiKey: customer, giveUpMs: 60_000 });
  const pending = [...faults];
  const acting: Promise<void>[] = [];
  const started = performance.now();
  let last = started;
  let pauseMs = 0;
  await customers.buy(requests, clients, stations, (over) => {
    pauseMs = Math.max(pauseMs, performance.now() - last);
    last = performance.now();
    while (pending.length > 0 && over >= pending[0]!.after * requests) acting.push(bench.act(pending.shift()!.act));
  });
  const seconds = (performance.now() - started) / 1000;
  await Promise.all(acting);
  await customers.buyAllAgain(clients);

  const { bought, counts } = customers;
  const tables = await tablesOf(bench.direct);
  const balances: Balance[] = [];
  // Each process must say the same.
  for (const cloud of bench.clouds) {
    balances.push(balance(bought, linesOf(await exported(cloud, operator)), tables, MASTER_KEY_HEX));
  }
  const worst = (name: keyof Balance) => Math.max(...balances.map((one) => one[name]));
  return {
    ...counts,
    requests,
    got201: bought.length,
    killed: bench.killed,
    restarts: bench.restarts,
    missing: worst('missing'),
    duplicates: worst('duplicates'),
    unasked: worst('unasked'),
    wrong: worst('wrong'),
    miscounted: tables.issued - bought.length,
    seconds,
    pauseMs,
  };
}

async function exported(cloud: Cloud, apiKey: string): Promise<string> {
  const response = await cloud.call('GET', '/ledger.csv', undefined, { authorization: `Bearer ${apiKey}` });
  if (response.status !== 200) throw new Error(`GET /ledger.csv: ${response.status} ${await response.text()}`);
  return response.text();
}
