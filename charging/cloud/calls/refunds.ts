// Refunds: what goes back to customers, each owed once, and never more of a payment than was paid. A row is written in the
// transaction that makes the money owed; whoever sends it takes it on a lease, tells what became of it, and may die at any
// point: the provider takes each key once, and what nobody told of is sent again with the same key.
import { hash } from 'node:crypto';
import { tidy } from '../checks.ts';
import { changeRows, findRow, keepOnce, rowsWith } from '../database/rows.ts';
import type { PaymentsTable, RefundsTable } from '../database/schema.ts';
import type { GoneCall, Money, Refund, RefundCause, RefundOrder, RefundRecord, RefundTold } from '../payment-types.ts';
import { iso, isoOrNull, TryAgain, type Work } from '../work.ts';
import { isDue } from './due.ts';
import { requestIdOf } from './records.ts';

const MINUTE_MS = 60_000;
/** How long whoever took a refund has until another one may. */
const LEASE_MS = 2 * MINUTE_MS;
/** After so many tries it waits for a person. */
const MOST_ATTEMPTS = 12;
/** How long after a try the next one is: from a minute to half a day. */
const pauseMs = (attempts: number) => Math.min(MINUTE_MS * 2 ** Math.max(0, attempts - 1), 720 * MINUTE_MS);
/** What the provider took is asked for so long after, in case that its word of it was lost. */
const LOOK_AGAIN_MS = 60 * MINUTE_MS;

interface Owed {
  readonly station: number;
  readonly cause: RefundCause;
  /** What the cause is of: the sequence number, the payment, the provider's reference. */
  readonly of: string | number;
  readonly reservation: number | null;
  readonly sequence: number | null;
  readonly amount: Money;
  /** The payment that it goes back to. */
  readonly payment?: string | null;
}

/** The same cause is the same refund. */
const refundOf = (cause: RefundCause, of: string | number) => hash('sha256', `${cause}\0${of}`, 'hex').slice(0, 24);
export const idOf = ({ station, refund }: Pick<RefundsTable, 'station' | 'refund'>) =>
  station.toString(16).padStart(8, '0') + refund;

function keyOf(id: string): Pick<RefundsTable, 'station' | 'refund'> | undefined {
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  return { station: Number.parseInt(id.slice(0, 8), 16), refund: id.slice(8) };
}

/** Notes that money is owed, once, and no more than is left of its payment. */
export async function oweRefund(work: Work, owed: Owed): Promise<void> {
  const payment = owed.payment == null ? undefined : await paymentNamed(work, owed.payment);
  const minor_units = Math.min(
    owed.amount.minorUnits,
    payment ? await leftOf(work, payment) : Number.POSITIVE_INFINITY,
  );
  if (minor_units <= 0) return;
  const provider = payment?.provider ?? '';
  // While a bank wants the payment back nothing else of it is given back.
  const waits = provider === '' || payment?.dispute === 'open';
  const row = { ...rowOf(work, owed), provider, minor_units, next_at: waits ? null : work.now };
  if ((await keepOnce(work, 'refunds', row)) && payment) await addToPayment(work, payment, minor_units);
}

function rowOf(work: Work, { station, cause, of, reservation, sequence, amount, payment }: Owed): RefundsTable {
  return {
    ...{ station, refund: refundOf(cause, of), cause, reservation, sequence, payment: payment ?? null, provider: '' },
    ...{ minor_units: amount.minorUnits, currency: amount.currency, state: 'due', done: 0, round: 0, attempts: 0 },
    ...{ next_at: null, due_at: work.now, sent_at: null, paid_at: null, reference: null, note: null },
  };
}

/** Unless something else of it went back, or its dispute went on, since it was read. */
async function addToPayment(work: Work, payment: PaymentsTable, minorUnits: number): Promise<void> {
  const { refunded, dispute } = payment;
  const unchanged = { payment: payment.payment, refunded, dispute };
  const added = await changeRows(work, 'payments', unchanged, { refunded: refunded + minorUnits });
  if (added.length === 0)
    throw new TryAgain('something else of this payment goes back, or its bank wants it, meanwhile');
}

export function paymentNamed(work: Work, payment: string): Promise<PaymentsTable | undefined> {
  return findRow(work, 'payments', { payment });
}

/** What was paid; where nobody said it, what its request costs. */
export async function amountOf(work: Work, payment: PaymentsTable): Promise<number | undefined> {
  const { minor_units, station, reservation } = payment;
  if (minor_units !== null) return minor_units;
  return (await findRow(work, 'reservations', { station, reservation }))?.price ?? undefined;
}

/** What of a payment did not go back, and is not to; without end where nobody knows how much it was. */
export async function leftOf(work: Work, payment: PaymentsTable): Promise<number> {
  const paid = await amountOf(work, payment);
  return paid === undefined ? Number.POSITIVE_INFINITY : Math.max(0, paid - payment.refunded);
}

/** A payment gets no code: it is owed back, in the transaction that finds it out. */
export async function owePayment(work: Work, payment: PaymentsTable, price: Money | undefined): Promise<void> {
  const told = payment.minor_units === null || payment.currency === null ? undefined : payment;
  const amount = told ? { minorUnits: told.minor_units!, currency: told.currency! } : price;
  if (!amount) return;
  const { station, reservation, payment: of } = payment;
  await oweRefund(work, { station, cause: 'payment', of, reservation, sequence: null, amount, payment: of });
}

/** The provider told another amount first and tells the right one now: nothing goes back, unless that has begun. */
export async function oweNothing(work: Work, payment: PaymentsTable): Promise<boolean> {
  const refund = refundOf('payment', payment.payment);
  const [gone] = await work.db
    .deleteFrom('refunds')
    .where(({ and }) => and({ station: payment.station, refund, state: 'due', attempts: 0 }))
    .returning('minor_units')
    .execute();
  if (gone) await addToPayment(work, payment, -gone.minor_units);
  return gone !== undefined || payment.refunded === 0;
}

/**
 * Refunds that this provider is to be asked for now, on a lease: nobody else gets them before it is over.
 * @param provider whose refunds
 */
export async function claimRefunds(
  work: Work,
  { provider, limit = 20 }: { provider: string; limit?: number | undefined },
): Promise<readonly RefundOrder[]> {
  const rows = await work.db
    .selectFrom('refunds')
    .selectAll()
    .where(isDue('next_at', work.now))
    .where('provider', '=', provider)
    .orderBy('next_at')
    .limit(limit)
    .execute();
  const claimed: RefundOrder[] = [];
  for (const row of rows) {
    const { station, refund, next_at } = row;
    const taken = await changeRows(
      work,
      'refunds',
      { station, refund, next_at },
      {
        next_at: work.now + LEASE_MS,
        attempts: row.attempts + (row.state === 'sent' ? 0 : 1),
        // While it is being tried nobody knows that it failed.
        state: row.state === 'sent' ? 'sent' : 'due',
      },
    );
    if (taken.length === 0) continue;
    const id = idOf(row);
    claimed.push({
      ...{ id, key: `${id}-${row.round}`, round: row.round, payment: row.payment!, amount: moneyOf(row) },
      ...{ again: row.attempts > 0, sent: row.state === 'sent', reference: row.reference ?? undefined },
    });
  }
  return claimed;
}

const moneyOf = ({ minor_units, currency }: RefundsTable): Money => ({ minorUnits: minor_units, currency });

/**
 * What became of a refund, from who sent it or from the provider's own word: in any order, as often as it likes.
 * @returns the refund, when this is news that it is paid
 */
export async function refundTold(work: Work, told: RefundTold): Promise<RefundRecord | null> {
  const row = await findRefund(work, told.id);
  if (!row || row.provider === '' || told.round !== row.round) return null;
  const note = told.why === undefined ? {} : { note: tidy(told.why, 200) };
  const reference = told.reference === undefined ? {} : { reference: told.reference };
  switch (told.state) {
    case 'unknown': {
      // After so many tries it is a person's to look; tried again, the provider hears the same key.
      const last = row.attempts >= MOST_ATTEMPTS && row.state !== 'sent';
      const next = last ? ({ state: 'failed', next_at: null } as const) : { next_at: await nextTry(work, row) };
      if (row.done === 0) await change(work, row, { ...note, ...next });
      return null;
    }
    case 'failed': {
      const next_at = row.attempts >= MOST_ATTEMPTS ? null : await nextTry(work, row);
      await change(work, row, { ...note, state: 'failed', done: 0, paid_at: null, round: row.round + 1, next_at });
      if (row.done === 1 && row.cause === 'payment') await markReturned(work, row.payment, null);
      return null;
    }
    case 'sent': {
      const sent = { state: 'sent', sent_at: row.sent_at ?? work.now, next_at: work.now + LOOK_AGAIN_MS } as const;
      if (row.done === 0) await change(work, row, { ...reference, ...sent });
      return null;
    }
    case 'paid':
      if (row.done === 1) return null;
      await pay(work, row, reference);
      return recordOf(work, { ...row, state: 'paid', paid_at: work.now });
  }
}

/** Nothing of a payment is sent while a bank wants it back. */
export async function nextTry(
  work: Work,
  { payment, attempts }: RefundsTable,
  after = pauseMs(attempts),
): Promise<number | null> {
  const disputed = payment !== null && (await paymentNamed(work, payment))?.dispute === 'open';
  return disputed ? null : work.now + after;
}

/** @throws {TryAgain} when it was changed meanwhile */
export async function change(work: Work, row: RefundsTable, what: Partial<RefundsTable>): Promise<void> {
  const { station, refund, round, done, attempts, minor_units } = row;
  const unchanged = { station, refund, round, done, attempts, minor_units };
  const changed = await changeRows(work, 'refunds', unchanged, what);
  if (changed.length === 0) throw new TryAgain('the refund was changed meanwhile');
}

/** The customer has it. A payment that had no code is off the operator's list with it. */
export async function pay(work: Work, row: RefundsTable, more: Partial<RefundsTable>): Promise<void> {
  const paid = { state: 'paid', done: 1, paid_at: work.now, sent_at: row.sent_at ?? work.now, next_at: null } as const;
  await change(work, row, { ...more, ...paid });
  if (row.cause === 'payment') await markReturned(work, row.payment, work.now);
}

/** Whether a payment that got no code was given back, and when: not, where the bank sent it back after all. */
async function markReturned(work: Work, payment: string | null, at: number | null): Promise<void> {
  if (payment === null) return;
  const returned = { done: at === null ? 0 : 1, returned_at: at };
  await changeRows(work, 'payments', { payment }, returned);
}

export async function findRefund(work: Work, id: string): Promise<RefundsTable | undefined> {
  const key = keyOf(id);
  return key && findRow(work, 'refunds', key);
}

/** The operator gave a payment back by hand: what was owed of it is paid. */
export async function payPayment(work: Work, payment: string, note: string): Promise<void> {
  for (const row of await unsent(work, payment)) await pay(work, row, { note: tidy(note, 200) });
  // Also where nobody knows how much it was.
  await markReturned(work, payment, work.now);
}

export async function stationId(work: Work, number: number): Promise<string> {
  return (await findRow(work, 'stations', { number }))!.id;
}

/** Money went back without this ledger: what is still owed of the payment is so much less. */
export async function noteGone(
  work: Work,
  payment: PaymentsTable,
  cause: 'provider' | 'dispute',
  { reference, amount }: GoneCall,
): Promise<boolean> {
  const { station, reservation, payment: name, provider } = payment;
  const gone = rowOf(work, {
    station,
    cause,
    of: `${name} ${reference}`,
    reservation,
    sequence: null,
    amount,
    payment: name,
  });
  const paid = { state: 'paid', done: 1, sent_at: work.now, paid_at: work.now } as const;
  if (!(await keepOnce(work, 'refunds', { ...gone, provider, reference, ...paid }))) return false;
  const whole = (await amountOf(work, payment)) ?? 0;
  let over = payment.refunded + amount.minorUnits - whole;
  let less = 0;
  for (const row of over > 0 ? await unsent(work, name) : []) {
    const off = Math.min(over, row.minor_units);
    if (off === row.minor_units) await pay(work, row, { minor_units: 0, note: `covered by ${reference}` });
    else await change(work, row, { minor_units: row.minor_units - off });
    over -= off;
    less += off;
    if (over === 0) break;
  }
  await addToPayment(work, payment, amount.minorUnits - less);
  return true;
}

/** What is owed of a payment and was not sent: the latest first. */
async function unsent(work: Work, payment: string): Promise<RefundsTable[]> {
  return rowsWith(work, 'refunds', { payment, done: 0 })
    .where('state', '<>', 'sent')
    .orderBy('due_at', 'desc')
    .orderBy('refund')
    .execute();
}

/** Nothing of a payment is sent while a bank wants it back; what is left is sent when that is over. */
export async function holdRefunds(work: Work, payment: PaymentsTable, hold: boolean): Promise<void> {
  if (payment.provider === '') return;
  for (const row of await unsent(work, payment.payment)) await change(work, row, { next_at: hold ? null : work.now });
}

/** Of one request, for its customer: oldest first. */
export async function refundsOf(
  work: Work,
  { station, reservation, sequence }: Pick<RefundsTable, 'station' | 'reservation' | 'sequence'>,
): Promise<readonly Refund[]> {
  const rows = await work.db
    .selectFrom('refunds')
    .selectAll()
    .where('station', '=', station)
    .where((eb) =>
      reservation === null ? eb('refund', '=', refundOf('receipt', sequence!)) : eb('reservation', '=', reservation),
    )
    .where('minor_units', '>', 0)
    .orderBy('due_at')
    .limit(20)
    .execute();
  return rows.map(shown);
}

const shown = (row: RefundsTable): Refund => ({
  ...{ amount: moneyOf(row), state: row.state, cause: row.cause, dueAt: iso(row.due_at) },
  paidAt: isoOrNull(row.paid_at),
});

export function refundRecord(work: Work, row: RefundsTable, station: string): RefundRecord {
  return {
    ...{ id: idOf(row), station, request: requestIdOf(work, row), ...shown(row), provider: row.provider },
    ...{ sentAt: isoOrNull(row.sent_at), attempts: row.attempts, nextAt: isoOrNull(row.next_at) },
    ...(row.payment === null ? {} : { payment: row.payment }),
    ...(row.reference === null ? {} : { reference: row.reference }),
    ...(row.note === null ? {} : { note: row.note }),
  };
}

export const recordOf = async (work: Work, row: RefundsTable) =>
  refundRecord(work, row, await stationId(work, row.station));
