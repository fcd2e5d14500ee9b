// One transition of the conversation: what changes while one event is dealt with. Nothing of it outlives that.
import type { OutletCommand, Receipt } from '../outlet/model.ts';
import type {
  ConversationConfig,
  ConversationEffect,
  ConversationState,
  Notice,
  NoticeName,
  Outlets,
  OutletView,
  Question,
} from './model.ts';

/** Longer than the keypad keeps what was typed (30 s): a net for an entry that nobody answered. */
const TYPED_MS = 35_000;
/** A receipt that nobody came to see, since others were at the keypad, goes after so many times its own time. */
const UNSEEN_TIMES = 5;

export class Transition {
  state: ConversationState;
  readonly at: number;
  readonly outlets: Outlets;
  readonly config: ConversationConfig;
  readonly effects: ConversationEffect[] = [];

  constructor(state: ConversationState, at: number, outlets: Outlets, config: ConversationConfig) {
    this.state = state;
    this.at = at;
    this.outlets = outlets;
    this.config = config;
  }

  set(change: Partial<ConversationState>): void {
    this.state = { ...this.state, ...change };
  }

  /** The outlet of that number. */
  outlet(number: number): OutletView {
    const view = this.outlets[number - 1];
    if (!view) throw new RangeError(`outlet: 1 to ${this.outlets.length}, not ${number}`);
    return view;
  }

  /** Whoever types a code has to say which outlet is meant. */
  get hasSeveral(): boolean {
    return this.outlets.length > 1;
  }

  /** Where every outlet is stopped, the gravest fault of the first. */
  get fault(): OutletView['fault'] {
    return this.outlets.every(({ fault }) => fault !== undefined) ? this.outlets[0]?.fault : undefined;
  }

  /** Somebody at the keypad is being answered, or has something to answer. */
  get isTalking(): boolean {
    const { notice, asking, choosing } = this.state;
    return digitsTyped(this.state, this.at) !== '' || (notice ?? asking ?? choosing) !== undefined;
  }

  tell(name: NoticeName, more: Pick<Notice, 'unlockedAt' | 'outlet' | 'sequence'> = {}): void {
    this.set({ notice: { name, until: this.at + this.config.noticeMs, ...more } });
  }

  ask(question: Question): void {
    this.set({ asking: { ...question, until: this.at + this.config.askMs } });
  }

  /** What waits for its outlet's number goes on waiting. */
  keepChoosing(): void {
    const { choosing } = this.state;
    if (choosing) this.set({ choosing: { ...choosing, until: this.at + this.config.chooseMs } });
  }

  /**
   * Puts receipts on the display, one after the other. With one outlet they come before those that are there; where it is out of
   * order the first stays as long as that is. With several they take their turn.
   */
  show(outlet: number, receipts: readonly Receipt[]): void {
    const { receiptMs } = this.config;
    if (this.hasSeveral) {
      const goneBy = this.at + UNSEEN_TIMES * receiptMs * receipts.length;
      const others = this.state.shown.filter(({ receipt }) =>
        receipts.every(({ digits }) => digits !== receipt.digits),
      );
      this.set({ shown: [...others, ...receipts.map((receipt) => ({ outlet, receipt, until: undefined, goneBy }))] });
      return;
    }
    const inFault = this.outlet(outlet).state.phase.name === 'fault';
    const until = inFault ? undefined : this.at + receiptMs;
    this.set({ shown: receipts.map((receipt, turn) => ({ outlet, receipt, until: turn === 0 ? until : undefined })) });
  }

  command(outlet: number, command: OutletCommand): void {
    this.effects.push({ type: 'command', outlet, command });
  }
}

/** What is being typed. */
export function digitsTyped({ typed }: ConversationState, at: number): string {
  return at - typed.at < TYPED_MS ? typed.digits : '';
}
