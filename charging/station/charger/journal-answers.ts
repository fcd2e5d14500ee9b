// What the journal answers, and what is done about one that doesn't take writes.
import type { Operation } from '../../codes/index.ts';
import { receiptOf } from '../outlet/metering.ts';
import type { Ended, Event, NoticeName, Write } from '../outlet/model.ts';
import { interrupted, type Turn, testable } from '../outlet/transition.ts';

/** The note that tries whether the journal takes writes again. */
const PROBE = 'journal-works';

export function hearJournal(turn: Turn, event: Event): void {
  const { phase } = turn.state;
  switch (event.type) {
    case 'redeemed':
      if (phase.name === 'starting' && !phase.redeemed) turn.go({ ...phase, redeemed: true, since: turn.at });
      return;
    case 'checkpointed':
      // That of a session that goes on: now the journal knows of the cut, and what the next one costs.
      if (phase.name !== 'starting' || phase.redeemed) return;
      turn.set({ cutsByNow: undefined });
      turn.go({ ...phase, redeemed: true, since: turn.at });
      return;
    case 'redeem-refused':
      if (phase.name !== 'starting' || phase.redeemed) return;
      turn.set({ outcome: 'used' });
      turn.tell('used');
      turn.go({ name: 'idle' });
      return;
    case 'closed':
      hearClosed(turn, event.receipt);
      return;
    case 'service-used':
      hearService(turn, event.operation, event.result);
      return;
    case 'noted':
      if (event.note.kind === PROBE) works(turn);
      return;
    case 'recovered':
      // A receipt may be on the display by then: somebody looked at the last one while the journal was away.
      if (event.open && !('session' in phase) && phase.name !== 'stopping') interrupted(turn, event.open);
      return;
    case 'journal-failed':
      hearFailure(turn, event.write);
      return;
  }
}

function hearClosed(turn: Turn, digits: string | undefined): void {
  const { phase } = turn.state;
  if ((phase.name !== 'stopping' && phase.name !== 'fault') || !phase.ended || !('unclosed' in phase.ended)) return;
  const record = phase.ended.unclosed;
  const receipt = receiptOf(digits === undefined ? record : { ...record, receipt: digits });
  const ended: Ended = { reason: record.ended ?? 'power-cut', receipt };
  turn.set({ kept: receipt, cutsByNow: undefined });
  turn.go({ ...phase, ended });
  works(turn);
}

/** The journal took a write. If it had failed before: what it missed, and what it may hold that its failure concealed. */
function works(turn: Turn): void {
  const { retryAt, unwritten } = turn.state;
  if (retryAt === undefined) return;
  turn.set({ retryAt: undefined, unwritten: [] });
  turn.writes.push(...unwritten, { type: 'recover' });
}

function hearFailure(turn: Turn, write: Write): void {
  turn.set({ retryAt: turn.at + turn.config.retryMs });
  switch (write.type) {
    case 'note':
      if (write.kind !== PROBE) turn.keep(write);
      return;
    case 'redeem':
      turn.tell('out-of-order');
      turn.go({ name: 'fault' });
      return;
    case 'use-service':
      turn.tell('out-of-order');
      return;
    case 'checkpoint': {
      // It was to go on after a cut: it does when the journal works again, and tells which session stands open.
      const { phase } = turn.state;
      if (phase.name === 'starting' && !phase.redeemed) turn.go({ name: 'fault' });
    }
  }
}

/** Tries a journal that failed: with the write that is most needed, or with a note. */
export function retry(turn: Turn): void {
  const { phase, retryAt } = turn.state;
  if (phase.name !== 'fault' || retryAt === undefined || retryAt > turn.at) return;
  turn.set({ retryAt: turn.at + turn.config.retryMs });
  if (phase.ended && 'unclosed' in phase.ended) turn.writes.push({ type: 'close', record: phase.ended.unclosed });
  else turn.writes.push({ type: 'note', kind: PROBE, details: {} });
}

const DONE: Readonly<Record<Operation, NoticeName | undefined>> = {
  synchronize: 'synchronized',
  'clear-lockout': 'lockout-cleared',
  'test-relay': undefined,
  'end-session': 'session-ended',
  'show-report': undefined,
};

/** The number of a service code is used up in the journal: now what it orders is done. */
function hearService(turn: Turn, operation: Operation, result: 'done' | 'used'): void {
  if (result === 'used') {
    turn.set({ outcome: 'used' });
    turn.tell('used');
    return;
  }
  const done = DONE[operation];
  if (done) turn.tell(done);
  if (operation === 'synchronize') turn.set({ clockLost: false });
  if (operation === 'test-relay') test(turn);
  if (operation === 'end-session') endSession(turn);
}

function test(turn: Turn): void {
  if (!testable(turn)) {
    turn.tell('test-refused');
    return;
  }
  turn.set({ notice: undefined });
  turn.go({ name: 'idle', test: { since: turn.at, seenOn: false } });
}

function endSession(turn: Turn): void {
  const { phase } = turn.state;
  switch (phase.name) {
    case 'armed':
      if ('open' in phase.waiting) {
        turn.closeInterrupted(phase.waiting.open, 'service');
        return;
      }
      turn.go({ name: 'idle' });
      return;
    case 'starting':
    case 'charging':
    case 'paused':
      turn.end(phase.session, 'service');
      return;
    case 'idle':
      turn.endTest();
      return;
    default:
      turn.forgiveCurrent(true);
      turn.clear(true);
      return;
  }
}
