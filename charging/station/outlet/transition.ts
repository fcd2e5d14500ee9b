// One turn of the session: what changes while one event is dealt with. Nothing of it outlives `next`.

import { blocking, FAULTS, type Fault, type FaultCode, persists, raised } from '../faults.ts';
import type { EndReason, SessionRecord } from '../types.ts';
import { goesOn, recordOf, reopened } from './metering.ts';
import type { Note, NoticeName, Phase, Session, SessionConfig, State, Write } from './model.ts';

/** Kept while the journal doesn't take writes; the oldest tell most, so the newest make room for a count of them. */
const MOST_UNWRITTEN = 100;
const NOTES_LOST = 'notes-lost';

export class Turn {
  state: State;
  readonly at: number;
  readonly config: SessionConfig;
  readonly writes: Write[] = [];

  constructor(state: State, at: number, config: SessionConfig) {
    this.state = state;
    this.at = at;
    this.config = config;
  }

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
  }

  go(phase: Phase): void {
    this.set({ phase });
  }

  tell(name: NoticeName, unlockedAt?: number): void {
    const until = this.at + this.config.noticeMs;
    this.set({ notice: unlockedAt === undefined ? { name, until } : { name, until, unlockedAt } });
  }

  /** For the journal, as soon as it takes writes. */
  note(kind: string, details: Note['details'] = {}): void {
    const note: Note = { type: 'note', kind, details };
    if (this.state.retryAt === undefined) this.writes.push(note);
    else this.keep(note);
  }

  keep(note: Note): void {
    const { unwritten } = this.state;
    const last = unwritten[MOST_UNWRITTEN - 1];
    if (!last) this.set({ unwritten: [...unwritten, note] });
    else this.set({ unwritten: unwritten.with(-1, lost(last)) });
  }

  get fault(): FaultCode | undefined {
    return blocking(this.state.faults, this.config.unit);
  }

  raise(code: FaultCode, standing: boolean): void {
    const known = this.state.faults.find((fault) => fault.code === code);
    if (known?.standing === standing || (known && !standing)) return;
    this.set({ faults: raised(this.state.faults, code, standing) });
    if (!known) this.note('fault', { code });
  }

  /** Drops the faults that are over. */
  clear(byOperator: boolean): void {
    const { faults, vehicle } = this.state;
    const over = faults.filter((fault) => !persists(fault, vehicle, byOperator));
    if (over.length === 0) return;
    this.set({ faults: faults.filter((fault) => !over.includes(fault)) });
    for (const { code } of over) this.note('fault-over', { code });
  }

  /** Ends a session: the relay goes off, and the journal is asked to close it. */
  end(session: Session, reason: EndReason): void {
    this.close(recordOf(session, reason));
  }

  /** A session that was cut off, as it stands: with what the meter counted since, where it is believed. */
  interrupted(open: SessionRecord): Session {
    const { meter, cutsByNow } = this.state;
    return reopened(open, this.at, goesOn(open, meter) ? meter : undefined, cutsByNow);
  }

  closeInterrupted(open: SessionRecord, reason: EndReason): void {
    this.end(this.interrupted(open), reason);
  }

  endTest(): void {
    const { phase } = this.state;
    if (phase.name === 'idle' && phase.test) this.go({ name: 'stopping', since: this.at, seenOn: phase.test.seenOn });
  }

  close(record: SessionRecord): void {
    this.set({ leftPlugged: this.state.vehicle === true });
    this.go({ name: 'stopping', since: this.at, ended: { unclosed: record } });
    this.writes.push({ type: 'close', record });
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

  /** Holds the faults against their causes: those that stand are raised, the others are let go when their rule says so. */
  judge(): void {
    this.forgiveCurrent(false);
    const causes = this.#causes();
    for (const code of causes) this.raise(code, true);
    const { faults } = this.state;
    if (faults.some(({ code, standing }) => standing && !causes.has(code))) {
      this.set({
        faults: faults.map((fault): Fault => (causes.has(fault.code) ? fault : { ...fault, standing: false })),
      });
    }
    this.clear(false);
  }

  #causes(): Set<FaultCode> {
    const { state, at, config } = this;
    const causes = new Set<FaultCode>(state.reported.filter((code) => !FAULTS[code].momentary));
    if (state.strayedSince !== undefined && at - state.strayedSince >= config.stoppingMs) causes.add('relay-stuck-on');
    if (state.retryAt !== undefined) causes.add('journal-not-writable');
    if (state.current.leakedAt !== undefined) causes.add('relay-stuck-on');
    if (state.suspect || state.current.wrong) causes.add('meter-implausible');
    if (vehicleSilent(state, config, config.resumeMs)) causes.add('vehicle-unknown');
    if (meterSilentAt(state, config) <= at) causes.add('meter-silent');
    return causes;
  }
}

/** Says how many notes found no room. */
function lost(last: Note): Note {
  const before = last.kind === NOTES_LOST ? Number(last.details.count) : 1;
  return { type: 'note', kind: NOTES_LOST, details: { count: before + 1 } };
}

/** From when on the meter of a `Wh` station counts as silent. */
export function meterSilentAt(state: State, config: SessionConfig): number {
  const heard = state.meter?.at ?? state.startedAt;
  return config.unit === 'Wh' && heard !== undefined ? heard + config.meterSilentMs : Number.POSITIVE_INFINITY;
}

/** Tellings that may be lost. */
const MISSED = 3;

/** Whether what tells of the vehicle again and again has been silent for too long, or for so much longer. */
export function vehicleSilent({ vehicleTeller }: State, { vehicleSilentMs }: SessionConfig, longerMs = 0): boolean {
  if (!vehicleTeller) return false;
  const { everyMs, silentMs } = vehicleTeller;
  return silentMs >= Math.max(vehicleSilentMs, MISSED * everyMs) + longerMs;
}

/** Whether the relay is open, and would close if it were told to. */
export function relayReady({ state, at }: Turn): boolean {
  const { on, readyAt } = state.relay;
  return on === false && readyAt !== undefined && readyAt <= at;
}

/** Whether the relay may be closed for a test: nothing is plugged in, nothing is going on, nothing is wrong. */
export function testable(turn: Turn): boolean {
  const { phase } = turn.state;
  return phase.name === 'idle' && !phase.test && unplugged(turn) && !turn.fault && relayReady(turn);
}

/** Nothing is plugged in, and nobody is about to plug in. */
export function unplugged({ state }: Turn): boolean {
  return state.vehicle === false && !state.settling;
}

/** The journal holds a session that never ended: it waits to hear whether its vehicle is still there. */
export function interrupted(turn: Turn, open: SessionRecord): void {
  const { at, config } = turn;
  turn.go({ name: 'armed', waiting: { open }, since: at, until: at + config.resumeMs });
}
