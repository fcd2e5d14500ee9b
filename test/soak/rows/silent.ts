import { setTimeout as wait } from 'node:timers/promises';
import { Wire } from '../../charging/cloud/wire.ts';
import { DebianPostgres } from '../debian.ts';
import { soakKilled } from '../killed.ts';
import type { SoakRow } from '../row.ts';

const SILENT_MS = 5000;

/** A firewall that forgets connections: what is sent on them is never answered, and no one is told. */
export const row: SoakRow = {
  title: 'connections dropped in silence',
  run: async () => {
    const server = await DebianPostgres.start();
    const wire = new Wire(server.port);
    try {
      const direct = await server.freshUrl();
      const url = new URL(direct);
      url.port = String(await wire.port());
      const drop = async () => {
        wire.drop();
        await wait(SILENT_MS);
      };
      return await soakKilled({
        kind: 'postgresql',
        processes: 2,
        faults: [
          { after: 0.33, act: drop },
          { after: 0.66, act: drop },
        ],
        database: { url: url.href, direct: () => direct },
      });
    } finally {
      wire.end();
      await server.stop();
    }
  },
};
