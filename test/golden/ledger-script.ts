// Everything that a ledger is asked in a fixed order, by a clock that the script turns: what it answered, call by call.
import { isRefused, type Ledger, problemOfRefusal } from './product.ts';
import { stable } from './support.ts';

export const NOON = Date.parse('2026-11-22T12:00:00Z');
const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EUR_3 = { minorUnits: 300, currency: 'EUR' };

type Calls = {
  [Name in keyof Ledger as Ledger[Name] extends (...args: never[]) => Promise<unknown> ? Name : never]: Ledger[Name];
};

/** Calls a ledger, one call a second, and writes down each answer. */
export class Caller {
  readonly lines: string[] = [];
  readonly #ledger: Ledger;
  now = NOON;

  constructor(open: (now: () => number) => Ledger) {
    this.#ledger = open(() => this.now);
  }

  async ask<Name extends keyof Calls>(name: Name, ...args: Parameters<Calls[Name]>): Promise<Answered> {
    this.now += SECOND;
    const call = this.#ledger[name] as (...given: unknown[]) => Promise<unknown>;
    const answer = await call(...args);
    if (name === 'listAudit' || name === 'listApiKeys') sortWithinMoment(answer as { items: Moment[] });
    const told = isRefused(answer) ? { problem: problemOfRefusal(answer.refused) } : answer;
    this.lines.push(`${name} ${args.map(stable).join(', ')}`, `  → ${stable(told ?? null)}`);
    return answer as Answered;
  }

  async csv(query: Parameters<Ledger['exportCsv']>[0]): Promise<void> {
    this.now += SECOND;
    const pieces: string[] = [];
    for await (const piece of this.#ledger.exportCsv(query)) pieces.push(piece);
    this.lines.push(`exportCsv ${stable(query)}`, pieces.join(''));
  }
}

interface Moment {
  readonly at?: string;
  readonly createdAt?: string;
}

/** Keys, and the audit entries of one call, lie in an order of chance. */
function sortWithinMoment({ items }: { items: Moment[] }): void {
  const key = ({ at, createdAt, ...rest }: Moment) => `${at ?? createdAt} ${stable(rest)}`;
  items.sort((a, b) => (key(a) < key(b) ? 1 : -1));
}

/** What the script needs of an answer to go on. */
interface Answered {
  readonly id: string;
  readonly code: string;
  readonly key: string;
  readonly next: string | null;
  readonly provisioning: { readonly key: string };
}

/** @param receipt of a station's voucher: its key in hexadecimal, number and what is left in 155ths */
export async function runLedgerScript(
  caller: Caller,
  receipt: (terms: { key: string; unit: 'min' | 'Wh'; step: number; sequence: number; unused: number }) => string,
): Promise<void> {
  const keys = await stations(caller);
  const sold = await selling(caller);
  await settling(caller, keys, sold, receipt);
  await payments(caller);
  await changes(caller, sold);
  await people(caller);
  await lists(caller);
}

async function stations(caller: Caller): Promise<{ counter: string; energy: string }> {
  await caller.ask('createStation', { id: 'CLOCK' }, 'operator one');
  await caller.ask('createStation', {
    id: 'COUNTER',
    name: '北门 North "gate", =1+1',
    sequence: 'counter',
    price: { minorUnits: 150, currency: 'EUR' },
  });
  await caller.ask('createStation', {
    id: 'ENERGY',
    unit: 'Wh',
    step: 500,
    layout: 'long',
    sequence: 'counter',
    price: { minorUnits: 25, currency: 'JPY' },
  });
  await caller.ask('createStation', { id: 'CLOCK' });
  await caller.ask('createStation', { id: 'no id at all' });
  await caller.ask('createStation', { id: 'BAD', step: 0 });
  await caller.ask('createStation', { id: 'BAD', slotSeconds: 59 });
  await caller.ask('createStation', { id: 'BAD', price: { minorUnits: 1, currency: 'XYZ' } });
  await caller.ask('createStation', { id: 'BAD', name: 'a\u0007bell' });
  await caller.ask('station', 'COUNTER');
  await caller.ask('station', 'NOBODY');
  const counter = await caller.ask('provisioning', 'COUNTER', { by: 'operator one' });
  const energy = await caller.ask('provisioning', 'ENERGY');
  await caller.ask('provisioning', 'CLOCK', { keyVersion: 2 });
  await caller.ask('provisioning', 'CLOCK', { keyVersion: -1 });
  return { counter: counter.key, energy: energy.key };
}

async function selling(caller: Caller): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [station, amount] of [
    ['CLOCK', 60],
    ['COUNTER', 60],
    ['COUNTER', 930],
    ['COUNTER', 30],
    ['ENERGY', 77_500],
    ['ENERGY', 500],
  ] as const) {
    ids.push((await caller.ask('issue', { client: 'app', station, amount })).id);
  }
  const once = { client: 'app', station: 'COUNTER', amount: 90, idempotencyKey: 'basket-7' };
  ids.push((await caller.ask('issue', once)).id);
  await caller.ask('issue', once);
  await caller.ask('issue', { ...once, amount: 120 });
  await caller.ask('issue', { ...once, client: 'another' });
  for (const amount of [0, -30, 45, 60.5, 960, 1e9])
    await caller.ask('issue', { client: 'app', station: 'CLOCK', amount });
  await caller.ask('issue', { client: 'app', station: 'NOBODY', amount: 30 });
  await caller.ask('issue', { client: '', station: 'CLOCK', amount: 30 });
  for (const layout of [undefined, 'compact', 'long', 'rescue'] as const) {
    await caller.ask('request', { client: 'app', id: ids[1]!, layout });
    await caller.ask('request', { client: 'app', id: ids[4]!, layout });
  }
  await caller.ask('request', { client: 'stranger', id: ids[1]! });
  await caller.ask('request', { client: 'app', id: '0'.repeat(32) });
  await caller.ask('request', { client: 'app', id: 'no id' });
  await caller.ask('synchronize', { client: 'app', station: 'CLOCK', idempotencyKey: 'step' });
  await caller.ask('synchronize', { client: 'app', station: 'CLOCK', idempotencyKey: 'step' });
  await caller.ask('synchronize', { client: 'app', station: 'COUNTER' });
  for (const operation of ['clear-lockout', 'test-relay', 'end-session'] as const) {
    await caller.ask('serviceCode', { client: 'operator one', station: 'COUNTER', operation });
  }
  await caller.ask('serviceCode', { client: 'operator one', station: 'CLOCK', operation: 'end-session' });
  for (let more = 0; more < 9; more++) await caller.ask('issue', { client: 'busy', station: 'CLOCK', amount: 30 });
  return ids;
}

async function settling(
  caller: Caller,
  keys: { counter: string; energy: string },
  sold: readonly string[],
  receipt: Parameters<typeof runLedgerScript>[1],
): Promise<void> {
  const counter = (sequence: number, unused: number) =>
    receipt({ key: keys.counter, unit: 'min', step: 30, sequence, unused });
  const energy = (sequence: number, unused: number) =>
    receipt({ key: keys.energy, unit: 'Wh', step: 500, sequence, unused });
  await caller.ask('settle', { client: 'app', station: 'COUNTER', receipt: counter(1, 77) });
  await caller.ask('settle', { client: 'app', station: 'COUNTER', receipt: counter(1, 77) });
  await caller.ask('settle', { client: 'app', station: 'COUNTER', receipt: counter(1, 78) });
  await caller.ask('settle', { client: 'app', station: 'ENERGY', receipt: energy(1, 1) });
  const stranger = { client: 'stranger', station: 'COUNTER', address: '192.0.2.7' };
  await caller.ask('settle', { ...stranger, receipt: counter(2, 155) });
  await caller.ask('settle', { ...stranger, receipt: counter(2, 155), request: sold[3] });
  await caller.ask('settle', { ...stranger, receipt: counter(2, 155), request: sold[2] });
  await caller.ask('settle', { client: 'operator one', station: 'ENERGY', receipt: energy(2, 154), anyClient: true });
  await caller.ask('settle', { client: 'app', station: 'COUNTER', receipt: '123' });
  await caller.ask('settle', { client: 'app', station: 'NOBODY', receipt: counter(3, 1) });
  for (let wrong = 0; wrong < 12; wrong++) {
    await caller.ask('settle', { ...stranger, address: '192.0.2.8', receipt: counter(50 + wrong, 3) });
  }
  await caller.ask('refundExpired', { id: sold[3]!, by: 'operator one', why: 'the display was broken' });
  await caller.ask('refundExpired', { id: sold[0]!, by: 'operator one', why: 'too early' });
  caller.now += DAY;
  await caller.ask('refundExpired', { id: sold[0]!, by: 'operator one', why: 'nobody could type it' });
  await caller.ask('refundExpired', { id: sold[0]!, by: 'operator one', why: 'again' });
  await caller.ask('listOutstanding', 'COUNTER');
}

async function payments(caller: Caller): Promise<void> {
  const reserve = async (amount = 60, more = {}) =>
    (await caller.ask('reserve', { client: 'app', station: 'COUNTER', amount, ...more })).id;
  const paid = await reserve(60, { idempotencyKey: 'order-1' });
  await reserve(60, { idempotencyKey: 'order-1' });
  await caller.ask('issueReserved', { client: 'app', id: paid });
  await caller.ask('markPaid', { id: paid, payment: 'pay-1', amount: { minorUnits: 299, currency: 'EUR' } });
  await caller.ask('markPaid', { id: paid, payment: 'pay-1', amount: EUR_3 });
  await caller.ask('markPaid', { id: paid, payment: 'pay-1', amount: EUR_3 });
  await caller.ask('markPaid', { id: paid, payment: 'pay-2', amount: EUR_3 });
  await caller.ask('issueReserved', { client: 'app', id: paid });
  await caller.ask('issueReserved', { client: 'app', id: paid });
  await caller.ask('issueReserved', { client: 'stranger', id: paid });
  await caller.ask('returnPayment', { payment: 'pay-1', by: 'operator one', why: 'asked' });
  await caller.ask('returnPayment', { payment: 'pay-2', by: 'operator one', why: 'paid twice' });
  await caller.ask('returnPayment', { payment: 'pay-2', by: 'operator one', why: 'again' });
  await caller.ask('returnPayment', { payment: 'no such payment', by: 'operator one', why: 'asked' });
  await caller.ask('cancelReservation', { client: 'app', id: paid });
  const cancelled = await reserve(90);
  await caller.ask('cancelReservation', { client: 'stranger', id: cancelled });
  await caller.ask('cancelReservation', { client: 'app', id: cancelled });
  await caller.ask('cancelReservation', { client: 'app', id: cancelled });
  await caller.ask('markPaid', { id: cancelled, payment: 'pay-3' });
  await caller.ask('markPaid', { id: cancelled, payment: 'pay-1' });
  await caller.ask('issueReserved', { client: 'app', id: cancelled });
  const lapsed = await reserve(30);
  const notIssued = await reserve(120);
  await caller.ask('markPaid', { id: notIssued, payment: 'pay-4' });
  const changed = await reserve(150);
  await caller.ask('request', { client: 'app', id: changed });
  caller.now += HOUR;
  await caller.ask('request', { client: 'app', id: lapsed });
  await caller.ask('issueReserved', { client: 'app', id: lapsed });
  await caller.ask('markPaid', { id: lapsed, payment: 'pay-5', amount: { minorUnits: 150, currency: 'EUR' } });
  await caller.ask('markPaid', { id: '0'.repeat(32), payment: 'pay-6' });
  await caller.ask('reserve', { client: 'app', station: 'COUNTER', amount: 45 });
  await caller.ask('listReservations');
  await caller.ask('listPayments');
}

async function changes(caller: Caller, sold: readonly string[]): Promise<void> {
  const waiting = (await caller.ask('reserve', { client: 'app', station: 'COUNTER', amount: 60 })).id;
  await caller.ask(
    'updateStation',
    'COUNTER',
    { name: 'South', price: { minorUnits: 99, currency: 'CNY' } },
    'operator one',
    [1],
  );
  await caller.ask('updateStation', 'COUNTER', { name: 'too late' }, 'operator two', [1]);
  await caller.ask('updateStation', 'COUNTER', { step: 60, layout: 'long' });
  await caller.ask('markPaid', { id: waiting, payment: 'pay-7' });
  await caller.ask('issueReserved', { client: 'app', id: waiting });
  await caller.ask('updateStation', 'COUNTER', { step: 30, layout: 'compact', price: null });
  await caller.ask('updateStation', 'COUNTER', { keyVersion: 1.5 });
  await caller.ask('updateStation', 'NOBODY', { name: 'x' });
  await caller.ask('issue', { client: 'app', station: 'COUNTER', amount: 60 });
  await caller.ask('replaceKey', 'COUNTER', 'operator one');
  await caller.ask('replaceKey', 'COUNTER', 'operator one', [1]);
  await caller.ask('issue', { client: 'app', station: 'COUNTER', amount: 60 });
  await caller.ask('request', { client: 'app', id: sold[1]! });
  await caller.ask('retireStation', 'ENERGY', 'operator one');
  await caller.ask('retireStation', 'ENERGY', 'operator one');
  await caller.ask('issue', { client: 'app', station: 'ENERGY', amount: 500 });
  await caller.ask('synchronize', { client: 'app', station: 'ENERGY' });
  await caller.ask('replaceKey', 'ENERGY');
  await caller.ask('retireStation', 'NOBODY');
}

async function people(caller: Caller): Promise<void> {
  const { key, id } = await caller.ask('createApiKey', { name: 'till', role: 'operator', by: 'operator one' });
  await caller.ask('createApiKey', { name: 'app 应用', role: 'customer app' });
  await caller.ask('createApiKey', { name: '', role: 'operator' });
  await caller.ask('authenticate', key);
  await caller.ask('authenticate', 'oc_made_up');
  await caller.ask('revokeApiKey', id, 'operator one');
  await caller.ask('revokeApiKey', 'nobody', 'operator one');
  await caller.ask('authenticate', key);
  await caller.ask('listApiKeys');
  await caller.ask('audit', {
    action: 'station-id-not-possible',
    client: 'a\u0000b',
    station: 'x'.repeat(300),
    detail: 'y',
  });
}

async function lists(caller: Caller): Promise<void> {
  await caller.ask('listStations');
  await caller.ask('listStations', { search: 'SOUTH' });
  await caller.ask('listStations', { retired: true });
  const { next } = await caller.ask('listStations', { limit: 2 });
  await caller.ask('listStations', { limit: 2, after: next ?? undefined });
  await caller.ask('listCodes', { limit: 500 });
  await caller.ask('listCodes', { station: 'COUNTER', from: '2026-11-23', to: '2026-11-24' });
  await caller.ask('listCodes', { search: 'south' });
  await caller.ask('listSettled');
  await caller.ask('listAudit', { limit: 500 });
  await caller.ask('statistics', { days: 3 });
  await caller.csv({});
  await caller.csv({ station: 'ENERGY', from: '2026-11-22' });
}
