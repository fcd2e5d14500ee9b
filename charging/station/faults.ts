// What can be wrong with a station, as data: what each fault does is said here and nowhere else.
import type { Unit } from '../codes/index.ts';

export type FaultCode =
  | 'emergency-stop'
  | 'residual-current'
  | 'relay-stuck-on'
  | 'over-current'
  | 'over-temperature'
  | 'guard-lost'
  | 'relay-unusable'
  | 'gpio-lost'
  | 'vehicle-unknown'
  | 'relay-did-not-close'
  | 'relay-opened'
  | 'journal-not-writable'
  | 'meter-silent'
  | 'meter-implausible';

export interface FaultRule {
  /**
   * What ends it. `cause`: its cause is gone. `unplug`: its cause is gone and the vehicle was unplugged.
   * `operator`: its cause is gone and an operator typed an `end-session` code, which ends the other two kinds as well.
   * No code ends a fault whose cause still stands.
   */
  readonly ends: 'cause' | 'unplug' | 'operator';
  /** Over as soon as the relay is off: it is not waited for its cause to go. */
  readonly momentary?: true;
  /** Stations that sell another unit take note of it, and go on. */
  readonly only?: Unit;
  /** Somebody may be hurt: the display warns of it whatever else it has to say. */
  readonly danger?: true;
}

/** The gravest first: that one is on the display. */
export const FAULTS: Readonly<Record<FaultCode, FaultRule>> = {
  'emergency-stop': { ends: 'cause' },
  'residual-current': { ends: 'unplug', danger: true },
  'relay-stuck-on': { ends: 'cause', danger: true },
  'over-current': { ends: 'unplug', momentary: true },
  'over-temperature': { ends: 'cause' },
  'guard-lost': { ends: 'cause' },
  'relay-unusable': { ends: 'cause' },
  'gpio-lost': { ends: 'cause' },
  'vehicle-unknown': { ends: 'cause' },
  'relay-did-not-close': { ends: 'operator', momentary: true },
  'relay-opened': { ends: 'unplug', momentary: true },
  'journal-not-writable': { ends: 'cause' },
  'meter-silent': { ends: 'cause', only: 'Wh' },
  'meter-implausible': { ends: 'cause', only: 'Wh' },
};

const ORDER = Object.keys(FAULTS) as FaultCode[];

export interface Fault {
  readonly code: FaultCode;
  /** Whether its cause is still there. */
  readonly standing: boolean;
}

export function isFaultCode(code: unknown): code is FaultCode {
  return typeof code === 'string' && Object.hasOwn(FAULTS, code);
}

/** The faults with one more, in order of gravity. */
export function raised(faults: readonly Fault[], code: FaultCode, standing: boolean): readonly Fault[] {
  return [...faults.filter((fault) => fault.code !== code), { code, standing }].sort(
    (a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code),
  );
}

/** Whether a fault is still one, given what is plugged in (`undefined`: unknown) and whether an operator cleared it. */
export function persists({ code, standing }: Fault, vehicle: boolean | undefined, cleared: boolean): boolean {
  if (standing) return true;
  if (cleared || FAULTS[code].ends === 'cause') return false;
  return FAULTS[code].ends === 'operator' || vehicle !== false;
}

/** The gravest fault that keeps a station from selling `unit`. */
export function blocking(faults: readonly Fault[], unit: Unit): FaultCode | undefined {
  return faults.find(({ code }) => FAULTS[code].only === undefined || FAULTS[code].only === unit)?.code;
}
