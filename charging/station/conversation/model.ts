// The plain data of the talk at the station's keypad and display: what was typed, asked and answered. What it says of the
// outlets it reads off their states; what it wants done there it asks of them.
import type { Operation, Unit } from '../../codes/index.ts';
import type { FaultCode } from '../faults.ts';
import type { News, OutletCommand, OutletState, Receipt } from '../outlet/model.ts';
import type { Outcome, SessionRecord, Verdict, Voucher } from '../types.ts';

/** All times are monotonic milliseconds, all spans milliseconds. */
export interface ConversationConfig {
  readonly unit: Unit;
  /** How the station tells what is fresh: whoever bought a code just now may heal a clock, or a counter, from the phone. */
  readonly sequence: 'clock' | 'counter';
  /** How long a receipt stays on the display. */
  readonly receiptMs: number;
  /** How long an answer to what was typed stays on the display. */
  readonly noticeMs: number;
  /** So long without an answer is no. */
  readonly askMs: number;
}

/** The limits of docs/session.md. */
export const CONVERSATION_LIMITS: Omit<ConversationConfig, 'unit'> = Object.freeze({
  sequence: 'clock',
  receiptMs: 60_000,
  noticeMs: 12_000,
  askMs: 10_000,
});

/** What an operator or a customer is told for a few seconds, above the screen of what goes on. */
export interface Notice {
  readonly name: NoticeName;
  readonly until: number;
  /** Only for `locked`: when a guess is allowed again. */
  readonly unlockedAt?: number;
  /** What became of another session. */
  readonly receipt?: Receipt;
  /** The outlet that it is about. */
  readonly outlet?: number;
}
export type NoticeName =
  | Exclude<Outcome, 'accepted'>
  | Exclude<News['name'], 'receipt'>
  | 'no-receipt'
  | 'synchronized'
  | 'lockout-cleared'
  | 'session-ended'
  | `your-charge-${Unit}`
  | `your-receipt-${Unit}`
  | 'used-up'
  | 'expired-counter'
  | 'invalid-counter'
  | 'no-report'
  | KeypadTrouble;

/** What was done at the keypad that is no entry: keys that mean digits only with Num Lock on; a scan without a code in it. */
export const KEYPAD_TROUBLES = ['num-lock-off', 'unreadable'] as const;
export type KeypadTrouble = (typeof KEYPAD_TROUBLES)[number];

export interface ConversationState {
  /** What is typed so far, and when it became what it is. */
  readonly typed: { readonly digits: string; readonly at: number };
  /** Of the last entry; undefined while the next is being typed. */
  readonly outcome: Outcome | undefined;
  readonly notice: Notice | undefined;
  /** The outlet of which it was asked whether to stop what charges. */
  readonly asking: { readonly outlet: number; readonly until: number } | undefined;
  /** The receipt on the display. It stays as long as a fault of its outlet does, and its own time from then on. */
  readonly shown:
    | { readonly outlet: number; readonly receipt: Receipt; readonly until: number | undefined }
    | undefined;
  readonly clockLost: boolean;
  /** Until when the keypad hears no short codes; `undefined`: it does. */
  readonly unlockedAt: number | undefined;
}

/** The outlets as the conversation sees them: number 1 first. */
export interface OutletView {
  readonly state: OutletState;
  /** The gravest fault that stops this outlet, its own or the station's. */
  readonly fault: FaultCode | undefined;
}
export type Outlets = readonly OutletView[];

interface At {
  /** Monotonic milliseconds; never falls. */
  readonly at: number;
}

/** What people do at the keypad. */
export type KeypadEvent =
  | { readonly type: 'typed'; readonly digits: string }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'keypad'; readonly trouble: KeypadTrouble }
  | { readonly type: 'answer'; readonly digits: string }
  /** `outlet`: the one that it is meant for, 1 where it is not set. */
  | { readonly type: 'voucher'; readonly voucher: Voucher; readonly outlet?: number }
  | { readonly type: 'service'; readonly operation: Operation; readonly sequence: number; readonly outlet?: number }
  | {
      readonly type: 'refused';
      readonly verdict: Exclude<Verdict, { outcome: 'accepted' }>;
      /** The session that was redeemed with the same code. */
      readonly fate?: SessionRecord;
    };

/** `unlockedAt`: the keypad hears no short codes until then. */
export interface ClockEvent {
  readonly type: 'clock';
  readonly lost: boolean;
  readonly unlockedAt?: number;
}

export type ConversationEvent = At &
  (
    | KeypadEvent
    | ClockEvent
    | { readonly type: 'halt' }
    // What became of the number of a service code that the journal was asked to use up.
    | (ServiceWrite & { readonly type: 'service-used'; readonly result: 'done' | 'used' })
    | HandedBack
    | { readonly type: 'write-failed' }
    /** Something happened elsewhere. */
    | { readonly type: 'time' }
  );

export interface ServiceWrite {
  readonly type: string;
  readonly operation: Operation;
  readonly sequence: number;
  readonly outlet?: number;
}

/** Asks the journal to use the number of a voucher up that has no outlet yet, and to close it with a receipt for the whole. */
export interface HandBack {
  readonly type: 'hand-back';
  readonly voucher: Voucher;
}

/** What became of it: with a receipt, unless the number was used meanwhile. */
export interface HandedBack {
  readonly type: 'handed-back';
  readonly voucher: Voucher;
  readonly result: 'done' | 'used';
  readonly receipt?: Receipt;
}

/** What it asks for: something of an outlet, or of the journal, whose answer is a `service-used` or a `handed-back`. */
export type ConversationEffect =
  | { readonly type: 'command'; readonly outlet: number; readonly command: OutletCommand }
  | (ServiceWrite & { readonly type: 'use-service' })
  | HandBack;

/** A conversation that has not begun. */
export function newConversation(): ConversationState {
  return {
    typed: { digits: '', at: Number.NEGATIVE_INFINITY },
    outcome: undefined,
    notice: undefined,
    asking: undefined,
    shown: undefined,
    clockLost: false,
    unlockedAt: undefined,
  };
}
