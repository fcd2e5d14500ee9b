// The control pilot of IEC 61851-1: its states, and what every way to read it gives.
import type { FaultListener } from '../linux/errors.ts';

/**
 * A: no vehicle (+12 V). B: vehicle connected (+9 V). C: it asks for energy (+6 V). D: the same, wants ventilation (+3 V).
 * E: pilot shorted or dead (0 V). F: station not available (−12 V).
 */
export type PilotState = 'A' | 'B' | 'C' | 'D' | 'E' | 'F';

/** A vehicle is connected in B, C and D. */
export function vehicleConnected(state: PilotState): boolean {
  return state === 'B' || state === 'C' || state === 'D';
}

/** Faults: `pilot-lost` (the converter does not answer), `pilot-implausible` (no diode in the vehicle, or no state at all). */
export interface PilotListener extends FaultListener {
  /** Called with the first state and at every change. */
  onState(state: PilotState): void;
}

export interface Pilot {
  readonly name: string;
  /** Undefined until the first state settled, and while a fault stands. */
  readonly state: PilotState | undefined;
  close(): Promise<void>;
}
