// Problem details (RFC 9457): the one table of what is refused, here and by the ledger, with status and title.
import type { Refusal, RefusalSlug } from '../charging/cloud/types.ts';

export type { RequestError } from '../charging/cloud/types.ts';

export interface Problem extends Omit<Refusal, 'slug'> {
  /** `urn:offline-charging:problem:<slug>`, stable. */
  readonly type: string;
  /** One line in English, the same for each problem of this type. */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** More headers than Content-Type and Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
}

const TYPES = 'urn:offline-charging:problem:';

/** What the ledger refuses. */
const OF_THE_LEDGER = {
  malformed: { status: 400, title: 'The request is malformed' },
  unauthorized: { status: 401, title: 'No valid API key' },
  'unknown-station': { status: 404, title: 'There is no such station' },
  'unknown-request': { status: 404, title: 'There is no such charging request' },
  'unknown-receipt': { status: 404, title: 'No voucher fits this receipt' },
  'unknown-payment': { status: 404, title: 'There is no such payment' },
  'unknown-refund': { status: 404, title: 'There is no such refund' },
  'unknown-api-key': { status: 404, title: 'There is no such API key' },
  'unknown-alarm': { status: 404, title: 'There is no such alarm' },
  'station-exists': { status: 409, title: 'There is a station with this id already' },
  'idempotency-key-reused': { status: 409, title: 'This idempotency key was used for another request' },
  'receipt-settled': { status: 409, title: 'This receipt has been settled already' },
  'not-paid': { status: 402, title: 'This request has not been paid' },
  'already-paid': { status: 409, title: 'This request has been paid already' },
  'payment-used': { status: 409, title: 'This payment was told for another request' },
  'payment-differs': { status: 409, title: 'This payment is not the price of the request' },
  'code-issued': { status: 409, title: 'A code was given for this payment' },
  'refund-under-way': { status: 409, title: 'The payment provider pays this refund back' },
  'not-expired': { status: 409, title: 'This code can still be typed' },
  'code-used': { status: 409, title: 'This code was used' },
  'paid-otherwise': { status: 409, title: 'This request was paid with another payment' },
  'terms-changed': { status: 409, title: 'The station sells something else now' },
  'retired-station': { status: 410, title: 'This station is out of service' },
  cancelled: { status: 410, title: 'This request was cancelled' },
  lapsed: { status: 410, title: 'Nobody paid for this request in time' },
  'changed-meanwhile': { status: 412, title: 'It was changed meanwhile' },
  'amount-not-sold': { status: 422, title: 'This station does not sell this amount' },
  'layout-too-small': { status: 422, title: 'This voucher does not fit the compact layout' },
  'receipt-mistyped': { status: 422, title: 'These digits are not a receipt' },
  'report-not-valid': { status: 422, title: 'This is no report of this station' },
  'station-not-valid': { status: 422, title: 'A station cannot be like this' },
  'api-key-not-valid': { status: 422, title: 'An API key cannot be like this' },
  'too-many-codes': { status: 429, title: 'This station has been given too many codes' },
  'too-many-receipts': { status: 429, title: 'Too many receipts that fit no voucher' },
  'clocks-apart': { status: 503, title: 'The clock of the cloud cannot be right' },
} as const satisfies Record<RefusalSlug, { status: number; title: string }>;

const PROBLEMS = {
  ...OF_THE_LEDGER,
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-request': { status: 400, title: 'The request does not fit the contract' },
  'unreadable-body': { status: 400, title: 'The body cannot be read' },
  'malformed-path': { status: 400, title: 'The path cannot be decoded' },
  'malformed-http': { status: 400, title: 'The request is not HTTP' },
  'not-authenticated': { status: 401, title: 'An API key is needed' },
  'not-allowed': { status: 403, title: 'This key may not do that' },
  'foreign-host': { status: 403, title: 'That is no name of this machine' },
  'foreign-page': { status: 403, title: 'A page from elsewhere may not ask' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This path does not answer that method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is not of a type that is read here' },
  'unsupported-encoding': { status: 415, title: 'The body is encoded in a way that is not read here' },
  'expectation-failed': { status: 417, title: 'The expectation is not met here' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something broke here' },
  restarting: { status: 503, title: 'Nothing answers just now' },
  'too-many-connections': { status: 503, title: 'Too many connections' },
  'doubled-route': { status: 503, title: 'Two flows answer this route' },
  'ledger-unavailable': { status: 503, title: 'The ledger is away' },
  'payment-away': { status: 503, title: 'The payment provider cannot be asked' },
  'station-out-of-order': { status: 503, title: 'The station does not work' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;

/** Every type of problem that the cloud or a station can answer with: the slugs. */
export function problemSlugs(): readonly string[] {
  return Object.keys(PROBLEMS).sort();
}

/** @param detail what happened this time and what the reader can do; never a code or a key */
export function problem(name: ProblemName, detail: string, more: Partial<Problem> = {}): Problem {
  return { type: `${TYPES}${name}`, ...PROBLEMS[name], detail, ...more };
}

/** The problem that a refusal of the ledger is sent as. */
export function problemOfRefusal({ slug, ...rest }: Refusal): Problem {
  const { status, title } = PROBLEMS[slug];
  return { type: `${TYPES}${slug}`, title, status, ...rest };
}

/** `unknown-station` of `urn:offline-charging:problem:unknown-station`. */
export function slugOf({ type }: Problem): string {
  return type.slice(TYPES.length);
}

/** Status line, headers and body of a refusal, however it is sent. */
export function problemResponse(refusal: Problem): {
  statusCode: number;
  headers: Record<string, string>;
  body: Record<string, unknown>;
} {
  const { headers: more, retryAfterSeconds, ...body } = refusal;
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...more,
  };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  return { statusCode: refusal.status, headers, body };
}
