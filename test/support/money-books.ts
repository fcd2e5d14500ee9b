// The books of a ledger's money, read from its tables behind its back: each payment has a code, waits for one, or is owed back.
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

const PAYMENTS = `
  select p.payment, p.minor_units as amount, p.outcome, p.refunded, r.sequence, c.price,
    (select coalesce(sum(f.minor_units), 0) from refunds f where f.payment = p.payment) as owed,
    (select coalesce(sum(f.minor_units), 0) from refunds f where f.payment = p.payment and f.done = 0) as unpaid
  from payments p
  join stations s on s.number = p.station
  join reservations r on r.station = p.station and r.reservation = p.reservation
  left join codes c on c.station = r.station and c.sequence = r.sequence
  where s.id like 'STATION'`;

const RECEIPTS = `
  select t.sequence, t.refund, f.minor_units as owed
  from receipts t
  join stations s on s.number = t.station
  left join refunds f on f.station = t.station and f.sequence = t.sequence and f.cause = 'receipt'
  where s.id like 'STATION' and t.refund > 0`;

/** Codes that had to be paid first: each was. */
const UNPAID_CODES = `
  select c.sequence from codes c
  join stations s on s.number = c.station
  left join reservations r on r.station = c.station and r.sequence = c.sequence
  left join payments p on p.payment = r.payment and p.outcome = 'taken'
  where s.id like 'STATION' and c.kind = 0 and c.reservation is not null and p.payment is null`;

interface PaymentRow {
  readonly payment: string;
  readonly amount: number;
  readonly outcome: string;
  readonly refunded: number;
  readonly sequence: number | null;
  readonly price: number | null;
  readonly owed: number;
  readonly unpaid: number;
}

export interface MoneyBooks {
  /** In smallest units, all currencies together. */
  readonly in: number;
  /** How many payments. */
  readonly payments: number;
  readonly codes: number;
  readonly waiting: number;
  readonly strays: number;
  readonly refunds: number;
  readonly unpaid: number;
  /** What of each payment does not go back. */
  readonly left: ReadonlyMap<string, number>;
  /** What does not balance, in words. */
  readonly faults: readonly string[];
}

/** @param station its id, or `%` for all */
export async function moneyBooks(url: string, station = '%'): Promise<MoneyBooks> {
  const [payments, receipts, unpaidCodes] = await query(
    url,
    [PAYMENTS, RECEIPTS, UNPAID_CODES].map((sql) => sql.replace('STATION', station)),
  );
  const books = { in: 0, codes: 0, waiting: 0, strays: 0, refunds: 0, unpaid: 0 };
  const faults: string[] = [];
  const left = new Map<string, number>();
  for (const row of payments as PaymentRow[]) {
    const { payment, amount, outcome, sequence, price, owed, refunded, unpaid } = row;
    books.in += amount;
    books.refunds += owed;
    books.unpaid += unpaid;
    left.set(payment, amount - owed);
    if (owed !== refunded) faults.push(`${payment}: ${refunded} is noted as going back, ${owed} is`);
    if (owed > amount) faults.push(`${payment}: ${owed} goes back of ${amount}`);
    if (outcome === 'taken' && sequence !== null) {
      books.codes += amount;
      if (price !== amount) faults.push(`${payment}: ${amount} paid for a code of ${price}`);
    } else if (outcome === 'taken') books.waiting += amount;
    else {
      books.strays += amount;
      if (owed !== amount) faults.push(`${payment} (${outcome}): ${amount} came in and ${owed} goes back`);
    }
  }
  if (books.in !== books.codes + books.waiting + books.strays) faults.push('money in is not codes, waiting and strays');
  for (const { sequence, refund, owed } of receipts as { sequence: number; refund: number; owed: number | null }[]) {
    if (owed === null || owed > refund) faults.push(`receipt of ${sequence}: ${refund} was promised, ${owed} is owed`);
  }
  for (const { sequence } of unpaidCodes as { sequence: number }[]) faults.push(`code ${sequence} was not paid`);
  return { ...books, payments: payments!.length, left, faults };
}

async function query(url: string, statements: readonly string[]): Promise<unknown[][]> {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length), { readOnly: true });
    const answers = statements.map((sql) => database.prepare(sql).all());
    database.close();
    return answers;
  }
  const client = new pg.Client({
    connectionString: url,
    types: {
      getTypeParser: (oid, format) =>
        ([20, 1700].includes(oid) ? Number : pg.types.getTypeParser(oid, format)) as never,
    },
  });
  await client.connect();
  const answers: unknown[][] = [];
  for (const sql of statements) answers.push((await client.query(sql)).rows);
  await client.end();
  return answers;
}
