import { DebianPostgres, PgBouncer } from '../debian.ts';
import { soakKilled } from '../killed.ts';
import { sharedLimit } from '../limits.ts';
import type { SoakRow } from '../row.ts';

const LIMIT = 100;

/** Two processes behind PgBouncer in transaction mode: each transaction may be on another connection to the server. */
export const row: SoakRow = {
  title: 'PgBouncer, transaction mode',
  run: async () => {
    const server = await DebianPostgres.start();
    const bouncers: PgBouncer[] = [];
    try {
      const direct = await server.freshUrl();
      const bouncer = await PgBouncer.before(server, direct);
      bouncers.push(bouncer);
      const soaked = await soakKilled({
        kind: 'postgresql',
        processes: 2,
        faults: [{ after: 0.5, act: 'kill' }],
        database: { url: bouncer.url, direct: () => direct },
      });
      const other = await PgBouncer.before(server, await server.freshUrl());
      bouncers.push(other);
      const passed = await sharedLimit(other.url, LIMIT, 3 * LIMIT);
      const inexact = passed === LIMIT ? [] : [`${passed} of ${3 * LIMIT} passed a shared limit of ${LIMIT}`];
      const figures = { ...soaked.figures, [`passed of a limit of ${LIMIT}`]: passed };
      return { figures, faults: [...soaked.faults, ...inexact] };
    } finally {
      for (const bouncer of bouncers) await bouncer.stop();
      await server.stop();
    }
  },
};
