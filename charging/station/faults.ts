// What can be wrong with a station, as data: what each fault does is said here and nowhere else.
import type { FAULT_NUMBERS, Unit } from '../codes/index.ts';

export type FaultCode = keyof typeof FAULT_NUMBERS;

export interface FaultRule {
  /** What it stops: the one outlet that it came from, or all of them. */
  readonly of: 'outlet' | 'station';
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
  'emergency-stop': { of: 'station', ends: 'cause' },
  'residual-current': { of: 'station', ends: 'unplug', danger: true },
  'relay-stuck-on': { of: 'outlet', ends: 'cause', danger: true },
  'over-current': { of: 'outlet', ends: 'unplug', momentary: true },
  'over-temperature': { of: 'station', ends: 'cause' },
  'guard-lost': { of: 'station', ends: 'cause' },
  'relay-unusable': { of: 'outlet', ends: 'cause' },
  'gpio-lost': { of: 'outlet', ends: 'cause' },
  'vehicle-unknown': { of: 'outlet', ends: 'cause' },
  'relay-did-not-close': { of: 'outlet', ends: 'operator', momentary: true },
  'relay-opened': { of: 'outlet', ends: 'unplug', momentary: true },
  'journal-not-writable': { of: 'station', ends: 'cause' },
  'meter-silent': { of: 'outlet', ends: 'cause', only: 'Wh' },
  'meter-implausible': { of: 'outlet', ends: 'cause', only: 'Wh' },
};

const ORDER = Object.keys(FAULTS) as FaultCode[];

export interface Fault {
  readonly code: FaultCode;
  /** Whether its cause is still there. */
  readonly standing: boolean;
}

/** The cause of a fault as it was told, and who told it: who tells of another cause of the same fault takes back that one. */
export interface Cause {
  readonly code: FaultCode;
  readonly by: string;
}

/** The causes that stand, once one was told, or taken back. */
export function withCause(before: readonly Cause[], { code, by }: Cause, standing: boolean): readonly Cause[] {
  const isThis = (cause: Cause) => cause.code === code && cause.by === by;
  if (before.some(isThis) === standing) return before;
  return standing ? [...before, { code, by }] : before.filter((cause) => !isThis(cause));
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

/** Whether a fault is still one, given whether nothing is plugged in and whether an operator cleared it. */
function persists({ code, standing }: Fault, unplugged: boolean, cleared: boolean): boolean {
  if (standing) return true;
  if (cleared || FAULTS[code].ends === 'cause') return false;
  return FAULTS[code].ends === 'operator' || !unplugged;
}

/** What changes when the causes of faults are known: which are new, which are over, and all that there are then. */
export interface Judged {
  readonly faults: readonly Fault[];
  readonly raised: readonly FaultCode[];
  readonly over: readonly FaultCode[];
}

/** Holds faults against their causes: those that stand are raised, the others are let go when their rule says so. */
export function judged(before: readonly Fault[], causes: ReadonlySet<FaultCode>, unplugged: boolean): Judged {
  const raisedNow = [...causes].filter((code) => !before.some((fault) => fault.code === code));
  let faults = before;
  for (const code of causes) {
    if (!faults.some((fault) => fault.code === code && fault.standing)) faults = raised(faults, code, true);
  }
  if (faults.some(({ code, standing }) => standing && !causes.has(code))) {
    faults = faults.map((fault): Fault => (causes.has(fault.code) ? fault : { ...fault, standing: false }));
  }
  const { left, over } = cleared(faults, unplugged, false);
  return { faults: left, raised: raisedNow, over };
}

/** The faults without those that are over. */
export function cleared(
  faults: readonly Fault[],
  unplugged: boolean,
  byOperator: boolean,
): { readonly left: readonly Fault[]; readonly over: readonly FaultCode[] } {
  const over = faults.filter((fault) => !persists(fault, unplugged, byOperator));
  if (over.length === 0) return { left: faults, over: [] };
  return { left: faults.filter((fault) => !over.includes(fault)), over: over.map(({ code }) => code) };
}

/** The gravest fault that keeps a station, or an outlet of it, from selling `unit`. */
export function blocking(faults: readonly Fault[], unit: Unit): FaultCode | undefined {
  if (faults.length === 0) return undefined;
  return faults.find(({ code }) => FAULTS[code].only === undefined || FAULTS[code].only === unit)?.code;
}

/** Fault codes, the gravest first. */
export function inOrder(codes: readonly FaultCode[]): FaultCode[] {
  return codes.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

/** The graver of two. */
export function graver(one: FaultCode | undefined, other: FaultCode | undefined): FaultCode | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return ORDER.indexOf(one) <= ORDER.indexOf(other) ? one : other;
}
