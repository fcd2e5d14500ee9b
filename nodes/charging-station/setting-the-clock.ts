// Where the installer saw to it, a synchronization sets the machine's clock too, and the station keeps no offset to it.
import type { Station } from '../../charging/station/station.ts';
import type { Clocks } from '../../charging/station/types.ts';
import { requestClock } from '../../hardware/linux/clock-request.ts';

/** A clock that is no farther away is right: setting it would only disturb what reads it. */
const RIGHT_WITHIN_MS = 1000;

/**
 * Has the machine's clock and its chip set to the station's time, which goes on meanwhile by the monotonic clock; what is left
 * of the offset is then written down.
 * @param socketPath of offline-charging-clock; undefined or empty: the offset stays
 * @returns why the clock chip was not set, where it was not
 * @throws {DeviceError} `clock-not-set`: the offset stays
 */
export async function setMachineClockBy(
  station: Pick<Station, 'now' | 'clockState'>,
  clocks: Clocks,
  socketPath: string | undefined,
): Promise<string | undefined> {
  const path = socketPath?.trim();
  if (!path || Math.abs(station.now() - clocks.wallMs()) <= RIGHT_WITHIN_MS) return undefined;
  const chip = await requestClock(path, station.now() - clocks.monotonicMs());
  station.clockState();
  return chip;
}
