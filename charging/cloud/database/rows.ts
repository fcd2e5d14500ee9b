// Rows of the ledger's tables by what their columns hold: found, changed, or kept once. What needs more than that is a
// statement of its own, beside its call.
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import type { Database, Tables } from './schema.ts';

type Table = Exclude<keyof Tables, 'newest_keys'>;
/** What some of a row's columns hold; null is a value too. */
type Held<T extends Table> = Readonly<Partial<Tables[T]>>;
interface At {
  /** The transaction, or the database for reads. */
  readonly db: Database;
}

/** Each value by itself: Kysely's own way passes over one that is undefined, and then any row would do. */
const holding = (held: object) => (eb: ExpressionBuilder<Tables, 'codes'>) =>
  eb.and(Object.entries(held).map(([column, value]) => eb(column as 'client', value === null ? 'is' : '=', value)));

/** All rows that hold this; further conditions and an order may follow. */
export function rowsWith<T extends Table>({ db }: At, table: T, held: Held<T>) {
  // As of one table, whichever it is: statements of all are built alike, and the types of each are said at the end.
  const rows = db.selectFrom(table as 'codes').selectAll();
  return rows.where(holding(held)) as unknown as SelectQueryBuilder<Tables, T, Tables[T]>;
}

/** The row that holds this; undefined: none does. */
export async function findRow<T extends Table>(at: At, table: T, held: Held<T>): Promise<Tables[T] | undefined> {
  return (await rowsWith(at, table, held).executeTakeFirst()) as Tables[T] | undefined;
}

/**
 * Changes the rows that hold this.
 * @returns as they are then; none, where another call came first
 */
export function changeRows<T extends Table>({ db }: At, table: T, held: Held<T>, change: Held<T>) {
  const changing = db.updateTable(table as 'codes').set(change);
  const changed = changing.where(holding(held)).returningAll();
  return changed.$castTo<Tables[T]>().execute();
}

/** Keeps a row unless one with its key is there already; whether it was kept. */
export async function keepOnce<T extends Table>({ db }: At, table: T, row: Tables[T]): Promise<boolean> {
  const keeping = db.insertInto(table as 'codes').values(row as Tables['codes']);
  const kept = await keeping
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
  return kept.length > 0;
}
