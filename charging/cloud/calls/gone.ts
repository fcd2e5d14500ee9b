// What a payment's provider tells of it later: money that it gave back without this ledger, and disputes.
import { changeRows } from '../database/rows.ts';
import type { PaymentsTable } from '../database/schema.ts';
import type { DisputeCall, GoneCall, News } from '../payment-types.ts';
import { refuse } from '../refusals.ts';
import type { Answer } from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import { stopReservation } from './payments.ts';
import { amountOf, holdRefunds, noteGone, paymentNamed, payPayment, stationId } from './refunds.ts';

const NOTHING_NEW: News = { news: false };

const unknownPayment = () => refuse('unknown-payment', 'No payment has this reference.');
/** Taken, and its code was not given out: it need not be any more. */
const waits = ({ outcome, done }: PaymentsTable) => outcome === 'taken' && done === 0;

const isOtherMoney = ({ currency }: PaymentsTable, { amount }: GoneCall) =>
  currency !== null && currency !== amount.currency;
const otherMoney = () => refuse('malformed', 'currency: that of the payment.');

/** Money went back at the provider, by the operator's hand there. Told again, nothing changes. */
export async function refundedElsewhere(work: Work, call: GoneCall): Promise<Answer<News>> {
  const payment = await paymentNamed(work, call.payment);
  if (!payment) return unknownPayment();
  if (isOtherMoney(payment, call)) return otherMoney();
  const news = await went(work, call, 'provider', 'refunded-at-provider');
  const now = (await paymentNamed(work, call.payment))!;
  // All of it, be it in parts, and no code yet: nobody gets one. A part of it is a gift, or for what was left.
  if (news && waits(now) && now.refunded >= ((await amountOf(work, now)) ?? 0)) {
    await stopReservation(work, now);
    await payPayment(work, now.payment, call.reference);
  }
  return { news };
}

/** The customer's bank wants a payment back, or has decided. Told again, or late, nothing changes. */
export async function disputeTold(work: Work, call: DisputeCall): Promise<Answer<News>> {
  const payment = await paymentNamed(work, call.payment);
  if (!payment) return unknownPayment();
  if (isOtherMoney(payment, call)) return otherMoney();
  const over = payment.dispute === 'won' || payment.dispute === 'lost';
  if (payment.dispute === call.state || over) return NOTHING_NEW;
  const { dispute } = payment;
  const told = await changeRows(work, 'payments', { payment: call.payment, dispute }, { dispute: call.state });
  // How it ended must not be lost under the late word of its beginning.
  if (told.length === 0) throw new TryAgain('its dispute went on meanwhile');
  if (waits(payment)) await stopReservation(work, { ...payment, dispute: call.state });
  await audit(work, payment, `payment-dispute-${call.state}`);
  const now = (await paymentNamed(work, call.payment))!;
  if (call.state === 'lost') await went(work, call, 'dispute', 'dispute-lost');
  await holdRefunds(work, now, call.state === 'open');
  return { news: true };
}

async function went(work: Work, call: GoneCall, cause: 'provider' | 'dispute', action: string): Promise<boolean> {
  const payment = (await paymentNamed(work, call.payment))!;
  const news = await noteGone(work, payment, cause, call);
  if (news) await audit(work, payment, action);
  return news;
}

async function audit(work: Work, { payment, station: number }: PaymentsTable, action: string): Promise<void> {
  work.audits.push({ action, detail: `payment ${payment}`, station: await stationId(work, number) });
}
