// The operator's side of the ledger: stations, keys, lists, export, health, metrics.

import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import type { Issuer } from '../../api/issuer.ts';
import { pathPrefix, publicAddress } from '../../api/path-prefix.ts';
import type { Health } from '../../charging/cloud/ledger.ts';
import { ask, noIssuer, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { clientOf } from '../shared/client.ts';
import { NodeFault, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { packageVersion } from '../shared/package-version.ts';
import type { NodeConfig, Send } from '../shared/red.ts';
import { fieldsOf } from '../shared/values.ts';
import { exportLedger, exportStatement } from './export.ts';
import { ACTS, type Act } from './operations.ts';
import type { Does } from './settings.ts';

interface ManageLedgerConfig extends NodeConfig {
  readonly issuer?: string;
  /** What it does; `msg.topic` says it when empty. */
  readonly does?: string;
}

/** What is not one call of the ledger. */
type Special = Exclude<Does, keyof typeof ACTS>;

/** Health writes to the ledger; who asks all the time hears the latest answer. */
const HEALTH_MS = 1000;
const STANDING_MS = 15_000;

export default nodeType<ManageLedgerConfig>('manage ledger', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  const readHealth = remembered(HEALTH_MS, async (): Promise<Health> => (await need(issuer).ledger()).health());
  const readStanding = remembered(STANDING_MS, async () => (await need(issuer).ledger()).statistics({ days: 1 }));

  const special: Readonly<Record<Special, (message: HttpMessage, send: Send) => Promise<void>>> = {
    readHealth: (message, send) =>
      ask({ issuer, status }, message, send, readHealth, (health) => {
        answer(message, 200, { status: 'ok', ...health }, NOT_STORED);
        return undefined;
      }),
    readMetrics: async (message, send) => {
      // Away or not, the rest of the figures is told: they say so.
      await readStanding().then(
        (standing) => api().cloudMetrics.standing(standing),
        () => {},
      );
      const headers = { ...NOT_STORED, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
      send([answer(message, 200, await api().cloudMetrics.text(), headers)]);
    },
    readContract: async (message, send) => {
      const headers = { 'cache-control': 'no-cache', 'content-type': 'application/json; charset=utf-8' };
      send([answer(message, 200, contract(pathPrefix(message.req)), headers)]);
    },
    // The dashboard downloads both by one link.
    exportLedger: (message, send) =>
      fieldsOf(message.payload).month === undefined
        ? exportLedger(need(issuer), message, send)
        : exportStatement(need(issuer), message, send),
    exportStatement: (message, send) => exportStatement(need(issuer), message, send),
  };

  onInput(node, status, async (message: HttpMessage, send) => {
    const does = config.does || String(message.topic ?? '');
    if (Object.hasOwn(special, does)) return special[does as Special](message, send);
    const act: Act | undefined = Object.hasOwn(ACTS, does) ? ACTS[does as keyof typeof ACTS] : undefined;
    if (!act) throw new NodeFault('no-act', 'Say what to do: in the settings of this node, or as msg.topic.');
    return ask(
      { issuer, status },
      message,
      send,
      (ledger) => {
        const { req } = message;
        return act(ledger, fieldsOf(message.payload), clientOf(message), req?.headers['if-match'], publicAddress(req));
      },
      ({ statusCode, payload, headers, path }) => {
        const location = path === undefined ? {} : { location: `${pathPrefix(message.req)}${path}` };
        answer(message, statusCode, payload, { ...headers, ...location });
        return undefined;
      },
    );
  });
});

let known: { readonly prefix: string; readonly text: string } | undefined;
function contract(prefix: string): string {
  if (known?.prefix !== prefix) known = { prefix, text: JSON.stringify(api().openApiDocument(packageVersion, prefix)) };
  return known.text;
}

function need(issuer: Issuer | undefined): Issuer {
  if (!issuer) throw noIssuer();
  return issuer;
}

/** The same answer for a while, and one question for all who ask at once. Failures are not remembered. */
function remembered<T>(milliseconds: number, find: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    if (known && performance.now() < until) return known;
    const finding = find();
    known = finding;
    until = Number.POSITIVE_INFINITY;
    finding.then(
      () => {
        until = performance.now() + milliseconds;
      },
      () => {
        known = undefined;
      },
    );
    return finding;
  };
}
