// Pages that go on where the one before ended, by key: the thousandth costs what the first did.
import { type SelectQueryBuilder, type StringReference, sql } from 'kysely';
import type { Page, PageQuery } from '../types.ts';

export const MOST_ITEMS = 500;

export const limitOf = ({ limit = 50 }: PageQuery) => Math.min(Math.max(1, Math.trunc(limit) || 1), MOST_ITEMS);

/** Where the next page begins. What cannot be read is the beginning. */
export function cursorOf(after: string | undefined): number[] | undefined {
  if (after === undefined || !/^[0-9.]{1,1000}$/.test(after)) return undefined;
  const numbers = after.split('.').map(Number);
  return numbers.every(Number.isSafeInteger) ? numbers : undefined;
}

/**
 * Rows in the order of some columns, from the place where the page before ended.
 * @param place of that row, a value for each column; undefined: from the beginning
 */
export function inOrder<DB, TB extends keyof DB, O>(
  rows: SelectQueryBuilder<DB, TB, O>,
  columns: readonly StringReference<DB, TB>[],
  direction: 'asc' | 'desc',
  place: readonly (number | string)[] | undefined,
): SelectQueryBuilder<DB, TB, O> {
  const ordered = columns.reduce((query, column) => query.orderBy(column, direction), rows);
  if (place?.[columns.length - 1] === undefined) return ordered;
  const at = sql.join(columns.map((column) => sql.ref(column)));
  const beyond = sql.raw(direction === 'asc' ? '>' : '<');
  return ordered.where(sql<boolean>`(${at}) ${beyond} (${sql.join(place.slice(0, columns.length))})`);
}

/**
 * @param rows one more than the page holds, when there is a next one
 * @param mark the cursor after that row
 */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => T,
  mark: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(item), next: rows.length > limit ? mark(shown.at(-1)!) : null };
}
