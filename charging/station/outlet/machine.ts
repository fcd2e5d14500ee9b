// The session machine of one outlet: events in, the next state and what is to be done out (docs/session.md). Pure.
//
// Two rules hold whatever the state. The relay's command is no effect that a rule asks for but what `relayCommanded`
// says of the state, so that a state cannot be left with the relay on; and it is given again at each beat while the relay
// is not seen to follow, so that no message that is lost leaves it on. And what a write allows happens only in the
// transition of that write's answer, so that a write which fails, or never returns, allows nothing.
import { relayIs } from './current.ts';
import { hear } from './events.ts';
import { left } from './metering.ts';
import {
  type OutletConfig,
  type OutletEvent,
  type OutletState,
  type OutletStep,
  type RelayCommand,
  relayCommanded,
  type StationConditions,
} from './model.ts';
import { moveOn } from './phases.ts';
import { meterSilentAt, Transition } from './transition.ts';

/** Deals with one event at one outlet. */
export function nextOutlet(
  before: OutletState,
  event: OutletEvent,
  config: OutletConfig,
  station: StationConditions,
): OutletStep {
  const outlet = new Transition(before, event.at, config, station);
  hear(outlet, event);
  noteRelay(outlet);
  if (outlet.state.startedAt !== undefined) {
    outlet.judge();
    moveOn(outlet);
  }
  noteRelay(outlet);
  const { state, writes, news } = outlet;
  return { state, relay: commandDue(before, state, event), writes, news };
}

/** The command that is given: when it changes, and again at each beat while what is seen differs from it. */
function commandDue(before: OutletState, after: OutletState, { type }: OutletEvent): RelayCommand | undefined {
  const on = relayCommanded(after);
  if (on !== relayCommanded(before) || type === 'start' || type === 'halt') return { type: 'relay', on };
  return type === 'tick' && after.relay.on !== on ? { type: 'relay', on, again: true } : undefined;
}

/** Takes down since when the relay is on without being told to, and what the meter's next reading is held against. */
function noteRelay(outlet: Transition): void {
  const { current, relay, phase } = outlet.state;
  const told = relayCommanded(outlet.state);
  const charges = phase.name === 'charging' || phase.name === 'paused';
  const is = told ? (charges ? 'closed' : 'between') : relay.on === true ? 'between' : 'open';
  const now = relayIs(current, is, outlet.at);
  if (now !== current) outlet.set({ current: now });
  const strays = outlet.state.relay.on === true && !relayCommanded(outlet.state);
  const since = strays ? (outlet.state.strayedSince ?? outlet.at) : undefined;
  if (since !== outlet.state.strayedSince) outlet.set({ strayedSince: since });
}

/** Tells when, in monotonic milliseconds, something is due at this outlet by the passing of time alone. */
export function outletDeadlines(
  state: OutletState,
  at: number,
  config: OutletConfig,
  due: (deadline: number) => void,
): void {
  const { phase, relay, strayedSince } = state;
  due(meterSilentAt(state, config));
  if (strayedSince !== undefined) due(strayedSince + config.stoppingMs);
  switch (phase.name) {
    case 'free':
      if (!phase.test) break;
      due(phase.test.until);
      due(phase.test.since + config.startingMs);
      break;
    case 'waiting':
      due(phase.until);
      if (relay.readyAt !== undefined) due(relay.readyAt);
      break;
    case 'starting':
      due(phase.since + config.startingMs);
      break;
    case 'charging':
      due(phase.session.savedAt + config.checkpointMs);
      if (config.unit === 'min') due(at + left(phase.session));
  }
}
