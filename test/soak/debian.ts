// Debian's PostgreSQL and PgBouncer, as operators run them, on free ports and in folders of their own. Installed by
// `npm run soak:cloud` itself where they are missing and it may.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../charging/cloud/databases.ts';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';
const PGBOUNCER = '/usr/sbin/pgbouncer';
const isRoot = userInfo().uid === 0;

/** Where PostgreSQL's programs are, the newest of Debian's. */
function programs(): string {
  const newest = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  return newest === undefined ? '' : join(VERSIONS, newest, 'bin');
}

/** @throws when one is missing and cannot be installed */
async function needDebian(): Promise<void> {
  const missing = [
    ...(existsSync(join(programs(), 'postgres')) ? [] : ['postgresql']),
    ...(existsSync(PGBOUNCER) ? [] : ['pgbouncer']),
  ];
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (!isRoot) throw new Error(`This row needs: apt-get ${install.join(' ')}`);
  await run('apt-get', ['update']);
  await run('apt-get', install, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

/** Neither runs as root. */
function servant(): { uid: number; gid: number } | object {
  if (!isRoot) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function folder(name: string): string {
  const made = mkdtempSync(join(tmpdir(), name));
  if (isRoot) execFileSync('chown', ['postgres:postgres', made]);
  return made;
}

let databases = 0;

export class DebianPostgres {
  readonly port: number;
  readonly #data: string;
  readonly #settings: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(data: string, port: number, settings: readonly string[]) {
    this.#data = data;
    this.port = port;
    this.#settings = settings;
  }

  static async start(...settings: string[]): Promise<DebianPostgres> {
    await needDebian();
    const data = join(folder('soak-postgres-'), 'data');
    await run(join(programs(), 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], {
      ...servant(),
      cwd: tmpdir(),
    });
    const server = new DebianPostgres(data, await freePort(), settings);
    await server.#run();
    return server;
  }

  /** A standby of this one, which takes no writes until it is promoted. */
  async standby(name: string): Promise<DebianPostgres> {
    const data = join(folder('soak-standby-'), 'data');
    const from = `host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`;
    await run(join(programs(), 'pg_basebackup'), ['-D', data, '-d', from, '-R', '-X', 'stream', '-c', 'fast'], {
      ...servant(),
      cwd: tmpdir(),
    });
    const server = new DebianPostgres(data, await freePort(), []);
    await server.#run();
    return server;
  }

  async #run(): Promise<void> {
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', ...this.#settings];
    this.#process = spawn(
      join(programs(), 'postgres'),
      ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])],
      { ...servant(), stdio: 'ignore', cwd: tmpdir() },
    );
    for (let tries = 0; ; tries++) {
      const there = await this.ask('select 1').then(
        () => true,
        (error: Error) => error,
      );
      if (there === true) return;
      if (tries === 300) throw there;
      await wait(100);
    }
  }

  async freshUrl(): Promise<string> {
    const name = `soak_${++databases}`;
    await this.ask(`create database ${name}`);
    return this.urlOf(name);
  }

  urlOf(name: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${name}`;
  }

  async ask(...statements: string[]): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres'), connectionTimeoutMillis: 2000 });
    client.on('error', () => {});
    await client.connect();
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    await client.end();
    return rows;
  }

  async promote(): Promise<void> {
    await this.ask('select pg_promote(false)');
  }

  /** As when the machine dies: the server and all its processes at once. */
  async kill(): Promise<void> {
    const postmaster = Number(readFileSync(join(this.#data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const ended = new Promise((resolve) => this.#process!.once('exit', resolve));
    process.kill(postmaster, 'SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
  }
}

/** PgBouncer before a database, in transaction mode: each transaction may be on another connection to the server. */
export class PgBouncer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  static async before(server: DebianPostgres, url: string): Promise<PgBouncer> {
    const port = await freePort();
    const own = folder('soak-pgbouncer-');
    const name = new URL(url).pathname.slice(1);
    writeFileSync(join(own, 'users.txt'), '"postgres" ""\n');
    const settings = [
      '[databases]',
      `${name} = host=127.0.0.1 port=${server.port} dbname=${name} user=postgres`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${join(own, 'users.txt')}`,
      'pool_mode = transaction',
      'default_pool_size = 6',
      'server_lifetime = 3',
    ];
    writeFileSync(join(own, 'pgbouncer.ini'), `${settings.join('\n')}\n`);
    const child = spawn(PGBOUNCER, ['-q', join(own, 'pgbouncer.ini')], { ...servant(), stdio: 'ignore' });
    const bouncer = new PgBouncer(`postgres://postgres@127.0.0.1:${port}/${name}`, child);
    for (let tries = 0; ; tries++) {
      const client = new pg.Client(bouncer.url);
      client.on('error', () => {});
      const there = await client.connect().then(
        () => true,
        (error: Error) => error,
      );
      await client.end().catch(() => {});
      if (there === true) return bouncer;
      if (tries === 100) throw there;
      await wait(100);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGINT');
    // Its clients may be there still.
    setTimeout(() => this.#process.kill('SIGKILL'), 2000).unref();
    await ended;
  }
}
