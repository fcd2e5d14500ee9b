// The control pilot of `detect vehicle`: what the dialog stored, and the pilot (and its generator) that it means.
import type { DeviceFault } from '../../hardware/linux/errors.ts';
import { openPilotGenerator, type PilotGenerator } from '../../hardware/pilot/generator.ts';
import { openControlPilot } from '../../hardware/pilot/open.ts';
import { type PilotState, vehicleConnected } from '../../hardware/pilot/pilot.ts';
import { given, number } from '../shared/settings.ts';
import { booleanOf } from '../shared/values.ts';
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
  const { converter, channel, offeredA } = planPilot(config);
  const generator: PilotGenerator | undefined = offeredA === undefined ? undefined : openPilotGenerator();
  try {
    generator?.offer(offeredA);
    const address = given(config.address);
    const pilot = await openControlPilot(
      {
        converter,
        channel,
        bus: busOf(given(config.bus), converter),
        oscillating: generator !== undefined || booleanOf(config.oscillating) === true,
        ...(address === undefined ? {} : { address: number(config, 'address', 0x48, { most: 127, whole: true }) }),
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

/** An I²C bus may be named by its number. */
function busOf(bus: string | undefined, converter: 'mcp3008' | 'ads1115'): string | number {
  if (bus === undefined) return converter === 'mcp3008' ? '/dev/spidev0.0' : 1;
  return /^\d+$/.test(bus) ? Number(bus) : bus;
}
