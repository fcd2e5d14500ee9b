// Two steps: reserved, then paid, then issued. No number is drawn before it is issued, so what nobody pays for costs
// the station nothing.
import { isClient } from '../checks.ts';
import { changeRows, keepOnce } from '../database/rows.ts';
import type { ReservationsTable } from '../database/schema.ts';
import type { Money } from '../payment-types.ts';
import { random48 } from '../random.ts';
import { amountNotSold, refuse, unknownRequest } from '../refusals.ts';
import type { StationTerms } from '../station-types.ts';
import { money, priceOf, quantityOf } from '../terms.ts';
import type {
  Answer,
  ChargingRequest,
  Page,
  PageQuery,
  Refused,
  RequestCall,
  Reservation,
  ReservationRecord,
  ReserveCall,
} from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import { closeCheckout } from './checkout-row.ts';
import { faultInKey, findKeys, idempotencyHash, keepKeys, RESERVATION, replay } from './idempotency.ts';
import { cursorOf, inOrder, limitOf, pageOf } from './paging.ts';
import {
  currentTerms,
  type FoundReservation,
  findReservation,
  inService,
  reservationAnswer,
  standing,
  stationById,
} from './records.ts';

/** A request that waits for its payment; no number is drawn. */
export async function reserve(work: Work, call: ReserveCall): Promise<Answer<Reservation>> {
  const { client, station: id, amount, idempotencyKey, lapseSeconds } = call;
  if (!isClient(client)) return refuse('malformed', 'client: a text of 1 to 200 characters.');
  if (typeof amount !== 'number' || !Number.isFinite(amount)) return refuse('malformed', 'amount: a number.');
  const fault = faultInKey(idempotencyKey);
  if (fault) return fault;
  const hash = idempotencyKey === undefined ? undefined : idempotencyHash(client, idempotencyKey);
  const key = hash === undefined ? undefined : (await findKeys(work, [hash])).get(hash);
  if (key) return (await replay(work, key, { what: 'request', station: id, amount })) as Answer<Reservation>;

  const station = await stationById(work, id);
  const refused = inService(work, station, id, client);
  if (refused || !station) return refused!;
  const terms = await currentTerms(work, station);
  const quantity = quantityOf(terms, amount);
  if (quantity === undefined) return amountNotSold(amount, terms);
  const row: ReservationsTable = {
    station: station.number,
    reservation: random48(),
    terms: station.terms,
    quantity,
    price: priceOf(terms, quantity),
    client,
    reserved_at: work.now,
    lapses_at: work.now + (lapseSeconds === undefined ? work.shared.lapseMs : Math.ceil(lapseSeconds * 1000)),
    paid_at: null,
    payment: null,
    sequence: null,
    cancelled_at: null,
  };
  if (!(await keepOnce(work, 'reservations', row))) throw new TryAgain('a random number came twice');
  if (hash !== undefined) {
    await keepKeys(work, [{ hash, station: row.station, item: row.reservation, what: RESERVATION, used_at: work.now }]);
  }
  return reservationAnswer(work, station.id, terms, row);
}

export async function findById(work: Work, id: string): Promise<FoundReservation | undefined> {
  const key = work.shared.ids.rowOf(id);
  return key?.what === 'reservation' ? findReservation(work, key.station, key.item) : undefined;
}

/**
 * Its customer takes a reservation back: a payment that comes all the same is refused, and kept on `listPayments`. One
 * that lapsed stays as it is; again changes nothing.
 */
export async function cancelReservation(
  work: Work,
  { client, id }: RequestCall,
): Promise<Answer<Reservation | ChargingRequest>> {
  const found = await findById(work, id);
  if (!found) return unknownRequest();
  const { row, station, terms } = found;
  if (row.client !== client) {
    work.audits.push({ action: 'foreign-request', client, station });
    return unknownRequest();
  }
  if (row.cancelled_at !== null) return standing(work, found);
  if (row.paid_at !== null)
    return refuse('already-paid', 'This request was paid before. Its code is there to be read.');
  if (row.lapses_at <= work.now) return standing(work, found);
  const cancelled = await decide(work, row, { cancelled_at: work.now });
  await closeCheckout(work, row);
  return reservationAnswer(work, station, terms, cancelled);
}

/** Pays or cancels a reservation that is neither yet. */
export async function decide(
  work: Work,
  row: ReservationsTable,
  change: Pick<ReservationsTable, 'paid_at' | 'payment'> | Pick<ReservationsTable, 'cancelled_at'>,
): Promise<ReservationsTable> {
  const undecided = { station: row.station, reservation: row.reservation, paid_at: null, cancelled_at: null };
  const [decided] = await changeRows(work, 'reservations', undecided, change);
  if (!decided) throw new TryAgain('the reservation was paid or cancelled meanwhile');
  return decided;
}

/** A reservation that its number may be drawn for. */
export interface PaidReservation {
  readonly row: ReservationsTable;
  readonly station: string;
  readonly unit: StationTerms['unit'];
  readonly amount: number;
  readonly price: Money | undefined;
}

export async function paidReservation(
  work: Work,
  { client, id }: RequestCall,
): Promise<PaidReservation | { answer: ChargingRequest | Refused }> {
  const found = await findById(work, id);
  if (!found) return { answer: unknownRequest() };
  const { row, station, terms } = found;
  if (row.client !== client) {
    work.audits.push({ action: 'foreign-request', client, station });
    return { answer: unknownRequest() };
  }
  if (row.sequence !== null) return { answer: (await standing(work, found)) as ChargingRequest };
  if (row.cancelled_at !== null) {
    return { answer: refuse('cancelled', 'This request was cancelled. Reserve again.') };
  }
  if (row.paid_at === null) {
    if (row.lapses_at <= work.now) return { answer: refuse('lapsed', 'Nobody paid in time. Reserve again.') };
    return { answer: refuse('not-paid', 'This request waits for its payment.') };
  }
  const price = money(row.price, terms.price?.currency);
  return { row, station, unit: terms.unit, amount: row.quantity * terms.step, price };
}

/** Newest first: what waits for its payment, was paid, or lapsed. */
export async function listReservations(work: Work, query: PageQuery = {}): Promise<Page<ReservationRecord>> {
  const limit = limitOf(query);
  const reserved = work.db
    .selectFrom('reservations')
    .innerJoin('stations', 'stations.number', 'reservations.station')
    .selectAll('reservations')
    .select('stations.id as station_id');
  const newest = inOrder(reserved, ['reserved_at', 'station', 'reservation'], 'desc', cursorOf(query.after));
  const rows = await newest.limit(limit + 1).execute();
  const termsOf = await work.shared.terms.get(work.db, rows);
  const item = (row: (typeof rows)[number]): ReservationRecord => ({
    ...reservationAnswer(work, row.station_id, termsOf(row), row),
    client: row.client,
    payment: row.payment,
    issued: row.sequence !== null,
  });
  return pageOf(rows, limit, item, (row) => `${row.reserved_at}.${row.station}.${row.reservation}`);
}
