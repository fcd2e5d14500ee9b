// The connections to PostgreSQL, as it really is run: servers that take over from one another, connections that become
// read-only or say nothing any more, poolers that change the server below a connection after each transaction.
//
// So nothing is set for a connection, only for a transaction (`set local`); no statement has a name; and where one
// connection failed, all that were made before it are dropped, not asked one after the other.
import type { Pool, PoolClient } from 'pg';

export interface Servers {
  connect(): Promise<PoolClient>;
  end(): Promise<void>;
  readonly options: object;
  /** What was connected until now is not used again. */
  distrust(): void;
}

/** @param pools one for each server, in the order to try them in */
export function serversOf(pools: readonly Pool[]): Servers {
  let current = 0;
  let generation = 0;
  const born = new WeakMap<PoolClient, number>();

  async function fresh(pool: Pool): Promise<PoolClient> {
    for (;;) {
      const asked = generation;
      const client = await pool.connect();
      const since = born.get(client);
      if (since !== undefined && since < generation) {
        client.release(true);
        continue;
      }
      if (since === undefined) {
        if (pools.length > 1 && !(await takesWrites(client))) throw new NotWritable();
        born.set(client, asked);
      }
      return client;
    }
  }

  return {
    async connect() {
      let failure: unknown;
      for (let tried = 0; tried < pools.length; tried++) {
        const index = (current + tried) % pools.length;
        try {
          const client = await fresh(pools[index]!);
          current = index;
          return client;
        } catch (error) {
          // What a server that answers says tells more than that another one is not there.
          if (failure === undefined || error instanceof NotWritable) failure = error;
        }
      }
      throw failure;
    },
    end: async () => void (await Promise.all(pools.map((pool) => pool.end()))),
    options: pools[0]!.options,
    distrust: () => void generation++,
  };
}

/** As PostgreSQL says it (25006) of a server that takes no writes. */
class NotWritable extends Error {
  readonly code = '25006';
  readonly severity = 'ERROR';
  constructor() {
    super('none of the servers takes writes');
  }
}

async function takesWrites(client: PoolClient): Promise<boolean> {
  try {
    const { rows } = await client.query('show transaction_read_only');
    if (rows[0].transaction_read_only === 'off') return true;
    client.release(true);
    return false;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
