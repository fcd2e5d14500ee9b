import type { Work } from '../work.ts';

/** A write of this process's own, so that health says whether a commit reaches the disk. */
export async function heartbeat(work: Work): Promise<null> {
  await work.db
    .insertInto('heartbeats')
    .values({ writer: work.shared.writer, at: work.now })
    .onConflict((conflict) => conflict.column('writer').doUpdateSet({ at: work.now }))
    .execute();
  return null;
}
