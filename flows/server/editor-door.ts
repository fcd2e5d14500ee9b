// What stands before Node-RED's editor. Node-RED counts wrong passwords for the account, so that five of anybody's lock the
// administrator out, keeps what was typed as a name, and reads bodies of 5 MB before it asks who sends them.
import type { ServerResponse } from 'node:http';
import type { HttpRequest } from '../../api/http.ts';
import { prefixRedirections } from '../../api/path-prefix.ts';
import { problem } from '../../api/problems.ts';
import { problemOf, type RoutedRequest, readBounded, sendProblem } from '../../api/respond.ts';
import type { SignIn } from './sign-in.ts';

const MOST_BYTES = 16 * 1024;

type Next = (error?: unknown) => void;
type Middleware = (request: HttpRequest & RoutedRequest, response: ServerResponse, next: Next) => void;

/** Node-RED's `auth`. */
export interface EditorAuth {
  needsPermission(permission: string): Middleware;
}

interface Door {
  readonly signIn: SignIn;
  /** Goes on with whoever has a token of the editor's, and answers everybody else. */
  readonly signedIn: Middleware;
  /** Resolves when flows may be stopped. */
  readonly beforeDeployment: (response: ServerResponse) => Promise<void>;
}

/** Node-RED's `httpAdminMiddleware`. */
export function editorDoor({ signIn, signedIn, beforeDeployment }: Door): Middleware {
  return (request, response, next) => {
    prefixRedirections(request, response);
    const path = (request.url ?? '/').replace(/\?.*$/, '').replace(/\/+$/, '').toLowerCase();
    if (request.method === 'POST' && path === '/auth/token') {
      typed(request, response, next, signIn);
      return;
    }
    if (!hasBody(request) && !deploys(request, path)) {
      next();
      return;
    }
    signedIn(request, response, () => {
      if (!deploys(request, path)) next();
      else beforeDeployment(response).then(() => next(), next);
    });
  };
}

function hasBody({ headers }: RoutedRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function deploys({ method }: RoutedRequest, path: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS' && /^\/flows?(?:\/|$)/.test(path);
}

/** A name and a password, as the editor's form sends them: those that are right alone go on to Node-RED. */
function typed(request: HttpRequest & RoutedRequest, response: ServerResponse, next: Next, signIn: SignIn): void {
  const tooLarge = () => sendProblem(response, problem('body-too-large', `Send at most ${MOST_BYTES} bytes.`));
  const look = async () => {
    const fields = fieldsOf(request);
    request.body = fields;
    const right = await signIn.check('editor', request, fields.username, fields.password);
    if (right === true) next();
    else if (right !== false) sendProblem(response, right);
    else refuse(response);
  };
  readBounded(
    request,
    MOST_BYTES,
    () => void look().catch((error) => sendProblem(response, problemOf(error))),
    tooLarge,
  );
}

function fieldsOf({ body, headers }: RoutedRequest): Readonly<Record<string, unknown>> {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '';
  if (/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

/** As Node-RED answers it (RFC 6749, section 5.2), for the editor's form. */
function refuse(response: ServerResponse): void {
  const body = JSON.stringify({ error: 'invalid_grant', error_description: 'Invalid resource owner credentials' });
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(403, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
