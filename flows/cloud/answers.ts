// Problem details for requests that no flow answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contractPath } from '../../api/contract.ts';
import { cloudMetrics } from '../../api/metrics.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { problemOf, sendProblem } from '../../api/respond.ts';

export function pathOf({ url = '/' }: { readonly url?: string | undefined }): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** A path that decodes, with a method that it answers, goes on; anything else of the contract is answered here. */
export function answersHere(request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
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

function decodes(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
