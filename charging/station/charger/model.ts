// The plain data of a whole charger: its outlets, the conversation at its one keypad, and what holds for the whole station.
import type { Unit } from '../../codes/index.ts';
import {
  type ClockEvent,
  CONVERSATION_LIMITS,
  type ConversationConfig,
  type ConversationState,
  type HandBack,
  type HandedBack,
  type KeypadEvent,
  newConversation,
  type Outlets,
  type ServiceWrite,
} from '../conversation/model.ts';
import { blocking, graver, inOrder } from '../faults.ts';
import {
  type HardwareEvent,
  type Note,
  newOutlet,
  OUTLET_LIMITS,
  type OutletConfig,
  type OutletState,
  type RelayCommand,
  type SessionWrite,
  type StartEvent,
} from '../outlet/model.ts';
import type { ToldByCharger, WaitingVoucher } from '../report.ts';
import type { SessionRecord, Unredeemable } from '../types.ts';
import { type Closing, POWER_LIMITS, type PowerConfig } from './power.ts';
import { type JournalConfig, newStation, type StationWide } from './station-wide.ts';

/** All times are monotonic milliseconds, all spans milliseconds. */
export type ChargerConfig = OutletConfig &
  ConversationConfig &
  JournalConfig &
  PowerConfig & {
    /** How many there are. */
    readonly outlets: number;
  };

/** The limits of docs/session.md, with what a station sets otherwise. */
export function chargerConfig(settings: { readonly unit: Unit } & Partial<ChargerConfig>): ChargerConfig {
  return { ...OUTLET_LIMITS, ...CONVERSATION_LIMITS, ...POWER_LIMITS, retryMs: 10_000, outlets: 1, ...settings };
}

export interface ChargerState {
  readonly isStarted: boolean;
  readonly station: StationWide;
  readonly conversation: ConversationState;
  readonly lastClosing: Closing | undefined;
  /** The text of the latest report. */
  readonly report: string | undefined;
  /** Number 1 first. */
  readonly outlets: readonly OutletState[];
}

/** A charger that has heard nothing yet. */
export function newCharger(outlets = 1): ChargerState {
  return {
    isStarted: false,
    station: newStation(),
    conversation: newConversation(),
    lastClosing: undefined,
    report: undefined,
    outlets: Array.from({ length: outlets }, newOutlet),
  };
}

/** The outlets as the conversation and the display see them. */
export function outletsOf({ station, outlets }: Pick<ChargerState, 'station' | 'outlets'>, unit: Unit): Outlets {
  const ofAll = blocking(station.faults, unit);
  return outlets.map((state) => ({ state, fault: graver(ofAll, blocking(state.faults, unit)) }));
}

type Told = Pick<ChargerState, 'station' | 'outlets' | 'conversation'>;

/** What a report says that the journal does not know. */
export function toldBy({ station, outlets, conversation }: Told): ToldByCharger {
  const faults = new Set([station, ...outlets].flatMap((each) => each.faults.map(({ code }) => code)));
  const metersWh = outlets.map(({ meter }) => meter?.energyWh).filter((energyWh) => energyWh !== undefined);
  return {
    faults: inOrder([...faults]),
    meterWh: metersWh.length === 0 ? undefined : metersWh.reduce((sum, energyWh) => sum + Math.max(0, energyWh), 0),
    waiting: [...outlets.flatMap((state, index) => waitingAt(state, index + 1)), ...waitingInTalk(conversation)],
  };
}

/** A voucher that may be redeemed yet, also one that the journal was asked to redeem and has not answered. */
function waitingAt({ phase }: OutletState, outlet: number): WaitingVoucher[] {
  if (phase.name === 'waiting' && 'voucher' in phase.held) return [{ voucher: phase.held.voucher, outlet }];
  if (phase.name !== 'starting' || phase.session.id !== undefined) return [];
  return phase.session.vouchers.map(({ voucher }) => ({ voucher, outlet }));
}

function waitingInTalk({ asking, choosing }: ConversationState): WaitingVoucher[] {
  if (choosing && 'voucher' in choosing) return [{ voucher: choosing.voucher, outlet: 0 }];
  return asking?.ask === 'add' ? [{ voucher: asking.voucher, outlet: asking.outlet }] : [];
}

interface At {
  /** Monotonic milliseconds; never falls. */
  readonly at: number;
}

/** Which outlet it is about: 1 where it is not set. */
interface AtOutlet {
  readonly outlet?: number;
}

/** A write to the journal. What it allows is asked for only when its answer, an event, has come. */
export type Write =
  | (Extract<SessionWrite, { type: 'redeem' | 'close' }> & AtOutlet)
  /** Of all outlets whose vouchers these are, in one transaction. */
  | CheckpointWrite
  | ServiceUse
  | HandBack
  /** Has the station say in a report how it stands. */
  | { readonly type: 'report'; readonly told: ToldByCharger }
  | Note
  /** Asks which sessions stand open: a write that failed may have reached the disk all the same. */
  | { readonly type: 'recover' };

/** `told`: what a report says that is asked for. */
type ServiceUse = ServiceWrite & { readonly type: 'use-service'; readonly told?: ToldByCharger };

interface CheckpointWrite {
  readonly type: 'checkpoint';
  readonly records: readonly SessionRecord[];
  /** The outlets that wait for it. */
  readonly outlets: readonly number[];
}

export type Effect = (RelayCommand & AtOutlet) | Write;

export type Event = At &
  /** `forgot`: the machine was off, and what waited is forgotten. */
  (
    | (StartEvent & { readonly forgot?: boolean })
    | { readonly type: 'tick' }
    | { readonly type: 'halt' }
    /** Somebody who looks at the relay wants to see it move; it is in the journal. */
    | ({ readonly type: 'click'; readonly forMs: number } & AtOutlet)
    | (HardwareEvent & AtOutlet)
    | KeypadEvent
    | ClockEvent
    // What became of a write that was asked for.
    | ({ readonly type: 'redeemed'; readonly record: SessionRecord } & AtOutlet)
    | ({ readonly type: 'redeem-refused'; readonly why: Unredeemable } & AtOutlet)
    | { readonly type: 'checkpointed'; readonly outlets: readonly number[] }
    | ({ readonly type: 'closed'; readonly records: readonly SessionRecord[] } & AtOutlet)
    | HandedBack
    | (ServiceWrite & { readonly type: 'service-used'; readonly result: 'done' | 'used'; readonly report?: string })
    | { readonly type: 'reported'; readonly report: string | undefined }
    | { readonly type: 'noted'; readonly note: Note }
    | { readonly type: 'recovered'; readonly open?: readonly SessionRecord[] }
    | { readonly type: 'journal-failed'; readonly write: Write }
  );

export interface Step {
  readonly state: ChargerState;
  /** In the order in which they are to be done. */
  readonly effects: readonly Effect[];
}
