// Lets operators alone into their dashboard, which Node-RED does not guard by itself: the administrator's password, once,
// then a session in a cookie. On a cloud that is open for trying out, everybody on this machine.
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { HttpRequest } from '../../api/http.ts';
import { runningIssuers } from '../../api/issuer.ts';
import { prefixRedirections } from '../../api/path-prefix.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { sendProblem } from '../../api/respond.ts';
import { comesFromThisMachine, isOwnOrigin } from '../../api/this-machine.ts';
import { ADMIN_NAME } from '../server/admin.ts';
import { handshakes } from '../server/handshakes.ts';
import type { SignIn } from '../server/sign-in.ts';

const COOKIE = 'operator';
const SESSION_MS = 12 * 3600 * 1000;
const MOST_SESSIONS = 1000;
/** The session of everybody on this machine, while the cloud is open for trying out. */
const OPEN = 'open';

type Next = (error?: Error) => void;

export interface DashboardGuard {
  /** For the pages. */
  readonly middleware: (request: IncomingMessage, response: ServerResponse, next: Next) => void;
  /** For the socket that the pages talk over, once it is there: a session may have ended since. */
  readonly ioMiddleware: (socket: { readonly request: IncomingMessage }, next: Next) => void;
  /** Before the socket is there, when nothing has been spent on it. */
  readonly refusesSocket: (request: IncomingMessage) => Promise<Problem | undefined>;
}

export function dashboardGuard(signIn: SignIn): DashboardGuard {
  const sessions = new Sessions();
  const refusesHandshake = handshakes('Too many dashboards were opened.');

  /** The session that a request is part of. */
  async function sessionOf(request: IncomingMessage): Promise<string | undefined> {
    return sessions.of(request.headers) ?? (comesFromThisMachine(request) && (await isOpen()) ? OPEN : undefined);
  }

  async function enters(request: HttpRequest, response: ServerResponse): Promise<boolean | Problem> {
    if ((await sessionOf(request)) !== undefined) return true;
    const given = basicCredentials(request.headers.authorization);
    if (!given) return false;
    const right = await signIn.check('dashboard', request, given.name, given.password);
    if (right === true) response.appendHeader('Set-Cookie', sessions.begin(request.secure === true));
    return right;
  }

  /** A page from elsewhere may open a socket to here; the browser says from where. */
  async function socketSession(request: IncomingMessage): Promise<string | undefined> {
    return isOwnOrigin(request.headers) ? sessionOf(request) : undefined;
  }

  return {
    middleware(request: HttpRequest, response, next) {
      prefixRedirections(request, response);
      enters(request, response).then((entered) => {
        if (entered === true) return next();
        const headers = { 'www-authenticate': `Basic realm="operator: ${ADMIN_NAME}", charset="UTF-8"` };
        sendProblem(
          response,
          entered || problem('not-authenticated', 'The dashboard is for the operator.', { headers }),
        );
      }, next);
    },
    ioMiddleware({ request }, next) {
      socketSession(request).then(
        (session) => next(session === undefined ? new Error('The dashboard is for the operator.') : undefined),
        next,
      );
    },
    async refusesSocket(request) {
      const session = await socketSession(request);
      if (session === undefined) return problem('not-authenticated', 'The dashboard is for the operator.');
      return refusesHandshake(request, session);
    },
  };
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

  /** The one whose cookie is sent. */
  of({ cookie }: IncomingHttpHeaders): string | undefined {
    const id = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookie ?? '')?.[1];
    return id !== undefined && (this.#until.get(id) ?? 0) > Date.now() ? id : undefined;
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
