// The monotonic clock that all programs of a machine share, and when this program was built.
import { readFileSync } from 'node:fs';

/** No program that holds this line was built before. */
const FIRST_BUILT_MS = Date.UTC(2026, 0, 1);

/** CLOCK_MONOTONIC. */
export const monotonicMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

/** `dist/built.json` holds `{"builtAt": ISO 8601}` where the build wrote one; npm sets all times of files alike. */
export function builtMs(): number {
  try {
    const { builtAt } = JSON.parse(readFileSync(new URL('../../built.json', import.meta.url), 'utf8'));
    return Math.max(FIRST_BUILT_MS, Date.parse(builtAt) || 0);
  } catch {
    return FIRST_BUILT_MS;
  }
}
