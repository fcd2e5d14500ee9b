// Pages where reservations are paid. Each is looked at while somebody may pay there, in case that the provider's word of a
// payment was lost, and once more when its reservation takes no payment any more, so that nobody pays for nothing.
import { changeRows, keepOnce } from '../database/rows.ts';
import type { Checkout, CheckoutToSee } from '../payment-types.ts';
import { unknownRequest } from '../refusals.ts';
import type { Answer, RequestCall } from '../types.ts';
import type { Work } from '../work.ts';
import { checkoutAt } from './checkout-row.ts';
import { isDue } from './due.ts';
import { findById } from './reservations.ts';

/** How soon a page that waits for its payment is looked at. */
const LOOK_AGAIN_MS = 120_000;
/** And how seldom at most, where a bank takes its time, or never says that it will not pay. */
const SELDOM_MS = 12 * 3_600_000;
/** No bank takes so long: after that its word has to come. */
const GIVEN_UP_AFTER_MS = 30 * 86_400_000;

/**
 * Seldomer the longer a page waits, so that many of them cost little; and as soon as nobody may pay there any more, from when
 * on it is the same again. Null: not any more.
 */
function nextLook(now: number, { made_at, lapses_at }: { made_at: number; lapses_at: number }): number | null {
  const soon = now + LOOK_AGAIN_MS;
  if (lapses_at > now) return Math.min(Math.max(soon, 2 * now - made_at), Math.max(soon, lapses_at));
  const over = now - lapses_at;
  return over > GIVEN_UP_AFTER_MS ? null : Math.max(soon, now + Math.min(over, SELDOM_MS));
}

/** Keeps where a reservation is paid. There is one: asked again, the first one. */
export async function keepCheckout(
  work: Work,
  { id, provider, reference, url }: Checkout & { readonly id: string },
): Promise<Answer<Checkout>> {
  const found = await findById(work, id);
  if (!found) return unknownRequest();
  const { station, reservation } = found.row;
  const next_at = work.now + LOOK_AGAIN_MS;
  const row = { station, reservation, provider, reference, url, next_at, made_at: work.now };
  await keepOnce(work, 'checkouts', row);
  return (await checkoutAt(work, { station, reservation }))!;
}

/** Where one of this client's reservations is paid; null before that is known. */
export async function checkout(
  work: Work,
  { client, id }: RequestCall,
): Promise<Answer<{ checkout: Checkout | null }>> {
  const found = await findById(work, id);
  if (found?.row.client !== client) return unknownRequest();
  return { checkout: (await checkoutAt(work, found.row)) ?? null };
}

/** Pages of this provider to be looked at now; nobody else gets them before the next time. */
export async function claimCheckouts(
  work: Work,
  { provider, limit = 20 }: { provider: string; limit?: number | undefined },
): Promise<readonly CheckoutToSee[]> {
  const rows = await work.db
    .selectFrom('checkouts')
    .innerJoin('reservations', (join) =>
      join
        .onRef('reservations.station', '=', 'checkouts.station')
        .onRef('reservations.reservation', '=', 'checkouts.reservation'),
    )
    .selectAll('checkouts')
    .select(['paid_at', 'cancelled_at', 'lapses_at'])
    .where(isDue('next_at', work.now))
    .where('provider', '=', provider)
    .orderBy('next_at')
    .limit(limit)
    .execute();
  const claimed: CheckoutToSee[] = [];
  for (const row of rows) {
    const { station, reservation, next_at, reference, url } = row;
    const next = { next_at: nextLook(work.now, row) };
    const taken = await changeRows(work, 'checkouts', { station, reservation, next_at }, next);
    if (taken.length === 0) continue;
    const request = work.shared.ids.idOf({ what: 'reservation', station, item: reservation });
    const over = row.paid_at !== null || row.cancelled_at !== null || row.lapses_at <= work.now;
    claimed.push({ provider, reference, url, request, over });
  }
  return claimed;
}

/** Nobody pays there any more, and what was paid there is told. */
export async function checkoutOver(work: Work, { id }: { id: string }): Promise<null> {
  const key = work.shared.ids.rowOf(id);
  if (key?.what !== 'reservation') return null;
  await changeRows(work, 'checkouts', { station: key.station, reservation: key.item }, { next_at: null });
  return null;
}
