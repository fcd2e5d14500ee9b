// Issues codes: vouchers, at once or when they are paid, and service codes. An answer leaves once it is on disk.

import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import { pathPrefix } from '../../api/path-prefix.ts';
import { moneyOf } from '../../charging/cloud/currencies.ts';
import { refuse } from '../../charging/cloud/refusals.ts';
import { OPERATIONS, type Operation } from '../../charging/codes/index.ts';
import { ask, auditFor, sendRefusal, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { clientOf } from '../shared/client.ts';
import { NodeFault, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { NodeConfig, Send } from '../shared/red.ts';
import type { Status } from '../shared/status.ts';
import { fieldsOf, numberOf, textOf } from '../shared/values.ts';
import type { SETTINGS } from './settings.ts';

interface IssueCodeConfig extends NodeConfig {
  readonly issuer?: string;
  readonly does?: string;
  /** Where messages do not name one. */
  readonly station?: string;
}

interface Context {
  readonly issuer: ReturnType<typeof useIssuer>;
  readonly status: Status;
  readonly station: string;
}
type Act = (context: Context, message: HttpMessage, send: Send) => Promise<void>;
type Does = (typeof SETTINGS)['does']['choices'][number];

const ACTS: Readonly<Record<Does, Act>> = {
  issue: (context, message, send) => {
    const call = {
      ...asked(message),
      ...wanted(context, message),
      ...(message.unpriced === true && { unpriced: true }),
    };
    return ask(context, message, send, (ledger) => ledger.issue(call), created('voucher'));
  },
  read: (context, message, send) => {
    const { layout } = fieldsOf(message.payload);
    const call = {
      client: clientOf(message),
      id: requestId(message),
      layout: layout === 'compact' || layout === 'long' || layout === 'rescue' ? layout : undefined,
    } as const;
    const audit = auditFor(context.issuer, message);
    return ask(context, message, send, (ledger) => ledger.request(call, audit), answered());
  },
  synchronize: (context, message, send) => {
    const call = { ...asked(message), station: stationOf(context, message) };
    return ask(context, message, send, (ledger) => ledger.synchronize(call), created('synchronize'));
  },
  service: (context, message, send) => {
    const operation = operationOf(message);
    const call = { ...asked(message), station: stationOf(context, message), operation };
    return ask(context, message, send, (ledger) => ledger.serviceCode(call), created(operation));
  },
  reserve: (context, message, send) => {
    const call = { ...asked(message), ...wanted(context, message) };
    return ask(context, message, send, (ledger) => ledger.reserve(call), reserved);
  },
  cancel: (context, message, send) => {
    const { request } = fieldsOf(message.payload);
    const call = { client: clientOf(message), id: typeof request === 'string' ? request : requestId(message) };
    return ask(context, message, send, (ledger) => ledger.cancelReservation(call), answered('cancelled'));
  },
  paid: (context, message, send) => {
    const payment = textOf(fieldsOf(message.payload).payment ?? message.payment);
    if (payment === undefined)
      throw new NodeFault('no-payment', 'Give the payment provider’s reference as msg.payload.payment.');
    const id = requestId(message);
    const { amount, currency } = fieldsOf(message.payload);
    const paid = amount === undefined ? undefined : moneyOf(amount, currency);
    if (paid === undefined && amount !== undefined) {
      sendRefusal(message, send, notAnAmount().refused);
      return Promise.resolve();
    }
    const call = { id, payment, amount: paid };
    return ask(context, message, send, (ledger) => ledger.markPaid(call), answered('paid'));
  },
  'issue-reserved': (context, message, send) => {
    const call = { client: clientOf(message), id: requestId(message) };
    return ask(context, message, send, (ledger) => ledger.issueReserved(call), created('voucher'));
  },
};

export default nodeType<IssueCodeConfig>('issue code', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  const context: Context = { issuer, status, station: config.station?.trim() ?? '' };
  const does = config.does || 'issue';
  const act = Object.hasOwn(ACTS, does) ? ACTS[does as Does] : undefined;
  onInput(node, status, (message: HttpMessage, send) => {
    if (!act) throw new NodeFault('no-act', `This node does not know how to ${does}.`);
    return act(context, message, send);
  });
});

function notAnAmount() {
  const detail = 'amount: smallest units as a whole number, or a text as "2.50", with its currency of ISO 4217.';
  return refuse('malformed', detail);
}

/** @param said the status to show; none: `ready` */
function answered(said?: string) {
  return (good: object, message: HttpMessage): string | undefined => {
    answer(message, 200, good, NOT_STORED);
    return said;
  };
}

function reserved(good: { id: string }, message: HttpMessage): string {
  // With the key of one that is paid and issued by now: its code.
  const status = 'code' in good ? 201 : 202;
  answer(message, status, good, { ...NOT_STORED, location: locationOf(message, good.id) });
  return 'reserved';
}

function created(kind: string) {
  return (good: { code: string } | { id: string; code: string }, message: HttpMessage): string => {
    api().cloudMetrics.issued(kind);
    const location = 'id' in good ? { location: locationOf(message, good.id) } : {};
    answer(message, 201, good, { ...NOT_STORED, ...location });
    return 'issued';
  };
}

function locationOf(message: HttpMessage, id: string): string {
  return `${pathPrefix(message.req)}/charging-requests/${id}`;
}

function asked(message: HttpMessage): { client: string; idempotencyKey?: string } {
  const idempotencyKey = textOf(message.idempotencyKey);
  return { client: clientOf(message), ...(idempotencyKey && { idempotencyKey }) };
}

function stationOf(context: Context, message: HttpMessage): string {
  const station = textOf(fieldsOf(message.payload).station ?? message.station) ?? context.station;
  if (station === '') throw new NodeFault('no-station', 'Say which station: msg.payload.station, or in the settings.');
  return station;
}

/** Station and amount of the payload; or an amount alone, for the station of the settings. */
function wanted(context: Context, message: HttpMessage): { station: string; amount: number } {
  const { payload } = message;
  const amount = numberOf(textOf(payload) ?? fieldsOf(payload).amount);
  if (amount === undefined) throw new NodeFault('no-amount', 'Give the amount as a number: msg.payload.amount.');
  return { station: stationOf(context, message), amount };
}

/** As it came: an id that nobody has is the ledger's to refuse. */
function requestId(message: HttpMessage): string {
  const { payload } = message;
  const id = textOf(payload) ?? fieldsOf(payload).id;
  if (typeof id !== 'string') {
    throw new NodeFault('no-request', 'Give the id of the charging request as msg.payload.id.');
  }
  return id;
}

function operationOf(message: HttpMessage): Operation {
  const operation = textOf(fieldsOf(message.payload).operation ?? message.payload);
  if (operation === undefined || !Object.hasOwn(OPERATIONS, operation)) {
    const known = Object.keys(OPERATIONS).join(', ');
    throw new NodeFault('no-operation', `Say which operation as msg.payload.operation: ${known}.`);
  }
  return operation as Operation;
}
