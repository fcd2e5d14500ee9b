// Processes of the cloud that are killed, and a database that is restarted, while customers buy. Afterwards the ledger is
// held against every 201 that a customer got.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, openLedger, type Role } from '../../charging/cloud/ledger.ts';
import { type DatabaseKind, MASTER_KEY, MASTER_KEY_HEX, Postgres } from '../charging/cloud/databases.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { type Balance, balance, linesOf, tablesOf } from './books.ts';
import { atOnce, type Counts, Customers } from './customers.ts';

/** Counted like any others, and never reached. */
const HIGH_LIMITS = { RATE_LIMIT_CLIENT: '100000000', RATE_LIMIT_VISITOR: '100000000', RATE_LIMIT_STATION: '10000000' };

export interface SoakOptions {
  readonly kind: DatabaseKind;
  readonly requests: number;
  readonly clients: number;
  readonly stations: number;
  /** Of the cloud, on the one ledger. */
  readonly processes: number;
  /** In order, each once its part of the requests is over: `{ after: 0.25, act: 'kill' }`. */
  readonly faults: readonly {
    readonly after: number;
    readonly act: 'kill' | 'restart-database' | 'crash-database' | (() => Promise<unknown>);
  }[];
  /** A database that the row runs itself: as the cloud is told to reach it, and as it is looked into at the end. */
  readonly database?: { readonly url: string; readonly direct: () => string };
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
    return await bench.run();
  } finally {
    await bench.clear();
  }
}

class Bench {
  readonly #options: SoakOptions;
  readonly #folder: string;
  readonly #postgres: Postgres | undefined;
  readonly #url: string;
  readonly #clouds: Cloud[] = [];
  #killed = 0;
  #restarts = 0;

  private constructor(options: SoakOptions, folder: string, postgres: Postgres | undefined, url: string) {
    this.#options = options;
    this.#folder = folder;
    this.#postgres = postgres;
    this.#url = url;
  }

  static async set(options: SoakOptions): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'soak-'));
    const postgres = options.kind === 'postgresql' && !options.database ? await Postgres.start() : undefined;
    const url = options.database
      ? options.database.url
      : postgres
        ? await postgres.freshUrl()
        : `sqlite:${join(folder, 'ledger.sqlite')}`;
    return new Bench(options, folder, postgres, url);
  }

  async run(): Promise<Soaked> {
    const { requests, clients, processes, faults } = this.#options;
    const operator = await this.#apiKey('operator');
    const customer = await this.#apiKey('customer app');
    const starting = Array.from({ length: processes }, (_, index) => this.#start(join(this.#folder, `cloud-${index}`)));
    this.#clouds.push(...(await Promise.all(starting)));
    const stations = await this.#makeStations(operator);

    const customers = new Customers({
      urls: () => this.#clouds.map(({ url }) => url),
      apiKey: customer,
      giveUpMs: 60_000,
    });
    const pending = [...faults];
    const acting: Promise<void>[] = [];
    const started = performance.now();
    let last = started;
    let pauseMs = 0;
    await customers.buy(requests, clients, stations, (over) => {
      pauseMs = Math.max(pauseMs, performance.now() - last);
      last = performance.now();
      while (pending.length > 0 && over >= pending[0]!.after * requests) acting.push(this.#act(pending.shift()!.act));
    });
    const seconds = (performance.now() - started) / 1000;
    await Promise.all(acting);
    await customers.buyAllAgain(clients);

    const { bought, counts } = customers;
    const tables = await tablesOf(this.#options.database?.direct() ?? this.#url);
    const balances: Balance[] = [];
    // Each process must say the same.
    for (const cloud of this.#clouds) {
      balances.push(balance(bought, linesOf(await this.#export(cloud, operator)), tables, MASTER_KEY_HEX));
    }
    const worst = (name: keyof Balance) => Math.max(...balances.map((one) => one[name]));
    return {
      ...counts,
      requests,
      got201: bought.length,
      killed: this.#killed,
      restarts: this.#restarts,
      missing: worst('missing'),
      duplicates: worst('duplicates'),
      unasked: worst('unasked'),
      wrong: worst('wrong'),
      miscounted: tables.issued - bought.length,
      seconds,
      pauseMs,
    };
  }

  async clear(): Promise<void> {
    for (const cloud of this.#clouds) await cloud.stop();
    await this.#postgres?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start(dataDir: string): Promise<Cloud> {
    return Cloud.start({
      dataDir,
      env: { DATABASE_URL: this.#url, MASTER_KEY: MASTER_KEY_HEX, LOG_LEVEL: 'warn', ...this.#limits() },
    });
  }

  /** Where replicas share their counts. */
  #limits(): Record<string, string> {
    return { ...HIGH_LIMITS, RATE_LIMITS: this.#options.kind === 'postgresql' ? 'database' : 'memory' };
  }

  /** As `offline-charging keys create` makes it. */
  async #apiKey(role: Role): Promise<string> {
    const ledger = await openLedger({ url: this.#url, masterKey: MASTER_KEY });
    const made = await ledger.createApiKey({ name: role, role, by: 'soak' });
    await ledger.close();
    if (isRefused(made)) throw new Error(made.refused.detail);
    return made.key;
  }

  /** Stations that count, so that none is ever ahead of a clock. */
  async #makeStations(apiKey: string): Promise<string[]> {
    const ids = Array.from({ length: this.#options.stations }, (_, index) => `CP-${String(index).padStart(4, '0')}`);
    const left = [...ids];
    await atOnce(10, async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const station = { id, unit: 'min', step: 30, layout: 'compact', sequence: 'counter' };
        const cloud = this.#clouds[left.length % this.#clouds.length]!;
        const { status, body } = await cloud.ask('POST', '/stations', station, { authorization: `Bearer ${apiKey}` });
        if (status !== 201) throw new Error(`POST /stations: ${status} ${JSON.stringify(body)}`);
      }
    });
    return ids;
  }

  async #act(act: SoakOptions['faults'][number]['act']): Promise<void> {
    if (typeof act === 'function') {
      await act();
    } else if (act === 'kill') {
      const cloud = this.#clouds[this.#killed++ % this.#clouds.length]!;
      await cloud.stop('SIGKILL');
      // As its supervisor does.
      await cloud.start();
    } else {
      this.#restarts += 1;
      await this.#postgres?.restart(act === 'crash-database' ? 'SIGQUIT' : 'SIGINT');
    }
  }

  async #export(cloud: Cloud, apiKey: string): Promise<string> {
    const response = await cloud.call('GET', '/ledger.csv', undefined, { authorization: `Bearer ${apiKey}` });
    if (response.status !== 200) throw new Error(`GET /ledger.csv: ${response.status} ${await response.text()}`);
    return response.text();
  }
}
