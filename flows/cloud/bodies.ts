// The bodies of the shipped flow's calls, bounded. `admit request` makes JSON of the bytes, or problem details.
import type { ServerResponse } from 'node:http';
import { CALLS } from '../../api/contract.ts';
import { cloudMetrics } from '../../api/metrics.ts';
import { problem } from '../../api/problems.ts';
import { MOST_BODY_BYTES } from '../../api/request.ts';
import { type RoutedRequest, readBounded, sendProblem } from '../../api/respond.ts';

interface BodiedCall {
  /** As the metrics name it. */
  readonly operation: string;
  readonly mostBytes: number;
}

/** A payment that is refused for its size is money without a code: providers send more than our calls need. */
const MOST_PAYMENT_BYTES = 16 * MOST_BODY_BYTES;

/**
 * Method and path of each call, as `http in` has them in its routes: all whose bodies Node-RED's parsers would read
 * otherwise, also where the call has no use for one (`DELETE`).
 */
const WITH_BODY: ReadonlyMap<string, BodiedCall> = new Map([
  ...[...CALLS.values()]
    .filter(({ method }) => method !== 'GET')
    .map(({ id, method, path }): [string, BodiedCall] => [
      `${method} ${path.replace('{id}', ':id')}`,
      { operation: id, mostBytes: MOST_BODY_BYTES },
    ]),
  // Of the flow's example; as bytes, which are what providers sign.
  ['POST /payments', { operation: 'none', mostBytes: MOST_PAYMENT_BYTES }],
]);

/** Node-RED's `httpNodeMiddleware`: runs within each route of `http in`, before its parsers. */
export function readBody(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  const call = WITH_BODY.get(`${request.method} ${String(request.route?.path)}`);
  if (call === undefined || request._body) {
    // Other flows on the same Node-RED read their bodies as they are used to. What its parsers cannot read, it answers
    // with `sendStatus(500)`.
    Object.assign(response, { sendStatus: () => refuseUnread(response) });
    next();
    return;
  }
  readBounded(request, call.mostBytes, next, () => refuse(call, response));
}

function refuse({ operation, mostBytes }: BodiedCall, response: ServerResponse): void {
  cloudMetrics.answered(operation, 413);
  cloudMetrics.refused('body-too-large');
  sendProblem(response, problem('body-too-large', `Send at most ${mostBytes} bytes.`));
}

function refuseUnread(response: ServerResponse): void {
  const detail = 'The body is not what its Content-Type and Content-Encoding say, or it is too large.';
  cloudMetrics.answered('none', 400);
  sendProblem(response, problem('unreadable-body', detail));
}
