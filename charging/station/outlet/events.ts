// What each event changes at an outlet. What follows from it, whatever the event, is in phases.ts.
import { FAULTS, type FaultCode, withCause } from '../faults.ts';
import type { SessionRecord, Voucher } from '../types.ts';
import { read } from './current.ts';
import { hearJournal } from './journal-answers.ts';
import {
  counted,
  currentVoucher,
  haltedRecordsOf,
  interruptedAt,
  interruptedRecordsOf,
  metered,
  plausible,
  receiptsOf,
  recordOf,
  unitOf,
} from './metering.ts';
import type { HardwareEvent, Metered, MeterMessage, OutletCommand, OutletEvent, Session } from './model.ts';
import { close, pause } from './phases.ts';
import { silenceLimit, type Transition, testable, vehicleSilent } from './transition.ts';

/** A relay that needs its rest says how long in rounded figures; this is for what they were rounded by. */
const READY_MARGIN_MS = 100;

type Of<Type extends OutletEvent['type']> = Extract<OutletEvent, { type: Type }>;

export function hear(outlet: Transition, event: OutletEvent): void {
  count(outlet);
  listen(outlet);
  switch (event.type) {
    case 'tick':
    case 'time':
      return;
    case 'start':
      start(outlet, event);
      return;
    case 'vehicle':
    case 'relay':
    case 'meter':
    case 'fault':
      hearHardware(outlet, event);
      return;
  }
  // Nobody asks anything of an outlet that has not started, and the journal has nothing to answer it.
  if (outlet.state.startedAt === undefined) return;
  switch (event.type) {
    case 'halt':
      halt(outlet);
      return;
    case 'power':
      if (event.order === 'close') close(outlet);
      else pause(outlet, event.neededW);
      return;
    case 'redeemed':
    case 'redeem-refused':
    case 'checkpointed':
    case 'closed':
    case 'recovered':
    case 'write-failed':
      hearJournal(outlet, event);
      return;
    default:
      obey(outlet, event);
  }
}

function start(outlet: Transition, { at, open, lastClosed }: Of<'start'>): void {
  const last = lastClosed ?? [];
  outlet.set({ startedAt: at, lastVouchers: last, receipts: receiptsOf(last), cutsByNow: cutsOf(open) });
  if (open) outlet.interrupt(open);
}

/** One more than before: unless the station was stopped in order, the power was cut. */
function cutsOf(open: readonly SessionRecord[] | undefined): number | undefined {
  if (!open) return undefined;
  const { halted, cuts = 0 } = interruptedAt(open);
  return halted ? undefined : cuts + 1;
}

function hearHardware(outlet: Transition, event: HardwareEvent & { readonly at: number }): void {
  switch (event.type) {
    case 'vehicle':
      if (event.restarting) {
        loseVehicle(outlet, event);
        return;
      }
      hearVehicle(outlet, event);
      report(outlet, 'vehicle-unknown', event.connected === undefined);
      return;
    case 'relay':
      hearRelay(outlet, event);
      return;
    case 'meter':
      hearMeter(outlet, event.reading);
      return;
    case 'fault':
      report(outlet, event.code, event.standing, event.by);
  }
}

function obey(outlet: Transition, command: OutletCommand): void {
  const { phase } = outlet.state;
  switch (command.type) {
    case 'give':
      receive(outlet, command.voucher);
      return;
    case 'take-back':
      if (phase.name !== 'waiting' || !('voucher' in phase.held)) return;
      outlet.tell('cancelled');
      outlet.enter({ name: 'free' });
      return;
    case 'take-back-voucher':
      takeBack(outlet, command.sequence);
      return;
    case 'stop':
      stop(outlet, 'stop-key');
      return;
    case 'test-relay':
      if (testable(outlet.state, outlet.fault, outlet.at)) {
        const until = outlet.at + (command.forMs ?? outlet.config.testMs);
        outlet.enter({ name: 'free', test: { since: outlet.at, until, seenOn: false } });
      } else outlet.tell('test-refused');
      return;
    case 'end-test':
      outlet.endTest();
      return;
    case 'end-session':
      endSession(outlet);
  }
}

/** The latest voucher that was typed counts; none of those before it was redeemed. */
function receive(outlet: Transition, voucher: Voucher): void {
  const { phase } = outlet.state;
  if (outlet.fault) {
    outlet.tell('out-of-order');
    return;
  }
  if (phase.name === 'charging' || phase.name === 'paused') {
    add(outlet, phase.session, voucher);
    return;
  }
  const free = (phase.name === 'free' && !phase.test) || (phase.name === 'waiting' && 'voucher' in phase.held);
  if (!free) {
    outlet.tell('busy');
    return;
  }
  const { at, config } = outlet;
  outlet.enter({ name: 'waiting', held: { voucher }, since: at, until: at + config.waitingMs });
}

/** More of the same: redeemed at once, used after those before it. */
function add(outlet: Transition, session: Session, voucher: Voucher): void {
  const { id, vouchers } = session;
  const fits = unitOf(session) === voucher.unit && !vouchers.some((each) => each.voucher.sequence === voucher.sequence);
  if (id === undefined || !fits || outlet.reasonToEnd(session)) {
    outlet.tell('busy');
    return;
  }
  outlet.writes.push({ type: 'redeem', record: { session: id, voucher, delivered: 0 } });
}

/** A later voucher that has not begun ends alone, with a receipt for the whole of it. */
function takeBack(outlet: Transition, sequence: number): void {
  const { phase } = outlet.state;
  if (phase.name !== 'charging' && phase.name !== 'paused') return;
  const { session } = phase;
  const at = session.vouchers.findIndex(({ voucher }) => voucher.sequence === sequence);
  const each = session.vouchers[at];
  if (!each || at === 0 || each.ended || each.used > 0 || each === currentVoucher(session)) return;
  const vouchers = session.vouchers.with(at, { ...each, ended: 'taken-back' });
  outlet.enter({ ...phase, session: { ...session, vouchers } });
  outlet.writes.push({ type: 'close', records: [recordOf(session, each, 'taken-back')] });
}

function stop(outlet: Transition, reason: 'stop-key' | 'service'): void {
  const { phase } = outlet.state;
  if ('session' in phase) outlet.end(phase.session, reason);
  else if (phase.name === 'waiting' && 'open' in phase.held) outlet.end(outlet.interrupted(phase.held.open), reason);
}

/** An operator's code: whatever goes on ends, and where nothing does, the faults that an operator may end. */
function endSession(outlet: Transition): void {
  const { phase } = outlet.state;
  switch (phase.name) {
    case 'free':
      if (phase.test) {
        outlet.endTest();
        return;
      }
      break;
    case 'waiting':
      if ('voucher' in phase.held) outlet.enter({ name: 'free' });
      else stop(outlet, 'service');
      return;
    case 'starting':
    case 'charging':
    case 'paused':
      stop(outlet, 'service');
      return;
  }
  outlet.forgiveCurrent(true);
  outlet.clearFaults();
}

function count(outlet: Transition): void {
  const { phase } = outlet.state;
  if (phase.name !== 'charging' && (phase.name !== 'paused' || phase.neededW !== undefined)) return;
  outlet.enter({ ...phase, session: counted(phase.session, outlet.at, outlet.config) });
}

/** Of a gap in which the whole program stood still no more than a beat is silence: what was told meanwhile is yet to be heard. */
const MOST_SILENCE_MS = 1000;

/** Whoever promised to tell of the vehicle again and again, and does not, sees it no more: its wire may be cut. */
function listen(outlet: Transition): void {
  const { at, state } = outlet;
  const teller = state.vehicleTeller;
  if (!teller) return;
  const silentMs = teller.silentMs + Math.min(Math.max(0, at - teller.at), MOST_SILENCE_MS);
  outlet.set({ vehicleTeller: { ...teller, silentMs, at } });
  if (state.vehicle === undefined || !vehicleSilent(outlet.state, outlet.config)) return;
  outlet.set({ vehicle: undefined, settling: false });
  suspend(outlet);
}

/** The owner stops: the session stays open in the journal, and goes on when the station starts again. */
function halt(outlet: Transition): void {
  const { phase } = outlet.state;
  const redeemed = phase.name === 'starting' && phase.redeemed;
  if (phase.name === 'charging' || phase.name === 'paused' || redeemed) {
    outlet.writes.push({ type: 'checkpoint', records: haltedRecordsOf(phase.session, outlet.config) });
  }
  outlet.set({ phase: { name: 'free' }, startedAt: undefined });
}

function report(outlet: Transition, code: FaultCode, standing: boolean, by: string = code): void {
  if (standing && FAULTS[code].momentary) outlet.raise(code);
  else outlet.set({ reported: withCause(outlet.state.reported, { code, by }, standing) });
}

function hearVehicle(outlet: Transition, { at, connected, settling, everyMs }: Of<'vehicle'>): void {
  const { current, vehicle: before } = outlet.state;
  const vehicleTeller = everyMs === undefined ? undefined : { everyMs, silentMs: 0, at };
  outlet.set({ vehicle: connected, vehicleTeller, settling: settling === true });
  if (connected === before) return;
  if (connected === false) outlet.set({ leftPlugged: false });
  // With nothing plugged in no current proves nothing; and the next vehicle may be on a meter that was set right.
  if (connected && current.leakedAt !== undefined) outlet.set({ current: { ...current, leakedAt: at } });
  if (connected === false && current.wrong) outlet.set({ current: { ...current, wrong: undefined } });
}

/** As if nothing had been heard of it for too long: the session waits, and nobody seeing the vehicle is not yet a fault. */
function loseVehicle(outlet: Transition, { at, everyMs = 0 }: Of<'vehicle'>): void {
  const silentMs = silenceLimit(everyMs, outlet.config);
  outlet.set({ vehicle: undefined, settling: false, vehicleTeller: { everyMs, silentMs, at } });
  suspend(outlet);
}

function hearRelay(outlet: Transition, event: Of<'relay'>): void {
  const offSince = event.on ? undefined : (outlet.state.relay.offSince ?? event.at);
  outlet.set({ relay: { on: event.on, readyAt: readyAt(event), offSince } });
  if (event.restarting) suspend(outlet);
}

/** The relay begins anew, as when its node was renamed, or the plug is not seen: the session waits, as after a stop in order. */
function suspend(outlet: Transition): void {
  const { phase } = outlet.state;
  const redeemed = phase.name === 'starting' && phase.redeemed;
  if (phase.name !== 'charging' && phase.name !== 'paused' && !redeemed) return;
  const records = haltedRecordsOf(phase.session, outlet.config);
  outlet.writes.push({ type: 'checkpoint', records });
  outlet.interrupt(interruptedRecordsOf(phase.session, records));
}

function readyAt({ at, readyInMs }: Of<'relay'>): number | undefined {
  if (readyInMs === undefined) return undefined;
  return readyInMs <= 0 ? at : at + readyInMs + READY_MARGIN_MS;
}

function hearMeter(outlet: Transition, reading: MeterMessage): void {
  const { state, config } = outlet;
  const last = state.suspect ?? state.meter;
  const at = outlet.at - Math.max(0, reading.ageMs ?? 0);
  if (last && at < last.at) return;
  if (!plausible(last, reading, at, config) && !plausible(state.meter, reading, at, config)) {
    const energyWh = Number.isFinite(reading.energyWh) ? reading.energyWh : (last?.energyWh ?? 0);
    outlet.set({ suspect: { energyWh, powerW: undefined, at, overCurrent: false, keepsCount: true } });
    return;
  }
  const overCurrent = (reading.currentA ?? 0) > (config.highestCurrentA ?? Number.POSITIVE_INFINITY);
  if (overCurrent && state.meter?.overCurrent) outlet.raise('over-current');
  const keepsCount = reading.keepsCount !== false;
  const meter: Metered = { energyWh: reading.energyWh, powerW: reading.powerW, at, overCurrent, keepsCount };
  outlet.set({ meter, suspect: undefined });
  hearCurrent(outlet, meter);
  report(outlet, 'meter-silent', false);
  report(outlet, 'meter-implausible', false);
  const counts = meter.powerW === undefined && meter.energyWh > (last?.energyWh ?? 0);
  // Power that is counted backwards, or not at all, is drawn.
  const draws = Math.abs(meter.powerW ?? 0) >= config.pauseBelowW || outlet.state.current.wrong !== undefined;
  deliver(outlet, meter, counts || draws);
}

/** What the meter says against the relay; the journal is told what exactly is wrong. */
function hearCurrent(outlet: Transition, meter: Metered): void {
  const before = outlet.state.current;
  const current = read(before, meter, outlet.config);
  outlet.set({ current });
  if (current.wrong && current.wrong !== before.wrong) outlet.note('meter-wrong', { why: current.wrong });
  if (current.leakedAt !== undefined && before.leakedAt === undefined) {
    outlet.note('current-through-open-relay', { energyWh: meter.energyWh, powerW: meter.powerW ?? null });
  }
}

function deliver(outlet: Transition, meter: Metered, drawing: boolean): void {
  const { phase } = outlet.state;
  if (phase.name !== 'charging' && (phase.name !== 'paused' || phase.neededW !== undefined)) return;
  const session = metered(phase.session, meter);
  if (drawing) outlet.enter({ name: 'charging', session });
  else if (phase.name === 'paused') outlet.enter({ ...phase, session });
  else outlet.enter({ name: 'charging', session, lowSince: phase.lowSince ?? outlet.at });
}
