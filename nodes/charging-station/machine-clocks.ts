// The machine's clocks, for a real charger. Everything else in charging/ is handed its time.
import { readFileSync } from 'node:fs';
import type { Clocks } from '../../charging/station/types.ts';
import { builtMs, monotonicMs } from '../../hardware/linux/machine-time.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** The wall clock, CLOCK_MONOTONIC and boot of this machine, and when this program was built. */
export function machineClocks(): Clocks {
  return { wallMs: Date.now, monotonicMs, bootId: bootId(), builtMs: builtMs() };
}

/** Where Linux tells no boot apart, each start of the program counts as one: nothing refills that should not. */
function bootId(): string {
  try {
    return readFileSync(BOOT_ID, 'utf8').trim();
  } catch {
    return `process ${process.pid} ${process.hrtime.bigint()}`;
  }
}
