// Lets operators alone into their dashboard, which Node-RED does not guard by itself: the administrator's password, once,
// then a session in a cookie. On a cloud that is open for trying out, everybody on this machine.
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { addressOf, hostOf } from '../../nodes/admit-request/admission.ts';
import { runningIssuers } from '../../nodes/code-issuer/issuer.ts';
import type { HttpRequest } from '../../nodes/shared/http.ts';
import { problem } from '../../nodes/shared/problems.ts';
import { ADMIN_NAME, type Administrator } from '../shared/admin.ts';
import { sendProblem } from '../shared/answers.ts';

const COOKIE = 'operator';
const SESSION_MS = 12 * 3600 * 1000;
const MOST_SESSIONS = 1000;
/** Wrong passwords of one address; more are not looked at. A browser sends a right one with each of its first requests. */
const MOST_GUESSES = 20;
const GUESSES_SECONDS = 15 * 60;

type Next = (error?: Error) => void;

export interface DashboardGuard {
  /** For the pages. */
  readonly middleware: (request: IncomingMessage, response: ServerResponse, next: Next) => void;
  /** For the socket that the pages talk over. */
  readonly ioMiddleware: (
    socket: { readonly handshake: { readonly headers: IncomingHttpHeaders } },
    next: Next,
  ) => void;
}

export function dashboardGuard(admin: Administrator, fromHere: (request: IncomingMessage) => boolean): DashboardGuard {
  const sessions = new Sessions();

  const guesses = new RateLimiterMemory({ points: MOST_GUESSES, duration: GUESSES_SECONDS });

  /** @throws {RateLimiterRes} after too many wrong passwords */
  async function mayPass(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (sessions.has(request.headers)) return true;
    if (fromHere(request) && (await isOpen())) return true;
    const given = basicCredentials(request.headers.authorization);
    if (!given) return false;
    const address = addressOf(request);
    await guesses.consume(address);
    if (!(await admin.check(given.name, given.password))) return false;
    await guesses.delete(address);
    response.appendHeader('Set-Cookie', sessions.begin((request as HttpRequest).secure === true));
    return true;
  }

  return {
    middleware(request, response, next) {
      mayPass(request, response).then(
        (passes) => {
          if (passes) return next();
          const headers = { 'www-authenticate': `Basic realm="operator: ${ADMIN_NAME}", charset="UTF-8"` };
          sendProblem(response, problem('not-authenticated', 'The dashboard is for the operator.', { headers }));
        },
        (reason: unknown) => {
          if (!(reason instanceof RateLimiterRes)) return next(reason as Error);
          const retryAfterSeconds = Math.ceil(reason.msBeforeNext / 1000);
          const detail = `Too many wrong passwords. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`;
          sendProblem(response, problem('too-many-requests', detail, { retryAfterSeconds }));
        },
      );
    },
    ioMiddleware(socket, next) {
      const { headers } = socket.handshake;
      const request = (socket as { request?: IncomingMessage }).request;
      mayConnect(headers, request).then(
        (may) => next(may ? undefined : new Error('The dashboard is for the operator.')),
        (error: Error) => next(error),
      );
    },
  };

  async function mayConnect(headers: IncomingHttpHeaders, request: IncomingMessage | undefined): Promise<boolean> {
    // A page from elsewhere may open a socket to here; the browser says from where.
    if (headers.origin !== undefined && hostOf(headers.origin) !== headers.host) return false;
    if (sessions.has(headers)) return true;
    return request !== undefined && fromHere(request) && (await isOpen());
  }
}

class Sessions {
  readonly #until = new Map<string, number>();

  /** @returns the cookie's header */
  begin(secure: boolean): string {
    const id = randomBytes(24).toString('base64url');
    this.#until.set(id, Date.now() + SESSION_MS);
    const [oldest] = this.#until.keys();
    if (this.#until.size > MOST_SESSIONS && oldest !== undefined) this.#until.delete(oldest);
    return `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${SESSION_MS / 1000}${secure ? '; Secure' : ''}`;
  }

  has({ cookie }: IncomingHttpHeaders): boolean {
    const id = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookie ?? '')?.[1];
    return id !== undefined && (this.#until.get(id) ?? 0) > Date.now();
  }
}

/** Open only if every ledger in this process is. */
async function isOpen(): Promise<boolean> {
  const issuers = [...runningIssuers];
  if (issuers.length === 0) return false;
  return (await Promise.all(issuers.map((issuer) => issuer.open()))).every(Boolean);
}

function basicCredentials(header: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
