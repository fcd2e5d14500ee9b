import { DebianPostgres } from '../debian.ts';
import { soakKilled } from '../killed.ts';
import type { SoakRow } from '../row.ts';

const AGAIN_WITHIN_MS = 5000;

/** The machine of the primary dies, and the standby that had to have each commit is promoted: no 201 may be lost. */
export const row: SoakRow = {
  title: 'standby promoted after kill -9',
  run: async () => {
    const primary = await DebianPostgres.start('synchronous_standby_names=soak_standby');
    let standby: DebianPostgres | undefined;
    try {
      await primary.ask('select 1');
      standby = await primary.standby('soak_standby');
      const second = standby;
      const { pathname } = new URL(await primary.freshUrl());
      const url = `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}${pathname}`;
      const failOver = async () => {
        await primary.kill();
        await second.promote();
      };
      const soaked = await soakKilled({
        kind: 'postgresql',
        processes: 2,
        faults: [{ after: 0.5, act: failOver }],
        database: { url, direct: () => second.urlOf(pathname.slice(1)) },
      });
      const pause = Number(soaked.figures['longest pause ms']);
      const late = pause > AGAIN_WITHIN_MS ? [`sold again after ${pause} ms only`] : [];
      return { figures: soaked.figures, faults: [...soaked.faults, ...late] };
    } finally {
      await standby?.stop();
      await primary.stop();
    }
  },
};
