// What people are asked, and what follows from their answers. Every question is answered `1#` (yes) or `*` (no), and silence is
// no. Which outlet it is to be is no question of that kind: it is answered by a number.
import type { Operation } from '../../codes/index.ts';
import { stoppable } from '../outlet/model.ts';
import { testable } from '../outlet/transition.ts';
import type { Voucher } from '../types.ts';
import type { ConversationState, OutletView, Question } from './model.ts';
import { placeOf } from './places.ts';
import type { Transition } from './transition.ts';

/** Of a station with one outlet. */
export const FIRST = 1;
/** In the place of an outlet's number: the voucher is to have none, but a receipt. */
const NO_OUTLET = 0;

type Choosing = NonNullable<ConversationState['choosing']>;

/** A number too short for a code. `1` is yes to what was asked; else it is an outlet, where there are several. */
export function hearAnswer(talk: Transition, digits: string): void {
  const { asking, choosing } = talk.state;
  talk.set({ typed: { digits: '', at: talk.at } });
  if (asking) {
    if (digits !== '1') return;
    talk.set({ asking: undefined });
    hearYes(talk, asking);
  } else if (choosing) choose(talk, choosing, Number(digits));
  else if (talk.hasSeveral) lookAt(talk, Number(digits));
  else {
    talk.set({ outcome: 'mistyped' });
    talk.tell('mistyped');
  }
}

function hearYes(talk: Transition, question: Question): void {
  if (!stillAsked(talk, question)) return;
  switch (question.ask) {
    case 'stop':
    case 'take-back':
      talk.command(question.outlet, { type: question.ask });
      return;
    case 'take-back-voucher':
      talk.command(question.outlet, { type: question.ask, sequence: question.sequence });
      return;
    case 'add':
      talk.set({ choosing: undefined });
      talk.command(question.outlet, { type: 'give', voucher: question.voucher });
      if (talk.hasSeveral) talk.tell('outlet', { outlet: question.outlet });
      return;
    case 'hand-back':
      talk.set({ choosing: undefined });
      talk.effects.push({ type: 'hand-back', voucher: question.voucher });
  }
}

/**
 * `*`, or what was asked about is over: a voucher that has no outlet yet is asked for one again. After silence it is put back, for a
 * `1#` that comes too late would be the number of an outlet then, where somebody else's vehicle may be.
 */
export function hearNo(talk: Transition, bySilence = false): void {
  const { asking, choosing } = talk.state;
  talk.set({ asking: undefined });
  if (choosing && bySilence) stopChoosing(talk, true);
  else if (choosing) talk.keepChoosing();
  else if (asking?.ask === 'add') talk.tell('cancelled');
}

/** Whether what was asked about is still as it was. */
export function stillAsked({ outlets }: Transition, question: Question): boolean {
  switch (question.ask) {
    case 'stop':
      return stoppable(outlets[question.outlet - 1]!.state);
    case 'take-back':
      return placeOf(outlets, question.sequence)?.is === 'waiting';
    case 'take-back-voucher':
      return placeOf(outlets, question.sequence)?.is === 'next';
    case 'add':
      return canAdd(outlets[question.outlet - 1]!);
    case 'hand-back':
      return true;
  }
}

function canAdd({ state: { phase }, fault }: OutletView): boolean {
  return (phase.name === 'charging' || phase.name === 'paused') && fault === undefined;
}

/** The number of the outlet that it is to be. */
export function choose(talk: Transition, choosing: Choosing, number: number): void {
  talk.keepChoosing();
  if (number === NO_OUTLET && 'voucher' in choosing) {
    talk.ask({ ask: 'hand-back', outlet: undefined, voucher: choosing.voucher });
    return;
  }
  if (number < 1 || number > talk.outlets.length) talk.tell('outlet-unknown');
  else if ('voucher' in choosing) give(talk, choosing.voucher, number);
  else order(talk, choosing.operation, choosing.sequence, number);
}

/** Nobody said which, or did not want to. */
export function stopChoosing(talk: Transition, bySilence: boolean): void {
  const { choosing } = talk.state;
  talk.set({ choosing: undefined });
  if (choosing && !('voucher' in choosing)) talk.tell('service-unused');
  else talk.tell(bySilence ? 'not-chosen' : 'cancelled');
}

/**
 * Gives a voucher to an outlet, if that can have it; one that charges is asked for first.
 * @param putBack in the place of another, which is not used
 */
export function give(talk: Transition, voucher: Voucher, outlet: number, putBack = false): void {
  const view = talk.outlet(outlet);
  const { phase } = view.state;
  if (canAdd(view)) {
    talk.ask({ ask: 'add', outlet, voucher, ...(putBack && { putBack }) });
    return;
  }
  const isFree = phase.name === 'free' && !phase.test;
  if (talk.hasSeveral && (view.fault || !isFree)) {
    talk.tell(view.fault ? 'outlet-unusable' : 'outlet-taken', { outlet });
    return;
  }
  talk.set({ choosing: undefined });
  talk.command(outlet, { type: 'give', voucher });
  if (talk.hasSeveral) talk.tell('outlet', { outlet });
  else if (phase.name === 'waiting' && 'voucher' in phase.held && phase.held.voucher.sequence !== voucher.sequence)
    talk.tell('replaced');
}

/** What an operator's code orders, at that outlet: its number is used up first. */
export function order(talk: Transition, operation: Operation, sequence: number, outlet: number): void {
  if (operation === 'test-relay') {
    const { state, fault } = talk.outlet(outlet);
    // With one outlet, whose receipt is being read stands before it.
    const shows = !talk.hasSeveral && talk.state.shown.length > 0;
    if (shows || !testable(state, fault, talk.at)) {
      talk.tell('test-refused');
      return;
    }
  }
  talk.set({ choosing: undefined });
  talk.effects.push({ type: 'use-service', operation, sequence, outlet });
}

function lookAt(talk: Transition, number: number): void {
  if (number < 1 || number > talk.outlets.length) talk.tell('outlet-unknown');
  else talk.tell('outlet', { outlet: number });
}
