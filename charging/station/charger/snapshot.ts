// What a charger is at one moment, for whoever looks at it from outside.
import type { Unit } from '../../codes/index.ts';
import { receiptDigits, screenOf } from '../conversation/display.ts';
import { progress } from '../conversation/figures.ts';
import type { DisplayLanguage } from '../conversation/screens.ts';
import { words } from '../conversation/words.ts';
import { type FaultCode, inOrder } from '../faults.ts';
import type { OutletState, Phase } from '../outlet/model.ts';
import type { Outcome } from '../types.ts';
import { type ChargerConfig, type ChargerState, outletsOf } from './model.ts';
import { type VoucherSnapshot, vouchersOf } from './overview.ts';

/** The states in the words of the bench contract. */
type StateName = 'idle' | 'armed' | 'starting' | 'charging' | 'paused' | 'stopping' | 'receipt' | 'fault';

export interface ChargerSnapshot {
  readonly state: StateName;
  /** As the relay says it is. */
  readonly relay: boolean;
  readonly vehicle: boolean;
  readonly display: string[];
  /** Of the last entry; `null` while the next is being typed. */
  readonly outcome: Outcome | null;
  /** The 12 digits on the display, or in `idle` and `fault` those that `*` shows. */
  readonly receipt: string | null;
  /** In `unit`s, of the session that runs; 0 when none does. */
  readonly remaining: number;
  readonly delivered: number;
  readonly unit: Unit;
  readonly faults: readonly FaultCode[];
  /** Number 1 first. */
  readonly outlets: readonly OutletSnapshot[];
  /** The text of the latest report; `null` before the first. */
  readonly report: string | null;
}

interface OutletSnapshot {
  readonly outlet: number;
  readonly state: Phase['name'];
  readonly relay: boolean;
  readonly vehicle: boolean;
  /** In `unit`s, with fractions: on all of `vouchers` together. */
  readonly remaining: number;
  readonly delivered: number;
  /** Of the first of `vouchers` that has one. */
  readonly receipt: string | null;
  readonly vouchers: readonly VoucherSnapshot[];
}

/** What a line of words about a charger is made of: a small part of its snapshot, which costs little however many outlets there are. */
export interface ChargerStanding extends Pick<ChargerSnapshot, 'state' | 'remaining' | 'unit' | 'faults'> {
  /** What each outlet does, number 1 first. */
  readonly phases: readonly Phase['name'][];
}

export function standingOf(charger: ChargerState, { unit }: ChargerConfig): ChargerStanding {
  const [first] = charger.outlets;
  return {
    state: stateName(charger),
    remaining: progress(first!).remaining,
    unit,
    faults: inOrder([...charger.station.faults, ...first!.faults].map(({ code }) => code)),
    phases: charger.outlets.map(({ phase }) => phase.name),
  };
}

export function snapshotOf(
  charger: ChargerState,
  at: number,
  config: ChargerConfig,
  language: DisplayLanguage,
): ChargerSnapshot {
  const { conversation } = charger;
  const outlets = outletsOf(charger, config.unit);
  const first = outlets[0]!;
  const { state } = first;
  const { phases: _phases, ...standing } = standingOf(charger, config);
  return {
    ...standing,
    relay: state.relay.on === true,
    vehicle: state.vehicle === true,
    display: words(screenOf(conversation, outlets, at, config), language),
    outcome: conversation.outcome ?? null,
    receipt: receiptDigits(conversation, first) ?? null,
    delivered: progress(state).delivered,
    outlets: charger.outlets.map(outletSnapshot),
    report: charger.report ?? null,
  };
}

function outletSnapshot(state: OutletState, index: number): OutletSnapshot {
  const vouchers = vouchersOf(state);
  const used = vouchers.reduce((sum, { delivered }) => sum + delivered, 0);
  // What is left of a voucher that was taken back is on its receipt, not in the session.
  const counting = 'session' in state.phase ? vouchers.filter(({ receipt }) => receipt === null) : vouchers;
  return {
    outlet: index + 1,
    state: state.phase.name,
    relay: state.relay.on === true,
    vehicle: state.vehicle === true,
    remaining: counting.reduce((sum, { amount, delivered }) => sum + amount - delivered, 0),
    delivered: used,
    receipt: vouchers.find(({ receipt }) => receipt !== null)?.receipt ?? null,
    vouchers,
  };
}

function stateName({ outlets, conversation }: ChargerState): StateName {
  const { name } = outlets[0]!.phase;
  if (name === 'free') return conversation.shown.length > 0 ? 'receipt' : 'idle';
  return name === 'waiting' ? 'armed' : name;
}
