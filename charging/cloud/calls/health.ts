import { sql } from 'kysely';
import type { Tables } from '../database/schema.ts';
import type { Work } from '../work.ts';

/** What selling, paying, settling and letting people in write to. */
const NEEDED: readonly (keyof Tables)[] = [
  'stations',
  'station_terms',
  'codes',
  'reservations',
  'payments',
  'receipts',
  'idempotency_keys',
  'tallies',
  'wrong_receipts',
  'api_keys',
  'audit',
  'ledger_meta',
];

/**
 * A write of this process's own, so that health says whether a commit reaches the disk; and no rows for each table that a
 * sale writes to: that fails where the table, a column or the right to write is missing.
 */
export async function heartbeat(work: Work): Promise<null> {
  const needed = work.shared.newestKeys ? [...NEEDED, 'newest_keys' as const] : NEEDED;
  for (const table of needed) {
    await sql`insert into ${sql.table(table)} select * from ${sql.table(table)} where 1 = 0`.execute(work.db);
  }
  await work.db
    .insertInto('heartbeats')
    .values({ writer: work.shared.writer, at: work.now })
    .onConflict((conflict) => conflict.column('writer').doUpdateSet({ at: work.now }))
    .execute();
  return null;
}
