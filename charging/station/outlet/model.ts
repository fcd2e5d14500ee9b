// The plain data of the session: what it knows, what it hears, what it asks for. The rules are in machine.ts.
import type { Operation, Unit } from '../../codes/index.ts';
import type { Fault, FaultCode } from '../faults.ts';
import type { EndReason, Outcome, SessionRecord, Verdict, Voucher } from '../types.ts';
import { type Current, NO_CURRENT } from './current.ts';

/** All times are monotonic milliseconds, all spans milliseconds. */
export interface SessionConfig {
  readonly unit: Unit;
  readonly armedMs: number;
  /** The longest that a customer stays armed because the relay needs its rest between closings. */
  readonly relayWaitMs: number;
  readonly startingMs: number;
  readonly stoppingMs: number;
  readonly receiptMs: number;
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
  /** How long an answer to what was typed stays on the display. */
  readonly noticeMs: number;
  /** So long without an answer is no. */
  readonly askMs: number;
  /** Between two attempts to write to a journal that failed. */
  readonly retryMs: number;
}

/** The limits of docs/session.md, with what a station sets otherwise. */
export function sessionConfig(settings: { readonly unit: Unit } & Partial<SessionConfig>): SessionConfig {
  return {
    armedMs: 120_000,
    relayWaitMs: 900_000,
    startingMs: 3_000,
    stoppingMs: 5_000,
    receiptMs: 60_000,
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
    noticeMs: 12_000,
    askMs: 10_000,
    retryMs: 10_000,
    ...settings,
  };
}

/** A voucher on the disk as redeemed, and what was delivered on it. */
export interface Session {
  readonly voucher: Voucher;
  /** Milliseconds of charging at a `min` station, Wh at a `Wh` station; never more than the voucher holds. */
  readonly used: number;
  /** `used` and the time at the last checkpoint. */
  readonly saved: number;
  readonly savedAt: number;
  /** Time with the relay closed; for the display. */
  readonly elapsedMs: number;
  /** The last beat: until when time was counted. */
  readonly countedAt: number;
  /** The meter when the voucher was redeemed, and its last good reading. */
  readonly meterStartWh?: number;
  readonly meterLastWh?: number;
  /** Power cuts so far. */
  readonly cuts: number;
  /** What a meter that forgets its count may lose in a cut, Wh; unset where it keeps it. */
  readonly aheadWh?: number;
  /** The same at the last checkpoint: what the next cut costs the customer. */
  readonly bookedWh?: number;
}

export interface Receipt {
  /** 12 digits. */
  readonly digits: string;
  readonly reason: EndReason;
  /** What is left and what was bought, in `unit`s. */
  readonly left: number;
  readonly bought: number;
  readonly unit: Unit;
}

export type Phase =
  | { readonly name: 'idle'; readonly test?: { readonly since: number; readonly seenOn: boolean } }
  | {
      readonly name: 'armed';
      /** Verified, or of a session that a power cut interrupted: then redeemed long ago. */
      readonly waiting: { readonly voucher: Voucher } | { readonly open: SessionRecord };
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
  | { readonly name: 'paused'; readonly session: Session; readonly since: number }
  | {
      readonly name: 'stopping';
      readonly since: number;
      /** Unset: the relay was being tested, and was seen on or not. */
      readonly ended?: Ended;
      readonly seenOn?: boolean;
    }
  | { readonly name: 'receipt'; readonly receipt: Receipt; readonly until: number }
  | { readonly name: 'fault'; readonly ended?: Ended };

export type StateName = Phase['name'];

/** A session that has ended. No receipt is shown before the journal holds it as closed. */
export type Ended =
  | { readonly unclosed: SessionRecord }
  | { readonly reason: EndReason; readonly receipt: Receipt | undefined };

/** What an operator or a customer is told for a few seconds, above the state's own screen. */
export interface Notice {
  readonly name: NoticeName;
  readonly until: number;
  /** Only for `locked`: when a guess is allowed again. */
  readonly unlockedAt?: number;
  /** What became of another session. */
  readonly receipt?: Receipt;
}
export type NoticeName =
  | Exclude<Outcome, 'accepted'>
  | 'busy'
  | 'out-of-order'
  | 'not-plugged-in'
  | 'cancelled'
  | 'thanks'
  | 'no-receipt'
  | 'test-refused'
  | 'test-done'
  | 'synchronized'
  | 'lockout-cleared'
  | 'session-ended'
  | `your-charge-${Unit}`
  | `your-receipt-${Unit}`
  | 'used-up'
  | KeypadTrouble;

/** What was done at the keypad that is no entry: keys that mean digits only with Num Lock on; a scan without a code in it. */
export const KEYPAD_TROUBLES = ['num-lock-off', 'unreadable'] as const;
export type KeypadTrouble = (typeof KEYPAD_TROUBLES)[number];

export interface MeterReading {
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

export interface State {
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
  readonly faults: readonly Fault[];
  /** Causes that were reported from outside and not taken back. */
  readonly reported: readonly FaultCode[];
  /** Set while the journal doesn't take writes: when it is tried next. */
  readonly retryAt: number | undefined;
  /** What it did not take, to be written when it does. */
  readonly unwritten: readonly Note[];
  /** The receipt of the last session, until the next one has ended. */
  readonly kept: Receipt | undefined;
  readonly notice: Notice | undefined;
  /** Whether to stop what charges was asked. */
  readonly asking: { readonly until: number } | undefined;
  readonly outcome: Outcome | undefined;
  /** What is typed so far, and when it became what it is. */
  readonly typed: { readonly digits: string; readonly at: number };
  readonly clockLost: boolean;
  /** Until when the keypad hears no short codes; `undefined`: it does. */
  readonly unlockedAt: number | undefined;
  /** The vehicle whose charge has ended is still plugged in. */
  readonly leftPlugged: boolean;
}

interface At {
  /** Monotonic milliseconds; never falls. */
  readonly at: number;
}

export type Event = At &
  (
    | { readonly type: 'start'; readonly open?: SessionRecord; readonly kept?: SessionRecord }
    | { readonly type: 'tick' }
    | { readonly type: 'halt' }
    | { readonly type: 'voucher'; readonly voucher: Voucher }
    | { readonly type: 'service'; readonly operation: Operation; readonly sequence: number }
    | {
        readonly type: 'refused';
        readonly verdict: Exclude<Verdict, { outcome: 'accepted' }>;
        /** The session that was redeemed with the same code. */
        readonly fate?: SessionRecord;
      }
    | { readonly type: 'answer'; readonly digits: string }
    | {
        readonly type: 'vehicle';
        readonly connected: boolean | undefined;
        readonly settling?: boolean;
        /** It is told again at least so often. */
        readonly everyMs?: number;
      }
    | { readonly type: 'meter'; readonly reading: MeterReading }
    | {
        readonly type: 'relay';
        readonly on: boolean;
        readonly readyInMs: number | undefined;
        readonly restarting?: true;
      }
    | { readonly type: 'fault'; readonly code: FaultCode; readonly standing: boolean }
    | { readonly type: 'key'; readonly key: string }
    | { readonly type: 'typed'; readonly digits: string }
    | { readonly type: 'keypad'; readonly trouble: KeypadTrouble }
    /** `unlockedAt`: the keypad hears no short codes until then. */
    | { readonly type: 'clock'; readonly lost: boolean; readonly unlockedAt?: number }
    // What became of a write that was asked for.
    | { readonly type: 'redeemed' }
    | { readonly type: 'redeem-refused' }
    | { readonly type: 'checkpointed' }
    | { readonly type: 'closed'; readonly receipt?: string }
    | { readonly type: 'service-used'; readonly operation: Operation; readonly result: 'done' | 'used' }
    | { readonly type: 'noted'; readonly note: Note }
    | { readonly type: 'recovered'; readonly open?: SessionRecord }
    | { readonly type: 'journal-failed'; readonly write: Write }
  );
export type EventType = Event['type'];

/** A write to the journal. What it allows is asked for only when its answer, an event, has come. */
export type Write =
  | { readonly type: 'redeem'; readonly record: SessionRecord }
  | { readonly type: 'checkpoint'; readonly record: SessionRecord }
  | { readonly type: 'close'; readonly record: SessionRecord }
  | { readonly type: 'use-service'; readonly operation: Operation; readonly sequence: number }
  | Note
  /** Asks which session stands open: a write that failed may have reached the disk all the same. */
  | { readonly type: 'recover' };

/** An event for the journal. */
export interface Note {
  readonly type: 'note';
  readonly kind: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** `again`: the same command once more, because the relay was not seen to follow it. */
export type Effect = { readonly type: 'relay'; readonly on: boolean; readonly again?: true } | Write;

export interface Step {
  readonly state: State;
  /** In the order in which they are to be done. */
  readonly effects: readonly Effect[];
}

/** Whether the relay is told to be closed. */
export function relayCommanded({ phase }: State): boolean {
  switch (phase.name) {
    case 'idle':
      return phase.test !== undefined;
    case 'starting':
      return phase.redeemed;
    default:
      return phase.name === 'charging' || phase.name === 'paused';
  }
}

/** A station that has heard nothing yet. */
export function initial(): State {
  return {
    phase: { name: 'idle' },
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
    retryAt: undefined,
    unwritten: [],
    kept: undefined,
    notice: undefined,
    asking: undefined,
    outcome: undefined,
    typed: { digits: '', at: Number.NEGATIVE_INFINITY },
    clockLost: false,
    unlockedAt: undefined,
    leftPlugged: false,
  };
}
