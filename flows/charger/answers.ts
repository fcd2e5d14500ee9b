// What the charger's server answers by itself: problem details, and the bodies of the simulation's calls, bounded.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problem } from '../../api/problems.ts';
import { problemOf, type RoutedRequest, readBounded, sendProblem } from '../../api/respond.ts';

const MOST_BODY_BYTES = 16 * 1024;

/** Before Node-RED: who comes without a path is led to the panel. */
export function before(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (request.url !== '/' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    next();
    return;
  }
  response.writeHead(302, { location: '/dashboard', 'content-length': 0 });
  response.end();
}

/** Answers what nothing else answered. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  sendProblem(response, problem('not-found', "The station's panel is at /dashboard, its flow at /editor."));
}

/** Answers what broke before a flow saw it. */
export function failed(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  sendProblem(response, problemOf(error));
}

/** Node-RED's `httpNodeMiddleware`: `simulate station` makes JSON of the bytes, or problem details. */
export function readBenchBody(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  if (request.route?.path !== '/bench/keys' || request._body) {
    next();
    return;
  }
  const tooLarge = () => sendProblem(response, problem('body-too-large', `At most ${MOST_BODY_BYTES} bytes are read.`));
  readBounded(request, MOST_BODY_BYTES, next, tooLarge);
}
