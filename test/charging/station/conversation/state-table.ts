// The table of the conversation in docs/session.md, made from the code: what each thing that people do at the keypad asks and
// says, by what their outlet is doing and what stands on the display.
import { chargerConfig } from '../../../../charging/station/charger/model.ts';
import { screenOf } from '../../../../charging/station/conversation/display.ts';
import { answerOutlets, nextConversation, type OutletNews } from '../../../../charging/station/conversation/machine.ts';
import {
  type ConversationEffect,
  type ConversationEvent,
  type ConversationState,
  newConversation,
  type Outlets,
} from '../../../../charging/station/conversation/model.ts';
import { blocking } from '../../../../charging/station/faults.ts';
import type { News } from '../../../../charging/station/outlet/model.ts';
import type { SessionRecord, Voucher } from '../../../../charging/station/types.ts';
import { table } from '../charger/table.ts';
import { STATES, Trial } from '../outlet/state-table.ts';

type Happening = ConversationEvent extends infer Each
  ? Each extends ConversationEvent
    ? Omit<Each, 'at'>
    : never
  : never;

const config = chargerConfig({ unit: 'Wh' });
const voucher: Voucher = {
  station: 'CP-0001',
  layout: 'compact',
  sequence: 8,
  quantity: 2,
  amount: 1000,
  unit: 'Wh',
  step: 500,
};
const receipt = {
  sequence: 7,
  digits: '023554919887',
  reason: 'unplugged',
  left: 700,
  bought: 1000,
  unit: 'Wh',
} as const;
const ended: SessionRecord = {
  voucher: { ...voucher, sequence: 6 },
  delivered: 300,
  ended: 'unplugged',
  receipt: '023554919887',
};
const running: SessionRecord = { voucher: { ...voucher, sequence: 7 }, delivered: 300 };
const star: Happening = { type: 'key', key: '*' };
const used = (fate?: SessionRecord): Happening => ({
  type: 'refused',
  verdict: { outcome: 'used' },
  ...(fate ? { fate } : {}),
});
const service = (operation: 'synchronize' | 'clear-lockout' | 'test-relay' | 'end-session'): Happening => ({
  type: 'service',
  operation,
  sequence: 99,
});

/** What the outlet is doing, and what was done at the keypad before. */
const SITUATIONS: readonly (readonly [string, string, readonly (Happening | News)[]])[] = [
  ['free', 'free', []],
  ['free, its receipt shown', 'free', [{ name: 'receipt', receipts: [receipt] }]],
  ['free, relay test', 'free, relay test', []],
  ['waiting', 'waiting', []],
  ['waiting, an interrupted session', 'waiting, an interrupted session', []],
  ['charging', 'charging', []],
  ['charging, asked whether to stop', 'charging', [star]],
  ['stopping', 'stopping', []],
  ['fault', 'fault', []],
  ['fault, with a receipt', 'fault, with a receipt', []],
];

const DOINGS: readonly (readonly [string, Happening | News | number, (readonly string[])?])[] = [
  ['a voucher is verified', { type: 'voucher', voucher }],
  ['`*`', star],
  ['`#`', { type: 'key', key: '#' }],
  ['`1#`', { type: 'answer', digits: '1' }],
  ['a digit', { type: 'typed', digits: '4' }],
  ['a code that is `expired`', { type: 'refused', verdict: { outcome: 'expired' } }],
  ['the code of the session that runs', used(running), ['charging', 'waiting, an interrupted session']],
  ['the code of a session that has ended', used(ended)],
  ['`test-relay`', service('test-relay')],
  ['`end-session`', service('end-session')],
  ['its number is used up', { type: 'service-used', operation: 'end-session', sequence: 99, result: 'done' }],
  ['the outlet says `thanks`', { name: 'thanks' }, ['free']],
  ['the outlet has a receipt', { name: 'receipt', receipts: [receipt] }, ['free']],
  ['10 s pass', 10_000, ['charging, asked whether to stop']],
  ['60 s pass', 60_000, ['free, its receipt shown']],
];

class Talk {
  state: ConversationState = newConversation();
  at: number;
  asked: string[] = [];
  readonly outlets: Outlets;

  constructor(outlet: string) {
    const trial = new Trial();
    trial.run(STATES.find(([name]) => name === outlet)![1]);
    this.at = trial.at;
    this.outlets = [{ state: trial.state, fault: blocking(trial.state.faults, config.unit) }];
  }

  take(doing: Happening | News | number): void {
    if (typeof doing === 'number') this.at += doing;
    const news: OutletNews[] = typeof doing === 'object' && 'name' in doing ? [{ outlet: 1, news: doing }] : [];
    if (typeof doing === 'object' && 'type' in doing) {
      const event = { ...doing, at: this.at } as ConversationEvent;
      const { state, effects } = nextConversation(this.state, event, this.outlets, config);
      this.state = state;
      this.asked.push(...effects.map(named));
    }
    this.state = answerOutlets(this.state, news, this.at, this.outlets, config);
  }

  get screen(): string {
    return screenOf(this.state, this.outlets, this.at, config).name;
  }
}

function named(effect: ConversationEffect): string {
  return effect.type === 'command' ? `\`${effect.command.type}\`` : 'use-service';
}

/** Situation, what is done, what is asked of the outlet or of the journal, and what is on the display then. */
export function conversationTransitions(): string {
  const rows: string[][] = [];
  for (const [name, outlet, before] of SITUATIONS) {
    for (const [what, doing, only] of DOINGS) {
      if (only && !only.includes(name)) continue;
      const talk = new Talk(outlet);
      for (const each of before) talk.take(each);
      talk.asked = [];
      const shown = talk.screen;
      talk.take(doing);
      const screen = talk.screen === shown ? '–' : talk.screen;
      if (talk.asked.length === 0 && screen === '–') continue;
      rows.push([name, what, talk.asked.join(', '), screen]);
    }
  }
  return table(['its outlet is', 'when', 'asks', 'display'], rows);
}
