// What guard and client say to each other: JSON, one message a line, over a Unix socket. One connection, one lease.
import type { Protection } from './protection.ts';
import type { RelayProblem, RelayProblemCode } from './types.ts';

/** Silence for so long ends a lease, and the relay goes off. */
export const LEASE_MS = 2000;
export const RENEW_MS = 500;
/** No message is longer, but what a guard says of all its relays. */
const MOST_BYTES = 4096;
export const MOST_STATUS_BYTES = 65536;

export type ToGuard =
  | { readonly type: 'lease'; readonly relay: string; readonly protection?: Partial<Protection> }
  | { readonly type: 'set'; readonly id: number; readonly on: boolean }
  | { readonly type: 'renew' }
  | { readonly type: 'status' };

export interface LeaseState {
  readonly on: boolean;
  readonly readyInMs: number;
  readonly wasOn: boolean;
  readonly problem?: RelayProblem;
}

/** `pin`: what the guard drives, in its notation, as it read it when it started. */
export interface GuardStatus {
  readonly driver: string;
  readonly relays: Readonly<Record<string, LeaseState & { readonly held: boolean; readonly pin?: string }>>;
}

export type FromGuard =
  | { readonly type: 'granted'; readonly state: LeaseState }
  /** After each `renew`, and when something changes by itself. */
  | { readonly type: 'state'; readonly state: LeaseState }
  | { readonly type: 'done'; readonly id: number; readonly state: LeaseState }
  | ({ readonly type: 'failed'; readonly id: number; readonly state: LeaseState } & RelayProblem)
  /** Then the guard hangs up. */
  | { readonly type: 'refused'; readonly code: RelayProblemCode; readonly message: string }
  | { readonly type: 'status'; readonly status: GuardStatus };

export function encode(message: ToGuard | FromGuard): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts what arrives into messages. Throws an `Error` at garbage; the connection is then not worth keeping. */
export class MessageReader {
  readonly #mostBytes: number;
  #rest = '';

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  *read(chunk: string): Generator<unknown> {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line.length > this.#mostBytes) throw new Error('a message was too long');
      yield JSON.parse(line);
    }
    if (this.#rest.length > this.#mostBytes) throw new Error('a message was too long');
  }
}

/** Throws an `Error` that says what is wrong with the message. */
export function readToGuard(message: unknown): ToGuard {
  if (typeof message !== 'object' || message === null) throw new Error('a message must be an object');
  const { type, relay, protection, id, on } = message as Record<string, unknown>;
  switch (type) {
    case 'lease':
      if (typeof relay !== 'string') throw new Error('relay must be a string');
      if (protection !== undefined && (typeof protection !== 'object' || protection === null)) {
        throw new Error('protection must be an object');
      }
      return { type, relay, ...(protection ? { protection } : {}) };
    case 'set':
      if (!Number.isSafeInteger(id)) throw new Error('id must be a whole number');
      if (typeof on !== 'boolean') throw new Error('on must be true or false');
      return { type, id: id as number, on };
    case 'renew':
    case 'status':
      return { type };
    default:
      throw new Error('there is no such type of message');
  }
}
