// Who may see the operator's pages: the dashboard (`/dashboard`), its live connection, and what it downloads
// (`/operator/…`). Node-RED guards its editor, not these. An operator logs in with the editor's user and password and
// has a signed cookie for half a day.
//
// The settings file of the cloud applies it three times: as the server's first middleware (`before`), as the
// dashboard's `middleware`, and as its `ioMiddleware`.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { loginPage } from './login-page.ts';

export interface OperatorGuardOptions {
  /** Whether this request needs no login: while everything is open to this machine, for trying out. */
  readonly open: (request: IncomingMessage) => boolean | Promise<boolean>;
  /** Whether user and password are right. */
  readonly check: (user: string, password: string) => boolean | Promise<boolean>;
  /** Signs the cookies; the same on all replicas. Absent: made anew, so that a restart asks for the password again. */
  readonly secret?: Uint8Array;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

type Next = (error?: unknown) => void;
/** As much of a socket.io connection as is looked at. */
interface Connection {
  readonly request: IncomingMessage;
}

export interface OperatorGuard {
  readonly http: (request: IncomingMessage, response: ServerResponse, next: Next) => void;
  readonly io: (connection: Connection, next: (error?: Error) => void) => void;
}

const COOKIE = 'operator';
const HALF_A_DAY = 12 * 3600 * 1000;
const LOGIN = '/operator/login';
const LOGOUT = '/operator/logout';
const LONGEST_FORM = 4096;
const GUARDED = /^\/(?:dashboard|operator)(?:[/?]|$)/i;

export function operatorGuard(options: OperatorGuardOptions): OperatorGuard {
  const secret = options.secret ?? randomBytes(32);
  const now = options.now ?? Date.now;
  const tries = new RateLimiterMemory({ points: 10, duration: 300 });

  const sign = (until: string) => createHmac('sha256', secret).update(`operator ${until}`).digest('base64url');
  const loggedIn = (request: IncomingMessage): boolean => {
    const [, until, signature] =
      new RegExp(`(?:^|; *)${COOKIE}=(\\d+)\\.([\\w-]+)`).exec(request.headers.cookie ?? '') ?? [];
    if (until === undefined || signature === undefined || Number(until) < now()) return false;
    const right = Buffer.from(sign(until));
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  };
  const may = async (request: IncomingMessage): Promise<boolean> => loggedIn(request) || (await options.open(request));
  const setCookie = (request: IncomingMessage, response: ServerResponse, value: string, seconds: number) => {
    const secure = 'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : '';
    response.setHeader(
      'Set-Cookie',
      `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`,
    );
  };

  const logIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await formOf(request);
    const to = destination(form?.get('to'));
    const address = request.socket.remoteAddress ?? '';
    const waits = await tries.consume(address).then(
      () => 0,
      (tooMany: { msBeforeNext?: number }) => Math.ceil((tooMany.msBeforeNext ?? 1000) / 1000),
    );
    if (waits > 0) {
      response.setHeader('Retry-After', waits);
      return sendLogin(response, 429, to, 'tooMany');
    }
    const right =
      form && sameOrigin(request) && (await options.check(form.get('user') ?? '', form.get('password') ?? ''));
    if (!right) return sendLogin(response, 401, to, 'wrong');
    await tries.delete(address);
    const until = String(now() + HALF_A_DAY);
    setCookie(request, response, `${until}.${sign(until)}`, HALF_A_DAY / 1000);
    redirect(response, to);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse, next: Next): Promise<void> => {
    const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '/';
    if (!GUARDED.test(url)) return next();
    const path = url.split('?', 1)[0]!.toLowerCase();
    response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Referrer-Policy', 'same-origin');
    if (path === LOGIN && request.method === 'POST') return logIn(request, response);
    if (path === LOGIN)
      return sendLogin(response, 200, destination(new URL(url, 'http://here').searchParams.get('to')));
    if (path === LOGOUT && request.method === 'POST') {
      setCookie(request, response, '', 0);
      return redirect(response, LOGIN);
    }
    if (await may(request)) return next();
    const page = request.method === 'GET' && /\btext\/html\b/.test(request.headers.accept ?? '');
    if (page) return redirect(response, `${LOGIN}?to=${encodeURIComponent(destination(url))}`);
    sendProblem(response);
  };

  return {
    http: (request, response, next) => {
      handle(request, response, next).catch(next);
    },
    io: (connection, next) => {
      const { request } = connection;
      if (!sameOrigin(request)) return next(new Error('Not from this site.'));
      may(request).then(
        (yes) => next(yes ? undefined : new Error('Log in first.')),
        () => next(new Error('Log in first.')),
      );
    },
  };
}

/** A page of another site that makes the browser call here says where it comes from. */
function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Where to go after the login: nowhere but to the pages that it is for. */
function destination(wanted: string | null | undefined): string {
  return wanted && GUARDED.test(wanted) && /^\/[\w./?=&%-]*$/.test(wanted) && !wanted.includes('//')
    ? wanted
    : '/dashboard/overview';
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > LONGEST_FORM) return undefined;
  }
  return new URLSearchParams(text);
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(303, { Location: to, 'Cache-Control': 'no-store' }).end();
}

function sendLogin(response: ServerResponse, status: number, to: string, failure?: 'wrong' | 'tooMany'): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  });
  response.end(loginPage(to, failure));
}

function sendProblem(response: ServerResponse): void {
  response.writeHead(401, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
  response.end(
    JSON.stringify({
      type: 'urn:offline-charging:problem:not-authenticated',
      title: 'A login is needed',
      status: 401,
      detail: `Log in at ${LOGIN}.`,
    }),
  );
}
