// Admits an HTTP request to the cloud: who asks, whether they may and how often, and whether what they sent fits the
// contract. What is admitted goes on as a plain payload; the rest leaves as problem details.

import type { DoubledRoute } from '../../api/doubled-routes.ts';
import type { HttpMessage } from '../../api/http.ts';
import { type Problem, problem } from '../../api/problems.ts';
import { noIssuer, refusalOf, sendRefusal, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { NodeConfig } from '../shared/red.ts';

interface AdmitRequestConfig extends NodeConfig {
  readonly issuer?: string;
  /** A call of the contract. */
  readonly call?: string;
}

export default nodeType<AdmitRequestConfig>('admit request', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  const call = api().CALLS.get(config.call || 'requestCharging');
  const admitter = call && issuer && new (api().Admitter)(call, issuer);
  if (!call) status.failed(noCall());
  if (call && issuer) {
    // After the ledger's state, which it stands before.
    const unwatch = issuer.watch(() => {
      const doubled = issuer.doubledRoute(call);
      if (doubled) status.failed(doubledRoute(doubled));
    });
    onClose(node, () => unwatch());
  }

  onInput(node, status, async (message: HttpMessage, send) => {
    if (!call) throw noCall();
    if (!issuer || !admitter) throw noIssuer();
    measure(message, call.id);
    const doubled = issuer.doubledRoute(call);
    if (doubled) {
      status.failed(doubledRoute(doubled));
      const detail = `The operator's flows answer ${doubled.route} twice: one of the two has to be switched off.`;
      sendRefusal(message, send, problem('doubled-route', detail, { retryAfterSeconds: 60 }));
      return;
    }
    let refused: Problem;
    try {
      const admission = await admitter.admit(message);
      status.ready();
      if (!('refused' in admission)) {
        message.payload = admission.payload;
        message.client = admission.client;
        if (admission.idempotencyKey !== undefined) message.idempotencyKey = admission.idempotencyKey;
        if (admission.taken) settle(message, admission.taken);
        send([message]);
        return;
      }
      refused = admission.refused;
    } catch (error) {
      refused = refusalOf(error);
      status.failed(error);
    }
    sendRefusal(message, send, refused);
  });
});

function doubledRoute({ route, tabs }: DoubledRoute): NodeFault {
  const values = { route, tabs: tabs.join(', ') };
  return new NodeFault('doubled-route', `${route} is answered twice: ${values.tabs}`, { values });
}

function noCall(): NodeFault {
  return new NodeFault('no-call', 'Choose a call of the contract in the settings of this node.');
}

/** Without an answer over HTTP nobody can tell what became of it: then it counts. */
function settle(message: HttpMessage, taken: { end(issued: boolean): void }): void {
  const response = message.res?._res;
  response?.once('close', () => {
    const { statusCode, headersSent } = response;
    taken.end(headersSent && (statusCode === 200 || statusCode === 201));
  });
}

/** From here, where the whole request is read, to its answer. */
function measure(message: HttpMessage, call: string): void {
  const response = message.res?._res;
  if (!response) return;
  const start = performance.now();
  response.once('finish', () =>
    api().cloudMetrics.answered(call, response.statusCode, (performance.now() - start) / 1000),
  );
}
