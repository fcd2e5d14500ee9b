// What people say at the keypad, and what they are answered. Every question is answered `1#` (yes) or `*` (no); silence is no,
// and a bare `#` says nothing.
import type { Operation } from '../../codes/index.ts';
import { receiptOf } from '../outlet/metering.ts';
import { type News, type Receipt, stoppable } from '../outlet/model.ts';
import { testable } from '../outlet/transition.ts';
import type { Outcome, SessionRecord, Voucher } from '../types.ts';
import type { ConversationEvent, NoticeName } from './model.ts';
import type { Transition } from './transition.ts';

type Of<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;

/** Longer is a code. */
const LONGEST_ANSWER = 2;
/** Of a station with one outlet, or where nobody said which. */
const FIRST = 1;

export function hear(talk: Transition, event: ConversationEvent): void {
  switch (event.type) {
    case 'time':
      return;
    case 'clock':
      talk.set({ clockLost: event.lost, unlockedAt: event.unlockedAt });
      return;
    case 'halt':
      talk.set({ notice: undefined, shown: undefined });
      return;
    case 'typed':
      hearTyped(talk, event.digits);
      return;
    case 'key':
      hearKey(talk, event.key);
      return;
    case 'keypad':
      // A screen that warns of a fault is not covered by a word about keys.
      if (!talk.fault) talk.tell(event.trouble);
      return;
    case 'answer':
      hearAnswer(talk, event.digits);
      return;
    case 'voucher':
      hearEntry(talk, 'accepted');
      hearVoucher(talk, event.voucher, event.outlet ?? FIRST);
      return;
    case 'service':
      hearEntry(talk, 'accepted');
      hearService(talk, event);
      return;
    case 'refused':
      hearEntry(talk, event.verdict.outcome);
      hearRefusal(talk, event);
      return;
    case 'service-used':
      hearServiceUsed(talk, event);
      return;
    case 'handed-back':
      if (event.receipt) showReceipt(talk, event.receipt, FIRST);
      else talk.tell('used');
      return;
    case 'write-failed':
      talk.tell('out-of-order');
  }
}

/** A session that has ended is not said to charge any more. */
function forgetEnded(talk: Transition): void {
  const { notice } = talk.state;
  if (!notice?.name.startsWith('your-charge') || notice.outlet === undefined) return;
  if (!('session' in talk.outlet(notice.outlet).state.phase)) talk.set({ notice: undefined });
}

function hearTyped(talk: Transition, digits: string): void {
  talk.set({ typed: { digits, at: talk.at } });
  if (digits === '') return;
  const { asking, shown } = talk.state;
  const answers = asking && digits.length <= LONGEST_ANSWER;
  talk.set({
    outcome: undefined,
    notice: undefined,
    asking: answers ? { ...asking, until: talk.at + talk.config.askMs } : undefined,
  });
  // The receipt of an outlet that is out of order stays.
  if (shown?.until !== undefined) talk.set({ shown: undefined });
}

/**
 * A key that belongs to no entry: `*` or `#` while nothing is typed. `#` does nothing at all: a scanner that ends a code
 * with two of them, or an impatient finger, takes no refusal and no receipt from the display.
 */
function hearKey(talk: Transition, key: string): void {
  if (key !== '*') return;
  const { asking, notice, shown } = talk.state;
  talk.set({ notice: undefined, asking: undefined });
  // The receipt of another session is put away first: its owner is not asked to stop this one.
  if (asking || notice?.receipt) return;
  if (shown?.until !== undefined) {
    talk.set({ shown: undefined });
    return;
  }
  // With several outlets the code says which one is meant.
  if (talk.outlets.length === 1) hearStar(talk, FIRST);
}

function hearStar(talk: Transition, outlet: number): void {
  const { phase, receipts } = talk.outlet(outlet).state;
  const lastReceipt = receipts[0];
  switch (phase.name) {
    case 'free':
      if (phase.test) talk.command(outlet, { type: 'end-test' });
      else if (lastReceipt) talk.show(outlet, lastReceipt);
      else talk.tell('no-receipt');
      return;
    case 'waiting':
      if ('open' in phase.held) ask(talk, outlet);
      else talk.command(outlet, { type: 'take-back' });
      return;
    case 'starting':
    case 'charging':
    case 'paused':
      ask(talk, outlet);
      return;
    case 'fault':
      if (phase.ended || talk.state.shown) return;
      if (lastReceipt) talk.show(outlet, lastReceipt);
      else talk.tell('no-receipt');
      return;
  }
}

/** Whether to stop what charges: one `*` is anybody's. */
function ask(talk: Transition, outlet: number): void {
  talk.set({ asking: { outlet, until: talk.at + talk.config.askMs } });
}

/** A number too short for a code. `1` is yes to what was asked; where nothing was asked it is a mistake in typing. */
function hearAnswer(talk: Transition, digits: string): void {
  const { asking } = talk.state;
  talk.set({ typed: { digits: '', at: talk.at } });
  if (!asking) {
    talk.set({ outcome: 'mistyped' });
    talk.tell('mistyped');
    return;
  }
  if (digits !== '1') return;
  talk.set({ asking: undefined });
  talk.command(asking.outlet, { type: 'stop' });
}

/** A whole entry came to something. */
function hearEntry(talk: Transition, outcome: Transition['state']['outcome']): void {
  talk.set({ typed: { digits: '', at: talk.at }, outcome, asking: undefined });
}

function hearVoucher(talk: Transition, voucher: Voucher, outlet: number): void {
  talk.set({ notice: undefined });
  if ('session' in talk.outlet(outlet).state.phase) {
    talk.tell('busy', { outlet });
    return;
  }
  talk.command(outlet, { type: 'give', voucher });
}

function hearService(talk: Transition, { operation, sequence, outlet = FIRST }: Of<'service'>): void {
  if (operation === 'test-relay') {
    const { state, fault } = talk.outlet(outlet);
    const shows = talk.state.shown?.outlet === outlet;
    if (shows || !testable(state, fault, talk.at)) {
      talk.tell('test-refused');
      return;
    }
  }
  talk.effects.push({ type: 'use-service', operation, sequence, outlet });
}

const DONE: Readonly<Record<Operation, NoticeName | undefined>> = {
  synchronize: 'synchronized',
  'clear-lockout': 'lockout-cleared',
  'test-relay': undefined,
  'end-session': 'session-ended',
  'show-report': 'no-report',
};

/** The number of a service code is used up in the journal: now what it orders is done. */
function hearServiceUsed(talk: Transition, { operation, result, outlet = FIRST }: Of<'service-used'>): void {
  if (result === 'used') {
    talk.set({ outcome: 'used' });
    talk.tell('used');
    return;
  }
  const done = DONE[operation];
  if (done) talk.tell(done);
  if (operation === 'synchronize') talk.set({ clockLost: false });
  if (operation === 'test-relay') talk.set({ notice: undefined });
  if (operation === 'test-relay' || operation === 'end-session') talk.command(outlet, { type: operation });
}

/** A genuine code that was used before shows what became of it. */
function hearRefusal(talk: Transition, { verdict, fate }: Of<'refused'>): void {
  if (fate && showFate(talk, fate)) return;
  if (verdict.outcome === 'locked') talk.tell('locked', { unlockedAt: talk.at + verdict.retryAfterSeconds * 1000 });
  else talk.tell(wordFor(verdict.outcome, talk.config.sequence));
}

/** A station that counts has no clock to be set by a phone. */
function wordFor(outcome: Exclude<Outcome, 'accepted'>, sequence: 'clock' | 'counter'): NoticeName {
  const counts = sequence === 'counter' && (outcome === 'expired' || outcome === 'invalid');
  return counts ? `${outcome}-counter` : outcome;
}

/** @returns false where there is nothing to show: its session is just being closed, or the journal does not know it */
function showFate(talk: Transition, fate: SessionRecord): boolean {
  const { sequence, unit } = fate.voucher;
  for (const [index, { state }] of talk.outlets.entries()) {
    const { phase } = state;
    if ('session' in phase && phase.session.vouchers.some(({ voucher }) => voucher.sequence === sequence)) {
      talk.tell(`your-charge-${unit}`, { outlet: index + 1 });
      return true;
    }
    const open = phase.name === 'waiting' && 'open' in phase.held ? phase.held.open : [];
    if (open.some(({ voucher }) => voucher.sequence === sequence)) {
      talk.set({ notice: undefined });
      return true;
    }
  }
  if (!fate.ended) return false;
  const receipt = receiptOf(fate);
  if (!receipt) talk.tell('used-up');
  else showReceipt(talk, receipt, FIRST);
  return true;
}

function showReceipt(talk: Transition, receipt: Receipt, outlet: number): void {
  const { phase } = talk.outlet(outlet).state;
  const { shown } = talk.state;
  talk.set({ notice: undefined });
  const free = phase.name === 'free' && !phase.test;
  const isFault = phase.name === 'fault' && !phase.ended && !shown;
  if (free || isFault) talk.show(outlet, receipt);
  else {
    const until = talk.at + talk.config.receiptMs;
    talk.set({ notice: { name: `your-receipt-${receipt.unit}`, until, receipt } });
  }
}

/** What an outlet has to tell whoever stands at the keypad. */
export function hearNews(talk: Transition, outlet: number, news: News): void {
  if (news.name === 'receipt') {
    if (news.receipts[0]) talk.show(outlet, news.receipts[0]);
    return;
  }
  if (news.name === 'used') talk.set({ outcome: 'used' });
  talk.tell(news.name, { outlet });
}

/** What follows from what is known, whatever event brought it: time that ran out, and outlets that went on. */
export function settle(talk: Transition): void {
  forgetEnded(talk);
  settleNotice(talk);
  settleReceipt(talk);
  const { asking } = talk.state;
  if (asking && (asking.until <= talk.at || !stoppable(talk.outlet(asking.outlet).state)))
    talk.set({ asking: undefined });
}

function settleNotice(talk: Transition): void {
  const { notice } = talk.state;
  if (!notice) return;
  const outlet = notice.outlet === undefined ? undefined : talk.outlet(notice.outlet);
  const isMended = notice.name === 'out-of-order' && !(outlet ? outlet.fault : talk.fault);
  if (notice.until <= talk.at || isMended) talk.set({ notice: undefined });
}

function settleReceipt(talk: Transition): void {
  const { shown } = talk.state;
  if (!shown) return;
  const { phase } = talk.outlet(shown.outlet).state;
  if (phase.name === 'fault') {
    if (shown.until !== undefined) talk.set({ shown: { ...shown, until: undefined } });
  } else if (phase.name !== 'free' || phase.test || (shown.until ?? Number.POSITIVE_INFINITY) <= talk.at) {
    talk.set({ shown: undefined });
  } else if (shown.until === undefined) {
    talk.set({ shown: { ...shown, until: talk.at + talk.config.receiptMs } });
  }
}
