// What the dialog of `read meter` stored, and the meter that it means.
import { PlausibilityJudge } from '../../charging/station/meter-plausibility.ts';
import { METERS } from '../../hardware/meter/kinds.ts';
import type { Meter, MeterKind, MeterListener } from '../../hardware/meter/meter.ts';
import { ONLY_OUTLET, type OutletAt, type Settings } from '../../hardware/settings.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { withKinds } from '../shared/dialog.ts';
import { NodeFault } from '../shared/handlers.ts';
import { asNodeFault, type ConfigOf, fromDialog, setting } from '../shared/settings.ts';
import { fromUnversioned, type Migration } from '../shared/versions.ts';
import type { MeterCounters } from './meter-counters.ts';

/** What the dialog has besides what belongs to one kind of meter alone. */
export const SETTINGS = {
  meter: {
    kind: 'choice',
    choices: ['unset', 'none', ...METERS.map(({ name }) => name)],
    variable: 'METER',
    fresh: 'none',
  },
  highestPowerW: { kind: 'number', least: 1, most: 1_000_000, otherwise: 7_400, variable: 'HIGHEST_POWER_W' },
} as const satisfies Settings;

/** What the kinds of meters have of their own is in their drivers (hardware/meter). */
export type ReadMeterConfig = ConfigOf<typeof SETTINGS>;

export const MIGRATIONS: readonly Migration[] = [
  fromUnversioned(Object.assign({}, SETTINGS, ...METERS.map(({ settings }) => settings)), {
    highestPowerW: 1,
    impulsesPerKwh: 1,
    baudRate: 1,
    simulatedPowerW: 0,
  }),
];

export const DIALOG = withKinds(SETTINGS, { chosenBy: 'meter', kinds: METERS });

/**
 * The kind of meter; undefined: none. Unset, a simulated station that sells energy has a simulated one, and all others have
 * none.
 * @throws the station's `NodeFault`; `bad-choice`, `not-simulated`
 */
export function meterOf(config: ReadMeterConfig, charging: ChargingStation): MeterKind | undefined {
  const { driver, settings } = charging.plan;
  const named = setting(config, SETTINGS, 'meter');
  const otherwise = driver === 'simulated' && settings.unit === 'Wh' ? 'simulated' : 'none';
  const chosen = named === 'unset' ? otherwise : named;
  const kind = METERS.find(({ name }) => name === chosen);
  if (kind?.simulated && driver !== 'simulated')
    throw new NodeFault('not-simulated', 'A simulated meter needs a simulated station.');
  return kind;
}

/** @throws a `GpioError`, a `DeviceError`, or a `NodeFault` that says what is missing */
export async function openMeter(
  config: ReadMeterConfig,
  kind: MeterKind,
  charging: ChargingStation,
  counters: MeterCounters,
  listener: MeterListener,
  at: OutletAt = ONLY_OUTLET,
): Promise<Meter> {
  const highestPowerW = setting(config, SETTINGS, 'highestPowerW');
  try {
    return await kind.open(fromDialog(config, kind.settings, at), {
      at,
      judging: (slackWh) => new PlausibilityJudge({ highestPowerW, ...(slackWh !== undefined && { slackWh }) }),
      listener,
      gpio: () => charging.gpio(),
      counter: (...names) => counters.of(charging.station, at.outlet, names),
    });
  } catch (error) {
    throw asNodeFault(error);
  }
}
