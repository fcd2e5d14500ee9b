// Problem details (RFC 9457) for everything that the HTTP side refuses before the ledger is asked. The ledger brings
// its own refusals of the same shape.
import { refusalKinds } from '../charging/cloud/refusals.ts';
import type { Refusal } from '../charging/cloud/types.ts';

export type { RequestError } from '../charging/cloud/types.ts';

export interface Problem extends Refusal {
  /** More headers than Content-Type and Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
}

const PROBLEMS = {
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
  'station-out-of-order': { status: 503, title: 'The station does not work' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;

/** Every type of problem that the cloud or a station can answer with, in both lists: the slugs, each once. */
export function problemSlugs(): readonly string[] {
  const ledgers = refusalKinds().map(({ type }) => type.slice(type.lastIndexOf(':') + 1));
  return [...new Set([...Object.keys(PROBLEMS), ...ledgers])].sort();
}

/** @param detail what happened this time and what the reader can do; never a code or a key */
export function problem(name: ProblemName, detail: string, more: Partial<Problem> = {}): Problem {
  return { type: `urn:offline-charging:problem:${name}`, ...PROBLEMS[name], detail, ...more };
}

/** `unknown-station` of `urn:offline-charging:problem:unknown-station`. */
export function slugOf(refusal: Refusal): string {
  return refusal.type.slice(refusal.type.lastIndexOf(':') + 1);
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
