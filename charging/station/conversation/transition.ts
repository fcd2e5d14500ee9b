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
} from './model.ts';

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

  /** Where every outlet is stopped, the gravest fault of the first. */
  get fault(): OutletView['fault'] {
    return this.outlets.every(({ fault }) => fault !== undefined) ? this.outlets[0]?.fault : undefined;
  }

  tell(name: NoticeName, more: Pick<Notice, 'unlockedAt' | 'outlet'> = {}): void {
    this.set({ notice: { name, until: this.at + this.config.noticeMs, ...more } });
  }

  /** Puts a receipt on the display: for its time, or, where its outlet is out of order, for as long as that is. */
  show(outlet: number, receipt: Receipt): void {
    const inFault = this.outlet(outlet).state.phase.name === 'fault';
    this.set({ shown: { outlet, receipt, until: inFault ? undefined : this.at + this.config.receiptMs } });
  }

  command(outlet: number, command: OutletCommand): void {
    this.effects.push({ type: 'command', outlet, command });
  }
}
