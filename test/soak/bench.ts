// Processes of the cloud on one ledger, with a database of their own, that can be killed while they work.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, openLedger, type Role } from '../../charging/cloud/ledger.ts';
import type { Money } from '../../charging/cloud/payment-types.ts';
import { type DatabaseKind, MASTER_KEY, MASTER_KEY_HEX, Postgres } from '../charging/cloud/databases.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { atOnce } from './customers.ts';

/** Counted like any others, and never reached. */
const HIGH_LIMITS = { RATE_LIMIT_CLIENT: '100000000', RATE_LIMIT_VISITOR: '100000000', RATE_LIMIT_STATION: '10000000' };

export type Act = 'kill' | 'restart-database' | 'crash-database' | (() => Promise<unknown>);

export interface BenchOptions {
  readonly kind: DatabaseKind;
  /** Of the cloud, on the one ledger. */
  readonly processes: number;
  /** A database that the row runs itself: as the cloud is told to reach it, and as it is looked into at the end. */
  readonly database?: { readonly url: string; readonly direct: () => string };
  /** Variables of the cloud's. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Bench {
  readonly #options: BenchOptions;
  readonly #folder: string;
  readonly #postgres: Postgres | undefined;
  readonly url: string;
  readonly clouds: Cloud[] = [];
  /** Processes of the cloud, with `kill -9`. */
  killed = 0;
  /** Of the database. */
  restarts = 0;

  private constructor(options: BenchOptions, folder: string, postgres: Postgres | undefined, url: string) {
    this.#options = options;
    this.#folder = folder;
    this.#postgres = postgres;
    this.url = url;
  }

  static async set(options: BenchOptions): Promise<Bench> {
    const folder = mkdtempSync(join(tmpdir(), 'soak-'));
    const postgres = options.kind === 'postgresql' && !options.database ? await Postgres.start() : undefined;
    const url = options.database
      ? options.database.url
      : postgres
        ? await postgres.freshUrl()
        : `sqlite:${join(folder, 'ledger.sqlite')}`;
    return new Bench(options, folder, postgres, url);
  }

  /** Where the ledger is looked into. */
  get direct(): string {
    return this.#options.database?.direct() ?? this.url;
  }

  /** Where the processes listen; looked up for each attempt, since one that was started again has another port. */
  readonly urls = () => this.clouds.map(({ url }) => url);

  async start(): Promise<void> {
    const { processes } = this.#options;
    const folders = Array.from({ length: processes }, (_, index) => join(this.#folder, `cloud-${index}`));
    this.clouds.push(...(await Promise.all(folders.map((dataDir) => this.#start(dataDir)))));
  }

  #start(dataDir: string): Promise<Cloud> {
    const { env } = this.#options;
    return Cloud.start({
      dataDir,
      env: { DATABASE_URL: this.url, MASTER_KEY: MASTER_KEY_HEX, LOG_LEVEL: 'warn', ...this.#limits(), ...env },
    });
  }

  /** Where replicas share their counts. */
  #limits(): Record<string, string> {
    return { ...HIGH_LIMITS, RATE_LIMITS: this.#options.kind === 'postgresql' ? 'database' : 'memory' };
  }

  /** As `offline-charging keys create` makes it. */
  async apiKey(role: Role): Promise<string> {
    const ledger = await openLedger({ url: this.url, masterKey: MASTER_KEY });
    const made = await ledger.createApiKey({ name: role, role, by: 'soak' });
    await ledger.close();
    if (isRefused(made)) throw new Error(made.refused.detail);
    return made.key;
  }

  /** Stations that count, so that none is ever ahead of a clock. */
  async makeStations(count: number, apiKey: string, price?: Money): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, index) => `CP-${String(index).padStart(4, '0')}`);
    const left = [...ids];
    await atOnce(10, async () => {
      for (let id = left.pop(); id !== undefined; id = left.pop()) {
        const station = { id, unit: 'min', step: 30, layout: 'compact', sequence: 'counter', ...(price && { price }) };
        const cloud = this.clouds[left.length % this.clouds.length]!;
        const { status, body } = await cloud.ask('POST', '/stations', station, { authorization: `Bearer ${apiKey}` });
        if (status !== 201) throw new Error(`POST /stations: ${status} ${JSON.stringify(body)}`);
      }
    });
    return ids;
  }

  async act(act: Act): Promise<void> {
    if (typeof act === 'function') {
      await act();
    } else if (act === 'kill') {
      const cloud = this.clouds[this.killed++ % this.clouds.length]!;
      await cloud.stop('SIGKILL');
      // As its supervisor does.
      await cloud.start();
    } else {
      this.restarts += 1;
      await this.#postgres?.restart(act === 'crash-database' ? 'SIGQUIT' : 'SIGINT');
    }
  }

  async clear(): Promise<void> {
    for (const cloud of this.clouds) await cloud.stop();
    await this.#postgres?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
