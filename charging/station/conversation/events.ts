// What people say at the keypad, and what they are answered. A bare `#` says nothing.
import type { Operation } from '../../codes/index.ts';
import type { Outcome, Unredeemable, Voucher } from '../types.ts';
import { askAbout, showFate, showReceipt, showWaiting } from './fates.ts';
import type { ConversationEvent, NoticeName } from './model.ts';
import { waitingPlace } from './places.ts';
import { choose, FIRST, give, hearAnswer, hearNo, order, stopChoosing } from './questions.ts';
import type { Transition } from './transition.ts';

type Of<Type extends ConversationEvent['type']> = Extract<ConversationEvent, { type: Type }>;

/** Longer is a code. */
const LONGEST_ANSWER = 2;
/** The key of a pad with letters that changes the language. */
const LANGUAGE_KEY = 'A';

export function hear(talk: Transition, event: ConversationEvent): void {
  switch (event.type) {
    case 'time':
      return;
    case 'start':
      if (event.forgot) talk.set({ againUntil: talk.at + talk.config.againMs });
      return;
    case 'clock':
      talk.set({ clockLost: event.lost, unlockedAt: event.unlockedAt });
      return;
    case 'halt':
      talk.set({ notice: undefined, later: [], asking: undefined, choosing: undefined, shown: [] });
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
      hearVoucher(talk, event.voucher, event.outlet);
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
      if (event.receipt) showReceipt(talk, event.receipt);
      else if (event.result !== 'done') hearUnredeemable(talk, event.result);
      return;
    case 'write-failed':
      talk.tell('out-of-order');
  }
}

function hearTyped(talk: Transition, digits: string): void {
  talk.set({ typed: { digits, at: talk.at } });
  if (digits === '') return;
  const { asking, shown, otherLanguageUntil } = talk.state;
  const answers = asking && digits.length <= LONGEST_ANSWER;
  talk.set({
    outcome: undefined,
    notice: undefined,
    asking: answers ? { ...asking, until: talk.at + talk.config.askMs } : undefined,
    ...(asking?.ask === 'add' && !answers && { putBack: asking.voucher.sequence }),
    otherLanguageUntil: otherLanguageUntil && talk.at + talk.config.otherLanguageMs,
  });
  talk.keepChoosing();
  // The receipt of an outlet that is out of order stays; with several outlets another's charge has ended, who reads on.
  if (!talk.hasSeveral && shown[0]?.until !== undefined) talk.set({ shown: [] });
}

/**
 * A key that belongs to no entry: `*` or `#` while nothing is typed. `#` does nothing at all: a scanner that ends a code
 * with two of them, or an impatient finger, takes no refusal and no receipt from the display.
 */
function hearKey(talk: Transition, key: string): void {
  if (key === LANGUAGE_KEY) changeLanguage(talk);
  if (key !== '*') return;
  const { asking, choosing, notice, shown } = talk.state;
  talk.set({ notice: undefined });
  if (asking) hearNo(talk);
  else if (notice?.name === 'your-code' && notice.sequence !== undefined) askAbout(talk, notice.sequence);
  else if (choosing) stopChoosing(talk, false);
  // The receipt of another session is put away first: its owner is not asked to stop this one.
  else if (notice?.receipt) return;
  // What covers a receipt is put away before it, so that none goes unseen.
  else if (talk.hasSeveral && notice) return;
  else if (shown[0] && (talk.hasSeveral || shown[0].until !== undefined)) nextReceipt(talk);
  // With several outlets the code says which one is meant.
  else if (!talk.hasSeveral) hearStar(talk);
  else changeLanguage(talk);
}

function changeLanguage(talk: Transition): void {
  const { otherLanguageUntil } = talk.state;
  talk.set({ otherLanguageUntil: otherLanguageUntil ? undefined : talk.at + talk.config.otherLanguageMs });
}

function nextReceipt(talk: Transition): void {
  const [, next, ...rest] = talk.state.shown;
  talk.set({ shown: next ? [{ ...next, until: talk.at + talk.config.receiptMs }, ...rest] : [] });
}

/** `*` at a station with one outlet. */
function hearStar(talk: Transition): void {
  const { phase, receipts } = talk.outlet(FIRST).state;
  switch (phase.name) {
    case 'free':
      if (phase.test) talk.command(FIRST, { type: 'end-test' });
      else if (receipts.length > 0) talk.show(FIRST, receipts);
      else talk.tell('no-receipt');
      return;
    case 'waiting':
      // One `*` is anybody's: what charges is asked about.
      if ('open' in phase.held) talk.ask({ ask: 'stop', outlet: FIRST });
      else talk.command(FIRST, { type: 'take-back' });
      return;
    case 'starting':
    case 'charging':
    case 'paused':
      talk.ask({ ask: 'stop', outlet: FIRST });
      return;
    case 'fault':
      if (phase.ended || talk.state.shown.length > 0) return;
      if (receipts.length > 0) talk.show(FIRST, receipts);
      else talk.tell('no-receipt');
      return;
  }
}

/** A whole entry came to something. */
function hearEntry(talk: Transition, outcome: Outcome): void {
  talk.set({ typed: { digits: '', at: talk.at }, outcome, asking: undefined });
  if (outcome !== 'accepted') talk.set({ putBack: undefined });
}

/** With one outlet it goes there by itself; with several it is asked which, unless whoever sends it says so. */
function hearVoucher(talk: Transition, voucher: Voucher, outlet: number | undefined): void {
  talk.set({ notice: undefined });
  if (!talk.hasSeveral) {
    const { putBack } = talk.state;
    talk.set({ putBack: undefined });
    give(talk, voucher, FIRST, putBack !== undefined && putBack !== voucher.sequence);
    return;
  }
  const place = waitingPlace(talk.outlets, voucher.sequence);
  if (place) {
    talk.set({ outcome: 'used' });
    talk.tell('your-code', { sequence: voucher.sequence, outlet: place.outlet });
    return;
  }
  if (talk.fault) {
    talk.set({ choosing: undefined });
    talk.tell('out-of-order');
    return;
  }
  const { choosing: before } = talk.state;
  const isSame = before && 'voucher' in before && before.voucher.sequence === voucher.sequence;
  const putBack = isSame ? before.putBack : before !== undefined;
  const choosing = { voucher, putBack, until: talk.at + talk.config.chooseMs };
  talk.set({ choosing });
  if (outlet !== undefined) choose(talk, choosing, outlet);
}

function hearService(talk: Transition, { operation, sequence, outlet }: Of<'service'>): void {
  const isOfOutlet = operation === 'test-relay' || operation === 'end-session';
  if (!isOfOutlet || !talk.hasSeveral) {
    order(talk, operation, sequence, outlet ?? FIRST);
    return;
  }
  const choosing = { operation, sequence, until: talk.at + talk.config.chooseMs };
  talk.set({ notice: undefined, choosing });
  if (outlet !== undefined) choose(talk, choosing, outlet);
}

const DONE: Readonly<Record<Operation, NoticeName | undefined>> = {
  synchronize: 'synchronized',
  'clear-lockout': 'lockout-cleared',
  'test-relay': undefined,
  'end-session': 'session-ended',
  'show-report': 'no-report',
};

/** The number of a service code is used up in the journal: now what it orders is done. */
function hearServiceUsed(talk: Transition, { operation, result, outlet = FIRST, report }: Of<'service-used'>): void {
  if (result === 'used') {
    talk.set({ outcome: result });
    talk.tell(wordForUsed(operation));
    return;
  }
  const done = DONE[operation];
  if (report !== undefined) showReport(talk, report);
  else if (done) talk.tell(done);
  if (operation === 'synchronize') talk.set({ clockLost: false });
  if (operation === 'test-relay') talk.set({ notice: undefined });
  if (operation === 'test-relay' && talk.hasSeveral) talk.tell('outlet', { outlet });
  if (operation === 'test-relay' || operation === 'end-session') talk.command(outlet, { type: operation });
}

function showReport(talk: Transition, report: string): void {
  talk.set({ notice: { name: 'report', until: talk.at + talk.config.receiptMs, report } });
}

/** Its number was used meanwhile, or may be used no more. */
function hearUnredeemable(talk: Transition, why: Unredeemable): void {
  talk.set({ outcome: why });
  talk.tell(wordFor(why, talk.config.sequence));
}

function hearRefusal(talk: Transition, { verdict, fate }: Of<'refused'>): void {
  if (fate && showFate(talk, fate)) return;
  if (verdict.outcome === 'expired' && verdict.sequence !== undefined && showWaiting(talk, verdict.sequence)) return;
  if (verdict.outcome === 'used') talk.tell(wordForUsed(verdict.operation));
  else if (verdict.outcome === 'locked')
    talk.tell('locked', { unlockedAt: talk.at + verdict.retryAfterSeconds * 1000 });
  else talk.tell(wordFor(verdict.outcome, talk.config.sequence));
}

/** Whoever fetched the synchronization that somebody typed before needs no new code. */
function wordForUsed(operation: Operation | undefined): NoticeName {
  return operation === 'synchronize' ? 'in-step' : 'used';
}

/** A station that counts has no clock to be set by a phone. */
export function wordFor(outcome: Exclude<Outcome, 'accepted'>, sequence: 'clock' | 'counter'): NoticeName {
  const counts = sequence === 'counter' && (outcome === 'expired' || outcome === 'invalid');
  return counts ? `${outcome}-counter` : outcome;
}
