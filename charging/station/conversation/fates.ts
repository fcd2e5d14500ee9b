// A genuine code that was used before, or waits already, shows what became of it; and `*` from there.
import { receiptOf } from '../outlet/metering.ts';
import type { Receipt } from '../outlet/model.ts';
import type { SessionRecord } from '../types.ts';
import { type Place, placeOf, waitingPlace } from './places.ts';
import { FIRST } from './questions.ts';
import type { Transition } from './transition.ts';

/** @returns false where there is nothing to show: its session is just being closed, or the journal does not know it */
export function showFate(talk: Transition, fate: SessionRecord): boolean {
  const { sequence } = fate.voucher;
  const place = placeOf(talk.outlets, sequence, fate.session);
  if (place) {
    showPlace(talk, sequence, place);
    return true;
  }
  if (!fate.ended) return false;
  const receipt = receiptOf(fate);
  if (receipt) showReceipt(talk, receipt);
  else talk.tell('used-up');
  return true;
}

/**
 * A code that was typed in time waits for its power for as long as it takes, also when it would come too late by now.
 * @returns false where no outlet waits for it
 */
export function showWaiting(talk: Transition, sequence: number): boolean {
  const place = waitingPlace(talk.outlets, sequence);
  if (!place) return false;
  talk.set({ outcome: 'used' });
  showPlace(talk, sequence, place);
  return true;
}

function showPlace(talk: Transition, sequence: number, { outlet }: Place): void {
  const { phase } = talk.outlet(outlet).state;
  // The one outlet shows it all by itself.
  if (!talk.hasSeveral && (!('session' in phase) || phase.name === 'paused')) talk.set({ notice: undefined });
  else talk.tell('your-code', { sequence, outlet });
}

/** The receipt of another session, over what goes on. */
export function showReceipt(talk: Transition, receipt: Receipt): void {
  const until = talk.at + talk.config.receiptMs;
  const notice = { name: `your-receipt-${receipt.unit}`, until, receipt } as const;
  talk.set({ notice: undefined });
  if (talk.hasSeveral) {
    talk.set({ notice });
    return;
  }
  const { phase } = talk.outlet(FIRST).state;
  const isFree = phase.name === 'free' && !phase.test;
  const isFault = phase.name === 'fault' && !phase.ended && talk.state.shown.length === 0;
  if (isFree || isFault) talk.show(FIRST, [receipt]);
  else talk.set({ notice });
}

/** Whether to take it back, or to stop it: by what the code is to its session. */
export function askAbout(talk: Transition, sequence: number): void {
  const place = placeOf(talk.outlets, sequence);
  if (!place) return;
  const { outlet, is, amount } = place;
  const { unit } = talk.config;
  if (is === 'waiting') talk.ask({ ask: 'take-back', outlet, sequence });
  else if (is === 'next') talk.ask({ ask: 'take-back-voucher', outlet, sequence, amount, unit });
  else if (is === 'first' || !talk.hasSeveral) talk.ask({ ask: 'stop', outlet });
}
