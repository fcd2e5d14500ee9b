// A request, shown again to the client that made it.
import { algorithmOf, boundsIn, LAYOUTS, type LayoutName } from '../../codes/index.ts';
import { findRow } from '../database/rows.ts';
import type { CodesTable, ReservationsTable } from '../database/schema.ts';
import { refuse, unknownRequest } from '../refusals.ts';
import { rescueLayout, shownLayout } from '../terms.ts';
import type { AuditEntry, ChargingRequest, Refused, RequestCall, Reservation } from '../types.ts';
import type { Work } from '../work.ts';
import { checkoutAt } from './checkout-row.ts';
import { paidWithoutCode } from './payments.ts';
import { findReservation, standing, statusOf, termsOf, VOUCHER, voucherAnswer } from './records.ts';
import { refundsOf } from './refunds.ts';

/**
 * A request of the same client; in either layout once issued. What nobody may see comes with its entry for the audit, which
 * the caller's side writes: there it is known who floods it.
 */
export async function request(
  work: Work,
  { client, id, layout }: RequestCall & { readonly layout?: LayoutName | 'rescue' | undefined },
): Promise<ChargingRequest | Reservation | (Refused & { readonly audit?: AuditEntry })> {
  const key = work.shared.ids.rowOf(id);
  if (!key) return unheardOf(client, 'made-up-request-id');
  let sequence = key.item;
  let stray: Pick<Reservation, 'paidWithoutCode' | 'refunds' | 'pay'> = {};
  if (key.what === 'reservation') {
    const found = await findReservation(work, key.station, key.item);
    if (!found) return unheardOf(client, 'made-up-request-id');
    if (found.row.client !== client) return unheardOf(client, 'foreign-request', found.station);
    const strays = await paidWithoutCode(work, found.row);
    if (strays.length > 0) stray = { paidWithoutCode: strays };
    if (found.row.sequence === null) {
      const stands = await standing(work, found);
      return { ...stands, ...(await toPay(work, found.row)), ...stray, ...(await back(work, found.row)) };
    }
    sequence = found.row.sequence;
  }
  const row = await findRow(work, 'codes', { station: key.station, sequence });
  if (!row || row.kind !== VOUCHER) return unheardOf(client, 'made-up-request-id');
  const station = (await findRow(work, 'stations', { number: row.station }))!;
  if (row.client !== client) return unheardOf(client, 'foreign-request', station.id);
  const terms = await termsOf(work, row);
  const usual = shownLayout(terms, row.sequence, row.issued_at);
  const rescue = rescueLayout(terms);
  // `long` is what 0.1.0 called the rescue layout of every station.
  const asked = layout === 'rescue' || layout === 'long' ? rescue : (layout ?? usual);
  if (!Object.hasOwn(LAYOUTS, asked)) return refuse('malformed', 'layout: "compact", "long" or "rescue".');
  const bounds = boundsIn(algorithmOf(terms.layout), asked);
  if (!bounds) return refuse('layout-too-small', `This voucher is typed in the ${usual} layout alone.`);
  const { mostQuantity } = bounds;
  if (row.quantity > mostQuantity) {
    const most = `${mostQuantity * terms.step} ${terms.unit}`;
    return refuse('layout-too-small', `The ${asked} layout holds up to ${most} of this station. Ask for the long one.`);
  }
  if (usual === rescue && asked !== rescue) {
    return refuse('layout-too-small', `This voucher is typed in the ${usual} layout alone.`);
  }
  return { ...voucherAnswer(work, station.id, terms, row, asked), ...stray, ...(await back(work, row)) };
}

/** What of it goes back, or went. */
async function back(
  work: Work,
  row: Pick<CodesTable, 'station'> & { reservation: number | null; sequence: number | null },
): Promise<Pick<Reservation, 'refunds'>> {
  const refunds = await refundsOf(work, row);
  return refunds.length > 0 ? { refunds } : {};
}

/** Where it is paid, while it can be. */
async function toPay(work: Work, row: ReservationsTable): Promise<Pick<Reservation, 'pay'>> {
  const page = statusOf(work, row) === 'reserved' ? await checkoutAt(work, row) : undefined;
  return page ? { pay: page.url } : {};
}

/** Another client's request and one that never was are the same to whoever asks, and both are audited. */
function unheardOf(client: string, action: string, station?: string) {
  return { ...unknownRequest(), audit: { action, client, station } };
}
