// What follows from what is known of an outlet, whatever event brought it: limits that ran out, faults, a vehicle that came
// or went.
import type { EndReason, SessionRecord } from '../types.ts';
import { checkpointDue, goesOn, left, opened, openRecordOf, recordOf } from './metering.ts';
import { type Phase, type Session, unclosed } from './model.ts';
import { relayReady, type Transition, unplugged } from './transition.ts';

type In<Name extends Phase['name']> = Extract<Phase, { name: Name }>;

/** Moves through as many phases as follow from each other. */
export function settle(outlet: Transition): void {
  const record = outlet.state.phase.name === 'fault' && unclosed(outlet.state);
  if (outlet.station.retries && record) outlet.writes.push({ type: 'close', record });
  let phase: Phase;
  do {
    phase = outlet.state.phase;
    move(outlet, phase);
  } while (outlet.state.phase !== phase);
}

function move(outlet: Transition, phase: Phase): void {
  switch (phase.name) {
    case 'free':
      if (phase.test) testing(outlet, phase.test);
      else if (outlet.fault) outlet.enter({ name: 'fault' });
      return;
    case 'waiting':
      if ('voucher' in phase.held) waiting(outlet, phase);
      else resuming(outlet, phase, phase.held.open);
      return;
    case 'starting':
      if (phase.redeemed) starting(outlet, phase);
      return;
    case 'charging':
      charging(outlet, phase);
      return;
    case 'paused':
      paused(outlet, phase);
      return;
    case 'stopping':
      stopping(outlet, phase);
      return;
    case 'fault':
      fault(outlet, phase);
      return;
  }
}

/** The one time that the relay is closed without a voucher: nothing is plugged in, and an operator asked for it. */
function testing(outlet: Transition, test: NonNullable<In<'free'>['test']>): void {
  const { relay } = outlet.state;
  if (outlet.fault || !unplugged(outlet.state) || outlet.at - test.since >= outlet.config.testMs) {
    outlet.endTest();
    return;
  }
  if (relay.on && !test.seenOn) {
    outlet.enter({ name: 'free', test: { ...test, seenOn: true } });
    return;
  }
  if (test.seenOn && !relay.on) outlet.raise('relay-opened');
  else if (!test.seenOn && outlet.at - test.since >= outlet.config.startingMs) outlet.raise('relay-did-not-close');
  if (outlet.fault) outlet.endTest();
}

/** The relay closes only with a vehicle connected (IEC 61851-1:2017, 6.3.1.3 and 6.3.1.4), and the voucher on the disk. */
function waiting(outlet: Transition, phase: In<'waiting'>): void {
  if (outlet.fault) {
    outlet.tell('out-of-order');
    outlet.enter({ name: 'fault' });
    return;
  }
  if (outlet.state.vehicle === true && ready(outlet) && 'voucher' in phase.held) {
    const session = opened(phase.held.voucher, outlet.at, outlet.state.meter);
    outlet.writes.push({ type: 'redeem', record: recordOf(session) });
    outlet.enter({ name: 'starting', session, redeemed: false, since: outlet.at });
    return;
  }
  if (extended(outlet, phase, outlet.config.waitingMs)) return;
  if (phase.until > outlet.at) return;
  outlet.tell(outlet.state.vehicle === true ? 'cancelled' : 'not-plugged-in');
  outlet.enter({ name: 'free' });
}

/** A session that was cut off goes on if its vehicle is still there, and nothing stands against it. */
function resuming(outlet: Transition, phase: In<'waiting'>, open: SessionRecord): void {
  const { vehicle, meter } = outlet.state;
  const session = outlet.interrupted(open);
  if (left(session) <= 0) {
    outlet.end(session, 'used-up');
    return;
  }
  // What the meter counted meanwhile is charged, also of a session that ends here: it is waited for.
  const believed = goesOn(open, meter);
  if (outlet.fault || (vehicle === false && believed)) {
    outlet.end(session, open.halted && outlet.fault ? 'fault' : 'power-cut');
    return;
  }
  if (vehicle === true && believed && ready(outlet)) {
    const { cuts } = session;
    outlet.note('session-resumed', { sequence: open.voucher.sequence, delivered: open.delivered, cuts });
    outlet.writes.push({ type: 'checkpoint', record: openRecordOf(session, outlet.config) });
    outlet.enter({ name: 'starting', session, redeemed: false, since: outlet.at });
    return;
  }
  if (extended(outlet, phase, outlet.config.resumeMs)) return;
  if (phase.until <= outlet.at) outlet.end(session, 'power-cut');
}

/** A `Wh` station needs a reading from after the relay opened: what the one before took is not for the next to pay. */
function ready(outlet: Transition): boolean {
  if (!relayReady(outlet.state, outlet.at)) return false;
  const { relay, meter } = outlet.state;
  return outlet.config.unit === 'min' || (meter !== undefined && meter.at >= (relay.offSince ?? meter.at));
}

/** The customer did all there is to do, and the relay needs its rest: that wait is not held against them. */
function extended(outlet: Transition, phase: In<'waiting'>, limitMs: number): boolean {
  const { vehicle, relay } = outlet.state;
  if (vehicle !== true || relay.on !== false || relayReady(outlet.state, outlet.at)) return false;
  if (outlet.at - phase.since >= outlet.config.relayWaitMs) return false;
  const until = outlet.at + limitMs;
  if (until > phase.until) outlet.enter({ ...phase, until });
  return true;
}

/** Power is there within 3 s of a vehicle that is ready (IEC 61851-1:2017, table A.6, sequence 4), or there is a fault. */
function starting(outlet: Transition, { session, since }: In<'starting'>): void {
  if (ended(outlet, session)) return;
  if (outlet.state.relay.on) {
    outlet.enter({ name: 'charging', session: { ...session, countedAt: outlet.at, savedAt: outlet.at } });
    return;
  }
  if (outlet.at - since < outlet.config.startingMs) return;
  outlet.raise('relay-did-not-close');
  outlet.end(session, 'fault');
}

function charging(outlet: Transition, phase: In<'charging'>): void {
  if (ended(outlet, phase.session) || opens(outlet, phase.session)) return;
  if (checkpointed(outlet, phase)) return;
  if (phase.lowSince === undefined || outlet.at - phase.lowSince < outlet.config.pauseAfterMs) return;
  outlet.enter({ name: 'paused', session: phase.session, since: outlet.at });
}

function paused(outlet: Transition, phase: In<'paused'>): void {
  if (ended(outlet, phase.session) || opens(outlet, phase.session)) return;
  if (checkpointed(outlet, phase)) return;
  if (outlet.at - phase.since >= outlet.config.pausedMs) outlet.end(phase.session, 'full');
}

/** Ends a session that may not go on. */
function ended(outlet: Transition, session: Session): boolean {
  const reason = reasonToEnd(outlet, session);
  if (reason) outlet.end(session, reason);
  return reason !== undefined;
}

function reasonToEnd(outlet: Transition, session: Session): EndReason | undefined {
  if (left(session) <= 0) return 'used-up';
  if (outlet.fault) return 'fault';
  // IEC 61851-1:2017, 6.3.1.5 and table A.6, sequences 2.1 and 2.2: unplugged, the relay opens within 100 ms.
  return outlet.state.vehicle === true ? undefined : 'unplugged';
}

/** Nobody told the relay to open. */
function opens(outlet: Transition, session: Session): boolean {
  if (outlet.state.relay.on) return false;
  outlet.raise('relay-opened');
  outlet.end(session, 'fault');
  return true;
}

function checkpointed(outlet: Transition, phase: In<'charging' | 'paused'>): boolean {
  const { session } = phase;
  if (!checkpointDue(session, outlet.at, outlet.config)) return false;
  outlet.writes.push({ type: 'checkpoint', record: openRecordOf(session, outlet.config) });
  const { used: saved, aheadWh: bookedWh } = session;
  outlet.enter({
    ...phase,
    session: { ...session, saved, savedAt: outlet.at, ...(bookedWh === undefined ? {} : { bookedWh }) },
  });
  return true;
}

function stopping(outlet: Transition, { ended: end, seenOn }: In<'stopping'>): void {
  const stuck = outlet.state.faults.some(({ code }) => code === 'relay-stuck-on');
  if (outlet.state.relay.on && !stuck) return;
  if (end && 'unclosed' in end) {
    if (outlet.station.journalFails) outlet.enter({ name: 'fault', ended: end });
    return;
  }
  if (seenOn && !outlet.fault) outlet.tell('test-done');
  if (end && !end.receipt && !outlet.fault) outlet.tell('thanks');
  outlet.enter(end ? { name: 'fault', ended: end } : { name: 'fault' });
}

/** Left as soon as no fault is, and the journal holds what has to be in it; at once when there never was one. */
function fault(outlet: Transition, { ended: end }: In<'fault'>): void {
  if (outlet.fault || (end && 'unclosed' in end)) return;
  if (end?.receipt) outlet.news.push({ name: 'receipt', receipt: end.receipt });
  outlet.enter({ name: 'free' });
}
