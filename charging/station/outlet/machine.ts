// The session of a station: events in, the next state and effects out (docs/session.md). Pure.
//
// Two rules hold whatever the state. The relay's command is no effect that a rule asks for but what `relayCommanded`
// says of the state, so that a state cannot be left with the relay on; and it is given again at each beat while the relay
// is not seen to follow, so that no message that is lost leaves it on. And what a write allows happens only in the turn of
// that write's answer, so that a write which fails, or never returns, allows nothing.
import { relayIs } from './current.ts';
import { hear } from './events.ts';
import { left } from './metering.ts';
import { type Effect, type Event, relayCommanded, type SessionConfig, type State, type Step } from './model.ts';
import { settle } from './phases.ts';
import { meterSilentAt, Turn } from './transition.ts';

/** Deals with one event. Relay off comes before all writes, relay on after them. */
export function next(state: State, event: Event, config: SessionConfig): Step {
  const turn = new Turn(state, event.at, config);
  hear(turn, event);
  stray(turn);
  if (turn.state.startedAt !== undefined) {
    turn.judge();
    settle(turn);
  }
  stray(turn);
  const after = relayCommanded(turn.state);
  const command = commandDue(state, turn.state, event);
  const effects: Effect[] = command ? (after ? [...turn.writes, command] : [command, ...turn.writes]) : turn.writes;
  return { state: turn.state, effects };
}

/** The command that a turn gives: when it changes, and again at each beat while what is seen differs from it. */
function commandDue(before: State, after: State, { type }: Event): Extract<Effect, { type: 'relay' }> | undefined {
  const on = relayCommanded(after);
  if (on !== relayCommanded(before) || type === 'start' || type === 'halt') return { type: 'relay', on };
  return type === 'tick' && after.relay.on !== on ? { type: 'relay', on, again: true } : undefined;
}

/** Takes down since when the relay is on without being told to, and what the meter's next reading is held against. */
function stray(turn: Turn): void {
  const { current, relay, phase } = turn.state;
  const told = relayCommanded(turn.state);
  const charges = phase.name === 'charging' || phase.name === 'paused';
  const is = told ? (charges ? 'closed' : 'between') : relay.on === true ? 'between' : 'open';
  const now = relayIs(current, is, turn.at);
  if (now !== current) turn.set({ current: now });
  const strays = turn.state.relay.on === true && !relayCommanded(turn.state);
  const since = strays ? (turn.state.strayedSince ?? turn.at) : undefined;
  if (since !== turn.state.strayedSince) turn.set({ strayedSince: since });
}

const MOST_BETWEEN_BEATS = 1000;

/**
 * Milliseconds until the next `tick` is due: a second after the last one, whatever was heard since, or less when a limit
 * comes first. Were it a second after the last event, a meter that is read twice a second would put it off for ever.
 */
export function nextBeat(state: State, at: number, lastTickAt: number, config: SessionConfig): number {
  const limits = deadlines(state, at, config).filter((deadline) => deadline > at);
  return Math.max(1, Math.ceil(Math.min(lastTickAt + MOST_BETWEEN_BEATS, ...limits) - at));
}

function deadlines(state: State, at: number, config: SessionConfig): number[] {
  const { phase, relay } = state;
  const all = [
    meterSilentAt(state, config),
    (state.strayedSince ?? Number.POSITIVE_INFINITY) + config.stoppingMs,
    state.retryAt ?? Number.POSITIVE_INFINITY,
    state.notice?.until ?? Number.POSITIVE_INFINITY,
    state.asking?.until ?? Number.POSITIVE_INFINITY,
  ];
  switch (phase.name) {
    case 'idle':
      if (phase.test) all.push(phase.test.since + config.testMs, phase.test.since + config.startingMs);
      break;
    case 'armed':
      all.push(phase.until, relay.readyAt ?? Number.POSITIVE_INFINITY);
      break;
    case 'starting':
      all.push(phase.since + config.startingMs);
      break;
    case 'charging':
      all.push(phase.session.savedAt + config.checkpointMs);
      if (config.unit === 'min') all.push(at + left(phase.session));
      break;
    case 'receipt':
      all.push(phase.until);
  }
  return all;
}
