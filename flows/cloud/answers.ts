// What the cloud's server answers by itself: problem details for requests that no flow answers, and for bodies that
// are too large. Those of the contract's calls are read here, bounded; `admit request` makes JSON of the bytes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contractPath, contractPathOf, pathOf } from '../../api/contract.ts';
import { cloudMetrics } from '../../api/metrics.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { MOST_BODY_BYTES } from '../../api/request.ts';
import { problemOf, type RoutedRequest, readBounded, sendProblem } from '../../api/respond.ts';

/** A path that decodes, with a method that it answers, goes on; anything else of the contract is answered here. */
export function answersHere(request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
  if (path.includes('%') && !decodes(path)) {
    refuse(response, problem('malformed-path', 'The path holds a % that two hexadecimal digits do not follow.'));
    return true;
  }
  const known = contractPathOf(request);
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

/** What the contract answers is no WebSocket: these are the editor's, the dashboard's and those of other flows. */
export function isPlain(url: string): boolean {
  return contractPath(pathOf({ url })) !== undefined;
}

/** Answers what nothing else answered. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  refuse(response, problem('not-found', 'Look at /openapi.json for what there is.'));
}

/** Answers what broke before a flow saw it. */
export function failed(error: unknown, _request: IncomingMessage, response: ServerResponse): void {
  refuse(response, problemOf(error));
}

function refuse(response: ServerResponse, refusal: Problem): void {
  cloudMetrics.answered('none', refusal.status);
  sendProblem(response, refusal);
}

interface BodiedCall {
  /** As the metrics name it. */
  readonly operation: string;
  readonly mostBytes: number;
}

/** Node-RED's `httpNodeMiddleware`: runs within each route of `http in`, before its parsers. */
export function readBody(request: RoutedRequest, response: ServerResponse, next: () => void): void {
  const call = bodiedCall(request);
  if (call === undefined || request._body) {
    // Other flows on the same Node-RED read their bodies as they are used to. What its parsers cannot read, it answers
    // with `sendStatus(500)`.
    Object.assign(response, { sendStatus: () => refuseUnread(response) });
    next();
    return;
  }
  readBounded(request, call.mostBytes, next, () => refuseTooLarge(call, response));
}

/** All whose bodies Node-RED's parsers would read otherwise, also where the call has no use for one (`DELETE`). */
function bodiedCall(request: RoutedRequest): BodiedCall | undefined {
  const { method = '', route } = request;
  const known = contractPathOf(request);
  // A route of another flow may be wider than the contract's: its bodies are its own.
  if (!known || method === 'GET' || route?.path !== known.route) return undefined;
  const call = known.calls.get(method);
  return call && { operation: call.id, mostBytes: call.mostBytes ?? MOST_BODY_BYTES };
}

function refuseTooLarge({ operation, mostBytes }: BodiedCall, response: ServerResponse): void {
  cloudMetrics.answered(operation, 413);
  cloudMetrics.refused('body-too-large');
  sendProblem(response, problem('body-too-large', `Send at most ${mostBytes} bytes.`));
}

function refuseUnread(response: ServerResponse): void {
  const detail = 'The body is not what its Content-Type and Content-Encoding say, or it is too large.';
  cloudMetrics.answered('none', 400);
  sendProblem(response, problem('unreadable-body', detail));
}

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
