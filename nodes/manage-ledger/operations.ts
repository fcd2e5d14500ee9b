// What `manage ledger` can do, one act for each entry of its list. Payloads are objects, as `admit request` makes them.

import { NOT_STORED } from '../../api/http.ts';
import type {
  Answer,
  Ledger,
  NewKey,
  NewStation,
  Provisioning,
  Role,
  StationChange,
  StationRecord,
} from '../../charging/cloud/ledger.ts';
import { refuse } from '../../charging/cloud/refusals.ts';
import { boundsOf } from '../../charging/cloud/terms.ts';
import { leastSeconds } from '../../charging/codes/numbering.ts';
import { writeProvisioning } from '../../charging/codes/provisioning.ts';
import { isStationId } from '../../charging/codes/station-id.ts';
import { NodeFault } from '../shared/handlers.ts';
import { textOf } from '../shared/values.ts';
import type { Does } from './settings.ts';

export type Payload = Readonly<Record<string, unknown>>;

export interface Good {
  readonly statusCode: number;
  readonly payload: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where what was made is found, as the contract has it. */
  readonly path?: string;
}
/**
 * @param by who is doing it, for the audit
 * @param ifMatch the header, RFC 9110 section 13.1.1
 * @param address where the outside sees this cloud
 */
export type Act = (
  ledger: Ledger,
  payload: Payload,
  by: string,
  ifMatch?: string,
  address?: string,
) => Promise<Answer<Good>>;

/** A client may keep it and ask whether it is still the same. */
const REVALIDATED = { 'cache-control': 'no-cache' } as const;

export const ACTS = {
  readStation: async (ledger, payload) => {
    const answer = await ledger.station(station(payload));
    if ('refused' in answer) return answer;
    return { statusCode: 200, payload: pageOf(answer), headers: { ...REVALIDATED, etag: etagOf(answer) } };
  },
  createStation: async (ledger, payload, by) => {
    const answer = await ledger.createStation({ ...payload, id: need(payload, 'id') } as NewStation, by);
    if ('refused' in answer) return answer;
    const path = `/stations/${encodeURIComponent(answer.id)}`;
    return { statusCode: 201, payload: answer, headers: NOT_STORED, path };
  },
  listStations: async (ledger, payload) => {
    const { after } = payload;
    if (after !== undefined && !isStationId(after)) return refuse('malformed', 'after: `next` of the page before.');
    return good(await ledger.listStations(payload), 200);
  },
  changeStation: async (ledger, payload, by, ifMatch) => {
    const { station: _, ...change } = payload;
    const answer = await ledger.updateStation(station(payload), change as StationChange, by, revisionsOf(ifMatch));
    if ('refused' in answer) return answer;
    return { statusCode: 200, payload: answer, headers: { ...NOT_STORED, etag: etagOf(answer) } };
  },
  retireStation: async (ledger, payload, by) => good(await ledger.retireStation(station(payload), by), 200),
  readProvisioning: async (ledger, payload, by, _, address) => {
    const keyVersion = payload.keyVersion as number | undefined;
    const answer = await ledger.provisioning(station(payload), { keyVersion, by });
    return good(answer, 200, (given) => withText(given, address));
  },
  replaceKey: async (ledger, payload, by, ifMatch, address) =>
    good(await ledger.replaceKey(station(payload), by, revisionsOf(ifMatch)), 201, (key) => newKeyOf(key, address)),
  listOutstanding: async (ledger, payload) => good(await ledger.listOutstanding(station(payload)), 200),
  listCodes: async (ledger, payload) => good(await ledger.listCodes(payload), 200),
  listReservations: async (ledger, payload) => good(await ledger.listReservations(payload), 200),
  listSettled: async (ledger, payload) => good(await ledger.listSettled(payload), 200),
  listPayments: async (ledger, payload) => good(await ledger.listPayments(payload), 200),
  returnPayment: async (ledger, payload, by) =>
    good(await ledger.returnPayment({ payment: need(payload, 'payment'), by, why: need(payload, 'why') }), 200),
  listRefunds: async (ledger, payload) => good(await ledger.listRefunds(payload), 200),
  payRefund: async (ledger, payload, by) =>
    good(await ledger.payRefund({ id: need(payload, 'id'), by, why: need(payload, 'why') }), 200),
  retryRefund: async (ledger, payload, by) => good(await ledger.retryRefund({ id: need(payload, 'id'), by }), 200),
  refundExpired: async (ledger, payload, by) =>
    good(await ledger.refundExpired({ id: need(payload, 'request'), by, why: need(payload, 'why') }), 200),
  listStationHealth: async (ledger, payload) => good(await ledger.listStationHealth(payload), 200),
  readStationReports: async (ledger, payload) => good(await ledger.stationReports(station(payload)), 200),
  listAlarms: async (ledger, payload) => good(await ledger.listAlarms(payload), 200),
  seeAlarm: async (ledger, payload, by) => good(await ledger.seeAlarm({ id: need(payload, 'id'), by }), 200),
  listAudit: async (ledger, payload) => good(await ledger.listAudit(payload), 200),
  readStatistics: async (ledger, payload) => good(await ledger.statistics(payload), 200),
  listApiKeys: async (ledger, payload) => good(await ledger.listApiKeys(payload), 200),
  createApiKey: async (ledger, payload, by) => {
    const call = { name: need(payload, 'name'), role: need(payload, 'role') as Role, by };
    return good(await ledger.createApiKey(call), 201);
  },
  revokeApiKey: async (ledger, payload, by) => good(await ledger.revokeApiKey(need(payload, 'id'), by), 200),
} satisfies Partial<Record<Does, Act>>;

/** And the same as one text. */
function withText(given: Provisioning, address: string | undefined): object {
  const page = address === undefined ? {} : { page: `${address}/charge/${encodeURIComponent(given.station)}` };
  return { ...given, text: writeProvisioning({ ...given, ...page }) };
}

/** With what a refund needs of each code that is void, and no more. */
function newKeyOf({ provisioning, void: codes }: NewKey, address: string | undefined): object {
  return {
    provisioning: withText(provisioning, address),
    void: codes.map(({ request, client, issuedAt, amount, unit, price }) => ({
      ...{ request, client, issuedAt, amount, unit },
      ...(price && { price }),
    })),
  };
}

/** What anybody may see of a station. */
export function pageOf(record: StationRecord): object {
  const { id, name, unit, step, mostAmount, layout, sequence, outlets, price, retiredAt } = record;
  const { typed, rescue } = boundsOf(record);
  const codeSeconds = leastSeconds(record, typed.window);
  const rescueSeconds = leastSeconds(record, rescue.window);
  return {
    ...{ id, name, unit, step, mostAmount, layout, sequence, outlets },
    ...(price && { price }),
    ...(codeSeconds !== null && { codeSeconds }),
    ...(rescueSeconds !== null && { rescueSeconds }),
    retired: retiredAt !== null,
  };
}

/** The same until the station is changed. */
const etagOf = ({ revision }: StationRecord) => `"${revision}"`;

/** What `If-Match` allows; undefined where it allows any. */
function revisionsOf(ifMatch: string | undefined): number[] | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  return ifMatch.split(',').map((tag) => Number(/^\s*"(\d{1,15})"\s*$/.exec(tag)?.[1] ?? Number.NaN));
}

function good<T extends object>(
  answer: Answer<T>,
  statusCode: number,
  payloadOf: (answer: T) => object = (same) => same,
  headers: Readonly<Record<string, string>> = NOT_STORED,
): Answer<Good> {
  return 'refused' in answer ? answer : { statusCode, payload: payloadOf(answer), headers };
}

function station(payload: Payload): string {
  return need(payload, 'station');
}

/** As it came: what nobody has, and what cannot be, is the ledger's to refuse. */
function need(payload: Payload, name: string): string {
  const given = payload[name];
  const text = typeof given === 'string' ? given : textOf(given);
  if (text === undefined) throw new NodeFault(`no-${name}`, `Give the ${name} as msg.payload.${name}.`);
  return text;
}
