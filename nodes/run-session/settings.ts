// What the dialog of `run session` may hold.
import type { Settings } from '../../hardware/settings.ts';
import { fromUnversioned, type Migration } from '../shared/versions.ts';

export const SETTINGS = {
  /** W; a meter that counts faster is not believed. */
  highestPowerW: { kind: 'number', least: 1, most: 1_000_000, variable: 'HIGHEST_POWER_W' },
  /** W; what the outlets may draw together, and what one draws whose meter does not tell. */
  stationPowerW: { kind: 'number', least: 1, most: 10_000_000, variable: 'STATION_POWER_W' },
  outletPowerW: { kind: 'number', least: 1, most: 1_000_000, variable: 'OUTLET_POWER_W' },
  /** A; above it the session stops. */
  highestCurrentA: { kind: 'number', least: 1, most: 1_000, variable: 'HIGHEST_CURRENT_A' },
} as const satisfies Settings;

export const MIGRATIONS: readonly Migration[] = [fromUnversioned(SETTINGS, { highestPowerW: 1, highestCurrentA: 1 })];
