// Payments: each is told by the provider's reference, once, and pays for one reservation. What was paid and got no code
// is kept, so that the customer and the operator see it, until it was given back.
import { isStorable, tidy } from '../checks.ts';
import { changeRows, keepOnce } from '../database/rows.ts';
import type { PaymentsTable, ReservationsTable } from '../database/schema.ts';
import type { Money, News } from '../payment-types.ts';
import { refuse, unknownRequest } from '../refusals.ts';
import { money } from '../terms.ts';
import type {
  Answer,
  ChargingRequest,
  Page,
  PageQuery,
  PaidWithoutCode,
  PaymentRecord,
  RefusalSlug,
  Reservation,
  StrayReason,
} from '../types.ts';
import { iso, isoOrNull, TryAgain, type Work } from '../work.ts';
import { inOrder, limitOf, pageOf } from './paging.ts';
import { type FoundReservation, findReservation, reservationAnswer, standing } from './records.ts';
import { oweNothing, owePayment, paymentNamed, payPayment } from './refunds.ts';
import { decide, findById } from './reservations.ts';

export interface PaymentCall {
  readonly id: string;
  readonly payment: string;
  /** What was paid; compared with the price where it is given. */
  readonly amount?: Money | undefined;
  /** Who took it, and gives it back by itself. */
  readonly provider?: string | undefined;
}

const LONGEST_REFERENCE = 255;

/** What is said of a payment that gets no code, and what the audit calls it. */
const STRAY = {
  late: ['lapsed', 'paid-too-late', 'This reservation lapsed before it was paid. Give the payment back.'],
  second: ['paid-otherwise', 'paid-twice', 'Another payment was made for this request before. Give this one back.'],
  differs: ['payment-differs', 'paid-other-amount', 'It is not the price of this request. Give the payment back.'],
  cancelled: ['cancelled', 'paid-after-cancelling', 'Its customer cancelled this request. Give the payment back.'],
  'not-sold': ['terms-changed', 'paid-not-sold', 'The station does not sell it any more. Give the payment back.'],
} as const satisfies Record<StrayReason, readonly [RefusalSlug, string, string]>;

/**
 * `payment`: the provider's reference; the same one again changes nothing, another is refused, and so is one that was told
 * for another request.
 */
export async function markPaid(work: Work, call: PaymentCall): Promise<Answer<Reservation | ChargingRequest>> {
  return (await notePayment(work, call)).answer;
}

type Noted = News & { readonly answer: Answer<Reservation | ChargingRequest> };
const nothingNew = (answer: Noted['answer']): Noted => ({ news: false, answer });

/** The same for who tells others of it: whether it was news, also where the payment gets no code. */
export async function notePayment(work: Work, call: PaymentCall): Promise<Noted> {
  const payment = typeof call.payment === 'string' ? call.payment.trim() : '';
  if (payment === '' || payment.length > LONGEST_REFERENCE || !isStorable(payment)) {
    const detail = `payment: the payment provider's reference, 1 to ${LONGEST_REFERENCE} characters.`;
    return nothingNew(refuse('malformed', detail));
  }
  const found = await findById(work, call.id);
  if (!found) return nothingNew(unknownRequest());
  const { row, station, terms } = found;
  if (row.payment === payment) return nothingNew(await standing(work, found));

  const why = strayReason(work, found, call.amount);
  const told: PaymentsTable = {
    payment,
    station: row.station,
    reservation: row.reservation,
    minor_units: call.amount?.minorUnits ?? null,
    currency: call.amount?.currency ?? null,
    told_at: work.now,
    outcome: why ?? 'taken',
    done: 0,
    returned_at: null,
    provider: call.provider ?? '',
    refunded: 0,
    dispute: null,
  };
  const earlier = await keep(work, told);
  if (earlier && (earlier.station !== row.station || earlier.reservation !== row.reservation)) {
    work.audits.push({ action: 'payment-used-again', client: row.client, station, detail: `payment ${payment}` });
    return nothingNew(
      refuse('payment-used', 'This payment was told for another request before. It pays for that one alone.'),
    );
  }
  if (why) {
    const [kind, action, detail] = STRAY[why];
    if (!earlier) {
      work.audits.push({ action, client: row.client, station, detail: `payment ${payment}` });
      await owePayment(work, told, money(row.price, terms.price?.currency));
    }
    return { news: !earlier, answer: refuse(kind, detail) };
  }
  if (earlier && (earlier.returned_at !== null || !(await oweNothing(work, earlier)))) {
    return nothingNew(refuse('payment-used', 'This payment was given back before.'));
  }
  if (earlier) {
    // The provider told another amount first and tells the right one now.
    const { minor_units, currency, outcome } = told;
    await changeRows(work, 'payments', { payment }, { minor_units, currency, outcome });
  }
  const paid = await decide(work, row, { paid_at: work.now, payment });
  return { news: true, answer: reservationAnswer(work, station, terms, paid) };
}

/** Why a payment gets no code; undefined when it does. */
function strayReason(work: Work, { row, terms }: FoundReservation, amount: Money | undefined): StrayReason | undefined {
  if (row.paid_at !== null) return 'second';
  if (row.cancelled_at !== null) return 'cancelled';
  if (row.lapses_at <= work.now) return 'late';
  const price = money(row.price, terms.price?.currency);
  if (!amount || !price) return undefined;
  return amount.minorUnits === price.minorUnits && amount.currency === price.currency ? undefined : 'differs';
}

/** Keeps what was told; the row of before when this reference was told already. */
async function keep(work: Work, told: PaymentsTable): Promise<PaymentsTable | undefined> {
  if (await keepOnce(work, 'payments', told)) return undefined;
  const earlier = await paymentNamed(work, told.payment);
  if (!earlier) throw new TryAgain('the payment is being told to another replica');
  return earlier;
}

/** Payments of a request that got no code, for its customer: oldest first. */
export async function paidWithoutCode(
  work: Work,
  { station, reservation }: Pick<ReservationsTable, 'station' | 'reservation'>,
): Promise<readonly PaidWithoutCode[]> {
  const rows = await work.db
    .selectFrom('payments')
    .selectAll()
    .where(({ and }) => and({ station, reservation }))
    .where((eb) => eb.or([eb('outcome', '<>', 'taken'), eb('returned_at', 'is not', null)]))
    .orderBy('told_at')
    .limit(20)
    .execute();
  return rows.map(strayOf);
}

function strayOf(row: PaymentsTable): PaidWithoutCode {
  const amount = money(row.minor_units, row.currency ?? undefined);
  return {
    payment: row.payment,
    toldAt: iso(row.told_at),
    why: row.outcome === 'taken' ? 'not-issued' : (row.outcome as StrayReason | 'not-issued'),
    ...(amount ? { amount } : {}),
    returnedAt: isoOrNull(row.returned_at),
    ...(row.dispute === null ? {} : { dispute: row.dispute }),
  };
}

/** What was paid and has no code yet, or never gets one, and was not given back: newest first. */
export async function listPayments(work: Work, query: PageQuery = {}): Promise<Page<PaymentRecord>> {
  const limit = limitOf(query);
  const open = work.db
    .selectFrom('payments')
    .innerJoin('stations', 'stations.number', 'payments.station')
    .innerJoin('reservations', (join) =>
      join
        .onRef('reservations.station', '=', 'payments.station')
        .onRef('reservations.reservation', '=', 'payments.reservation'),
    )
    .selectAll('payments')
    .select(['stations.id as station_id', 'reservations.client', 'reservations.price', 'reservations.terms'])
    .where('payments.done', '=', 0);
  const newest = inOrder(open, ['payments.told_at', 'payments.payment'], 'desc', placeOf(query.after));
  const rows = await newest.limit(limit + 1).execute();
  const termsOf = await work.shared.terms.get(work.db, rows);
  const item = (row: (typeof rows)[number]): PaymentRecord => {
    const price = money(row.price, termsOf(row).price?.currency);
    return {
      ...strayOf(row),
      request: work.shared.ids.idOf({ what: 'reservation', station: row.station, item: row.reservation }),
      station: row.station_id,
      client: row.client,
      provider: row.provider,
      ...(price ? { price } : {}),
    };
  };
  return pageOf(rows, limit, item, (row) => `${row.told_at}.${Buffer.from(row.payment).toString('hex')}`);
}

/** A cursor of a number and a text. */
function placeOf(after: string | undefined): [number, string] | undefined {
  const [, at, hex] = /^(\d{1,16})\.((?:[0-9a-f]{2}){1,1020})$/.exec(after ?? '') ?? [];
  if (at === undefined || hex === undefined) return undefined;
  const reference = Buffer.from(hex, 'hex').toString();
  return isStorable(reference) ? [Number(at), reference] : undefined;
}

/**
 * A payment without a code goes back: its provider is asked to, or, where there is none, the operator did it. One that was
 * taken and has no code yet gets none any more.
 * @param why what the audit keeps
 */
export async function returnPayment(
  work: Work,
  { payment, by, why }: { payment: string; by: string; why: string },
): Promise<Answer<PaidWithoutCode>> {
  const row = isStorable(payment) ? await paymentNamed(work, payment) : undefined;
  if (!row) return refuse('unknown-payment', 'No payment has this reference.');
  if (row.returned_at !== null) return strayOf(row);
  if (row.done === 1)
    return refuse('code-issued', 'A code was given for this payment. Its receipt tells what is left.');
  const { station } = await stopReservation(work, row);
  const detail = `payment ${payment}: ${tidy(String(why ?? ''), 200)}`;
  work.audits.push({ action: 'payment-returned', client: by, station, detail });
  if (row.provider === '') await payPayment(work, payment, `${by}: ${why}`);
  return strayOf((await paymentNamed(work, payment))!);
}

/** A payment that was taken and has no code gets none any more, and is owed back. */
export async function stopReservation(
  work: Work,
  row: PaymentsTable,
  outcome: StrayReason | 'not-issued' = 'not-issued',
): Promise<{ readonly station: string }> {
  const { row: reservation, station, terms } = (await findReservation(work, row.station, row.reservation))!;
  if (row.outcome === 'taken') {
    const unissued = { station: row.station, reservation: row.reservation, sequence: null, cancelled_at: null };
    const stopped = await changeRows(work, 'reservations', unissued, { cancelled_at: work.now });
    if (stopped.length === 0) throw new TryAgain('its code is being issued');
    await changeRows(work, 'payments', { payment: row.payment }, { outcome });
  }
  await owePayment(work, row, money(reservation.price, terms.price?.currency));
  return { station };
}

/**
 * What was paid for cannot be given out any more: the money goes back by itself. Where no provider pays it back, the operator
 * may still change the station's terms back.
 */
export async function giveUpPaid(work: Work, { row, station }: { row: ReservationsTable; station: string }) {
  const payment = row.payment === null ? undefined : await paymentNamed(work, row.payment);
  if (!payment || payment.provider === '') return;
  await stopReservation(work, payment, 'not-sold');
  work.audits.push({ action: 'paid-not-sold', client: row.client, station, detail: `payment ${payment.payment}` });
}
