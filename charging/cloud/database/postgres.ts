// Kysely over `pg`: PostgreSQL and what speaks its protocol. Uses no feature that CockroachDB, YugabyteDB or Citus lack.
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Pool } from 'pg';
import { LedgerError } from '../types.ts';
import type { Database, Tables } from './schema.ts';

const INT8 = 20;
const NUMERIC = 1700;
/** One for the transaction under way, the others for pages and look-ups. */
const CONNECTIONS = 4;
/** SQLSTATEs that pass: conflicts and deadlocks, and a server that goes, comes or is not the primary. */
const PASSING = /^(?:40001|40P01|40003|55P03|57P0[1-5]|57014|25P0[23]|25006|53[0-9A-Z]{3}|08[0-9A-Z]{3}|XXA00)$/;

/**
 * @param statementMs a statement takes milliseconds; one that takes this long waits for a replica that hangs, or for
 *   the network, and is given up
 * @throws {LedgerError} `postgres-missing`, `ledger-url`
 */
export async function openPostgres(url: string, statementMs: number): Promise<Database> {
  const { default: pg } = await import('pg').catch((cause) => {
    throw new LedgerError('postgres-missing', 'PostgreSQL needs the package pg: npm install pg', { cause });
  });
  let pool: Pool;
  try {
    pool = new pg.Pool({
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: statementMs,
      query_timeout: statementMs,
      keepAlive: true,
      application_name: 'offline-charging ledger',
      types: { getTypeParser: (oid, format) => (isWide(oid) ? Number : pg.types.getTypeParser(oid, format)) as never },
    });
  } catch (cause) {
    throw new LedgerError('ledger-url', 'The PostgreSQL URL cannot be read: postgres://user:password@host:5432/name', {
      cause,
    });
  }
  // A connection that breaks while nobody uses it is replaced at the next use.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    // A replica that stops in the middle of a transaction (frozen, cut off) must not hold its locks for ever.
    client
      .query(`set statement_timeout = ${statementMs}; set idle_in_transaction_session_timeout = ${2 * statementMs}`)
      .catch(() => {});
  });
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: { connect: () => borrow(pool), end: () => pool.end(), options: pool.options },
    }),
  });
}

/** Numbers of 64 bits and sums: all of ours are safe integers, and `pg` gives them as strings. */
const isWide = (oid: number) => oid === INT8 || oid === NUMERIC;

/** A connection that failed is not given back to the pool: its next answer might belong to the failed question. */
async function borrow(pool: Pool): Promise<PostgresPoolClient> {
  const client = await pool.connect();
  let broken = false;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    try {
      return await client.query(sql, parameters as unknown[]);
    } catch (error) {
      if (sqlState(error) === undefined || /^(?:57P|08|25P03)/.test(sqlState(error)!)) broken = true;
      throw error;
    }
  };
  return { query, release: () => client.release(broken) } as unknown as PostgresPoolClient;
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
