// Takes payments, between `admit request` and `issue code`: what has a price is paid before its code is made. Where the code
// issuer's settings name no provider, messages go through as they came.

import { answer, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import type { Issuer } from '../../api/issuer.ts';
import { pathPrefix, publicAddress } from '../../api/path-prefix.ts';
import type { PaymentDesk } from '../../api/payments/desk.ts';
import { problem } from '../../api/problems.ts';
import type { Ledger, Refused, Reservation } from '../../charging/cloud/ledger.ts';
import { auditFor, noIssuer, refusalOf, sendRefusal, showRefused, useIssuer } from '../code-issuer/ledger-call.ts';
import { api } from '../shared/api.ts';
import { clientOf } from '../shared/client.ts';
import { NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import type { NodeConfig, Send } from '../shared/red.ts';
import { codeOf, type Status } from '../shared/status.ts';
import { fieldsOf, numberOf, textOf } from '../shared/values.ts';
import { LooksAgain } from './looks-again.ts';
import type { SETTINGS } from './settings.ts';

interface TakePaymentConfig extends NodeConfig {
  readonly issuer?: string;
  readonly does?: string;
}

/** Stripe's pages live for half an hour at least; after that nobody may pay, and what is paid all the same goes back. */
const PAY_SECONDS = 35 * 60;
const AGAIN_SECONDS = 10;

interface Context {
  readonly issuer: Issuer;
  readonly status: Status;
  readonly looks: LooksAgain;
}
type Act = (context: Context, ledger: Ledger, message: HttpMessage, send: Send) => Promise<void>;
type Does = (typeof SETTINGS)['does']['choices'][number];

const ACTS: Readonly<Record<Does, Act>> = { request, read, hear, bill };

export default nodeType<TakePaymentConfig>('take payment', { uses: 'issuer' }, ({ red, node, config, status }) => {
  const issuer = useIssuer(red, node, status, config.issuer);
  const does = config.does || 'request';
  const act = Object.hasOwn(ACTS, does) ? ACTS[does as Does] : undefined;
  const context = issuer && { issuer, status, looks: new LooksAgain() };
  if (issuer && does === 'hear') {
    const send = (event: object) => node.send([null, null, { topic: 'payment', payload: event }]);
    const unheard = issuer.payments.listen((event) => {
      const { reservation, ...rest } = event;
      const paper = reservation && { bill: api().billOf(reservation, issuer.payments.settings.seller) };
      send({ ...rest, ...(reservation && { reservation }), ...paper });
    });
    onClose(node, () => void unheard());
  }

  onInput(node, status, (message: HttpMessage, send) => {
    if (!context) throw noIssuer();
    if (!act) throw new NodeFault('no-act', `This node does not know how to ${does}.`);
    // What was paid before it was switched off still has its code.
    if (!context.issuer.payments.on && act !== bill && act !== read) return free(message, send, act === hear);
    return answered(context, act, message, send);
  });
});

/** Nothing is paid here. */
function free(message: HttpMessage, send: Send, isProvider: boolean): void {
  if (isProvider) sendRefusal(message, send, problem('not-found', 'This cloud takes no payments.'));
  else send([message]);
}

/** A ledger or a provider that is away is an answer, so that nobody waits for one; anything else is a fault. */
async function answered(context: Context, act: Act, message: HttpMessage, send: Send): Promise<void> {
  try {
    await act(context, await context.issuer.ledger(), message, send);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'not-genuine') {
      showRefused(context.status, 'not-genuine');
      return sendRefusal(message, send, problem('not-authenticated', (error as Error).message));
    }
    if (code === 'not-understood') {
      context.issuer.payments.trouble(`The payment provider said what makes no sense: ${(error as Error).message}`);
      context.status.failed(error);
      return sendRefusal(message, send, problem('invalid-request', (error as Error).message));
    }
    if (code?.startsWith('payment-')) context.issuer.payments.trouble((error as Error).message);
    const refusal = code?.startsWith('payment-')
      ? problem('payment-away', 'Nothing was paid. Ask again, with the same idempotency key.', {
          retryAfterSeconds: AGAIN_SECONDS,
        })
      : refusalOf(error);
    context.status.failed(error);
    sendRefusal(message, send, refusal);
  }
}

function refuse({ status }: Context, message: HttpMessage, send: Send, { refused }: Refused): void {
  showRefused(status, refused.slug);
  sendRefusal(message, send, refused);
}

/** A request for a code: reserved, with the page where it is paid. What costs nothing goes on. */
async function request(context: Context, ledger: Ledger, message: HttpMessage, send: Send): Promise<void> {
  const payload = fieldsOf(message.payload);
  const station = textOf(payload.station);
  const amount = numberOf(payload.amount);
  if (station === undefined || amount === undefined)
    throw new NodeFault('no-amount', 'Give station and amount: msg.payload.station, msg.payload.amount.');
  const known = await ledger.priced(station);
  if (!known) {
    message.unpriced = true;
    return void send([message]);
  }
  const client = clientOf(message);
  const idempotencyKey = textOf(message.idempotencyKey);
  const call = { client, station, amount, lapseSeconds: PAY_SECONDS, ...(idempotencyKey && { idempotencyKey }) };
  const reserved = await ledger.reserve(call);
  if ('refused' in reserved) return refuse(context, message, send, reserved);
  const headers = { ...NOT_STORED, location: `${pathPrefix(message.req)}/charging-requests/${reserved.id}` };
  if ('code' in reserved) return void send([null, answer(message, 201, reserved, headers)]);
  if (reserved.status === 'paid') {
    const issued = await ledger.issueReserved({ client, id: reserved.id });
    if ('refused' in issued) return refuse(context, message, send, issued);
    api().cloudMetrics.issued('voucher');
    return void send([null, answer(message, 201, issued, headers)]);
  }
  const { url } = await pageOf(
    await context.issuer.payments.desk(),
    client,
    reserved,
    known.name,
    returnTo(message, station),
  );
  context.status.active('reserved');
  send([null, answer(message, 202, { ...reserved, pay: url }, headers)]);
}

function pageOf(desk: PaymentDesk, client: string, reserved: Reservation, name: string, returnTo: string) {
  const { id, amount, unit, station, price, lapsesAt } = reserved;
  const sold = unit === 'Wh' ? `${amount / 1000} kWh` : `${amount} min`;
  const description = [sold, station, name].filter(Boolean).join(' · ');
  return desk.page(client, { request: id, description, price: price!, lapsesAt: Date.parse(lapsesAt), returnTo });
}

/** The customer's page of the station, where the outside sees this cloud. */
function returnTo(message: HttpMessage, station: string): string {
  const given = textOf(message.returnTo);
  if (given) return given;
  const address = publicAddress(message.req);
  if (address === undefined) throw new NodeFault('no-return', 'Say where the customer comes back to: msg.returnTo.');
  return `${address}/charge/${encodeURIComponent(station)}`;
}

/** A request that is read again: once it is paid its code is made, then it goes on to be read. */
async function read(context: Context, ledger: Ledger, message: HttpMessage, send: Send): Promise<void> {
  const id = textOf(fieldsOf(message.payload).id);
  if (id === undefined) throw new NodeFault('no-request', 'Give the id of the charging request as msg.payload.id.');
  const client = clientOf(message);
  const ask = () => ledger.request({ client, id }, auditFor(context.issuer, message));
  let standing = await ask();
  if ('refused' in standing) return refuse(context, message, send, standing);
  if (context.issuer.payments.on && isReserved(standing) && context.looks.now(id)) {
    // Its customer came back, and the provider's word may be on its way, or lost.
    const desk = await context.issuer.payments.desk();
    await desk.lookAt(client, id).catch((error: Error) => context.status.failed(error));
    standing = await ask();
  }
  if ('status' in standing && standing.status === 'paid') {
    const issued = await ledger.issueReserved({ client, id });
    if ('refused' in issued) return refuse(context, message, send, issued);
    api().cloudMetrics.issued('voucher');
    context.status.active('paid');
  }
  send([message]);
}

const isReserved = (standing: object) => 'status' in standing && standing.status === 'reserved';

/** What the provider tells. */
async function hear(context: Context, _ledger: Ledger, message: HttpMessage, send: Send): Promise<void> {
  const { payload } = message;
  const body = payload instanceof Uint8Array ? payload : fieldsOf(payload).body;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (!(bytes instanceof Uint8Array)) {
    throw new NodeFault('no-body', 'The provider’s call has to come as bytes: raw body in the settings of http in.');
  }
  const headers = message.req?.headers ?? message.headers ?? {};
  await (await context.issuer.payments.desk()).hear(Buffer.from(bytes), headers);
  context.status.active('heard');
  send([null, answer(message, 200, { status: 'noted' }, NOT_STORED)]);
}

/** The bill of a request, to be printed. */
async function bill(context: Context, ledger: Ledger, message: HttpMessage, send: Send): Promise<void> {
  const { id, language } = (message.payload ?? {}) as { id?: string; language?: string };
  const call = { client: clientOf(message), id: String(id) };
  const bought = await ledger.request(call, auditFor(context.issuer, message));
  if ('refused' in bought) return refuse(context, message, send, bought);
  const { seller } = context.issuer.payments.settings;
  const page = api().billOf(bought, seller, language === 'en' || language === 'zh-CN' ? language : seller.language);
  context.status.ready();
  send([null, answer(message, 200, page, api().BILL_HEADERS)]);
}
