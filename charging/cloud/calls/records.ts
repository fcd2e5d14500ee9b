// Stations, codes and reservations as the calls need them.
import type { ExpressionBuilder } from 'kysely';
import { type LayoutName, OPERATIONS, type Operation } from '../../codes/index.ts';
import { isStationId } from '../../codes/station-id.ts';
import { findRow } from '../database/rows.ts';
import type { CodesTable, RefundsTable, ReservationsTable, StationsTable, Tables } from '../database/schema.ts';
import type { Money } from '../payment-types.ts';
import { retiredStation, shown, unknownStation } from '../refusals.ts';
import type { StationRecord, StationTerms } from '../station-types.ts';
import { boundsOf, expiryOf, money, rescueLayout, shownLayout } from '../terms.ts';
import type { ChargingRequest, IssuedService, Refused, Reservation } from '../types.ts';
import { iso, isoOrNull, type Work } from '../work.ts';

export interface StationToday extends StationsTable {
  /** The highest number drawn; null when none was. */
  readonly last: number | null;
}

/** Codes, each beside its receipt and what a report told of its end, where there are such. */
export function codesWithEnds(work: Work) {
  return work.db
    .selectFrom('codes')
    .leftJoin('receipts', (join) =>
      join.onRef('receipts.station', '=', 'codes.station').onRef('receipts.sequence', '=', 'codes.sequence'),
    )
    .leftJoin('voucher_ends', (join) =>
      join.onRef('voucher_ends.station', '=', 'codes.station').onRef('voucher_ends.sequence', '=', 'codes.sequence'),
    )
    .selectAll('codes');
}

/** A station's latest codes, so many of them. */
export function latestCodes(work: Work, station: number, rows: number) {
  const codes = work.db.selectFrom('codes').selectAll().where('station', '=', station);
  return work.db.selectFrom(codes.orderBy('sequence', 'desc').limit(rows).as('latest'));
}

/** The last number drawn of each station, with its row. */
export const lastOfEach = (eb: ExpressionBuilder<Tables, 'stations'>) =>
  eb
    .selectFrom('codes')
    .whereRef('codes.station', '=', 'stations.number')
    .select((inner) => inner.fn.max('codes.sequence').as('last'))
    .as('last');

/** Stations by id, with the last number of each: two look-ups in trees for each, however many codes there are. */
export async function stationsToday(work: Work, ids: readonly string[]): Promise<Map<string, StationToday>> {
  if (ids.length === 0) return new Map();
  const rows = await work.shared.statements.run<StationToday>(work.db, 'stations today', ids.length, ids, (db) =>
    db.selectFrom('stations').selectAll('stations').select(lastOfEach).where('stations.id', 'in', ids),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A station that may be drawn numbers for, or why not. Ids that nobody would print on a station are audited. */
export function inService(
  work: Work,
  station: StationsTable | undefined,
  id: string,
  client: string,
): Refused | undefined {
  if (!station) {
    if (!isStationId(id)) work.audits.push({ action: 'strange-station-id', client, detail: shown(id) });
    return unknownStation(id);
  }
  return station.retired_at === null ? undefined : retiredStation(id);
}

export async function stationById(work: Work, id: string): Promise<StationsTable | undefined> {
  if (!isStationId(id)) return undefined;
  return findRow(work, 'stations', { id });
}

type WithTerms = Pick<StationsTable, 'number' | 'terms'>;

/** What each of these stations sells now. */
export async function currentTermsOf(
  work: Work,
  stations: readonly WithTerms[],
): Promise<(station: WithTerms) => StationTerms> {
  const keyOf = ({ number, terms }: WithTerms) => ({ station: number, terms });
  const termsOf = await work.shared.terms.get(work.db, stations.map(keyOf));
  return (station) => termsOf(keyOf(station));
}

export async function currentTerms(work: Work, station: WithTerms): Promise<StationTerms> {
  return (await currentTermsOf(work, [station]))(station);
}

/** What a code or a reservation was sold under. */
export async function termsOf(work: Work, row: { station: number; terms: number }): Promise<StationTerms> {
  return (await work.shared.terms.get(work.db, [row]))(row);
}

/** The highest number drawn for a station, by its number; null when none was. */
export const lastDrawn = (work: Work, station: number) => drawn(work, station, 'max');

/** The lowest. */
export const firstDrawn = (work: Work, station: number) => drawn(work, station, 'min');

async function drawn(work: Work, station: number, which: 'max' | 'min'): Promise<number | null> {
  const { found } = await work.db
    .selectFrom('codes')
    .select(({ fn }) => fn[which]('sequence').as('found'))
    .where('station', '=', station)
    .executeTakeFirstOrThrow();
  return found as number | null;
}

export interface FoundReservation {
  readonly row: ReservationsTable;
  readonly station: string;
  readonly terms: StationTerms;
}

/** A reservation by its row's key. */
export async function findReservation(
  work: Work,
  station: number,
  reservation: number,
): Promise<FoundReservation | undefined> {
  const row = await findRow(work, 'reservations', { station, reservation });
  if (!row) return undefined;
  const { id } = (await findRow(work, 'stations', { number: station }))!;
  return { row, station: id, terms: await termsOf(work, row) };
}

/** The code that was drawn for a request, by the request's id. */
export async function codeOfRequest(work: Work, id: string): Promise<CodesTable | undefined> {
  const key = work.shared.ids.rowOf(id);
  if (!key) return undefined;
  const { what, station, item } = key;
  const sequence = what === 'code' ? item : (await findReservation(work, station, item))?.row.sequence;
  const row = sequence == null ? undefined : await findRow(work, 'codes', { station, sequence });
  return row?.kind === VOUCHER ? row : undefined;
}

/** The reservation as it stands: the voucher, once it is issued. */
export async function standing(
  work: Work,
  { row, station, terms }: FoundReservation,
): Promise<ChargingRequest | Reservation> {
  if (row.sequence === null) return reservationAnswer(work, station, terms, row);
  const code = (await findRow(work, 'codes', { station: row.station, sequence: row.sequence }))!;
  return voucherAnswer(work, station, await termsOf(work, code), code);
}

export function stationRecord(station: StationsTable, terms: StationTerms): StationRecord {
  return {
    id: station.id,
    name: station.name,
    site: station.site,
    ...terms,
    outlets: station.outlets,
    mostAmount: terms.step * boundsOf(terms).typed.mostQuantity,
    createdAt: iso(station.created_at),
    updatedAt: iso(station.updated_at),
    retiredAt: isoOrNull(station.retired_at),
    revision: station.revision,
  };
}

export const VOUCHER = 0;
export const kindOf = (operation: Operation): number => OPERATIONS[operation];
export function operationOf(kind: number): Operation {
  const found = (Object.keys(OPERATIONS) as Operation[]).find((operation) => OPERATIONS[operation] === kind);
  if (!found) throw new Error(`the ledger holds a code of an unknown kind: ${kind}`);
  return found;
}

const withPrice = <T extends object>(answer: T, price: Money | undefined): T & { price?: Money } =>
  price ? { ...answer, price } : answer;

/** The id that a code's request is known by: its own, or its reservation's. */
export function requestIdOf(
  work: Work,
  { station, sequence, reservation }: Pick<RefundsTable, 'station' | 'sequence' | 'reservation'>,
): string {
  return work.shared.ids.idOf(
    reservation === null
      ? { what: 'code', station, item: sequence ?? 0 }
      : { what: 'reservation', station, item: reservation },
  );
}

export function voucherAnswer(
  work: Work,
  station: string,
  terms: StationTerms,
  row: CodesTable,
  layout: LayoutName = shownLayout(terms, row.sequence, row.issued_at),
): ChargingRequest {
  const inLayout = (shown: LayoutName) => ({
    ...work.shared.maker.voucher(station, terms, shown, row.quantity, row.sequence),
    expiresAt: isoOrNull(expiryOf(terms, row.sequence, shown)),
  });
  const { expiresAt, ...digits } = inLayout(layout);
  const answer = {
    id: requestIdOf(work, row),
    station,
    amount: row.quantity * terms.step,
    unit: terms.unit,
    ...digits,
    issuedAt: iso(row.issued_at),
    expiresAt,
    rescue: inLayout(rescueLayout(terms)),
  };
  return withPrice(answer, money(row.price, terms.price?.currency));
}

export function serviceAnswer(work: Work, station: string, terms: StationTerms, row: CodesTable): IssuedService {
  const operation = operationOf(row.kind);
  return {
    station,
    operation,
    ...work.shared.maker.service(station, terms, operation, row.sequence),
    issuedAt: iso(row.issued_at),
  };
}

export function reservationAnswer(
  work: Work,
  station: string,
  terms: StationTerms,
  row: ReservationsTable,
): Reservation {
  const answer = {
    id: work.shared.ids.idOf({ what: 'reservation', station: row.station, item: row.reservation }),
    station,
    amount: row.quantity * terms.step,
    unit: terms.unit,
    status: statusOf(work, row),
    reservedAt: iso(row.reserved_at),
    lapsesAt: iso(row.lapses_at),
    ...(row.paid_at === null ? {} : { paidAt: iso(row.paid_at) }),
    ...(row.cancelled_at === null ? {} : { cancelledAt: iso(row.cancelled_at) }),
  } as const;
  return withPrice(answer, money(row.price, terms.price?.currency));
}

export function statusOf(work: Work, row: ReservationsTable): Reservation['status'] {
  if (row.cancelled_at !== null) return 'cancelled';
  if (row.paid_at !== null) return 'paid';
  return row.lapses_at <= work.now ? 'lapsed' : 'reserved';
}
