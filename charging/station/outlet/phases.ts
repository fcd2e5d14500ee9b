// What follows from what is known, whatever event brought it: limits that ran out, faults, a vehicle that came or went.

import { retry } from '../charger/journal-answers.ts';
import { stoppable } from '../conversation/events.ts';
import type { EndReason, SessionRecord } from '../types.ts';
import { checkpointDue, goesOn, left, opened, openRecordOf, recordOf } from './metering.ts';
import type { Phase, Session } from './model.ts';
import { relayReady, type Turn, unplugged } from './transition.ts';

type In<Name extends Phase['name']> = Extract<Phase, { name: Name }>;

/** Moves through as many states as follow from each other. */
export function settle(turn: Turn): void {
  const { notice } = turn.state;
  const over = notice && (notice.until <= turn.at || (notice.name === 'out-of-order' && !turn.fault));
  const ended = notice?.name.startsWith('your-charge') && !('session' in turn.state.phase);
  if (over || ended) turn.set({ notice: undefined });
  retry(turn);
  let phase: Phase;
  do {
    phase = turn.state.phase;
    move(turn, phase);
  } while (turn.state.phase !== phase);
  const { asking } = turn.state;
  if (asking && (asking.until <= turn.at || !stoppable(turn.state))) turn.set({ asking: undefined });
}

function move(turn: Turn, phase: Phase): void {
  switch (phase.name) {
    case 'idle':
      if (phase.test) testing(turn, phase.test);
      else idle(turn);
      return;
    case 'armed':
      if ('voucher' in phase.waiting) armed(turn, phase);
      else resuming(turn, phase, phase.waiting.open);
      return;
    case 'starting':
      if (phase.redeemed) starting(turn, phase);
      return;
    case 'charging':
      charging(turn, phase);
      return;
    case 'paused':
      paused(turn, phase);
      return;
    case 'stopping':
      stopping(turn, phase);
      return;
    case 'receipt':
      receipt(turn, phase);
      return;
    case 'fault':
      fault(turn, phase);
      return;
  }
}

function idle(turn: Turn): void {
  if (turn.fault) turn.go({ name: 'fault' });
}

/** The one time that the relay is closed without a voucher: nothing is plugged in, and an operator asked for it. */
function testing(turn: Turn, test: NonNullable<In<'idle'>['test']>): void {
  const { relay } = turn.state;
  if (turn.fault || !unplugged(turn) || turn.at - test.since >= turn.config.testMs) {
    turn.endTest();
    return;
  }
  if (relay.on && !test.seenOn) {
    turn.go({ name: 'idle', test: { ...test, seenOn: true } });
    return;
  }
  if (test.seenOn && !relay.on) turn.raise('relay-opened', false);
  else if (!test.seenOn && turn.at - test.since >= turn.config.startingMs) turn.raise('relay-did-not-close', false);
  if (turn.fault) turn.endTest();
}

function armed(turn: Turn, phase: In<'armed'>): void {
  if (turn.fault) {
    turn.tell('out-of-order');
    turn.go({ name: 'fault' });
    return;
  }
  if (turn.state.vehicle === true && ready(turn) && 'voucher' in phase.waiting) {
    const session = opened(phase.waiting.voucher, turn.at, turn.state.meter);
    turn.writes.push({ type: 'redeem', record: recordOf(session) });
    turn.go({ name: 'starting', session, redeemed: false, since: turn.at });
    return;
  }
  if (extended(turn, phase, turn.config.armedMs)) return;
  if (phase.until > turn.at) return;
  turn.tell(turn.state.vehicle === true ? 'cancelled' : 'not-plugged-in');
  turn.go({ name: 'idle' });
}

/** A session that was cut off goes on if its vehicle is still there, and nothing stands against it. */
function resuming(turn: Turn, phase: In<'armed'>, open: SessionRecord): void {
  const { vehicle, meter } = turn.state;
  const session = turn.interrupted(open);
  if (left(session) <= 0) {
    turn.end(session, 'used-up');
    return;
  }
  // What the meter counted meanwhile is charged, also of a session that ends here: it is waited for.
  const believed = goesOn(open, meter);
  if (turn.fault || (vehicle === false && believed)) {
    turn.end(session, open.halted && turn.fault ? 'fault' : 'power-cut');
    return;
  }
  if (vehicle === true && believed && ready(turn)) {
    const { cuts } = session;
    turn.note('session-resumed', { sequence: open.voucher.sequence, delivered: open.delivered, cuts });
    turn.writes.push({ type: 'checkpoint', record: openRecordOf(session, turn.config) });
    turn.go({ name: 'starting', session, redeemed: false, since: turn.at });
    return;
  }
  if (extended(turn, phase, turn.config.resumeMs)) return;
  if (phase.until <= turn.at) turn.end(session, 'power-cut');
}

/** A `Wh` station needs a reading from after the relay opened: what the one before took is not for the next to pay. */
function ready(turn: Turn): boolean {
  if (!relayReady(turn)) return false;
  const { relay, meter } = turn.state;
  return turn.config.unit === 'min' || (meter !== undefined && meter.at >= (relay.offSince ?? meter.at));
}

/** The customer did all there is to do, and the relay needs its rest: that wait is not held against them. */
function extended(turn: Turn, phase: In<'armed'>, limitMs: number): boolean {
  const { vehicle, relay } = turn.state;
  if (vehicle !== true || relay.on !== false || relayReady(turn)) return false;
  if (turn.at - phase.since >= turn.config.relayWaitMs) return false;
  const until = turn.at + limitMs;
  if (until > phase.until) turn.go({ ...phase, until });
  return true;
}

function starting(turn: Turn, { session, since }: In<'starting'>): void {
  if (ended(turn, session)) return;
  if (turn.state.relay.on) {
    turn.go({ name: 'charging', session: { ...session, countedAt: turn.at, savedAt: turn.at } });
    return;
  }
  if (turn.at - since < turn.config.startingMs) return;
  turn.raise('relay-did-not-close', false);
  turn.end(session, 'fault');
}

function charging(turn: Turn, phase: In<'charging'>): void {
  if (ended(turn, phase.session) || opens(turn, phase.session)) return;
  if (checkpointed(turn, phase)) return;
  if (phase.lowSince === undefined || turn.at - phase.lowSince < turn.config.pauseAfterMs) return;
  turn.go({ name: 'paused', session: phase.session, since: turn.at });
}

function paused(turn: Turn, phase: In<'paused'>): void {
  if (ended(turn, phase.session) || opens(turn, phase.session)) return;
  if (checkpointed(turn, phase)) return;
  if (turn.at - phase.since >= turn.config.pausedMs) turn.end(phase.session, 'full');
}

/** Ends a session that may not go on. */
function ended(turn: Turn, session: Session): boolean {
  const reason = reasonToEnd(turn, session);
  if (reason) turn.end(session, reason);
  return reason !== undefined;
}

function reasonToEnd(turn: Turn, session: Session): EndReason | undefined {
  if (left(session) <= 0) return 'used-up';
  if (turn.fault) return 'fault';
  return turn.state.vehicle === true ? undefined : 'unplugged';
}

/** Nobody told the relay to open. */
function opens(turn: Turn, session: Session): boolean {
  if (turn.state.relay.on) return false;
  turn.raise('relay-opened', false);
  turn.end(session, 'fault');
  return true;
}

function checkpointed(turn: Turn, phase: In<'charging' | 'paused'>): boolean {
  const { session } = phase;
  if (!checkpointDue(session, turn.at, turn.config)) return false;
  turn.writes.push({ type: 'checkpoint', record: openRecordOf(session, turn.config) });
  const { used: saved, aheadWh: bookedWh } = session;
  turn.go({
    ...phase,
    session: { ...session, saved, savedAt: turn.at, ...(bookedWh === undefined ? {} : { bookedWh }) },
  });
  return true;
}

function stopping(turn: Turn, { ended: end, seenOn }: In<'stopping'>): void {
  const stuck = turn.state.faults.some(({ code }) => code === 'relay-stuck-on');
  if (turn.state.relay.on && !stuck) return;
  if (end && 'unclosed' in end) {
    if (turn.state.retryAt !== undefined) turn.go({ name: 'fault', ended: end });
    return;
  }
  if (seenOn && !turn.fault) turn.tell('test-done');
  if (end && !end.receipt && !turn.fault) turn.tell('thanks');
  turn.go(end ? { name: 'fault', ended: end } : { name: 'fault' });
}

function receipt(turn: Turn, phase: In<'receipt'>): void {
  if (turn.fault) {
    turn.go({ name: 'fault', ended: { reason: phase.receipt.reason, receipt: phase.receipt } });
    return;
  }
  if (phase.until <= turn.at) turn.go({ name: 'idle' });
}

/** Left as soon as no fault is, and the journal holds what has to be in it; at once when there never was one. */
function fault(turn: Turn, { ended: end }: In<'fault'>): void {
  if (turn.fault || (end && 'unclosed' in end)) return;
  if (end?.receipt) turn.go({ name: 'receipt', receipt: end.receipt, until: turn.at + turn.config.receiptMs });
  else turn.go({ name: 'idle' });
}
