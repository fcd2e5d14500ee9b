// From the control pilot's voltages to its state, after IEC 61851-1 annex A. Pure.
import type { PilotState } from './pilot.ts';

/** The highest and the lowest voltage within one period of the pilot; equal while it is steady. */
export interface PilotPeaks {
  readonly positiveV: number;
  readonly negativeV: number;
}

/** Halfway between the bands of two neighbouring states (IEC 61851-1 table A.4: 12, 9, 6, 3, 0, −12 V, ±1 V each). */
const boundariesV: readonly { readonly above: PilotState; readonly volts: number }[] = [
  { above: 'A', volts: 10.5 },
  { above: 'B', volts: 7.5 },
  { above: 'C', volts: 4.5 },
  { above: 'D', volts: 1.5 },
  { above: 'E', volts: -6 },
];

const order: readonly PilotState[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/** A state is left only when the voltage lies so far beyond its boundary: noise on it changes nothing. */
const hysteresisV = 0.3;

/** The state that a positive peak means, leaning to `previous` near its boundaries. */
export function pilotStateOf(positiveV: number, previous: PilotState | undefined): PilotState {
  const held = previous === undefined ? -1 : order.indexOf(previous);
  for (const [index, { above, volts }] of boundariesV.entries()) {
    // The boundary below the held state is easier to stay above, the one above it harder to pass.
    const lean = held === -1 ? 0 : index >= held ? -hysteresisV : hysteresisV;
    if (positiveV > volts + lean) return above;
  }
  return 'F';
}

/** What the pilot oscillates down to when nothing but a vehicle's diode hangs on it (IEC 61851-1 table A.4: −12 V ± 1 V). */
const diodeBelowV = -10;
const highestV = 14;
/** Below it there is no positive half at all, and above 0 V no negative one. */
const positiveFromV = 1.5;
const negativeToV = -6;

/** The vehicle is gone, or the pilot is dead, after so few agreeing reads; anything else takes more. */
const readsToOpen = 2;
const readsToChange = 4;
/** Half of the last reads: a diode that conducts now and then is a fault as well as one that never does. */
const readsForFault = 3;
const readsJudged = 6;
/** Of so many reads in a row (2 s at least) none saw a half of a pilot that is said to oscillate: it does not. */
const readsWithoutHalf = 60;

export type PilotVerdict =
  | { readonly state: PilotState; readonly changed: boolean }
  | { readonly fault: string }
  | { readonly unsettled: true };

/**
 * Settles reads into states. `oscillating` says that a pilot generator drives its PWM: only then has the pilot a negative
 * half, in which the diode of a vehicle shows. Without it a resistor, or a finger, looks like a vehicle.
 */
export class PilotJudge {
  #state: PilotState | undefined;
  #candidate: PilotState | undefined;
  #agreeing = 0;
  /** Of the last reads, which were bad; the newest last. */
  #bad: boolean[] = [];
  /** How many reads in a row missed a half of the period. */
  #missed = 0;

  take(peaks: PilotPeaks, oscillating: boolean): PilotVerdict {
    const half = oscillating ? missedHalf(peaks) : undefined;
    if (half !== undefined) return this.#miss(half);
    this.#missed = 0;
    const problem = problemOf(peaks, oscillating, this.#state);
    this.#bad = [...this.#bad, problem !== undefined].slice(-readsJudged);
    if (problem !== undefined) {
      this.#agreeing = 0;
      if (this.#bad.filter(Boolean).length < readsForFault) return this.#answer(false);
      this.#state = undefined;
      return { fault: problem };
    }
    const next = pilotStateOf(peaks.positiveV, this.#state);
    if (next === this.#state) {
      this.#agreeing = 0;
      return this.#answer(false);
    }
    this.#agreeing = next === this.#candidate ? this.#agreeing + 1 : 1;
    this.#candidate = next;
    const opening = next === 'A' || next === 'E' || next === 'F';
    if (this.#agreeing < (opening ? readsToOpen : readsToChange)) return this.#answer(false);
    // After a fault: what led to it counts no longer.
    if (this.#state === undefined) this.#bad = [];
    this.#state = next;
    this.#agreeing = 0;
    return this.#answer(true);
  }

  /** The converter was lost: whatever was known is known no more. */
  reset(): void {
    this.#state = undefined;
    this.#agreeing = 0;
    this.#bad = [];
    this.#missed = 0;
  }

  /** A read that missed a half says nothing of the vehicle: neither for what was known before it, nor against. */
  #miss(half: string): PilotVerdict {
    this.#missed += 1;
    if (this.#missed < readsWithoutHalf) return this.#answer(false);
    this.#state = undefined;
    this.#agreeing = 0;
    return { fault: `The pilot has no ${half} half: check its generator, its wires and the divider.` };
  }

  #answer(changed: boolean): PilotVerdict {
    return this.#state === undefined ? { unsettled: true } : { state: this.#state, changed };
  }
}

/**
 * Which half of its period a pilot that oscillates did not show. While a generator drives it, no vehicle can hold it at
 * −12 V (state F is the station's own, IEC 61851-1 table A.4), and unplugging lets it up to +12 V: a positive half that
 * is not there was missed between two samples. So was a negative one, which at 80 A is 40 µs of each millisecond; a
 * vehicle without a diode lowers it, and does not take it away.
 */
function missedHalf({ positiveV, negativeV }: PilotPeaks): 'positive' | 'negative' | undefined {
  if (positiveV < positiveFromV && negativeV < negativeToV) return 'positive';
  const state = pilotStateOf(positiveV, undefined);
  return negativeV > 0 && (state === 'B' || state === 'C' || state === 'D') ? 'negative' : undefined;
}

function problemOf(peaks: PilotPeaks, oscillating: boolean, held: PilotState | undefined): string | undefined {
  const { positiveV, negativeV } = peaks;
  if (!Number.isFinite(positiveV) || !Number.isFinite(negativeV) || positiveV > highestV || negativeV < -highestV)
    return `${positiveV.toFixed(1)} V is no control pilot: check the divider and its settings.`;
  const state = pilotStateOf(positiveV, held);
  if (oscillating && (state === 'B' || state === 'C' || state === 'D') && negativeV > diodeBelowV)
    return `No diode in the vehicle (negative half at ${negativeV.toFixed(1)} V): this is no vehicle, or its inlet is wet.`;
  return undefined;
}

/** Duty cycle (0–1) that offers `currentA` to the vehicle; 6 to 80 A (IEC 61851-1 table A.7). */
export function dutyForCurrent(currentA: number): number {
  if (!(currentA >= 6 && currentA <= 80)) throw new RangeError(`A control pilot offers 6 to 80 A, not ${currentA}.`);
  return currentA <= 51 ? currentA / 60 : currentA / 250 + 0.64;
}
