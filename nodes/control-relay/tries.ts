// What a person may try from the dialog of `control relay`: is the guard there, and does the relay move?
import { askGuard } from '../../hardware/relay/ask-guard.ts';
import type { GuardStatus } from '../../hardware/relay/protocol.ts';
import { type ChargingStation, GUARD_SOCKET } from '../charging-station/station-user.ts';
import { outletOf } from '../shared/outlets.ts';
import type { Tried, Try } from '../shared/tries.ts';
import type { RelayPlan } from './settings.ts';

/** A contactor moves within 50 ms or so; the flow and the guard take less. */
const MOVES_WITHIN_MS = 2000;
const LOOK_AGAIN_MS = 20;

/** The relay of one outlet as it is now. */
export interface TriedRelay extends Pick<RelayPlan, 'through' | 'relay'> {
  readonly lease: boolean;
  /** A session that lives has commanded it. */
  readonly isCommanded: boolean;
  /** By the feedback contact, where one is wired. */
  readonly on: boolean;
}

interface Control {
  /** @throws why there is no relay */
  tried(): Promise<TriedRelay>;
}

export function relayTries(charging: ChargingStation, controls: readonly Control[]): Readonly<Record<string, Try>> {
  return {
    guard: async () => {
      const relays = await Promise.all(controls.map((control) => control.tried()));
      if (relays.every(({ through }) => through === 'direct')) return { result: 'no-guard' };
      const status = await askGuard(charging.plan.guardSocket ?? GUARD_SOCKET);
      const outlets = relays.map(({ relay }) => heldOf(status, relay));
      return { result: 'there', values: { driver: status.driver.split(':')[0]! }, outlets };
    },
    click: async (typed) => {
      const outlet = outletOf(typed === '' ? {} : { outlet: typed }, controls.length);
      const control = controls[outlet - 1]!;
      const { through, lease, isCommanded } = await control.tried();
      if (through === 'direct') return { result: 'not-guarded' };
      if (!lease) return { result: 'no-lease' };
      const hindrance = isCommanded ? charging.remote.clickRelay(outlet) : 'no-session';
      if (hindrance !== undefined) return { result: hindrance };
      const moved = (await seen(control, true)) && (await seen(control, false));
      return { result: moved ? 'clicked' : 'unmoved' };
    },
  };
}

function heldOf({ relays }: GuardStatus, relay: string): Tried {
  const found = Object.hasOwn(relays, relay) ? relays[relay] : undefined;
  const result = found === undefined ? 'unknown' : found.held ? 'held' : 'free';
  return { result, values: { relay, pin: found?.pin ?? '' } };
}

async function seen(control: Control, on: boolean): Promise<boolean> {
  const end = performance.now() + MOVES_WITHIN_MS;
  while ((await control.tried()).on !== on) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return true;
}
