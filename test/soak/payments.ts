// Twenty thousand reservations, half of them paid, each payment told twice, while processes of the cloud are killed: afterwards
// the ledger's money is held against what Stripe has.
import { setTimeout as wait } from 'node:timers/promises';
import { paymentVariables } from '../flows/cloud/support/paying.ts';
import { moneyBooks } from '../support/money-books.ts';
import { StripeServer } from '../support/stripe-server.ts';
import { Bench, type BenchOptions } from './bench.ts';
import { linesOf } from './books.ts';
import { PayingCustomers } from './paying-customers.ts';
import type { Soaked } from './row.ts';

export interface PaymentSoakOptions extends Pick<BenchOptions, 'kind' | 'processes'> {
  readonly reservations: number;
  readonly clients: number;
  readonly stations: number;
  /** After which part of the reservations a process is killed. */
  readonly kills: readonly number[];
  /** How long refunds may take until all of them are paid. A process that was killed keeps some on its lease for two minutes. */
  readonly restMs: number;
}

const PRICE = { minorUnits: 150, currency: 'EUR' };
/** One charge of so many ends early. */
const EARLY = 5;

export async function soakPayments(options: PaymentSoakOptions): Promise<Soaked> {
  const stripe = await StripeServer.start();
  const bench = await Bench.set({ ...options, env: paymentVariables(stripe) });
  try {
    return await run(bench, stripe, options);
  } finally {
    await bench.clear();
    await stripe.stop();
  }
}

async function run(bench: Bench, stripe: StripeServer, options: PaymentSoakOptions): Promise<Soaked> {
  const { reservations, clients, kills, restMs } = options;
  const operator = await bench.apiKey('operator');
  const apiKey = await bench.apiKey('customer app');
  await bench.start();
  const stations = await bench.makeStations(options.stations, operator, PRICE);
  const customers = new PayingCustomers({ urls: bench.urls, apiKey, giveUpMs: 60_000 }, stripe);
  const pending = [...kills];
  const acting: Promise<void>[] = [];
  const started = performance.now();
  await customers.buy(reservations, clients, stations, (over) => {
    while (pending.length > 0 && over >= pending[0]! * reservations) {
      pending.shift();
      acting.push(bench.act('kill'));
    }
  });
  await Promise.all(acting);
  const csv = await bench.clouds[0]!.call('GET', '/ledger.csv', undefined, { authorization: `Bearer ${operator}` });
  const lines = linesOf(await csv.text());
  const early = lines.filter((_, index) => index % EARLY === 0);
  // One more, while money goes back.
  const killed = bench.act('kill');
  await customers.endEarly(early, clients);
  await killed;
  const seconds = (performance.now() - started) / 1000;
  const restUntil = performance.now() + restMs;
  let books = await moneyBooks(bench.direct);
  while (performance.now() < restUntil && (books.unpaid > 0 || books.payments < stripe.paid)) {
    await wait(500);
    books = await moneyBooks(bench.direct);
  }

  const { counts, codes } = customers;
  const faults = [...books.faults, ...counts.odd];
  const held = [...books.left.keys()].reduce((sum, payment) => sum + stripe.keptOf(payment), 0);
  const difference = held - [...books.left.values()].reduce((sum, left) => sum + left, 0);
  // What is still on its way is with Stripe, and no cent more.
  if (difference !== books.unpaid)
    faults.push(`Stripe has ${difference} more than the ledger says, ${books.unpaid} is owed`);
  if (restMs > 0 && books.unpaid > 0) faults.push(`${books.unpaid} was not paid back within ${restMs} ms`);
  if (books.payments !== stripe.paid) faults.push(`${stripe.paid} payments were made, ${books.payments} are known`);
  const unasked = lines.filter(({ request }) => !codes.has(request)).length;
  if (unasked > 0 || lines.length !== codes.size)
    faults.push(`${lines.length} codes in the ledger, ${codes.size} given out`);
  if (counts.otherCode > 0) faults.push(`${counts.otherCode} got another code when they asked again`);
  const { reserved, paid, webhooks, lost, retries } = counts;
  return {
    figures: {
      ...{ reservations: reserved, paid, payments: books.payments, webhooks, 'webhooks lost': lost, retries },
      ...{ killed: bench.killed, codes: lines.length, receipts: early.length },
      ...{
        'money in': books.in,
        'for codes': books.codes,
        'without code': books.strays,
        'paid back': books.refunds - books.unpaid,
      },
      ...{ owed: books.unpaid, 'at Stripe': held, difference: difference - books.unpaid, seconds: Math.round(seconds) },
    },
    faults: faults.slice(0, 8),
  };
}
