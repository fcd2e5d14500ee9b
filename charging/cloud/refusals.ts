// What the ledger refuses, in the words that are sent (RFC 9457). One line for each type: type and title never vary.
import { type AlgorithmName, algorithmOf, type Unit } from '../codes/index.ts';
import type { Refusal, Refused, RequestError, Settlement } from './types.ts';

const KINDS = {
  malformed: [400, 'The request is malformed'],
  unauthorized: [401, 'No valid API key'],
  'unknown-station': [404, 'There is no such station'],
  'unknown-request': [404, 'There is no such charging request'],
  'unknown-receipt': [404, 'No voucher fits this receipt'],
  'unknown-payment': [404, 'There is no such payment'],
  'unknown-api-key': [404, 'There is no such API key'],
  'station-exists': [409, 'There is a station with this id already'],
  'idempotency-key-reused': [409, 'This idempotency key was used for another request'],
  'receipt-settled': [409, 'This receipt has been settled already'],
  'not-paid': [402, 'This request has not been paid'],
  'already-paid': [409, 'This request has been paid already'],
  'payment-used': [409, 'This payment was told for another request'],
  'payment-differs': [409, 'This payment is not the price of the request'],
  'code-issued': [409, 'A code was given for this payment'],
  'not-expired': [409, 'This code can still be typed'],
  'paid-otherwise': [409, 'This request was paid with another payment'],
  'terms-changed': [409, 'The station sells something else now'],
  'retired-station': [410, 'This station is out of service'],
  cancelled: [410, 'This request was cancelled'],
  lapsed: [410, 'Nobody paid for this request in time'],
  'changed-meanwhile': [412, 'It was changed meanwhile'],
  'amount-not-sold': [422, 'This station does not sell this amount'],
  'layout-too-small': [422, 'This voucher does not fit the compact layout'],
  'receipt-mistyped': [422, 'These digits are not a receipt'],
  'station-not-valid': [422, 'A station cannot be like this'],
  'api-key-not-valid': [422, 'An API key cannot be like this'],
  'too-many-codes': [429, 'This station has been given too many codes'],
  'too-many-receipts': [429, 'Too many receipts that fit no voucher'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalKind = keyof typeof KINDS;

export function refuse(
  kind: RefusalKind,
  detail: string,
  extra: { retryAfterSeconds?: number; settled?: Settlement; errors?: readonly RequestError[] } = {},
): Refused {
  const [status, title] = KINDS[kind];
  const refused: Refusal = { type: `urn:offline-charging:problem:${kind}`, title, status, detail, ...extra };
  return { refused };
}

/**
 * A refusal for one value.
 * @param fault begins with the name of the value: `price.currency: three letters, as EUR`
 */
export function refuseValue(kind: RefusalKind, fault: string): Refused {
  const name = /^[\w.]+/.exec(fault)?.[0] ?? '';
  const errors = [{ pointer: `#/${name.replaceAll('.', '/')}`, detail: fault.slice(name.length).replace(/^: /, '') }];
  return refuse(kind, `${fault}.`, { errors });
}

/** All types with status and title: for the contract that is published. */
export function refusalKinds(): readonly { type: string; status: number; title: string }[] {
  return Object.entries(KINDS).map(([kind, [status, title]]) => ({
    type: `urn:offline-charging:problem:${kind}`,
    status,
    title,
  }));
}

/** What a caller gave, fit to be shown back: printable and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

export const unknownStation = (id: string) => refuse('unknown-station', `No station has the id ${shown(id)}.`);
export const unknownRequest = () => refuse('unknown-request', 'No charging request of yours has this id.');
export const retiredStation = (id: string) =>
  refuse('retired-station', `Station ${shown(id)} was retired and gets no more codes. Use another station.`);

export function amountNotSold(amount: number, terms: { unit: Unit; step: number; layout: AlgorithmName }): Refused {
  const { unit, step, layout } = terms;
  const most = step * algorithmOf(layout).bounds.typed.mostQuantity;
  return refuse(
    'amount-not-sold',
    `This station sells multiples of ${step} ${unit}, from ${step} to ${most} ${unit}; ${amount} is none of these.`,
  );
}
