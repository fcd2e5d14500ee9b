// How each outlet stands, for a panel that shows them all: in figures as coarse as people read them, so that it changes seldom.
import type { Unit } from '../../codes/index.ts';
import { progress } from '../conversation/figures.ts';
import type { FaultCode } from '../faults.ts';
import { delivered } from '../outlet/metering.ts';
import type { OutletState, Phase, Session } from '../outlet/model.ts';
import { waitsFor } from '../outlet/transition.ts';
import type { SessionRecord } from '../types.ts';
import { type ChargerConfig, type ChargerState, outletsOf } from './model.ts';

export interface OutletOverview {
  readonly outlet: number;
  readonly state: Phase['name'];
  readonly vehicle: boolean;
  /** In `unit`s, of what is charged or waits: whole minutes, or Wh; 0 where there is nothing. */
  readonly remaining: number;
  readonly amount: number;
  readonly delivered: number;
  readonly unit: Unit;
  /** Minutes with the relay closed. */
  readonly elapsed?: number;
  readonly powerW?: number;
  readonly fault?: FaultCode;
  readonly waitsFor?: 'vehicle' | 'rest' | 'power';
}

const MINUTE = 60_000;

/** What an outlet's overview was made of. */
interface Seen {
  readonly state: OutletState;
  readonly fault: FaultCode | undefined;
  readonly waiting: OutletOverview['waitsFor'];
  readonly overview: OutletOverview;
}

/**
 * How the outlets stood when they were looked at last. A station with twenty hears something of one of them forty times a
 * second: only what has changed is made anew, and an overview that reads the same stays the same object.
 */
export class Overviews {
  #seen: readonly Seen[] = [];
  #all: readonly OutletOverview[] = [];

  /** Number 1 first; the same list as before while all read the same. */
  of(charger: ChargerState, at: number, config: ChargerConfig): readonly OutletOverview[] {
    const before = this.#seen;
    this.#seen = outletsOf(charger, config.unit).map(({ state, fault }, index) => {
      const waiting = waitsFor(state, at);
      const last = before[index];
      if (last?.state === state && last.fault === fault && last.waiting === waiting) return last;
      const overview = overviewOf(index + 1, { state, fault, waiting }, config.unit);
      const isSame = JSON.stringify(last?.overview) === JSON.stringify(overview);
      return { state, fault, waiting, overview: isSame ? last!.overview : overview };
    });
    if (this.#seen.some(({ overview }, index) => overview !== this.#all[index]))
      this.#all = this.#seen.map(({ overview }) => overview);
    return this.#all;
  }
}

function overviewOf(outlet: number, { state, fault, waiting }: Omit<Seen, 'overview'>, unit: Unit): OutletOverview {
  const { phase, meter, vehicle } = state;
  const powerW = 'session' in phase ? meter?.powerW : undefined;
  return {
    outlet,
    state: phase.name,
    vehicle: vehicle === true,
    ...figures(state),
    unit,
    ...('session' in phase ? { elapsed: Math.floor(phase.session.elapsedMs / MINUTE) } : {}),
    ...(powerW === undefined ? {} : { powerW: Math.round(powerW / 10) * 10 }),
    ...(fault === undefined ? {} : { fault }),
    ...(waiting === undefined ? {} : { waitsFor: waiting }),
  };
}

/** What is left to whole units that nobody reads as less than it is. */
function figures(state: OutletState): Pick<OutletOverview, 'remaining' | 'amount' | 'delivered'> {
  const { phase } = state;
  if (phase.name === 'waiting' && 'voucher' in phase.held) {
    const { amount } = phase.held.voucher;
    return { remaining: amount, amount, delivered: 0 };
  }
  const { remaining, delivered: used } = progress(state);
  return { remaining: Math.ceil(remaining), amount: Math.round(remaining + used), delivered: Math.floor(used) };
}

export interface VoucherSnapshot {
  readonly sequence: number;
  readonly amount: number;
  readonly delivered: number;
  readonly receipt: string | null;
}

/** Of the session that is open at an outlet, or else of the last one. */
export function vouchersOf({ phase, lastVouchers }: OutletState): readonly VoucherSnapshot[] {
  if ('session' in phase) return ofSession(phase.session);
  if (phase.name === 'waiting' && 'open' in phase.held) return phase.held.open.map(ofRecord);
  if ((phase.name === 'stopping' || phase.name === 'fault') && phase.ended && 'unclosed' in phase.ended) {
    return [...phase.ended.before, ...phase.ended.unclosed].map(ofRecord);
  }
  return lastVouchers.map(ofRecord);
}

function ofSession({ vouchers }: Session): VoucherSnapshot[] {
  return vouchers.map((each) => ({
    sequence: each.voucher.sequence,
    amount: each.voucher.amount,
    delivered: delivered(each),
    receipt: each.receipt ?? null,
  }));
}

function ofRecord({ voucher, delivered: by, receipt }: SessionRecord): VoucherSnapshot {
  return { sequence: voucher.sequence, amount: voucher.amount, delivered: by, receipt: receipt ?? null };
}
