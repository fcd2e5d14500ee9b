// What `http in` puts on a message and `http response` takes from it, as far as it is used here.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemResponse } from './problems.ts';

/** Express's request. */
export interface HttpRequest extends IncomingMessage {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Record<string, unknown>;
  readonly cookies?: Readonly<Record<string, string>>;
  readonly ip?: string;
  /** Where the application that answers is mounted. */
  readonly baseUrl?: string;
  readonly app?: { get(setting: string): unknown };
  readonly secure?: boolean;
}

export interface HttpMessage {
  payload?: unknown;
  topic?: unknown;
  [property: string]: unknown;
  req?: HttpRequest;
  /** Node-RED's wrapper; the response itself is inside. */
  res?: { readonly _res?: ServerResponse };
  statusCode?: number;
  headers?: Record<string, string>;
  cookies?: Record<string, unknown>;
}

/** Makes the message the answer to its request. */
export function answer(
  message: HttpMessage,
  statusCode: number,
  payload: unknown,
  headers?: Readonly<Record<string, string>>,
): HttpMessage {
  message.statusCode = statusCode;
  message.payload = payload;
  if (headers) message.headers = { ...message.headers, ...headers };
  return message;
}

/** Makes the message the problem details of its request. */
export function answerProblem(message: HttpMessage, refusal: Problem): HttpMessage {
  const { statusCode, headers, body } = problemResponse(refusal);
  return answer(message, statusCode, body, headers);
}

/** Nothing between the client and here may keep what holds a code or a key. */
export const NOT_STORED = { 'cache-control': 'no-store' } as const;
