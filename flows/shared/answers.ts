// Problem details straight from a server, where no flow is there to send them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problem, problemResponse } from '../../nodes/shared/problems.ts';

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
 * next request on the connection is read as usual, and `requestTimeout` of the server ends who sends without end.
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
    refuse();
    return;
  }

  const pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > mostBytes) {
      stop();
      refuse();
      // Nothing more is kept; what still comes is thrown away.
      request.resume();
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
