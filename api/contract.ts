// The calls of the HTTP contract (docs/http-contract.md) as one table: routes, who may, what comes in, what goes out.
import type { TObject, TSchema } from 'typebox';
import * as schemas from './schemas.ts';

type Who = 'anyone' | 'customer' | 'operator';
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface GoodAnswer {
  readonly status: 200 | 201 | 202;
  readonly description: string;
  /** Absent: the answer is text of `contentType`. */
  readonly schema?: TSchema | readonly TSchema[];
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Call {
  /** operationId; what the dialog of `admit request` lists. */
  readonly id: string;
  readonly method: Method;
  /** With `{id}` where the path has one. */
  readonly path: string;
  readonly who: Who;
  readonly summary: string;
  /** What `{id}` of the path is called in the admitted payload. */
  readonly pathAs?: 'station' | 'id';
  readonly query?: TObject;
  readonly body?: TObject;
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Takes an `If-Match`. */
  readonly conditional?: boolean;
  /** Its body goes on as the bytes that came: whoever checks their signature is not refused for asking often. */
  readonly raw?: true;
  /** Bytes that its body may have, where that is more than others'. */
  readonly mostBytes?: number;
  /** What it issues or settles counts against what one station may be asked for. */
  readonly countsForStation?: boolean;
  readonly good: GoodAnswer;
  /** Another good answer, in flows where requests are paid for first. */
  readonly instead?: GoodAnswer;
  /** Statuses of the problems that the call itself can have, beside those that any call can have. */
  readonly problems: readonly number[];
}

const table: readonly Call[] = [
  {
    id: 'requestCharging',
    method: 'POST',
    path: '/charging-requests',
    who: 'customer',
    summary: 'Ask for a code',
    body: schemas.ChargingRequestBody,
    idempotent: true,
    countsForStation: true,
    good: {
      status: 201,
      description: 'The code, on disk before it is sent. With the same idempotency key: the same code.',
      schema: schemas.ChargingRequest,
      headers: { Location: 'Where the same voucher is found again.' },
    },
    instead: {
      status: 202,
      description: 'Where requests are paid for first: reserved, and waiting for its payment.',
      schema: schemas.Reservation,
      headers: { Location: 'Where the voucher is found once it is paid.' },
    },
    problems: [402, 404, 409, 410, 422],
  },
  {
    id: 'readChargingRequest',
    method: 'GET',
    path: '/charging-requests/{id}',
    who: 'customer',
    summary: 'Read a voucher again, in either layout, or its reservation',
    pathAs: 'id',
    query: schemas.LayoutQuery,
    good: {
      status: 200,
      description: 'The same voucher; or, where requests are paid for first, its reservation.',
      schema: [schemas.ChargingRequest, schemas.Reservation],
    },
    problems: [402, 404, 409, 410],
  },
  {
    id: 'cancelChargingRequest',
    method: 'POST',
    path: '/cancellations',
    who: 'customer',
    summary: 'Take a request back that nobody has paid: it takes no payment any more',
    body: schemas.CancellationBody,
    good: {
      status: 200,
      description: 'The reservation as it stands; again changes nothing.',
      schema: schemas.Reservation,
    },
    problems: [404, 409],
  },
  {
    id: 'readBill',
    method: 'GET',
    path: '/charging-requests/{id}/bill',
    who: 'customer',
    summary: 'The bill of what was paid, as a page to print',
    pathAs: 'id',
    query: schemas.BillQuery,
    good: {
      status: 200,
      description: 'Who sold what for how much, its tax, and what went back.',
      contentType: 'text/html; charset=utf-8',
    },
    problems: [404],
  },
  {
    id: 'hearPayment',
    method: 'POST',
    path: '/payments',
    who: 'anyone',
    summary: 'Where the payment provider tells what was paid, given back or disputed; signed by it',
    raw: true,
    // Providers send more than our calls need, and what is refused for its size is money without a code.
    mostBytes: 262_144,
    good: { status: 200, description: 'Noted, or known before.', schema: schemas.Noted },
    problems: [401, 404],
  },
  {
    id: 'synchronizeStation',
    method: 'POST',
    path: '/stations/{id}/synchronizations',
    who: 'customer',
    summary: 'Ask for the code that brings a station into step and sets its clock',
    pathAs: 'station',
    idempotent: true,
    good: { status: 201, description: 'The code, 15 digits.', schema: schemas.ServiceCode },
    problems: [404, 409, 410],
  },
  {
    id: 'settleReceipt',
    method: 'POST',
    path: '/receipts',
    who: 'customer',
    summary: 'Settle a receipt: of what this client bought, or whose code or request it knows as well',
    body: schemas.ReceiptBody,
    countsForStation: true,
    good: { status: 200, description: 'What is given back.', schema: schemas.Settlement },
    problems: [404, 409, 422],
  },
  {
    id: 'readStation',
    method: 'GET',
    path: '/stations/{id}',
    who: 'anyone',
    summary: "What a station's page shows",
    pathAs: 'station',
    good: {
      status: 200,
      description: 'No key, no code.',
      schema: schemas.StationPage,
      headers: { ETag: 'For If-None-Match, and for If-Match of a change.' },
    },
    problems: [404],
  },
  {
    id: 'createStation',
    method: 'POST',
    path: '/stations',
    who: 'operator',
    summary: 'Create a station',
    body: schemas.NewStationBody,
    good: {
      status: 201,
      description: 'The station.',
      schema: schemas.Station,
      headers: { Location: 'The station.' },
    },
    problems: [409, 422],
  },
  {
    id: 'listStations',
    method: 'GET',
    path: '/stations',
    who: 'operator',
    summary: 'List stations, by id',
    query: schemas.StationsQuery,
    good: { status: 200, description: 'A page of stations.', schema: schemas.StationList },
    problems: [],
  },
  {
    id: 'changeStation',
    method: 'PATCH',
    path: '/stations/{id}',
    who: 'operator',
    summary: 'Change a station’s name, terms, price or key version',
    pathAs: 'station',
    body: schemas.StationChangeBody,
    conditional: true,
    good: {
      status: 200,
      description: 'The station.',
      schema: schemas.Station,
      headers: { ETag: 'For If-Match.' },
    },
    problems: [404, 409, 410, 412, 422],
  },
  {
    id: 'retireStation',
    method: 'DELETE',
    path: '/stations/{id}',
    who: 'operator',
    summary: 'Retire a station: no more codes; what was issued stays valid',
    pathAs: 'station',
    good: { status: 200, description: 'The station.', schema: schemas.Station },
    problems: [404, 409, 410],
  },
  {
    id: 'readProvisioning',
    method: 'GET',
    path: '/stations/{id}/provisioning',
    who: 'operator',
    summary: 'What a station is set up with, its key included',
    pathAs: 'station',
    query: schemas.ProvisioningQuery,
    good: { status: 200, description: 'A secret.', schema: schemas.Provisioning },
    problems: [404, 409, 422],
  },
  {
    id: 'replaceKey',
    method: 'POST',
    path: '/stations/{id}/keys',
    who: 'operator',
    summary: 'Replace a station’s key: before it starts on a new or restored memory card, or when others may know it',
    pathAs: 'station',
    conditional: true,
    good: {
      status: 201,
      description:
        'The next key version, and what to set the station up with: a secret. Codes of the key before are void as soon as ' +
        'the station has it; those that may not have been typed yet are listed. Receipts are settled as before.',
      schema: schemas.NewKey,
    },
    problems: [404, 409, 410, 412],
  },
  {
    id: 'makeServiceCode',
    method: 'POST',
    path: '/stations/{id}/service-codes',
    who: 'operator',
    summary: 'Make a service code',
    pathAs: 'station',
    body: schemas.ServiceCodeBody,
    idempotent: true,
    good: { status: 201, description: 'The code, 15 digits.', schema: schemas.ServiceCode },
    problems: [404, 409, 410, 422],
  },
  {
    id: 'hearReport',
    method: 'POST',
    path: '/stations/{id}/reports',
    who: 'anyone',
    summary: 'Hand in a report that a station sealed, whoever carried it',
    pathAs: 'station',
    body: schemas.ReportBody,
    good: {
      status: 200,
      description: 'What it told. The same again changes nothing. What was left of its vouchers is settled.',
      schema: schemas.HeardReport,
    },
    problems: [404, 422],
  },
  {
    id: 'exportLedger',
    method: 'GET',
    path: '/ledger.csv',
    who: 'operator',
    summary: 'Export the ledger',
    query: schemas.ExportQuery,
    good: { status: 200, description: 'RFC 4180 with a header line.', contentType: 'text/csv; charset=utf-8' },
    problems: [404],
  },
  {
    id: 'exportStatement',
    method: 'GET',
    path: '/statement.csv',
    who: 'operator',
    summary: 'Export what a month brought: sales, payments without a code, refunds, and their sums',
    query: schemas.StatementQuery,
    good: {
      status: 200,
      description: 'RFC 4180 with a header line: money in decimals, with value-added tax, in the operator’s time.',
      contentType: 'text/csv; charset=utf-8',
    },
    problems: [404],
  },
  {
    id: 'readMetrics',
    method: 'GET',
    path: '/metrics',
    who: 'operator',
    summary: 'Metrics for Prometheus',
    good: { status: 200, description: 'Prometheus text.', contentType: 'text/plain; version=0.0.4; charset=utf-8' },
    problems: [],
  },
  {
    id: 'readHealth',
    method: 'GET',
    path: '/healthz',
    who: 'anyone',
    summary: 'Whether the ledger takes a write',
    good: { status: 200, description: 'It does.', schema: schemas.HealthAnswer },
    problems: [],
  },
  {
    id: 'readContract',
    method: 'GET',
    path: '/openapi.json',
    who: 'anyone',
    summary: 'This document',
    good: { status: 200, description: 'OpenAPI 3.1.', contentType: 'application/json; charset=utf-8' },
    problems: [],
  },
];

export const CALLS: ReadonlyMap<string, Call> = new Map(table.map((call) => [call.id, call]));

/** A path of the contract and the methods that it answers; HEAD goes with GET, OPTIONS with all. */
export interface ContractPath {
  readonly path: string;
  /** The same as `http in` has it. */
  readonly route: string;
  readonly methods: readonly string[];
  /** By method; none for the customer's page. */
  readonly calls: ReadonlyMap<string, Call>;
}

/** Every path, the customer's page included: a method that is not among `methods` is 405. */
const PATHS: readonly (ContractPath & { readonly matches: RegExp })[] = contractPaths();

function contractPaths() {
  const calls = new Map<string, Map<string, Call>>();
  for (const call of table) {
    calls.set(call.path, (calls.get(call.path) ?? new Map<string, Call>()).set(call.method, call));
  }
  calls.set('/charge/{id}', new Map());
  return [...calls].map(([path, known]) => ({
    path,
    route: path.replace('{id}', ':id'),
    matches: new RegExp(`^${path.replaceAll('.', '\\.').replace('{id}', '[^/]+')}/?$`, 'i'),
    methods: [...methodsOf(known), 'OPTIONS'],
    calls: known,
  }));
}

function methodsOf(calls: ReadonlyMap<string, Call>): string[] {
  if (calls.size === 0) return ['GET', 'HEAD'];
  return [...calls.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

/** The contract's path that a path is one of. */
export function contractPath(pathname: string): ContractPath | undefined {
  return PATHS.find(({ matches }) => matches.test(pathname));
}

const MATCHED = Symbol('the path of the contract');

interface Matched {
  readonly url?: string | undefined;
  [MATCHED]?: ContractPath | null;
}

/** The contract's path that a request is for: looked for once, and remembered with the request. */
export function contractPathOf(request: { readonly url?: string | undefined }): ContractPath | undefined {
  // On the request itself: a map of short-lived keys costs each collection of garbage more than the search.
  const at: Matched = request;
  if (at[MATCHED] === undefined) at[MATCHED] = contractPath(pathOf(request)) ?? null;
  return at[MATCHED] ?? undefined;
}

/** The path of a request, without what it asks for behind it. */
export function pathOf({ url = '/' }: { readonly url?: string | undefined }): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}
