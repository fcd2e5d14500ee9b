// Problem details for requests that no flow answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { contractPath } from '../../nodes/admit-request/contract.ts';
import { cloudMetrics } from '../../nodes/code-issuer/metrics.ts';
import { type Problem, problem, problemResponse } from '../../nodes/shared/problems.ts';
import { problemOf, sendProblem } from '../shared/answers.ts';

export function pathOf(request: IncomingMessage): string {
  let url = request.url ?? '/';
  // Absolute form, as a proxy is asked (RFC 9112, section 3.2.2).
  if (!url.startsWith('/')) url = url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** A path that decodes, with a method that it answers, goes on; anything else of the contract is answered here. */
export function answersHere(request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
  if (request.headers.host === undefined && request.httpVersion === '1.1') {
    refuse(response, problem('malformed-http', 'A request has a Host header.', { headers: { connection: 'close' } }));
    return true;
  }
  if (path.includes('%') && !decodes(path)) {
    refuse(response, problem('malformed-path', 'The path holds a % that two hexadecimal digits do not follow.'));
    return true;
  }
  const known = contractPath(path);
  const { method = '' } = request;
  if (!known || (method !== 'OPTIONS' && known.methods.includes(method))) return false;
  const allow = known.methods.join(', ');
  if (method === 'OPTIONS') {
    response.writeHead(204, { allow, 'content-length': 0 });
    response.end();
  } else {
    refuse(response, problem('method-not-allowed', `This path answers ${allow}.`, { headers: { allow } }));
  }
  return true;
}

/** Answers what nothing else answered. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  refuse(response, problem('not-found', 'Look at /openapi.json for what there is.'));
}

/** Answers what broke before a flow saw it. */
export function failed(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  refuse(response, problemOf(error));
}

/** For `clientError` of the server: what never became a request is answered as well, as far as the socket lives. */
export function clientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problem('headers-too-large', 'Send fewer or shorter headers.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? problem('request-timeout', 'Send the request faster.')
        : problem('malformed-http', 'The request cannot be read as HTTP.');
  endWith(socket, refusal);
}

/** Answers `CONNECT`, which hands over a bare socket. */
export function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  endWith(socket, problem('method-not-allowed', 'This is no proxy.'));
}

/** Answers an `Expect` that is not `100-continue`. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  refuse(response, problem('expectation-failed', 'Only Expect: 100-continue is understood here.'));
}

function endWith(socket: Duplex, refusal: Problem): void {
  const { statusCode, headers, body } = problemResponse(refusal);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(text) });
  socket.end(
    `HTTP/1.1 ${statusCode} ${refusal.title}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${text}`,
  );
}

function refuse(response: ServerResponse, refusal: Problem): void {
  cloudMetrics.answered('none', refusal.status);
  sendProblem(response, refusal);
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
