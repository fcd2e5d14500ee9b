// `npm run simulate:week`: a week of a busy site of twelve outlets on the real station and its journal, with the clocks turned by
// hand, and its money in the cloud's own ledger. Prints what was sold, charged, left and given, and exits 1 unless it adds up to the
// last 155th and cent. WEEK_HOURS and SEED say how long and which.
import { removeFolders } from '../test/charging/station/support.ts';
import { table } from './support/figures.ts';
import { simulateWeek } from './support/week.ts';
import { type Books, booksOf } from './support/week-books.ts';
import { mistakesIn, type Totals } from './support/week-totals.ts';

const HOURS = Number(process.env.WEEK_HOURS ?? 168);
const UNITS = ['Wh', 'min'] as const;

const seed = Number(process.env.SEED ?? 20_261_129);
const all: (Totals & { readonly books: Books })[] = [];
let good = true;
for (const unit of UNITS) {
  const totals = simulateWeek({ unit, hours: HOURS, outlets: 12, codesADay: 200, seed });
  const books = await booksOf(totals, unit);
  all.push({ ...totals, books });
  for (const mistake of [...mistakesIn(totals, unit), ...books.mistakes]) {
    good = false;
    console.log(`${unit}: ${mistake}`);
  }
}

const row = (name: string, of: (totals: (typeof all)[0]) => number | string): string[] => [
  name,
  ...all.map((totals) => String(of(totals))),
];
const figure = (value: number) => value.toFixed(1);
console.log(
  table(
    [`${HOURS} hours, 12 outlets`, ...UNITS.map((unit) => `${unit} are sold`)],
    [
      row('codes sold', ({ sold }) => sold),
      row('told to wait', ({ turnedAway }) => turnedAway),
      row('redeemed', ({ redeemed }) => redeemed),
      row('of these, added to a session', ({ topUps }) => topUps),
      row('handed back', ({ handedBack }) => handedBack),
      row('never typed', ({ abandoned }) => abandoned),
      row('plugged in at the wrong outlet', ({ wrongOutlet }) => wrongOutlet),
      row('bought ahead, typed hours later', ({ ahead }) => ahead),
      row('power cuts', ({ powerCuts }) => powerCuts),
      row('paid, 155ths of a step', ({ paid }) => paid),
      row('= kept', ({ kept }) => kept),
      row('+ refunded', ({ refunded }) => refunded),
      row('+ never typed', ({ neverTyped }) => neverTyped),
      row('used codes typed again, none honoured', ({ typedAgain }) => typedAgain),
      row('paid, cents in the ledger', ({ books }) => books.paid),
      row('of these given back by receipts', ({ books }) => books.refunded),
      row('charged, min or Wh', ({ charged }) => figure(charged)),
      row('given', ({ given }) => figure(given)),
      row('power cuts may cost customers', ({ dearest }) => figure(dearest)),
      row('the operator may lose', ({ freest }) => figure(freest)),
      row('reported: vouchers closed', ({ reported }) => reported.closed),
      row('reported: delivered', ({ reported }) => figure(reported.delivered)),
    ],
  ),
);
removeFolders();
console.log(good ? '\nIt adds up.' : '\nIt does not add up.');
process.exit(good ? 0 : 1);
