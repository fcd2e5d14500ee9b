// How a node uses the code issuer: it finds it, shows the ledger's state, and turns what the ledger says into messages.

import { addressOf } from '../../api/client-address.ts';
import { answerProblem, type HttpMessage } from '../../api/http.ts';
import type { Issuer, LedgerState } from '../../api/issuer.ts';
import { type Problem, problem, problemOfRefusal, slugOf } from '../../api/problems.ts';
import type { Answer, AuditEntry, Ledger, Refusal } from '../../charging/cloud/ledger.ts';
import { api } from '../shared/api.ts';
import { NodeFault, onClose } from '../shared/handlers.ts';
import type { RED, RedNode, Send } from '../shared/red.ts';
import { codeOf, type Status } from '../shared/status.ts';
import type { CodeIssuerNode } from './code-issuer.ts';

const ISSUER = '@offline-charging/node-red/code-issuer:code-issuer';

/** The issuer that a node is configured with; undefined, and shown in red, when there is none. */
export function useIssuer(red: RED, node: RedNode, status: Status, id: string | undefined): Issuer | undefined {
  const { issuer, fault } = (red.nodes.getNode(id ?? '') as CodeIssuerNode | null | undefined) ?? {};
  if (!issuer) {
    if (fault) status.broken(fault);
    else status.failed(noIssuer());
    return undefined;
  }
  const unwatch = issuer.watch((state) => show(status, state));
  onClose(node, () => unwatch());
  return issuer;
}

export function noIssuer(): NodeFault {
  return new NodeFault('no-issuer', 'Choose a code issuer in the settings of this node.');
}

/** Writes what strangers do into the audit, so much of it for each address. */
export function auditFor(issuer: Issuer | undefined, { req }: HttpMessage): (entry: AuditEntry) => void {
  return (entry) => issuer?.audit(entry, addressOf(req));
}

/** Of what the ledger or the provider refuses. */
export function showRefused(status: Status, slug: string): void {
  status.refused('refused', { reason: status.called('refused', slug, ISSUER) });
}

function show(status: Status, state: LedgerState): void {
  if (state === 'open') status.ready();
  else if (state === 'opening') status.busy('opening');
  else if (state === 'closed') status.clear();
  else status.failed(state);
}

/** Sends the refusal to the second output, as problem details ready for `http response`. */
export function sendRefusal(message: HttpMessage, send: Send, refusal: Problem | Refusal): void {
  const refused = 'slug' in refusal ? problemOfRefusal(refusal) : refusal;
  api().cloudMetrics.refused(slugOf(refused));
  send([null, answerProblem(message, refused)]);
}

/** A ledger that is away is an answer of the contract (503), so that nobody waits for one; anything else is a fault. */
export function refusalOf(error: unknown): Problem {
  if (codeOf(error) !== 'ledger-unavailable') throw error;
  const { retryAfterSeconds = 2 } = error as { retryAfterSeconds?: number };
  const detail = 'Nothing is known of your request. Ask again, with the same idempotency key.';
  return problem('ledger-unavailable', detail, { retryAfterSeconds });
}

/**
 * Asks the ledger and sends what comes of it: to the first output what `onGood` makes of the message, to the second a
 * refusal. `onGood` gives the name of the status to show, or nothing for `ready`.
 */
export async function ask<T extends object>(
  { issuer, status }: { issuer: Issuer | undefined; status: Status },
  message: HttpMessage,
  send: Send,
  call: (ledger: Ledger) => Promise<Answer<T>>,
  onGood: (good: T, message: HttpMessage) => string | undefined,
): Promise<void> {
  if (!issuer) throw noIssuer();
  let answered: Answer<T>;
  try {
    answered = await call(await issuer.ledger());
  } catch (error) {
    const refusal = refusalOf(error);
    status.failed(error);
    sendRefusal(message, send, refusal);
    return;
  }
  if (api().isRefused(answered)) {
    showRefused(status, answered.refused.slug);
    sendRefusal(message, send, answered.refused);
    return;
  }
  const said = onGood(answered as T, message);
  if (said === undefined) status.ready();
  else status.active(said);
  send([message]);
}
