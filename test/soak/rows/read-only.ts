import { setTimeout as wait } from 'node:timers/promises';
import { DebianPostgres } from '../debian.ts';
import { soakKilled } from '../killed.ts';
import type { SoakRow } from '../row.ts';

const READ_ONLY_MS = 3000;

/** A provider's switch: the database takes no writes for a while, and connections made then never take any. */
export const row: SoakRow = {
  title: 'database read-only and back',
  run: async () => {
    const server = await DebianPostgres.start();
    try {
      const url = await server.freshUrl();
      const name = new URL(url).pathname.slice(1);
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`;
      const turn = async () => {
        await server.ask(`alter database ${name} set default_transaction_read_only = on`, cut);
        await wait(READ_ONLY_MS);
        // The connections that were made meanwhile stay read-only.
        await server.ask(`alter database ${name} reset default_transaction_read_only`);
      };
      return await soakKilled({
        kind: 'postgresql',
        processes: 2,
        faults: [{ after: 0.5, act: turn }],
        database: { url, direct: () => url },
      });
    } finally {
      await server.stop();
    }
  },
};
