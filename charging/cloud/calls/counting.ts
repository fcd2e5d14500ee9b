import { CompiledQuery, sql } from 'kysely';
import type { Work } from '../work.ts';

/** A statement of the limiter's, on the ledger's own connections and by their rules. PostgreSQL alone. Counts need not outlive a crash, so nobody waits for the disk. */
export function countRequest(
  work: Work,
  { text, values }: { text: string; values: readonly unknown[] },
): Promise<{ rows: unknown[] }> {
  return work.db.transaction().execute(async (tx) => {
    await sql`set local synchronous_commit = off`.execute(tx);
    const { rows } = await tx.executeQuery(CompiledQuery.raw(text, [...values]));
    return { rows };
  });
}
