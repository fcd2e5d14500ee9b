// Who is asking, whether they may, and whether they ask too often.
import { createHash, randomBytes } from 'node:crypto';
import { Cache } from '../charging/cache.ts';
import { isRefused, type Principal } from '../charging/cloud/ledger.ts';
import { unknownStation } from '../charging/cloud/refusals.ts';
import { isStationId } from '../charging/codes/station-id.ts';
import { addressOf } from './client-address.ts';
import type { Call } from './contract.ts';
import type { HttpMessage, HttpRequest } from './http.ts';
import type { Issuer } from './issuer.ts';
import type { Taken } from './limits.ts';
import { type Problem, problem, problemOfRefusal } from './problems.ts';
import { CallReader } from './request.ts';
import { comesFromThisMachine } from './this-machine.ts';

export const VISITOR_COOKIE = 'visitor';
const VISITOR = /^[A-Za-z0-9_-]{22}$/;
/** Idempotency keys that are remembered, each call's own. */
const MOST_ANSWERED = 10_000;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Who a request belongs to. */
interface Client extends Omit<Principal, 'role'> {
  readonly role: Principal['role'] | 'visitor';
}

type Admission =
  | { readonly refused: Problem }
  | {
      readonly payload: Record<string, unknown>;
      readonly client: Client;
      readonly idempotencyKey?: string;
      /** Of what the station may be asked for: to be told what became of it. */
      readonly taken?: { end(issued: boolean): void };
    };

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
  /**
   * Idempotency keys that something was issued for: asked again, the answer is the same, and nothing more is issued. Of this
   * process, the newest ones: what is forgotten counts once more.
   */
  readonly #answered = new Cache<true>(MOST_ANSWERED);

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
    let taken: Taken | undefined;
    if (typeof station === 'string') {
      const { idempotencyKey: key } = reading;
      const again = key !== undefined && this.#answered.has(`${caller.client.client} ${key}`);
      const share = await this.#ofStation(station, caller, req, again);
      if (share && 'refused' in share) return share;
      taken = share;
    }
    if (caller.newVisitor !== undefined && req)
      message.cookies = { ...message.cookies, ...visitorCookie(caller.newVisitor, req) };
    return { ...reading, client: caller.client, ...(taken && { taken: this.#noting(taken, caller, reading) }) };
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
    if (isRefused(answer)) return { refused: { ...problemOfRefusal(answer.refused), headers: CHALLENGE } };
    return { client: answer, open: false };
  }

  async #withoutKey(req: HttpRequest | undefined): Promise<Caller | { refused: Problem }> {
    const here = comesFromThisMachine(req);
    // What anybody may ask needs no look into the ledger, and works without one.
    if (this.#call.who === 'anyone') return { client: NOBODY, open: here };
    const visitor = visitorOf(req);
    if (here && (await this.#issuer.open())) {
      if (visitor === undefined) return OPEN;
      // Who opened the customer's page is a customer, and settles what is theirs.
      const { role } = this.#call.who === 'customer' ? NOBODY : OPEN.client;
      return { client: { ...OPEN.client, role, client: visitorClient(visitor) }, open: true };
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
    // All customers' payments come from a few addresses, and a signature is checked in no time.
    if (this.#call.raw) return undefined;
    const limits = await this.#issuer.limits(open);
    const seconds =
      client.role === 'visitor'
        ? await limits.take('visitor', addressOf(req))
        : await limits.take('client', client.client);
    return seconds === undefined ? undefined : tooMany('You ask', seconds);
  }

  #noting(taken: Taken, { client }: Caller, { idempotencyKey }: { readonly idempotencyKey?: string }) {
    return {
      end: (issued: boolean) => {
        if (!issued) taken.giveBack();
        else if (idempotencyKey !== undefined) this.#answered.set(`${client.client} ${idempotencyKey}`, true);
      },
    };
  }

  async #ofStation(
    id: string,
    caller: Caller,
    req: HttpRequest | undefined,
    again: boolean,
  ): Promise<{ refused: Problem } | Taken | undefined> {
    if (!isStationId(id)) {
      const { client } = caller.client;
      this.#issuer.audit(
        { action: 'station-id-not-possible', client, station: id, detail: this.#call.id },
        addressOf(req),
      );
      return { refused: problemOfRefusal(unknownStation(id).refused) };
    }
    if (!this.#call.countsForStation || again) return undefined;
    const limits = await this.#issuer.limits(caller.open);
    const taken = await limits.takeOfStation(id, caller.client.role === 'visitor');
    return typeof taken === 'number' ? { refused: tooMany('This station is asked for', taken) } : taken;
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
function visitorCookie(visitor: string, req: HttpRequest): Record<string, unknown> {
  const options = { maxAge: YEAR_MS, httpOnly: true, sameSite: 'lax', secure: req.secure === true, path: '/' };
  return { [VISITOR_COOKIE]: { value: visitor, ...options } };
}
