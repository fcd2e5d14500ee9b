// The plain data of the talk at the station's keypad and display: what was typed, asked and answered. What it says of the
// outlets it reads off their states; what it wants done there it asks of them.
import type { Operation, Unit } from '../../codes/index.ts';
import type { FaultCode } from '../faults.ts';
import type { News, OutletCommand, OutletState, Receipt } from '../outlet/model.ts';
import type { Outcome, SessionRecord, Unredeemable, Verdict, Voucher } from '../types.ts';

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
  /** How long a code waits for the number of its outlet. */
  readonly chooseMs: number;
  /** How long the panel speaks its other language, after the last key. */
  readonly otherLanguageMs: number;
  /** How long after a power cut the display says that codes which waited have to be typed again. */
  readonly againMs: number;
}

/** The limits of docs/session.md. */
export const CONVERSATION_LIMITS: Omit<ConversationConfig, 'unit'> = Object.freeze({
  sequence: 'clock',
  receiptMs: 60_000,
  noticeMs: 12_000,
  askMs: 10_000,
  chooseMs: 60_000,
  otherLanguageMs: 60_000,
  againMs: 600_000,
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
  /** Only for `your-code`: the number of the voucher that was typed again. */
  readonly sequence?: number;
  /** Only for `report`: its text. */
  readonly report?: string;
}
export type NoticeName =
  | Exclude<Outcome, 'accepted'>
  | Exclude<News['name'], 'receipt'>
  | 'no-receipt'
  | 'synchronized'
  /** Nothing was to do for a synchronization. */
  | 'in-step'
  | 'lockout-cleared'
  | 'session-ended'
  /** How the voucher with that number stands, as long as it does: what is shown of it is read off its outlet. */
  | 'your-code'
  /** How an outlet stands, in the same way. */
  | 'outlet'
  | `your-receipt-${Unit}`
  | 'used-up'
  | 'expired-counter'
  | 'invalid-counter'
  | 'report'
  | 'no-report'
  | 'replaced'
  | 'not-chosen'
  | 'service-unused'
  | 'outlet-unknown'
  | 'outlet-taken'
  | 'outlet-unusable'
  | KeypadTrouble;

/** What was done at the keypad that is no entry: keys that mean digits only with Num Lock on; a scan without a code in it. */
export const KEYPAD_TROUBLES = ['num-lock-off', 'unreadable'] as const;
export type KeypadTrouble = (typeof KEYPAD_TROUBLES)[number];

/** A question that `1#` says yes to. */
export type Question =
  /** Whether to stop what charges, or waits to go on. */
  | { readonly ask: 'stop'; readonly outlet: number }
  /** Whether to take back a voucher that waits, or one of a session that has not begun. */
  | { readonly ask: 'take-back'; readonly outlet: number; readonly sequence: number }
  | {
      readonly ask: 'take-back-voucher';
      readonly outlet: number;
      readonly sequence: number;
      readonly amount: number;
      readonly unit: Unit;
    }
  /** Whether to add a voucher to the session of an outlet; `putBack`: in the place of another that was asked about. */
  | { readonly ask: 'add'; readonly outlet: number; readonly voucher: Voucher; readonly putBack?: boolean }
  /** Whether to use up a voucher that has no outlet for a receipt. */
  | { readonly ask: 'hand-back'; readonly outlet: undefined; readonly voucher: Voucher };

/** What an outlet's number is waited for: a voucher, or an operator's order. */
type Chosen =
  | { readonly voucher: Voucher; readonly putBack: boolean }
  | { readonly operation: 'test-relay' | 'end-session'; readonly sequence: number };

/** A receipt on the display, or next in line for it. */
export interface ShownReceipt {
  readonly outlet: number;
  readonly receipt: Receipt;
  /** Unset: it is not its turn yet, or its outlet is out of order, and it stays as long as that is. */
  readonly until: number | undefined;
  /** With several outlets: it goes by then, seen or not. */
  readonly goneBy?: number;
}

export interface ConversationState {
  /** What is typed so far, and when it became what it is. */
  readonly typed: { readonly digits: string; readonly at: number };
  /** Of the last entry; undefined while the next is being typed. */
  readonly outcome: Outcome | undefined;
  readonly notice: Notice | undefined;
  /** What outlets had to tell while somebody else was at the keypad, the oldest first. */
  readonly later: readonly { readonly name: NoticeName; readonly outlet: number }[];
  readonly asking: (Question & { readonly until: number }) | undefined;
  /** With one outlet: the number of the voucher that was asked about when the next code was begun to be typed. */
  readonly putBack: number | undefined;
  /** Which outlet it was asked to be; it stands while a question about it is asked. */
  readonly choosing: (Chosen & { readonly until: number }) | undefined;
  /** The receipts for the display, that which is on it first. */
  readonly shown: readonly ShownReceipt[];
  readonly clockLost: boolean;
  /** Until when the keypad hears no short codes; `undefined`: it does. */
  readonly unlockedAt: number | undefined;
  /** Until when the panel speaks its other language. */
  readonly otherLanguageUntil: number | undefined;
  /** Until when it is said that what waited before a power cut has to be typed again. */
  readonly againUntil: number | undefined;
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
  /** `outlet`: the one that it is meant for; asked for where it is not set, and there are several. */
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
    /** `forgot`: vouchers waited when the power was cut. */
    | { readonly type: 'start'; readonly forgot?: boolean }
    | { readonly type: 'halt' }
    // What became of the number of a service code that the journal was asked to use up.
    | (ServiceWrite & { readonly type: 'service-used'; readonly result: 'done' | 'used'; readonly report?: string })
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
  readonly result: 'done' | Unredeemable;
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
    later: [],
    asking: undefined,
    putBack: undefined,
    choosing: undefined,
    shown: [],
    clockLost: false,
    unlockedAt: undefined,
    otherLanguageUntil: undefined,
    againUntil: undefined,
  };
}
