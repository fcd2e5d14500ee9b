// What people say at the keypad, and what they are answered. Every question is answered `1#` (yes) or `*` (no); silence is no,
// and a bare `#` says nothing. What follows from it, whatever the event, is in settling.ts.
import type { Operation } from '../../codes/index.ts';
import { receiptOf } from '../outlet/metering.ts';
import type { Event, Receipt, State } from '../outlet/model.ts';
import { type Turn, testable } from '../outlet/transition.ts';
import type { SessionRecord, Voucher } from '../types.ts';

type Of<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** Longer is a code. */
const LONGEST_ANSWER = 2;

export function hearTyped(turn: Turn, digits: string): void {
  turn.set({ typed: { digits, at: turn.at } });
  if (digits === '') return;
  const { asking } = turn.state;
  const answers = asking && digits.length <= LONGEST_ANSWER;
  turn.set({
    outcome: undefined,
    notice: undefined,
    asking: answers ? { until: turn.at + turn.config.askMs } : undefined,
  });
  if (turn.state.phase.name === 'receipt') turn.go({ name: 'idle' });
}

/**
 * A key that belongs to no entry: `*` or `#` while nothing is typed. `#` does nothing at all: a scanner that ends a code
 * with two of them, or an impatient finger, takes no refusal and no receipt from the display.
 */
export function hearKey(turn: Turn, key: string): void {
  if (key !== '*') return;
  const { phase, kept, asking, notice } = turn.state;
  turn.set({ notice: undefined, asking: undefined });
  // The receipt of another session is put away first: its owner is not asked to stop this one.
  if (asking || notice?.receipt) return;
  if (phase.name === 'receipt') {
    turn.go({ name: 'idle' });
    return;
  }
  switch (phase.name) {
    case 'idle':
      if (phase.test) turn.endTest();
      else if (kept) turn.go({ name: 'receipt', receipt: kept, until: turn.at + turn.config.receiptMs });
      else turn.tell('no-receipt');
      return;
    case 'armed':
      if ('open' in phase.waiting) {
        ask(turn);
        return;
      }
      turn.tell('cancelled');
      turn.go({ name: 'idle' });
      return;
    case 'starting':
    case 'charging':
    case 'paused':
      ask(turn);
      return;
    case 'fault':
      if (phase.ended) return;
      if (kept) showAtFault(turn, kept);
      else turn.tell('no-receipt');
      return;
  }
}

/** Whether to stop what charges: one `*` is anybody's. */
function ask(turn: Turn): void {
  turn.set({ asking: { until: turn.at + turn.config.askMs } });
}

/** A number too short for a code. `1` is yes to what was asked; where nothing was asked it is a mistake in typing. */
export function hearAnswer(turn: Turn, digits: string): void {
  turn.set({ typed: { digits: '', at: turn.at } });
  if (!turn.state.asking) {
    turn.set({ outcome: 'mistyped' });
    turn.tell('mistyped');
    return;
  }
  if (digits !== '1') return;
  turn.set({ asking: undefined });
  const { phase } = turn.state;
  if ('session' in phase) turn.end(phase.session, 'stop-key');
  else if (phase.name === 'armed' && 'open' in phase.waiting) turn.closeInterrupted(phase.waiting.open, 'stop-key');
}

/** Whether there is a session that `1` would stop. */
export function stoppable({ phase }: State): boolean {
  return 'session' in phase || (phase.name === 'armed' && 'open' in phase.waiting);
}

/** The latest voucher that was typed counts; none of those before it was redeemed. */
export function hearVoucher(turn: Turn, voucher: Voucher): void {
  const { phase } = turn.state;
  if (turn.fault) {
    turn.tell('out-of-order');
    return;
  }
  const free =
    phase.name === 'receipt' ||
    (phase.name === 'idle' && !phase.test) ||
    (phase.name === 'armed' && 'voucher' in phase.waiting);
  if (!free) {
    turn.tell('busy');
    return;
  }
  turn.set({ notice: undefined });
  turn.go({ name: 'armed', waiting: { voucher }, since: turn.at, until: turn.at + turn.config.armedMs });
}

export function hearService(turn: Turn, operation: Operation, sequence: number): void {
  if (operation === 'test-relay' && !testable(turn)) {
    turn.tell('test-refused');
    return;
  }
  turn.writes.push({ type: 'use-service', operation, sequence });
}

/** A genuine code that was used before shows what became of it. */
export function hearRefusal(turn: Turn, { verdict, fate }: Of<'refused'>): void {
  if (fate && showFate(turn, fate)) return;
  if (verdict.outcome === 'locked') turn.tell('locked', turn.at + verdict.retryAfterSeconds * 1000);
  else turn.tell(verdict.outcome);
}

/** @returns false where there is nothing to show: its session is just being closed, or the journal does not know it */
function showFate(turn: Turn, fate: SessionRecord): boolean {
  const { phase } = turn.state;
  const { sequence, unit } = fate.voucher;
  if ('session' in phase && phase.session.voucher.sequence === sequence) {
    turn.tell(`your-charge-${unit}`);
    return true;
  }
  if (phase.name === 'armed' && 'open' in phase.waiting && phase.waiting.open.voucher.sequence === sequence) {
    turn.set({ notice: undefined });
    return true;
  }
  if (!fate.ended) return false;
  const receipt = receiptOf(fate);
  if (!receipt) turn.tell('used-up');
  else showReceipt(turn, receipt);
  return true;
}

function showReceipt(turn: Turn, receipt: Receipt): void {
  const { phase } = turn.state;
  const until = turn.at + turn.config.receiptMs;
  turn.set({ notice: undefined });
  if (phase.name === 'receipt' || (phase.name === 'idle' && !phase.test)) turn.go({ name: 'receipt', receipt, until });
  else if (phase.name === 'fault' && !phase.ended) showAtFault(turn, receipt);
  else turn.set({ notice: { name: `your-receipt-${receipt.unit}`, until, receipt } });
}

function showAtFault(turn: Turn, receipt: Receipt): void {
  turn.go({ name: 'fault', ended: { reason: receipt.reason, receipt } });
}
