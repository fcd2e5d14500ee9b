// Problem details straight from a server, where no flow is there to send them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problem, problemResponse } from './problems.ts';

/** Of a body that is too large already, what is read of it for the answer to arrive. */
const MOST_THROWN_AWAY = 64 * 1024 * 1024;
const THROWING_AWAY_MS = 10_000;

export function sendProblem(response: ServerResponse, refusal: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { statusCode, headers, body } = problemResponse(refusal);
  const text = JSON.stringify(body);
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Where there is no response, because it is no request that flows could answer; the connection ends with it. */
export function answerOnSocket(socket: Duplex, refusal: Problem): void {
  const { statusCode, headers, body } = problemResponse(refusal);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(text) });
  socket.end(
    `HTTP/1.1 ${statusCode} ${refusal.title}\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${text}`,
  );
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
  answerOnSocket(socket, refusal);
}

/** What to answer a request that broke before a flow saw it; what is our own fault is logged. */
export function problemOf(error: unknown): Problem {
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return problem('malformed-http', 'The request cannot be read.', { status });
  }
  console.error(error);
  return problem('internal-error', 'The operator finds the reason in the log.');
}

/** A request within a route of `http in`. */
export interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
  body?: unknown;
  /** Tells Node-RED's parsers that the body has been read. */
  _body?: boolean;
}

/**
 * Reads a body as bytes into `request.body`, before Node-RED's own parsers would: those read up to 5 MB and answer what
 * they cannot read with a bare 500.
 *
 * Not body-parser: it reads the whole of a body that is too large before it answers, so that a slow client holds the
 * connection as long as it likes. Here the answer goes at once; Node then throws away what still arrives, so that the
 * next request on the connection is read as usual, and `requestTimeout` of the server ends who sends without end. Only
 * where there is no next request the rest is read first, within bounds: the connection would be closed under it, and a
 * client that is still sending then never sees the answer (RFC 9112, section 9.6).
 * @param refuse answers a body of more than `mostBytes`
 */
export function readBounded(request: RoutedRequest, mostBytes: number, next: () => void, refuse: () => void): void {
  request._body = true;
  const announced = request.headers['content-length'];
  if (announced === undefined && request.headers['transfer-encoding'] === undefined) {
    next();
    return;
  }
  if (Number(announced) > mostBytes) {
    refuseTooLarge(request, refuse);
    return;
  }

  const pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > mostBytes) {
      stop();
      refuseTooLarge(request, refuse);
      return;
    }
    pieces.push(piece);
  };
  const whole = () => {
    stop();
    request.body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, length);
    next();
  };
  // A client that goes away in the middle needs no answer.
  const stop = () => {
    request.off('data', take).off('end', whole).off('error', stop).off('close', stop);
  };
  request.on('data', take).on('end', whole).on('error', stop).on('close', stop);
}

function refuseTooLarge(request: RoutedRequest, refuse: () => void): void {
  if (!isLast(request)) {
    refuse();
    // Nothing more is kept; what still comes is thrown away.
    request.resume();
    return;
  }
  let thrownAway = 0;
  const take = (piece: Buffer) => {
    thrownAway += piece.length;
    if (thrownAway > MOST_THROWN_AWAY) answer();
  };
  const stop = () => {
    clearTimeout(patience);
    request.off('data', take).off('end', answer).off('error', stop).off('close', stop);
  };
  const answer = () => {
    stop();
    refuse();
  };
  const patience = setTimeout(answer, THROWING_AWAY_MS).unref();
  request.on('data', take).on('end', answer).on('error', stop).on('close', stop);
}

/** Whether the connection ends with the answer to this request. */
function isLast({ httpVersion, headers }: RoutedRequest): boolean {
  const connection = headers.connection ?? '';
  return httpVersion === '1.0' ? !/\bkeep-alive\b/i.test(connection) : /\bclose\b/i.test(connection);
}
