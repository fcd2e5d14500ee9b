// Who is asking, whether they may, and whether they ask too often.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isStationId } from '../../charging/cloud/checks.ts';
import { isRefused, type Principal, type Refusal } from '../../charging/cloud/ledger.ts';
import { unknownStation } from '../../charging/cloud/refusals.ts';
import type { Issuer } from '../code-issuer/issuer.ts';
import type { HttpMessage, HttpRequest } from '../shared/http.ts';
import { type Problem, problem } from '../shared/problems.ts';
import type { Call } from './contract.ts';
import { CallReader } from './reading.ts';

export const VISITOR_COOKIE = 'visitor';
const VISITOR = /^[A-Za-z0-9_-]{22}$/;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Who a request belongs to. */
export interface Client extends Omit<Principal, 'role'> {
  readonly role: Principal['role'] | 'visitor';
}

export type Admission =
  | { readonly refused: Problem }
  | { readonly payload: Record<string, unknown>; readonly client: Client; readonly idempotencyKey?: string };

interface Caller {
  readonly client: Client;
  /** Came in because all may: see `Issuer.open`. */
  readonly open: boolean;
  /** A visitor's cookie to be set, since none came along. */
  readonly newVisitor?: string;
}

const NOBODY: Client = { client: 'anyone', role: 'visitor', name: '' };
const OPEN: Caller = { client: { client: 'open', role: 'operator', name: 'anyone on this machine' }, open: true };

/** Admits the requests of one call of the contract. */
export class Admitter {
  readonly #call: Call;
  readonly #issuer: Issuer;
  readonly #reader: CallReader;

  constructor(call: Call, issuer: Issuer) {
    this.#call = call;
    this.#issuer = issuer;
    this.#reader = new CallReader(call);
  }

  /** @throws {LedgerUnavailable} when who is asking cannot be looked up */
  async admit(message: HttpMessage): Promise<Admission> {
    const { req } = message;
    // `http response` would answer `?callback=` with a script, which any page on the web could run and read.
    if (req?.query?.callback !== undefined) delete req.query.callback;

    const caller = await this.#caller(req);
    if ('refused' in caller) return (await this.#guessing(req)) ?? caller;
    const tooOften = await this.#tooOften(caller, req);
    if (tooOften) return { refused: tooOften };
    const forbidden = this.#forbidden(caller.client);
    if (forbidden) {
      this.#issuer.audit(
        { action: 'call-not-allowed', client: caller.client.client, detail: this.#call.id },
        addressOf(req),
      );
      return { refused: forbidden };
    }
    const reading = this.#reader.read(message);
    if ('problem' in reading) return { refused: reading.problem };
    const station = reading.payload.station;
    if (typeof station === 'string') {
      const refused = await this.#stationRefused(station, caller, req);
      if (refused) return { refused };
    }
    if (caller.newVisitor !== undefined && req)
      message.cookies = { ...message.cookies, ...visitorCookie(caller.newVisitor, req) };
    return { ...reading, client: caller.client };
  }

  #caller(req: HttpRequest | undefined): Caller | { refused: Problem } | Promise<Caller | { refused: Problem }> {
    if (req?.headers.authorization !== undefined && this.#call.who !== 'anyone') {
      return this.#keyHolder(req.headers.authorization, addressOf(req));
    }
    return this.#withoutKey(req);
  }

  async #keyHolder(authorization: string, address: string): Promise<Caller | { refused: Problem }> {
    const [, key] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (key === undefined) {
      return { refused: notAuthenticated('Send the API key as Authorization: Bearer followed by the key.') };
    }
    const answer = await this.#issuer.identities.of(key, address);
    if (isRefused(answer)) return { refused: { ...answer.refused, headers: CHALLENGE } };
    return { client: answer, open: false };
  }

  async #withoutKey(req: HttpRequest | undefined): Promise<Caller | { refused: Problem }> {
    const here = comesFromThisMachine(req);
    // What anybody may ask needs no look into the ledger, and works without one.
    if (this.#call.who === 'anyone') return { client: NOBODY, open: here };
    const visitor = visitorOf(req);
    if (here && (await this.#issuer.open())) {
      return visitor === undefined ? OPEN : { client: { ...OPEN.client, client: visitorClient(visitor) }, open: true };
    }
    if (this.#call.who === 'customer' && this.#issuer.settings.publicCharging) {
      const id = visitor ?? newVisitor();
      const client: Client = { client: visitorClient(id), role: 'visitor', name: '' };
      return { client, open: false, ...(visitor === undefined && { newVisitor: id }) };
    }
    return { refused: notAuthenticated('Send an API key as Authorization: Bearer followed by the key.') };
  }

  /** Who is refused for want of a key counts as a visitor: keys are guessed no faster than visitors may ask. */
  async #guessing(req: HttpRequest | undefined): Promise<{ refused: Problem } | undefined> {
    const seconds = await (await this.#issuer.limits(false)).take('visitor', addressOf(req));
    return seconds === undefined ? undefined : { refused: tooMany('You ask', seconds) };
  }

  #forbidden(client: Client): Problem | undefined {
    if (this.#call.who !== 'operator' || client.role === 'operator') return undefined;
    return problem('not-allowed', "Only an operator's key may do this.");
  }

  async #tooOften({ client, open }: Caller, req: HttpRequest | undefined): Promise<Problem | undefined> {
    // A load balancer asks as often as it likes; the ledger is asked once a second.
    if (this.#call.id === 'readHealth') return undefined;
    const limits = await this.#issuer.limits(open);
    const seconds =
      client.role === 'visitor'
        ? await limits.take('visitor', addressOf(req))
        : await limits.take('client', client.client);
    return seconds === undefined ? undefined : tooMany('You ask', seconds);
  }

  async #stationRefused(id: string, caller: Caller, req: HttpRequest | undefined): Promise<Refusal | undefined> {
    if (!isStationId(id)) {
      const { client } = caller.client;
      this.#issuer.audit(
        { action: 'station-id-not-possible', client, station: id, detail: this.#call.id },
        addressOf(req),
      );
      return unknownStation(id).refused;
    }
    if (!this.#call.countsForStation) return undefined;
    const seconds = await (await this.#issuer.limits(caller.open)).take('station', id);
    return seconds === undefined ? undefined : tooMany('This station is asked for', seconds);
  }
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="offline-charging"' } as const;

function notAuthenticated(detail: string): Problem {
  return problem('not-authenticated', detail, { headers: CHALLENGE });
}

function tooMany(who: string, seconds: number): Problem {
  const detail = `${who} too often. Try again in ${seconds} s.`;
  return problem('too-many-requests', detail, { retryAfterSeconds: seconds });
}

/**
 * Whether a request was made on this machine and not passed on for somebody else: over loopback, for a name of this
 * machine (a web page elsewhere can point its own name at 127.0.0.1), without the marks of a proxy.
 */
export function comesFromThisMachine(req: IncomingMessage | undefined): boolean {
  if (!req) return true;
  const { host, origin, forwarded, via, 'x-forwarded-for': forwardedFor } = req.headers;
  // A page from elsewhere, open in a browser on this machine.
  if (origin !== undefined && hostOf(origin) !== host) return false;
  if (forwarded !== undefined || forwardedFor !== undefined || via !== undefined) return false;
  if (!/^(?:::ffff:)?127\.|^::1$/.test(req.socket.remoteAddress ?? '')) return false;
  return host === undefined || /^(?:localhost|(?:[\w-]+\.)*localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/i.test(host);
}

/** The host and port of an origin; undefined for what is none. */
export function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Whose requests are counted together: an IPv4 address, or the /64 that one household or phone has of IPv6. */
export function addressOf(req: HttpRequest | undefined): string {
  const address = req?.ip ?? req?.socket.remoteAddress ?? '';
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [front = '', back = ''] = address.split('::');
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - groups(front).length - groups(back).length }, () => '0');
  return [...groups(front), ...zeros, ...groups(back)].slice(0, 4).join(':');
}

function visitorOf(req: HttpRequest | undefined): string | undefined {
  const given = req?.cookies?.[VISITOR_COOKIE];
  return given !== undefined && VISITOR.test(given) ? given : undefined;
}

/** What the ledger knows a visitor by: from it nobody gets back to the cookie. */
function visitorClient(visitor: string): string {
  return `visitor:${createHash('sha256').update(visitor).digest('base64url').slice(0, 22)}`;
}

export function newVisitor(): string {
  return randomBytes(16).toString('base64url');
}

/** As `msg.cookies` of `http response` takes it. */
export function visitorCookie(visitor: string, req: HttpRequest): Record<string, unknown> {
  const options = { maxAge: YEAR_MS, httpOnly: true, sameSite: 'lax', secure: req.secure === true, path: '/' };
  return { [VISITOR_COOKIE]: { value: visitor, ...options } };
}
