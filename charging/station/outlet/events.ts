// What each event tells the station. What follows from it, whatever the event, is in settling.ts.

import { hearJournal } from '../charger/journal-answers.ts';
import { hearAnswer, hearKey, hearRefusal, hearService, hearTyped, hearVoucher } from '../conversation/events.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import type { SessionRecord } from '../types.ts';
import { read } from './current.ts';
import { counted, haltedRecordOf, metered, plausible, receiptOf } from './metering.ts';
import type { Event, Metered, MeterReading } from './model.ts';
import { interrupted, type Turn, vehicleSilent } from './transition.ts';

/** A relay that needs its rest says how long in rounded figures; this is for what they were rounded by. */
const READY_MARGIN_MS = 100;

type Of<Type extends Event['type']> = Extract<Event, { type: Type }>;

export function hear(turn: Turn, event: Event): void {
  count(turn);
  listen(turn);
  switch (event.type) {
    case 'start':
      turn.set({ startedAt: event.at, kept: receiptOf(event.kept), cutsByNow: cutsOf(event.open) });
      if (event.open) interrupted(turn, event.open);
      return;
    case 'vehicle':
      hearVehicle(turn, event);
      report(turn, 'vehicle-unknown', event.connected === undefined);
      return;
    case 'relay':
      hearRelay(turn, event);
      return;
    case 'meter':
      hearMeter(turn, event.reading);
      return;
    case 'fault':
      report(turn, event.code, event.standing);
      return;
    case 'clock':
      turn.set({ clockLost: event.lost, unlockedAt: event.unlockedAt });
      return;
  }
  if (turn.state.startedAt !== undefined) hearPeople(turn, event);
}

/** One more than before: unless the station was stopped in order, the power was cut. */
function cutsOf(open: SessionRecord | undefined): number | undefined {
  return open && !open.halted ? (open.cuts ?? 0) + 1 : undefined;
}

/** Those who stand at the keypad, the journal, and the owner who halts the station. */
function hearPeople(turn: Turn, event: Event): void {
  switch (event.type) {
    case 'halt':
      halt(turn);
      return;
    case 'typed':
      hearTyped(turn, event.digits);
      return;
    case 'key':
      hearKey(turn, event.key);
      return;
    case 'keypad':
      // A screen that warns of a fault is not covered by a word about keys.
      if (!turn.fault) turn.tell(event.trouble);
      return;
    case 'answer':
      hearAnswer(turn, event.digits);
      return;
    case 'voucher':
      turn.set({ typed: { digits: '', at: turn.at }, outcome: 'accepted', asking: undefined });
      hearVoucher(turn, event.voucher);
      return;
    case 'service':
      turn.set({ typed: { digits: '', at: turn.at }, outcome: 'accepted', asking: undefined });
      hearService(turn, event.operation, event.sequence);
      return;
    case 'refused':
      turn.set({ typed: { digits: '', at: turn.at }, outcome: event.verdict.outcome, asking: undefined });
      hearRefusal(turn, event);
      return;
    default:
      hearJournal(turn, event);
      return;
  }
}

function count(turn: Turn): void {
  const { phase } = turn.state;
  if (phase.name !== 'charging' && phase.name !== 'paused') return;
  turn.go({ ...phase, session: counted(phase.session, turn.at, turn.config) });
}

/** Of a gap in which the whole program stood still no more than a beat is silence: what was told meanwhile is yet to be heard. */
const MOST_SILENCE_MS = 1000;

/** Whoever promised to tell of the vehicle again and again, and does not, sees it no more: its wire may be cut. */
function listen(turn: Turn): void {
  const { at, state } = turn;
  const teller = state.vehicleTeller;
  if (!teller) return;
  const silentMs = teller.silentMs + Math.min(Math.max(0, at - teller.at), MOST_SILENCE_MS);
  turn.set({ vehicleTeller: { ...teller, silentMs, at } });
  if (state.vehicle === undefined || !vehicleSilent(turn.state, turn.config)) return;
  turn.set({ vehicle: undefined, settling: false });
  suspend(turn);
}

/** The owner stops: the session stays open in the journal, and goes on when the station starts again. */
function halt(turn: Turn): void {
  const { phase } = turn.state;
  const redeemed = phase.name === 'starting' && phase.redeemed;
  if (phase.name === 'charging' || phase.name === 'paused' || redeemed) {
    turn.writes.push({ type: 'checkpoint', record: haltedRecordOf(phase.session, turn.config) });
  }
  turn.set({ phase: { name: 'idle' }, startedAt: undefined, notice: undefined });
}

function report(turn: Turn, code: FaultCode, standing: boolean): void {
  const { reported } = turn.state;
  if (standing && FAULTS[code].momentary) turn.raise(code, false);
  else if (standing && !reported.includes(code)) turn.set({ reported: [...reported, code] });
  else if (!standing && reported.includes(code)) turn.set({ reported: reported.filter((other) => other !== code) });
}

function hearVehicle(turn: Turn, { at, connected, settling, everyMs }: Of<'vehicle'>): void {
  const { current, vehicle: before } = turn.state;
  const vehicleTeller = everyMs === undefined ? undefined : { everyMs, silentMs: 0, at };
  turn.set({ vehicle: connected, vehicleTeller, settling: settling === true });
  if (connected === before) return;
  if (connected === false) turn.set({ leftPlugged: false });
  // With nothing plugged in no current proves nothing; and the next vehicle may be on a meter that was set right.
  if (connected && current.leakedAt !== undefined) turn.set({ current: { ...current, leakedAt: at } });
  if (connected === false && current.wrong) turn.set({ current: { ...current, wrong: undefined } });
}

function hearRelay(turn: Turn, event: Of<'relay'>): void {
  const offSince = event.on ? undefined : (turn.state.relay.offSince ?? event.at);
  turn.set({ relay: { on: event.on, readyAt: readyAt(event), offSince } });
  if (event.restarting) suspend(turn);
}

/** The relay begins anew, as when its node was renamed, or the plug is not seen: the session waits, as after a stop in order. */
function suspend(turn: Turn): void {
  const { phase } = turn.state;
  const redeemed = phase.name === 'starting' && phase.redeemed;
  if (phase.name !== 'charging' && phase.name !== 'paused' && !redeemed) return;
  const record = haltedRecordOf(phase.session, turn.config);
  turn.writes.push({ type: 'checkpoint', record });
  interrupted(turn, record);
}

function readyAt({ at, readyInMs }: Of<'relay'>): number | undefined {
  if (readyInMs === undefined) return undefined;
  return readyInMs <= 0 ? at : at + readyInMs + READY_MARGIN_MS;
}

function hearMeter(turn: Turn, reading: MeterReading): void {
  const { state, config } = turn;
  const last = state.suspect ?? state.meter;
  const at = turn.at - Math.max(0, reading.ageMs ?? 0);
  if (last && at < last.at) return;
  if (!plausible(last, reading, at, config) && !plausible(state.meter, reading, at, config)) {
    const energyWh = Number.isFinite(reading.energyWh) ? reading.energyWh : (last?.energyWh ?? 0);
    turn.set({ suspect: { energyWh, powerW: undefined, at, overCurrent: false, keepsCount: true } });
    return;
  }
  const overCurrent = (reading.currentA ?? 0) > (config.highestCurrentA ?? Number.POSITIVE_INFINITY);
  if (overCurrent && state.meter?.overCurrent) turn.raise('over-current', false);
  const keepsCount = reading.keepsCount !== false;
  const meter: Metered = { energyWh: reading.energyWh, powerW: reading.powerW, at, overCurrent, keepsCount };
  turn.set({ meter, suspect: undefined });
  hearCurrent(turn, meter);
  report(turn, 'meter-silent', false);
  report(turn, 'meter-implausible', false);
  const drawing =
    meter.powerW === undefined ? meter.energyWh > (last?.energyWh ?? 0) : meter.powerW >= config.pauseBelowW;
  deliver(turn, meter, drawing);
}

/** What the meter says against the relay; the journal is told what exactly is wrong. */
function hearCurrent(turn: Turn, meter: Metered): void {
  const before = turn.state.current;
  const current = read(before, meter, turn.config);
  turn.set({ current });
  if (current.wrong && current.wrong !== before.wrong) turn.note('meter-wrong', { why: current.wrong });
  if (current.leakedAt !== undefined && before.leakedAt === undefined) {
    turn.note('current-through-open-relay', { energyWh: meter.energyWh, powerW: meter.powerW ?? null });
  }
}

function deliver(turn: Turn, meter: Metered, drawing: boolean): void {
  const { phase } = turn.state;
  if (turn.config.unit !== 'Wh' || (phase.name !== 'charging' && phase.name !== 'paused')) return;
  const session = metered(phase.session, meter);
  if (drawing) turn.go({ name: 'charging', session });
  else if (phase.name === 'paused') turn.go({ ...phase, session });
  else turn.go({ name: 'charging', session, lowSince: phase.lowSince ?? turn.at });
}
