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
import type { News, Phase } from '../../../../charging/station/outlet/model.ts';
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
/** The number of the voucher that waits. */
const WAITING = 5;
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

  constructor(...outlets: readonly string[]) {
    const trials = outlets.map((outlet) => {
      const trial = new Trial();
      trial.run(STATES.find(([name]) => name === outlet)![1]);
      return trial;
    });
    this.at = Math.max(...trials.map(({ at }) => at));
    this.outlets = trials.map(({ state }) => ({
      state: { ...state, phase: waitsFor(state.phase, WAITING) },
      fault: blocking(state.faults, config.unit),
    }));
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

/** No two vouchers of a station have one number. */
function waitsFor(phase: Phase, sequence: number): Phase {
  if (phase.name !== 'waiting' || !('voucher' in phase.held)) return phase;
  return { ...phase, held: { voucher: { ...phase.held.voucher, sequence } } };
}

function named(effect: ConversationEffect): string {
  return effect.type === 'command' ? `\`${effect.command.type}\`` : effect.type;
}

const again: Happening = { type: 'voucher', voucher: { ...voucher, sequence: WAITING } };

/** At a station with three outlets: the first is free, the second charges, the third waits for its vehicle. */
const TALKS: readonly (readonly [string, readonly Happening[]])[] = [
  ['nothing', []],
  ['which outlet', [{ type: 'voucher', voucher }]],
  ['whether to add', [{ type: 'voucher', voucher }, answered('2')]],
  ['whether to hand back', [{ type: 'voucher', voucher }, answered('0')]],
  ['nothing; the code that charges is shown', [used(running)]],
  ['nothing; the code that waits is shown', [again]],
  ['whether to stop', [used(running), star]],
  ['whether to take back', [again, star]],
  ['which outlet to test', [service('test-relay')]],
];

const CHOICES = ['which outlet', 'which outlet to test'];
const SAYINGS: readonly (readonly [string, Happening | number, (readonly string[])?])[] = [
  ['a voucher is verified', { type: 'voucher', voucher: { ...voucher, sequence: 9 } }],
  ['the code that waits', again, ['nothing', 'which outlet']],
  ['`*`', star],
  ['`0#`', answered('0'), ['nothing', ...CHOICES]],
  ['`1#`', answered('1')],
  ['`2#`', answered('2'), ['nothing', ...CHOICES]],
  ['`3#`', answered('3'), ['nothing', ...CHOICES]],
  ['`9#`', answered('9'), ['nothing', ...CHOICES]],
  ['a digit', { type: 'typed', digits: '4' }, ['nothing', 'which outlet']],
  ['a code that is `expired`', { type: 'refused', verdict: { outcome: 'expired' } }, ['nothing', 'which outlet']],
  ['the code that charges', used(running), ['nothing', 'which outlet']],
  ['10 s pass', 10_000],
  ['60 s pass', 60_000, CHOICES],
];

function answered(digits: string): Happening {
  return { type: 'answer', digits };
}

/** What is asked, what is done, what is asked of an outlet or of the journal for it, and what is on the display then. */
export function talkTransitions(): string {
  const rows: string[][] = [];
  for (const [asked, before] of TALKS) {
    for (const [what, doing, only] of SAYINGS) {
      if (only && !only.includes(asked)) continue;
      const talk = new Talk('free', 'charging', 'waiting');
      for (const each of before) talk.take(each);
      talk.asked = [];
      const shown = talk.screen;
      talk.take(doing);
      const screen = talk.screen === shown ? '–' : talk.screen;
      if (talk.asked.length > 0 || screen !== '–') rows.push([asked, what, talk.asked.join(', '), screen]);
    }
  }
  return table(['asked', 'when', 'asks', 'display'], rows);
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
