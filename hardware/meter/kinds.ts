// The meters that a station may have, as METER and the dialog of `read meter` name them.
import type { MeterKind } from './meter.ts';
import { modbus } from './modbus.ts';
import { s0 } from './s0.ts';
import { simulated } from './simulated.ts';

export const METERS: readonly MeterKind[] = [s0, modbus, simulated];
