// What is put off until a moment that is written down. The clock that the moment came from may have been wrong, years ahead:
// then what was put off for a minute would wait for years.
import { sql } from 'kysely';

/** Nothing is put off for longer. */
const MOST_WAIT_MS = 86_400_000;

/**
 * It is that moment; or the moment lies so far ahead that no clock that is right put it there. What waits for nothing any more is
 * by far the most, and not read: its moment is null.
 */
export function isDue(column: string, now: number) {
  const at = sql.ref(column);
  return sql<boolean>`(${at} > 0 and (${at} <= ${now} or ${at} > ${now + MOST_WAIT_MS}))`;
}
