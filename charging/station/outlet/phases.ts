// What follows from what is known of an outlet, whatever event brought it: limits that ran out, faults, a vehicle that came
// or went.
import type { SessionRecord } from '../types.ts';
import {
  checkpointDue,
  currentVoucher,
  goesOn,
  haltedRecordsOf,
  interruptedAt,
  left,
  opened,
  openRecordOf,
  recordOf,
  saved,
} from './metering.ts';
import { type Phase, type Session, unclosed } from './model.ts';
import { meterIsSilent, relayReady, type Transition, unplugged, wantsToClose } from './transition.ts';

type In<Name extends Phase['name']> = Extract<Phase, { name: Name }>;

/** Moves through as many phases as follow from each other. */
export function moveOn(outlet: Transition): void {
  const records = outlet.state.phase.name === 'fault' && unclosed(outlet.state);
  if (outlet.station.retries && records) outlet.writes.push({ type: 'close', records });
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
  if (outlet.fault || !unplugged(outlet.state) || outlet.at >= test.until) {
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
  if (extended(outlet, phase, outlet.config.waitingMs)) return;
  if (phase.until > outlet.at) return;
  outlet.tell(outlet.state.vehicle === true ? 'cancelled' : 'not-plugged-in');
  outlet.enter({ name: 'free' });
}

/** A session that was cut off goes on if its vehicle is still there, and nothing stands against it. */
function resuming(outlet: Transition, phase: In<'waiting'>, open: readonly SessionRecord[]): void {
  const { vehicle, meter } = outlet.state;
  const session = outlet.interrupted(open);
  if (left(session) <= 0) {
    outlet.end(session, 'used-up');
    return;
  }
  // What the meter counted meanwhile is charged, also of a session that ends here: it is waited for.
  const believed = goesOn(open, meter);
  if (outlet.fault || (vehicle === false && believed)) {
    outlet.end(session, interruptedAt(open).halted && outlet.fault ? 'fault' : 'power-cut');
    return;
  }
  if (extended(outlet, phase, outlet.config.resumeMs)) return;
  if (phase.until <= outlet.at) outlet.end(session, 'power-cut');
}

/** The customer did all there is to do: what the relay needs, or the station's power, is not held against them. */
function extended(outlet: Transition, phase: In<'waiting'>, limitMs: number): boolean {
  const { state, at } = outlet;
  if (state.vehicle !== true || state.relay.on !== false) return false;
  if (relayReady(state, at) && !wantsToClose(state, at, outlet.config)) return false;
  const until = at + limitMs;
  if (until > phase.until) outlet.enter({ ...phase, until });
  return true;
}

/** The relay may close: what allows it is written first. */
export function close(outlet: Transition): void {
  const { state, at, config } = outlet;
  const { phase } = state;
  if (outlet.fault || !wantsToClose(state, at, config)) return;
  if (phase.name === 'paused') {
    goOn(outlet, phase.session);
  } else if (phase.name === 'waiting' && 'voucher' in phase.held) {
    const session = opened(phase.held.voucher, at, state.meter);
    outlet.writes.push({ type: 'redeem', record: recordOf(session, currentVoucher(session)) });
    outlet.enter({ name: 'starting', session, redeemed: false, since: at });
  } else if (phase.name === 'waiting' && 'open' in phase.held) {
    const session = outlet.interrupted(phase.held.open);
    const { voucher, delivered } = interruptedAt(phase.held.open);
    outlet.note('session-resumed', { sequence: voucher.sequence, delivered, cuts: session.cuts });
    goOn(outlet, session);
  }
}

/** A session that the journal holds open is let go on, once the journal holds that too. */
function goOn(outlet: Transition, session: Session): void {
  const { at, config } = outlet;
  const checkpoint = saved(session, at, config) ?? { session, records: [openRecordOf(session, config)] };
  outlet.writes.push({ type: 'checkpoint', records: checkpoint.records });
  outlet.enter({ name: 'starting', session: checkpoint.session, redeemed: false, since: at });
}

/** There is too little power for all: the journal is told that no cut comes of it. */
export function pause(outlet: Transition, neededW: number): void {
  const { phase } = outlet.state;
  const isOn = phase.name === 'charging' || phase.name === 'paused' || (phase.name === 'starting' && phase.redeemed);
  if (!isOn) return;
  const { at, config } = outlet;
  outlet.writes.push({ type: 'checkpoint', records: haltedRecordsOf(phase.session, config) });
  outlet.enter({
    name: 'paused',
    session: saved(phase.session, at, config)?.session ?? phase.session,
    since: at,
    neededW,
  });
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
  // Nobody knows what a vehicle draws whose meter says nothing.
  if (meterIsSilent(outlet.state, outlet.at, outlet.config)) return;
  outlet.enter({ name: 'paused', session: phase.session, since: outlet.at });
}

function paused(outlet: Transition, phase: In<'paused'>): void {
  if (ended(outlet, phase.session) || phase.neededW !== undefined || opens(outlet, phase.session)) return;
  if (meterIsSilent(outlet.state, outlet.at, outlet.config)) {
    outlet.enter({ name: 'charging', session: phase.session });
    return;
  }
  if (checkpointed(outlet, phase)) return;
  if (outlet.at - phase.since >= outlet.config.pausedMs) outlet.end(phase.session, 'full');
}

/** Ends a session that may not go on. */
function ended(outlet: Transition, session: Session): boolean {
  const reason = outlet.reasonToEnd(session);
  if (reason) outlet.end(session, reason);
  return reason !== undefined;
}

/** Nobody told the relay to open. */
function opens(outlet: Transition, session: Session): boolean {
  if (outlet.state.relay.on) return false;
  outlet.raise('relay-opened');
  outlet.end(session, 'fault');
  return true;
}

function checkpointed(outlet: Transition, phase: In<'charging' | 'paused'>): boolean {
  const { at, config } = outlet;
  const checkpoint = checkpointDue(phase.session, at, config) ? saved(phase.session, at, config) : undefined;
  if (!checkpoint) return false;
  outlet.writes.push({ type: 'checkpoint', records: checkpoint.records });
  outlet.enter({ ...phase, session: checkpoint.session });
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
  if (end && end.receipts.length === 0 && !outlet.fault) outlet.tell('thanks');
  outlet.enter(end ? { name: 'fault', ended: end } : { name: 'fault' });
}

/** Left as soon as no fault is, and the journal holds what has to be in it; at once when there never was one. */
function fault(outlet: Transition, { ended: end }: In<'fault'>): void {
  if (outlet.fault || (end && 'unclosed' in end)) return;
  if (end && end.receipts.length > 0) outlet.news.push({ name: 'receipt', receipts: end.receipts });
  outlet.enter({ name: 'free' });
}
