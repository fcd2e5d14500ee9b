// Where a reservation is paid, as its row says.
import { findRow } from '../database/rows.ts';
import type { CheckoutsTable } from '../database/schema.ts';
import type { Checkout } from '../payment-types.ts';
import type { Work } from '../work.ts';

type Key = Pick<CheckoutsTable, 'station' | 'reservation'>;

export async function checkoutAt(work: Work, { station, reservation }: Key): Promise<Checkout | undefined> {
  const row = await findRow(work, 'checkouts', { station, reservation });
  return row && { provider: row.provider, reference: row.reference, url: row.url };
}

/** Its customer does not want to pay: the page is closed at once. */
export async function closeCheckout(work: Work, { station, reservation }: Key): Promise<void> {
  await work.db
    .updateTable('checkouts')
    .set({ next_at: work.now })
    .where(({ and }) => and({ station, reservation }))
    .where('next_at', 'is not', null)
    .execute();
}
