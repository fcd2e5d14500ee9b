// The plain data of one outlet: what it knows, what it hears, what it asks for. The rules are in events.ts (what each event
// changes) and phases.ts (what follows from it).
import type { Unit } from '../../codes/index.ts';
import type { Cause, Fault, FaultCode } from '../faults.ts';
import type { EndReason, SessionRecord, Unredeemable, Voucher } from '../types.ts';
import { type Current, NO_CURRENT } from './current-state.ts';

/** All times are monotonic milliseconds, all spans milliseconds. */
export interface OutletConfig {
  readonly unit: Unit;
  /** How long a verified voucher waits for a vehicle. */
  readonly waitingMs: number;
  readonly startingMs: number;
  readonly stoppingMs: number;
  readonly pausedMs: number;
  readonly testMs: number;
  readonly checkpointMs: number;
  readonly checkpointWh: number;
  /** A vehicle that draws less than this for `pauseAfterMs` is full, or waits. */
  readonly pauseBelowW: number;
  readonly pauseAfterMs: number;
  readonly meterSilentMs: number;
  /** Less power than this is no current that a meter can be held to. */
  readonly currentAboveW: number;
  /** Readings of so long after the relay opened are not held against it. */
  readonly afterOpeningMs: number;
  /** Power that does not fall for so long while the relay is open flows. */
  readonly heldMs: number;
  /** After so long without current, with a vehicle connected, an open relay is one again. */
  readonly quietMs: number;
  /** A meter that counts backwards, or not at all, for so long is wrong. */
  readonly meterWrongMs: number;
  /** What a counter may leave uncounted, where its step is known to be less, and where it is not known. */
  readonly uncountedWh: number;
  readonly uncountedUnknownWh: number;
  /** The most that the meter may count: above it a reading is implausible. Unset: the meter's reader judges alone. */
  readonly highestPowerW?: number;
  /** Above it in two readings on end the session stops. Unset: an input of the station's own says so. */
  readonly highestCurrentA?: number;
  /** After that long without a beat the relay guard has let go, so no more is charged for a gap. */
  readonly silenceMs: number;
  /** How long a station that comes back waits to hear whether a vehicle is connected. */
  readonly resumeMs: number;
  /** So long what tells of the vehicle again and again may be silent (or three times, where that is longer); then nobody knows. */
  readonly vehicleSilentMs: number;
}

/** The limits of docs/session.md. */
export const OUTLET_LIMITS: Omit<OutletConfig, 'unit'> = Object.freeze({
  waitingMs: 120_000,
  startingMs: 3_000,
  stoppingMs: 5_000,
  pausedMs: 30 * 60_000,
  testMs: 10_000,
  checkpointMs: 60_000,
  checkpointWh: 50,
  pauseBelowW: 10,
  pauseAfterMs: 60_000,
  meterSilentMs: 5_000,
  currentAboveW: 25,
  afterOpeningMs: 5_000,
  heldMs: 10_000,
  quietMs: 30_000,
  meterWrongMs: 5_000,
  uncountedWh: 2.5,
  uncountedUnknownWh: 6,
  silenceMs: 2_000,
  resumeMs: 30_000,
  vehicleSilentMs: 5_000,
});

/** A voucher on the disk as redeemed, and what was delivered on it. */
export interface SessionVoucher {
  readonly voucher: Voucher;
  /** Milliseconds of charging at a `min` station, Wh at a `Wh` station; never more than the voucher holds. */
  readonly used: number;
  /** `used` at the last checkpoint. */
  readonly saved: number;
  /** The meter when it began, and its last good reading; unset while it waits for those before it. */
  readonly meterStartWh?: number;
  readonly meterLastWh?: number;
  /** It is over before its session: used up, or taken back. The journal was told. */
  readonly ended?: EndReason;
  /** What was left when it was taken back. */
  readonly receipt?: string;
}

/** Vouchers that are used one after the other, and what they share. */
export interface Session {
  /** The journal's; undefined until it has answered. */
  readonly id: number | undefined;
  /** In order of redemption, at least one. The first with something left is the one that is used. */
  readonly vouchers: readonly SessionVoucher[];
  /** When the last checkpoint was. */
  readonly savedAt: number;
  /** Time with the relay closed; for the display. */
  readonly elapsedMs: number;
  /** The last beat: until when time was counted. */
  readonly countedAt: number;
  /** Power cuts so far. */
  readonly cuts: number;
  /** What a meter that forgets its count may lose in a cut, Wh; unset where it keeps it. */
  readonly aheadWh?: number;
  /** The same at the last checkpoint: what the next cut costs the customer. */
  readonly bookedWh?: number;
}

export interface Receipt {
  /** Of the voucher that it is for. */
  readonly sequence: number;
  /** 12 digits, or 14 at a wide station. */
  readonly digits: string;
  readonly reason: EndReason;
  /** What is left and what was bought, in `unit`s. */
  readonly left: number;
  readonly bought: number;
  readonly unit: Unit;
}

/** The relay is closed without a voucher, with nothing plugged in. */
interface RelayTest {
  readonly since: number;
  readonly until: number;
  readonly seenOn: boolean;
}

export type Phase =
  | { readonly name: 'free'; readonly test?: RelayTest }
  | {
      readonly name: 'waiting';
      /** A voucher that is verified; or a session that was interrupted, and redeemed long before: all its vouchers. */
      readonly held: { readonly voucher: Voucher } | { readonly open: readonly SessionRecord[] };
      readonly since: number;
      readonly until: number;
    }
  | {
      readonly name: 'starting';
      readonly session: Session;
      /** On the disk: as redeemed, or, after a power cut, as one that goes on. */
      readonly redeemed: boolean;
      readonly since: number;
    }
  | { readonly name: 'charging'; readonly session: Session; readonly lowSince?: number }
  | {
      readonly name: 'paused';
      readonly session: Session;
      readonly since: number;
      /** There is no power for it: its relay is open, its time stands still. W: what it drew, and so will need. */
      readonly neededW?: number;
    }
  | {
      readonly name: 'stopping';
      readonly since: number;
      /** Unset: the relay was being tested, and was seen on or not. */
      readonly ended?: Ended;
      readonly seenOn?: boolean;
    }
  | { readonly name: 'fault'; readonly ended?: Ended };

/** A session that has ended. No receipt is shown before the journal holds it as closed. */
export type Ended =
  /** `before`: those of its vouchers that the journal closed before. */
  | { readonly unclosed: readonly SessionRecord[]; readonly before: readonly SessionRecord[] }
  /** A receipt for each voucher that had something left. */
  | { readonly reason: EndReason; readonly receipts: readonly Receipt[] };

export interface MeterMessage {
  /** Ever growing, Wh. */
  readonly energyWh: number;
  readonly powerW?: number;
  readonly currentA?: number;
  /** How old the reading is. */
  readonly ageMs?: number;
  /** False where a power cut costs the counter what it counted last: pulses that the station itself counts. */
  readonly keepsCount?: boolean;
}

export interface Metered {
  readonly energyWh: number;
  readonly powerW: number | undefined;
  readonly at: number;
  readonly overCurrent: boolean;
  readonly keepsCount: boolean;
}

export interface OutletState {
  readonly phase: Phase;
  /** When the station began to listen; `undefined` before `start`. */
  readonly startedAt: number | undefined;
  /** `undefined`: not known. */
  readonly vehicle: boolean | undefined;
  /** How often what tells of the vehicle said that it would, and for how long it has not. Unset: it tells of changes alone. */
  readonly vehicleTeller: { readonly everyMs: number; readonly silentMs: number; readonly at: number } | undefined;
  /** Somebody may be plugging in just now: too early to charge, too late to test the relay. */
  readonly settling: boolean;
  /** What the relay says it is, and from when on it may be closed (`undefined`: not known). */
  readonly relay: {
    readonly on: boolean | undefined;
    readonly readyAt: number | undefined;
    /** Since when it is open. */
    readonly offSince: number | undefined;
  };
  /** Since when the relay is on without being told to. */
  readonly strayedSince: number | undefined;
  /** The last good reading. */
  readonly meter: Metered | undefined;
  /** A reading that can't be true: the next one is held against it. */
  readonly suspect: Metered | undefined;
  /** What the meter tells of the current. */
  readonly current: Current;
  /** The session that the journal held open was cut off, for the so-manieth time; unset once the journal holds that. */
  readonly cutsByNow: number | undefined;
  /** Those of this outlet alone. */
  readonly faults: readonly Fault[];
  /** Causes that were reported from outside and not taken back. */
  readonly reported: readonly Cause[];
  /** The vouchers of the last session and their receipts, until the next one has ended. */
  readonly lastVouchers: readonly SessionRecord[];
  readonly receipts: readonly Receipt[];
  /** The vehicle whose charge has ended is still plugged in. */
  readonly leftPlugged: boolean;
}

/** What holds for the whole station, and so for each of its outlets. */
export interface StationConditions {
  /** The gravest fault that stops all outlets. */
  readonly fault: FaultCode | undefined;
  /** The journal takes no writes. */
  readonly journalFails: boolean;
  /** It is being tried again now, with the writes that are most needed. */
  readonly retries: boolean;
}

interface At {
  /** Monotonic milliseconds; never falls. */
  readonly at: number;
}

/** What the conversation asks of an outlet. */
export type OutletCommand =
  /** Let it wait for this voucher; where it charges already, add it to what is charged. */
  | { readonly type: 'give'; readonly voucher: Voucher }
  /** Give up a voucher that waits. It is not used. */
  | { readonly type: 'take-back' }
  /** End a later voucher of the session that has not begun, with a receipt for the whole of it. */
  | { readonly type: 'take-back-voucher'; readonly sequence: number }
  /** End the session: the customer said so. */
  | { readonly type: 'stop' }
  /** An operator's service codes. `forMs`: so long, else `testMs`. */
  | { readonly type: 'test-relay'; readonly forMs?: number }
  | { readonly type: 'end-test' | 'end-session' };

/** What the hardware tells of this outlet. */
export type HardwareEvent =
  | {
      readonly type: 'vehicle';
      readonly connected: boolean | undefined;
      readonly settling?: boolean;
      /** It is told again at least so often. */
      readonly everyMs?: number;
      /** Whoever sees it is gone for now, and may come back. */
      readonly restarting?: true;
    }
  | { readonly type: 'meter'; readonly reading: MeterMessage }
  | { readonly type: 'relay'; readonly on: boolean; readonly readyInMs: number | undefined; readonly restarting?: true }
  /** `by`: who tells of it, and alone takes it back; the code where it is not set. */
  | { readonly type: 'fault'; readonly code: FaultCode; readonly by?: string; readonly standing: boolean };

export interface StartEvent {
  readonly type: 'start';
  /** The sessions that the journal holds open, and of each outlet the one that ended last: all their vouchers. */
  readonly open?: readonly SessionRecord[];
  readonly lastClosed?: readonly SessionRecord[];
}

export type OutletEvent = At &
  (
    | StartEvent
    | { readonly type: 'halt' }
    /** The beat: commands that were not followed are given again. */
    | { readonly type: 'tick' }
    /** Something happened elsewhere: only time has passed here, or what holds for the whole station has changed. */
    | { readonly type: 'time' }
    /** There is power for it, and no other relay has closed just now: it may close. Or there is too little: it must open. */
    | { readonly type: 'power'; readonly order: 'close' }
    | { readonly type: 'power'; readonly order: 'pause'; readonly neededW: number }
    | HardwareEvent
    | OutletCommand
    // What became of a write that was asked for.
    | { readonly type: 'redeemed'; readonly record: SessionRecord }
    | { readonly type: 'redeem-refused'; readonly why: Unredeemable }
    | { readonly type: 'checkpointed' }
    | { readonly type: 'closed'; readonly records: readonly SessionRecord[] }
    | { readonly type: 'write-failed'; readonly write: SessionWrite['type'] }
    /** The journal works again, and holds these open: a write that failed may have reached the disk all the same. */
    | { readonly type: 'recovered'; readonly open: readonly SessionRecord[] }
  );

/** A write to the journal. What it allows is asked for only when its answer, an event, has come. */
export type SessionWrite =
  | { readonly type: 'redeem'; readonly record: SessionRecord }
  | { readonly type: 'checkpoint'; readonly records: readonly SessionRecord[] }
  | { readonly type: 'close'; readonly records: readonly SessionRecord[] };

/** An event for the journal. */
export interface Note {
  readonly type: 'note';
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** `again`: the same command once more, because the relay was not seen to follow it. */
export interface RelayCommand {
  readonly type: 'relay';
  readonly on: boolean;
  readonly again?: true;
}

/** What whoever stands at the keypad should be told of this outlet. */
export type News =
  | {
      readonly name:
        | 'busy'
        | 'out-of-order'
        | 'not-plugged-in'
        | 'cancelled'
        /** The number of the voucher was used meanwhile, or waited for too long. */
        | Unredeemable
        | 'thanks'
        | 'test-done'
        | 'test-refused';
    }
  /** Of a session that has ended, or of a voucher that was taken back. */
  | { readonly name: 'receipt'; readonly receipts: readonly Receipt[] };

export interface OutletStep {
  readonly state: OutletState;
  readonly relay: RelayCommand | undefined;
  /** In the order in which they are to be done: after a relay that opens, before one that closes. */
  readonly writes: readonly (SessionWrite | Note)[];
  readonly news: readonly News[];
}

/** Whether the relay is told to be closed. */
export function relayCommanded({ phase }: OutletState): boolean {
  switch (phase.name) {
    case 'free':
      return phase.test !== undefined;
    case 'starting':
      return phase.redeemed;
    default:
      return phase.name === 'charging' || (phase.name === 'paused' && phase.neededW === undefined);
  }
}

/** Whether it has a session that a customer can stop: one that runs, or one that waits to go on. */
export function stoppable({ phase }: OutletState): boolean {
  return 'session' in phase || (phase.name === 'waiting' && 'open' in phase.held);
}

/** The session whose end the journal was asked to hold, and does not hold yet. */
export function unclosed({ phase }: OutletState): readonly SessionRecord[] | undefined {
  if (phase.name !== 'stopping' && phase.name !== 'fault') return undefined;
  return phase.ended && 'unclosed' in phase.ended ? phase.ended.unclosed : undefined;
}

/** An outlet that has heard nothing yet. */
export function newOutlet(): OutletState {
  return {
    phase: { name: 'free' },
    startedAt: undefined,
    vehicle: undefined,
    vehicleTeller: undefined,
    settling: false,
    relay: { on: undefined, readyAt: undefined, offSince: undefined },
    strayedSince: undefined,
    meter: undefined,
    suspect: undefined,
    current: NO_CURRENT,
    cutsByNow: undefined,
    faults: [],
    reported: [],
    lastVouchers: [],
    receipts: [],
    leftPlugged: false,
  };
}
