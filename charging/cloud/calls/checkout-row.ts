// Where a reservation is paid, as its row says.
import type { CheckoutsTable } from '../database/schema.ts';
import type { Checkout } from '../payment-types.ts';
import type { Work } from '../work.ts';

type Key = Pick<CheckoutsTable, 'station' | 'reservation'>;

export async function checkoutAt(work: Work, { station, reservation }: Key): Promise<Checkout | undefined> {
  return work.db
    .selectFrom('checkouts')
    .select(['provider', 'reference', 'url'])
    .where(({ and }) => and({ station, reservation }))
    .executeTakeFirst();
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
