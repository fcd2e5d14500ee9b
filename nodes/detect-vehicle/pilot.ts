// The control pilot of `detect vehicle`: what the dialog stored, and the pilot (and its generator) that it means.
import type { DeviceFault } from '../../hardware/linux/errors.ts';
import { openPilotGenerator, type PilotGenerator } from '../../hardware/pilot/generator.ts';
import { openControlPilot } from '../../hardware/pilot/open.ts';
import { type PilotState, vehicleConnected } from '../../hardware/pilot/pilot.ts';
import { type DetectVehicleConfig, planPilot } from './settings.ts';

export interface PilotUser {
  onConnected(connected: boolean, state: PilotState): void;
  onFault(fault: DeviceFault): void;
}

/**
 * Opens the pilot, and its generator where a current is offered.
 * @throws a `DeviceError` that says what to do; a `NodeFault` for a wrong setting
 */
export async function openPilot(config: DetectVehicleConfig, user: PilotUser): Promise<{ close(): Promise<void> }> {
  const { converter, channel, bus, address, oscillating, offeredA } = planPilot(config);
  const generator: PilotGenerator | undefined = offeredA === undefined ? undefined : openPilotGenerator();
  try {
    generator?.offer(offeredA);
    const pilot = await openControlPilot(
      {
        converter,
        channel,
        bus,
        oscillating: generator !== undefined || oscillating,
        ...(address !== undefined && { address }),
      },
      {
        onState: (state) => user.onConnected(vehicleConnected(state), state),
        onFault: (fault) => user.onFault(fault),
        // The state that follows tells it.
        onRecovered: () => {},
      },
    );
    return {
      async close() {
        generator?.close();
        await pilot.close();
      },
    };
  } catch (error) {
    generator?.close();
    throw error;
  }
}
