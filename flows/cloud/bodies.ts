// Reads the bodies of the contract's calls, bounded, before Node-RED's own parsers would: those read up to 5 MB and
// answer what they cannot read with a bare 500. `admit request` makes JSON of the bytes, or problem details.
//
// Not body-parser: it reads the whole of a body that is too large before it answers, so that a slow client holds the
// connection as long as it likes. Here the answer goes at once; Node then throws away what still arrives, so that the
// next request on the connection is read as usual, and `requestTimeout` of the server ends who sends without end.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CALLS } from '../../nodes/admit-request/contract.ts';
import { MOST_BODY_BYTES, tooLarge } from '../../nodes/admit-request/reading.ts';
import { cloudMetrics } from '../../nodes/code-issuer/metrics.ts';
import { sendProblem } from './answers.ts';

interface RoutedRequest extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
  body?: unknown;
  /** Tells Node-RED's parsers that the body has been read. */
  _body?: boolean;
}

/** Method and path of each call with a body, as `http in` has them in its routes. */
const WITH_BODY: ReadonlyMap<string, string> = new Map(
  [...CALLS.values()]
    .filter(({ method }) => method === 'POST' || method === 'PATCH')
    .map(({ id, method, path }) => [`${method} ${path.replace('{id}', ':id')}`, id]),
);

/** Node-RED's `httpNodeMiddleware`: runs within each route of `http in`, before its parsers. */
export function readBody(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  const call = WITH_BODY.get(`${request.method} ${String(request.route?.path)}`);
  // Other flows on the same Node-RED read their bodies as they are used to.
  if (call === undefined || request._body) {
    next();
    return;
  }
  request._body = true;
  const announced = request.headers['content-length'];
  if (announced === undefined && request.headers['transfer-encoding'] === undefined) {
    next();
    return;
  }
  if (Number(announced) > MOST_BODY_BYTES) {
    refuse(call, response);
    return;
  }

  const pieces: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > MOST_BODY_BYTES) {
      stop();
      refuse(call, response);
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

function refuse(call: string, response: ServerResponse): void {
  cloudMetrics.answered(call, 413);
  cloudMetrics.refused('body-too-large');
  sendProblem(response, tooLarge());
}
