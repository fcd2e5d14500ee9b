// The machine's clocks, for a real charger. Everything else in charging/ is handed its time.
import { readFileSync } from 'node:fs';
import type { Clocks } from '../../charging/station/types.ts';

/** No program that holds this line was built before. */
const FIRST_BUILT_MS = Date.UTC(2026, 0, 1);
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** The wall clock, CLOCK_MONOTONIC and boot of this machine, and when this program was built. */
export function machineClocks(): Clocks {
  return {
    wallMs: Date.now,
    monotonicMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
    bootId: bootId(),
    builtMs: builtMs(),
  };
}

/** Where Linux tells no boot apart, each start of the program counts as one: nothing refills that should not. */
function bootId(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return `process ${process.pid} ${process.hrtime.bigint()}`;
  }
}

/** `dist/built.json` holds `{"builtAt": ISO 8601}` where the build wrote one; npm sets all times of files alike. */
function builtMs(): number {
  try {
    const { builtAt } = JSON.parse(readFileSync(new URL('../../built.json', import.meta.url), 'utf8'));
    const ms = Date.parse(builtAt);
    return Number.isNaN(ms) ? FIRST_BUILT_MS : Math.max(ms, FIRST_BUILT_MS);
  } catch {
    return FIRST_BUILT_MS;
  }
}
