// What a journal's newest report says is wrong, apart from its vouchers. Pure.
import { END_REASONS, FAULT_NUMBERS, type Report, type Unit } from '../../codes/index.ts';
import { type ClockBounds, clockIs, clockIsNoMore } from './clock-bounds.ts';
import type { AlarmKind, Evidence } from './types.ts';

/** Something to be raised, once for each subject. */
export interface Finding {
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly evidence: Evidence;
}

/** Raised while it stands, and anew when it comes again: `subject` says what stands. */
export const STANDING: readonly AlarmKind[] = ['fault-standing', 'clock-off', 'clock-lost'];

/**
 * Closings under load that a contactor is made for, as makers give it for its rated current; makers of cheap ones say less.
 * From nine tenths of it on an alarm says to change it.
 */
export const RELAY_LIFE = 100_000;
const WORN = 0.9;
const MANY_LOCKOUTS = 10;
/** A meter of class B is right to 1 %, and what flows while a contactor opens is not sold. */
const METER_SLACK = 1.02;
const METER_SLACK_WH = 500;
/** 63 A at three phases of 400 V, the most that a socket of mode 3 gives: of a station that sells minutes. */
const MOST_OUTLET_W = 43_500;
/** Metered between two reports, with nothing sold: more than a meter's own steps. */
const IDLE_WH = 100;
/** In the first report of a journal so many times what was sold is what a meter counted before the station had it. */
const METER_OF_BEFORE = 10;

/** What was delivered since the journal began, open vouchers included: seconds, or Wh. */
export function deliveredOf({ totals, open }: Pick<Report, 'totals' | 'open'>): number {
  return open.reduce((sum, { delivered }) => sum + delivered, totals.delivered);
}

/** What the meters counted and what was delivered, open vouchers included. */
export interface Metered {
  readonly meterWh: number;
  readonly delivered: number;
}

export interface Told {
  readonly report: Report;
  readonly unit: Unit;
  readonly sequence: 'clock' | 'counter';
  readonly outlets: number;
  readonly clock: ClockBounds;
  /** Of all journals of the station. */
  readonly closings: number;
  /** What reports before told of the same journal, with no meter silent: the first and the newest of them. */
  readonly first: Metered | undefined;
  readonly before: Metered | undefined;
}

/** What stands now, of the kinds in `STANDING`. */
export function standingIn({ report, sequence, clock }: Told): Finding[] {
  const found: Finding[] = report.faults.map((fault) => ({
    kind: 'fault-standing',
    subject: String(fault),
    evidence: { fault, name: nameOf(FAULT_NUMBERS, fault) },
  }));
  if (sequence === 'clock' && report.timeSeconds === 0) {
    found.push({ kind: 'clock-lost', subject: 'clock', evidence: {} });
  }
  const is = clockIs(clock);
  if (sequence === 'clock' && is !== undefined) {
    const evidence = { clock: is, leastSeconds: clock.least, mostSeconds: clock.most, toldAt: report.timeSeconds };
    found.push({ kind: 'clock-off', subject: is, evidence });
  }
  return found;
}

/** Whether a report shows that what stood is over. */
export function isOver(kind: AlarmKind, subject: string, told: Told): boolean {
  if (kind === 'clock-off') return clockIsNoMore(subject, told.clock);
  return !standingIn(told).some((finding) => finding.kind === kind && finding.subject === subject);
}

/** What is said once for a journal. */
export function onceIn(told: Told): Finding[] {
  const { report, outlets, closings } = told;
  const { journal, totals } = report;
  const found: Finding[] = [];
  const energy = energyPastSold(told);
  if (energy) found.push({ kind: 'energy-past-sold', subject: journal, evidence: energy });
  if (closings >= WORN * RELAY_LIFE * outlets) {
    const evidence = { closings, life: RELAY_LIFE * outlets };
    found.push({ kind: 'contactor-worn', subject: 'contactors', evidence });
  }
  const tens = Math.floor(totals.lockouts / MANY_LOCKOUTS);
  if (tens > 0) {
    const evidence = { lockouts: totals.lockouts, wrongGuesses: totals.wrongGuesses };
    found.push({ kind: 'many-lockouts', subject: `${journal} ${tens}`, evidence });
  }
  return found;
}

/** What the meters told; undefined without one, and while one is silent, whose count is missing in the sum. */
export function meteredIn(report: Report): Metered | undefined {
  const { meterWh } = report.totals;
  const isSilent = report.faults.includes(FAULT_NUMBERS['meter-silent']);
  return meterWh === null || isSilent ? undefined : { meterWh, delivered: deliveredOf(report) };
}

/** The meters counted more than what was sold explains: energy that nobody paid for. */
function energyPastSold({ report, unit, first, before }: Told): Evidence | undefined {
  const now = meteredIn(report);
  if (!now) return undefined;
  const since = (from: Metered) => ({
    meteredWh: now.meterWh - from.meterWh,
    delivered: now.delivered - from.delivered,
    unit,
  });
  const soldWh = (delivered: number) => (unit === 'Wh' ? delivered * METER_SLACK : (delivered / 3600) * MOST_OUTLET_W);
  const all = since(first ?? { meterWh: 0, delivered: 0 });
  const excessWh = all.meteredWh - soldWh(all.delivered) - METER_SLACK_WH;
  const isOwn = first !== undefined || all.meteredWh <= METER_OF_BEFORE * soldWh(all.delivered);
  if (excessWh > 0 && isOwn) return all;
  const idle = before && since(before);
  return idle && idle.delivered === 0 && idle.meteredWh > IDLE_WH ? idle : undefined;
}

/** The name of a number in a report; null for one of a later version. */
function nameOf(numbers: Readonly<Record<string, number>>, number: number): string | null {
  return Object.keys(numbers).find((name) => numbers[name] === number) ?? null;
}

export const reasonName = (reason: number) => nameOf(END_REASONS, reason);
