// `simulate station`: stands where the customer and the wires would be. Types on the keypad of a simulated station,
// plugs its vehicle in and out, tells its state. On a station with real pins it refuses, whatever it is asked.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { answer, answerProblem, type HttpMessage, NOT_STORED } from '../../api/http.ts';
import { type Problem, problem, slugOf } from '../../api/problems.ts';
import type { Pin } from '../../hardware/gpio/pin.ts';
import { nameAt } from '../../hardware/relay/relay-pins.ts';
import type { OutletAt } from '../../hardware/settings.ts';
import type { RemoteControl, SessionState } from '../charging-station/remote-control.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import { keysOf } from '../read-keypad/read-keypad.ts';
import { NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { outletOf } from '../shared/outlets.ts';
import { type ConfigOf, filledIn, setting } from '../shared/settings.ts';
import { codeOf } from '../shared/status.ts';
import { booleanOf } from '../shared/values.ts';
import { SETTINGS } from './settings.ts';

type SimulateStationConfig = ConfigOf<typeof SETTINGS>;

export default nodeType<SimulateStationConfig>(
  'simulate station',
  { uses: 'station' },
  ({ red, node, config, status }) => {
    const { charging, leave } = joinStation(red, status, config.station);
    const tellings = new Tellings();

    onInput(node, status, async (message: HttpMessage, send) => {
      if (config.does === 'state' && tellings.isOld(message)) return;
      try {
        const state = await simulated(message, config, charging);
        tellings.told(message);
        status.active('state', { state: status.called('state', state.state) });
        send([answer({ ...message }, 200, state, NOT_STORED), null]);
      } catch (thrown) {
        const refusal = refusalFor(thrown);
        if (refusal === undefined) throw thrown;
        status.refused('refused', { reason: slugOf(refusal) });
        send([null, answerProblem({ ...message }, refusal)]);
      }
    });
    onClose(node, leave);
    try {
      if (!charging.simulated) status.waiting('not-simulated');
      else if (charging.plan) status.ready();
    } catch {
      // The station has told all its users, this one too.
    }
  },
);

/**
 * What `detect vehicle` and `control relay` tell of an outlet, each second the same again until it changes. The state is told
 * with it twice, since the first time the session may not have heard of it yet; from then on, with twenty outlets, it would be
 * forty times a second for nothing.
 */
class Tellings {
  readonly #last = new Map<string, { readonly payload: string; readonly times: number }>();

  isOld(message: HttpMessage): boolean {
    return isTelling(message) && this.#times(message) >= 2;
  }

  /** The state was told with it. */
  told(message: HttpMessage): void {
    if (!isTelling(message)) return;
    const payload = JSON.stringify(message.payload);
    this.#last.set(nameOf(message), { payload, times: this.#times(message) + 1 });
  }

  #times(message: HttpMessage): number {
    const last = this.#last.get(nameOf(message));
    return last?.payload === JSON.stringify(message.payload) ? last.times : 0;
  }
}

const isTelling = ({ topic, res }: HttpMessage) => !res && (topic === 'vehicle' || topic === 'relay');
const nameOf = ({ topic, outlet }: HttpMessage) => `${topic} ${outlet}`;

async function simulated(
  message: HttpMessage,
  config: SimulateStationConfig,
  charging: ChargingStation,
): Promise<SessionState> {
  if (!charging.simulated) throw new NodeFault('not-simulated', 'This station has real pins.');
  const does = setting(config, SETTINGS, 'does');
  const { payload } = message;
  if (does === 'keys') await typed(payload, charging.remote);
  if (does === 'plug') {
    const { outlets } = charging.plan;
    const { line, activeLow } = plugOf(config, { outlet: outletOf(message, outlets), outlets });
    plug(payload, join(charging.plan.gpioFolder ?? '', line), activeLow);
  }
  return told(charging.remote.state());
}

/** `{"keys": "0516310936#"}`, or the keys alone. */
async function typed(payload: unknown, remote: RemoteControl): Promise<void> {
  const body = bodyOf(payload);
  const keys = typeof body === 'object' && body !== null ? (body as { keys?: unknown }).keys : body;
  if (typeof keys !== 'string') throw new NodeFault('bad-body', 'The body must be {"keys": "…"}, the keys as text.');
  await remote.type(keysOf(keys).join(''));
}

/** What `http in` left of the body: read as JSON, or the bytes where it was told not to. */
function bodyOf(payload: unknown): unknown {
  if (!(payload instanceof Uint8Array)) return payload;
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (cause) {
    throw new NodeFault('malformed-json', 'The body is not JSON.', { cause });
  }
}

/** The plug contact as `detect vehicle` reads it, where both have it from the charger's variables. */
function plugOf({ line }: SimulateStationConfig, at: OutletAt): Pin {
  const { VEHICLE_LINE, VEHICLE_ACTIVE_LOW } = process.env;
  const activeLow = filledIn(line) === VEHICLE_LINE?.trim() ? VEHICLE_ACTIVE_LOW : undefined;
  // Of the first outlet alone where the dialog names its line, as it did before a station had several.
  const named = filledIn(line) === 'vehicle' ? undefined : line;
  const usual = { line: nameAt('vehicle', at.outlet), activeLow: false };
  return setting({ line: named, activeLow }, SETTINGS, 'line', at) ?? usual;
}

/** Written in place as a switch would, never empty in between. */
function plug(payload: unknown, file: string, activeLow: boolean): void {
  const connected = booleanOf(payload);
  if (connected === undefined) throw new NodeFault('bad-plug', 'msg.payload must be true or false.');
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r+');
  } catch {
    descriptor = openSync(file, 'w');
  }
  try {
    writeSync(descriptor, connected === activeLow ? '0' : '1', 0);
  } finally {
    closeSync(descriptor);
  }
}

/** What scripts rely on, and nothing else of what a session knows. */
function told({ state, relay, vehicle, display, outcome, receipt, outlets, report }: SessionState): SessionState {
  return { state, relay, vehicle, display, outcome, receipt, outlets, report };
}

/** What is refused as problem details; the rest are faults of the flow. */
function refusalFor(thrown: unknown): Problem | undefined {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  switch (codeOf(thrown)) {
    case 'not-simulated':
      return problem('not-found', 'Only a station with simulated hardware can be driven from a script.');
    case 'malformed-json':
      return problem('malformed-json', detail);
    case 'bad-body':
    case 'bad-keys':
      return problem('invalid-request', detail);
    case 'bad-plug':
    case 'bad-choice':
    case 'no-station':
      return undefined;
    default:
      return problem('station-out-of-order', detail);
  }
}
