// The bodies of the contract's calls. `admit request` makes JSON of the bytes, or problem details.
import type { ServerResponse } from 'node:http';
import { CALLS } from '../../nodes/admit-request/contract.ts';
import { MOST_BODY_BYTES, tooLarge } from '../../nodes/admit-request/reading.ts';
import { cloudMetrics } from '../../nodes/code-issuer/metrics.ts';
import { problem } from '../../nodes/shared/problems.ts';
import { type RoutedRequest, readBounded, sendProblem } from '../shared/answers.ts';

/** Method and path of each call that may come with a body, wanted or not, as `http in` has them in its routes. */
const WITH_BODY: ReadonlyMap<string, string> = new Map(
  [...CALLS.values()]
    .filter(({ method }) => method !== 'GET')
    .map(({ id, method, path }) => [`${method} ${path.replace('{id}', ':id')}`, id]),
);

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
  readBounded(request, MOST_BODY_BYTES, next, () => refuse(call, response));
}

function refuse(call: string, response: ServerResponse): void {
  cloudMetrics.answered(call, 413);
  cloudMetrics.refused('body-too-large');
  sendProblem(response, tooLarge());
}

function refuseUnread(response: ServerResponse): void {
  const detail = 'The body is not what its Content-Type and Content-Encoding say, or it is too large.';
  cloudMetrics.answered('none', 400);
  sendProblem(response, problem('unreadable-body', detail));
}
