// What the charger's server answers by itself: problem details, and the bodies of the simulation's calls, bounded.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problem, problemResponse } from '../../nodes/shared/problems.ts';

const MOST_BODY_BYTES = 16 * 1024;

interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
  body?: unknown;
  /** Tells Node-RED's parsers that the body has been read. */
  _body?: boolean;
}

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

/** Answers what nothing else answered. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  sendProblem(response, problem('not-found', "The station's panel is at /dashboard, its flow at /editor."));
}

/** Answers what broke before a flow saw it. */
export function failed(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  const { status } = error as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    sendProblem(response, problem('malformed-http', 'The request cannot be read.', { status }));
    return;
  }
  console.error(error);
  sendProblem(response, problem('internal-error', 'The reason is in the log.'));
}

/**
 * Node-RED's `httpNodeMiddleware`: reads what is sent to /bench/keys before Node-RED's own parsers would, which take up to
 * 5 MB and answer what is not JSON with a bare 500. `simulate station` makes JSON of the bytes, or problem details.
 */
export function readBenchBody(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  if (request.route?.path !== '/bench/keys' || request._body) {
    next();
    return;
  }
  request._body = true;
  const pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length <= MOST_BODY_BYTES) {
      pieces.push(piece);
      return;
    }
    request.off('data', take).off('end', whole);
    request.resume();
    sendProblem(response, problem('body-too-large', `At most ${MOST_BODY_BYTES} bytes are read.`));
  };
  const whole = () => {
    request.body = Buffer.concat(pieces, length);
    next();
  };
  request.on('data', take).on('end', whole);
}
