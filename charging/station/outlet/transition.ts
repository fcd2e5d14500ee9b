// One transition of an outlet: what changes while one event is dealt with. Nothing of it outlives `next` (machine.ts).
import { blocking, cleared, type FaultCode, judged, raised } from '../faults.ts';
import type { EndReason, SessionRecord } from '../types.ts';
import { endedRecordsOf, goesOn, left, reopened } from './metering.ts';
import type {
  News,
  Note,
  OutletConfig,
  OutletState,
  Phase,
  Session,
  SessionWrite,
  StationConditions,
} from './model.ts';

export class Transition {
  state: OutletState;
  readonly at: number;
  readonly config: OutletConfig;
  readonly station: StationConditions;
  readonly writes: (SessionWrite | Note)[] = [];
  readonly news: News[] = [];

  constructor(state: OutletState, at: number, config: OutletConfig, station: StationConditions) {
    this.state = state;
    this.at = at;
    this.config = config;
    this.station = station;
  }

  set(change: Partial<OutletState>): void {
    this.state = { ...this.state, ...change };
  }

  enter(phase: Phase): void {
    this.set({ phase });
  }

  tell(name: Exclude<News['name'], 'receipt'>): void {
    this.news.push({ name });
  }

  note(kind: string, details: Note['details'] = {}): void {
    this.writes.push({ type: 'note', kind, details });
  }

  /** What stops this outlet: a fault of its own, or one of the station. */
  get fault(): FaultCode | undefined {
    return this.station.fault ?? blocking(this.state.faults, this.config.unit);
  }

  /** A fault that is over as soon as the relay is off. */
  raise(code: FaultCode): void {
    if (this.state.faults.some((fault) => fault.code === code)) return;
    this.set({ faults: raised(this.state.faults, code, false) });
    this.note('fault', { code });
  }

  /** Drops the faults that an operator may end. */
  clearFaults(): void {
    const { faults, vehicle } = this.state;
    const { left, over } = cleared(faults, vehicle === false, true);
    this.#dropped(left, over);
  }

  /** Ends a session: the relay goes off, and the journal is asked to close it. */
  end(session: Session, reason: EndReason): void {
    this.set({ leftPlugged: this.state.vehicle === true });
    const ended = endedRecordsOf(session, reason);
    this.enter({ name: 'stopping', since: this.at, ended });
    this.writes.push({ type: 'close', records: ended.unclosed });
  }

  /** The journal holds a session that never ended: it waits to hear whether its vehicle is still there. */
  interrupt(open: readonly SessionRecord[]): void {
    const { at, config } = this;
    this.enter({ name: 'waiting', held: { open }, since: at, until: at + config.resumeMs });
  }

  /** A session that was cut off, as it stands: with what the meter counted since, where it is believed. */
  interrupted(open: readonly SessionRecord[]): Session {
    const { meter, cutsByNow } = this.state;
    return reopened(open, this.at, goesOn(open, meter) ? meter : undefined, cutsByNow);
  }

  /** Why a session may not go on; undefined when it may. */
  reasonToEnd(session: Session): EndReason | undefined {
    if (left(session) <= 0) return 'used-up';
    if (this.fault) return 'fault';
    // IEC 61851-1:2017, 6.3.1.5 and table A.6, sequences 2.1 and 2.2: unplugged, the relay opens within 100 ms.
    return this.state.vehicle === true ? undefined : 'unplugged';
  }

  endTest(): void {
    const { phase } = this.state;
    if (phase.name === 'free' && phase.test)
      this.enter({ name: 'stopping', since: this.at, seenOn: phase.test.seenOn });
  }

  /** No current for so long, and something there that would draw it, or an operator who looked: the contactor is open. */
  forgiveCurrent(byOperator: boolean): void {
    const { current, vehicle } = this.state;
    const { leakedAt } = current;
    const quiet = leakedAt !== undefined && this.at - leakedAt >= this.config.quietMs;
    if (quiet && (vehicle === true || byOperator))
      this.set({ current: { ...current, leakedAt: undefined, growth: undefined } });
    if (byOperator && current.wrong) this.set({ current: { ...this.state.current, wrong: undefined } });
  }

  /** Holds the faults against their causes. */
  judge(): void {
    this.forgiveCurrent(false);
    const { faults, raised: found, over } = judged(this.state.faults, this.#causes(), this.state.vehicle === false);
    for (const code of found) this.note('fault', { code });
    this.#dropped(faults, over);
  }

  #dropped(faults: OutletState['faults'], over: readonly FaultCode[]): void {
    if (faults !== this.state.faults) this.set({ faults });
    for (const code of over) this.note('fault-over', { code });
  }

  #causes(): Set<FaultCode> {
    const { state, at, config } = this;
    const causes = new Set(state.reported.map(({ code }) => code));
    if (state.strayedSince !== undefined && at - state.strayedSince >= config.stoppingMs) causes.add('relay-stuck-on');
    if (state.current.leakedAt !== undefined) causes.add('relay-stuck-on');
    if (state.suspect || state.current.wrong) causes.add('meter-implausible');
    if (vehicleSilent(state, config, config.resumeMs)) causes.add('vehicle-unknown');
    if (meterSilentAt(state, config) <= at) causes.add('meter-silent');
    return causes;
  }
}

/** From when on the meter of a `Wh` station counts as silent. */
export function meterSilentAt(state: OutletState, config: OutletConfig): number {
  const heard = state.meter?.at ?? state.startedAt;
  return config.unit === 'Wh' && heard !== undefined ? heard + config.meterSilentMs : Number.POSITIVE_INFINITY;
}

/** Tellings that may be lost. */
const MISSED = 3;

/** For how long (milliseconds) what tells of the vehicle again and again may be silent. */
export function silenceLimit(everyMs: number, { vehicleSilentMs }: OutletConfig): number {
  return Math.max(vehicleSilentMs, MISSED * everyMs);
}

/** Whether what tells of the vehicle again and again has been silent for too long, or for so much longer. */
export function vehicleSilent({ vehicleTeller }: OutletState, config: OutletConfig, longerMs = 0): boolean {
  if (!vehicleTeller) return false;
  const { everyMs, silentMs } = vehicleTeller;
  return silentMs >= silenceLimit(everyMs, config) + longerMs;
}

/** Whether the relay is open, and would close if it were told to. */
export function relayReady({ relay: { on, readyAt } }: OutletState, at: number): boolean {
  return on === false && readyAt !== undefined && readyAt <= at;
}

/** Whether all is there that the relay needs to close for a session, but for the station's leave. */
export function wantsToClose(state: OutletState, at: number, config: OutletConfig): boolean {
  const { phase, vehicle, relay, meter } = state;
  if (vehicle !== true || !relayReady(state, at)) return false;
  if (phase.name === 'paused') return phase.neededW !== undefined;
  if (phase.name !== 'waiting') return false;
  // A `Wh` station needs a reading from after the relay opened: what the one before took is not for the next to pay.
  const isRead = config.unit === 'min' || (meter !== undefined && meter.at >= (relay.offSince ?? meter.at));
  return isRead && (!('open' in phase.held) || goesOn(phase.held.open, meter));
}

/** What keeps a voucher, or a session without power, from being charged; undefined where nothing is to be charged. */
export function waitsFor(state: OutletState, at: number): 'vehicle' | 'rest' | 'power' | undefined {
  const { phase, vehicle } = state;
  if (phase.name !== 'waiting' && (phase.name !== 'paused' || phase.neededW === undefined)) return undefined;
  if (vehicle !== true) return 'vehicle';
  return relayReady(state, at) ? 'power' : 'rest';
}

/** Whether there was a meter to be heard, and it says nothing any more. */
export function meterIsSilent({ meter }: OutletState, at: number, { meterSilentMs }: OutletConfig): boolean {
  return meter !== undefined && at - meter.at > meterSilentMs;
}

/** Why the relay may not be closed for a test. */
export type Untestable = 'fault' | 'busy' | 'vehicle' | 'rest';

/**
 * Whether the relay may be closed for a test: nothing is plugged in, nothing is going on, nothing is wrong.
 * @param fault what stops the outlet
 */
export function testable(state: OutletState, fault: FaultCode | undefined, at: number): boolean {
  return untestable(state, fault, at) === undefined;
}

/** As `testable`: undefined where it may be. */
export function untestable(state: OutletState, fault: FaultCode | undefined, at: number): Untestable | undefined {
  const { phase } = state;
  if (fault) return 'fault';
  if (phase.name !== 'free' || phase.test) return 'busy';
  if (!unplugged(state)) return 'vehicle';
  return relayReady(state, at) ? undefined : 'rest';
}

/** Nothing is plugged in, and nobody is about to plug in. */
export function unplugged({ vehicle, settling }: OutletState): boolean {
  return vehicle === false && !settling;
}
