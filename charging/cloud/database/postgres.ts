// Kysely over `pg`: PostgreSQL and what speaks its protocol. Uses no feature that CockroachDB, YugabyteDB or Citus lack.
import { Kysely, type PostgresPoolClient, sql } from 'kysely';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { LedgerError } from '../errors.ts';
import { LedgerPostgresDialect } from './dialects.ts';
import { type Servers, serversOf } from './postgres-servers.ts';
import { postgresUrls } from './postgres-url.ts';
import type { Database, Tables } from './schema.ts';

const INT8 = 20;
const NUMERIC = 1700;
/** One for the transaction under way, the others for pages, look-ups and the counting of requests. */
const CONNECTIONS = 8;
/** SQLSTATEs that pass: conflicts and deadlocks, and a server that goes, comes or is not the primary. */
const PASSING = /^(?:40001|40P01|40003|55P03|57P0[1-5]|57014|25P0[23]|25006|53[0-9A-Z]{3}|08[0-9A-Z]{3}|XXA00)$/;
/** After these the connection is of no use, and those beside it are suspect: it goes, or its server takes no writes. */
const CONNECTION_LOST = /^(?:57P0[1-5]|08[0-9A-Z]{3}|25P03|25006)$/;
/** What a server says at a commit that it did not wait for: it may be on this server alone. */
const WARNING = '01000';

/**
 * @param statementMs a statement takes milliseconds; one that takes this long waits for a replica that hangs, or for
 *   the network, and is given up
 * @throws {LedgerError} `postgres-missing`, `ledger-url`, `ledger-encoding`
 */
export async function openPostgres(url: string, statementMs: number): Promise<Database> {
  const { default: pg } = await import('pg').catch((cause) => {
    throw new LedgerError('postgres-missing', 'PostgreSQL needs the package pg: npm install pg', { cause });
  });
  const urls = postgresUrls(url);
  let pools: Pool[];
  try {
    pools = urls.map(
      (connectionString) =>
        new pg.Pool({
          connectionString,
          max: CONNECTIONS,
          connectionTimeoutMillis: Math.ceil(statementMs / urls.length),
          query_timeout: statementMs,
          keepAlive: true,
          application_name: 'offline-charging ledger',
          types: {
            getTypeParser: (oid, format) => (isWide(oid) ? Number : pg.types.getTypeParser(oid, format)) as never,
          },
        }),
    );
  } catch (cause) {
    throw new LedgerError('ledger-url', 'The PostgreSQL URL cannot be read: a file that it names is not there.', {
      cause,
    });
  }
  for (const pool of pools) {
    // A connection that breaks while nobody uses it is replaced at the next use.
    pool.on('error', () => {});
    pool.on('connect', (client) => void client.on('error', () => {}));
  }
  const servers = serversOf(pools);
  const db = new Kysely<Tables>({
    dialect: new LedgerPostgresDialect({
      pool: { connect: () => borrow(servers, statementMs), end: () => servers.end(), options: servers.options },
    }),
  });
  try {
    await checkEncoding(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Names and references in any script: in another encoding a sale would fail for its letters, one day. */
async function checkEncoding(db: Database): Promise<void> {
  const { rows } = await sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`.execute(db);
  const { encoding } = rows[0]!;
  if (/^UTF-?8$/i.test(encoding)) return;
  throw new LedgerError(
    'ledger-encoding',
    `The database is encoded in ${encoding}; the ledger needs UTF8: create database … encoding 'UTF8' template template0`,
  );
}

/** Numbers of 64 bits and sums: all of ours are safe integers, and `pg` gives them as strings. */
const isWide = (oid: number) => oid === INT8 || oid === NUMERIC;

/**
 * A connection for one transaction, or for single statements, each of which is a transaction too. It carries its time-outs
 * itself: a replica that stops in the middle (frozen, cut off) must not hold its locks for ever.
 */
async function borrow(servers: Servers, statementMs: number): Promise<PostgresPoolClient> {
  const client = await servers.connect();
  const limits =
    `set local statement_timeout = ${statementMs}; ` +
    `set local idle_in_transaction_session_timeout = ${2 * statementMs}`;
  let broken = false;
  let open = false;
  const ask = async (text: string, parameters?: readonly unknown[]) => {
    try {
      const result = await client.query(text, parameters as unknown[] | undefined);
      return (Array.isArray(result) ? result.at(-1) : result) as QueryResult;
    } catch (error) {
      // Its next answer might belong to the failed question.
      const state = sqlState(error);
      if (state === undefined || CONNECTION_LOST.test(state)) {
        broken = true;
        servers.distrust();
      }
      throw error;
    }
  };
  const commit = async () => {
    open = false;
    try {
      return await commitFor(client, ask);
    } catch (error) {
      broken = true;
      throw error;
    }
  };
  const query = async (text: string, parameters: readonly unknown[]) => {
    if (/^(?:begin|start transaction)/i.test(text)) {
      open = true;
      return ask(`${text}; ${limits}`);
    }
    if (/^commit$/i.test(text)) return commit();
    if (/^rollback$/i.test(text)) open = false;
    if (open || /^rollback$/i.test(text)) return ask(text, parameters);
    await ask(`begin; ${limits}`);
    try {
      const result = await ask(text, parameters);
      await commit();
      return result;
    } catch (error) {
      if (!broken) await ask('rollback').catch(() => {});
      throw error;
    }
  };
  return { query, release: () => client.release(broken) } as unknown as PostgresPoolClient;
}

/**
 * A commit that waits for a standby has no time-out on the server: that one would end the waiting, not the commit, and
 * a failover would then lose what was answered. Who asked waits no longer than the client's own time-out.
 */
async function commitFor(client: PoolClient, ask: (text: string) => Promise<QueryResult>): Promise<QueryResult> {
  let warned = false;
  const hear = ({ code }: { code?: string }) => {
    warned ||= code === WARNING;
  };
  client.on('notice', hear as never);
  try {
    const result = await ask('set local statement_timeout = 0; commit');
    if (result.command !== 'COMMIT') throw new Error('connection lost: the transaction was not committed');
    if (warned) throw new Error('connection lost: the server did not wait for its standby');
    return result;
  } finally {
    client.off('notice', hear as never);
  }
}

function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && (error as { severity?: string }).severity
    ? code
    : undefined;
}

/** Whether the same transaction may work when it is tried again: conflicts, and a server that cannot be reached now. */
export function isPassing(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined ? isConnectionError(error) : PASSING.test(state);
}

function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    /^(?:E[A-Z]+|EAI_[A-Z]+)$/.test(code ?? '') ||
    /connection|timeout|terminated|not queryable|socket/i.test(message ?? '')
  );
}

/** Two replicas made the same table in the same moment. */
export function isRaceOfMakers(error: unknown): boolean {
  return /^(?:23505|42P07|42710|XX000)$/.test(sqlState(error) ?? '');
}

/** Whether a table is not there yet. */
export const isMissingTable = (error: unknown): boolean => sqlState(error) === '42P01';

/** Whether the role may not do this. */
export const isForbidden = (error: unknown): boolean => sqlState(error) === '42501';
