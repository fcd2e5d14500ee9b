// What the dialog of `detect vehicle` stored, with its defaults.
import { PLUG_CONTACT } from '../../hardware/gpio/debounce.ts';
import type { Line, Pull } from '../../hardware/gpio/driver.ts';
import { defaultLoadCurrent, type LoadCurrentSettings } from '../../hardware/pilot/load-current.ts';
import type { OutletAt, Settings } from '../../hardware/settings.ts';
import { PLUG_PIN } from '../../hardware/station-pins.ts';
import { type ConfigOf, setting, settings } from '../shared/settings.ts';
import { fromUnversioned, type Migration } from '../shared/versions.ts';

export interface ContactPlan {
  readonly line: Line;
  readonly activeLow: boolean;
  readonly pull?: Pull;
  readonly openMs: number;
  readonly closeMs: number;
}

const BY = { by: { kind: 'choice', choices: ['contact', 'pilot', 'load'] } } as const satisfies Settings;

const CONTACT = {
  ...PLUG_PIN,
  openMs: { kind: 'number', least: 0, most: 60_000, otherwise: PLUG_CONTACT.openMs },
  closeMs: { kind: 'number', least: 0, most: 60_000, otherwise: PLUG_CONTACT.closeMs },
} as const satisfies Settings;

const PILOT = {
  converter: { kind: 'choice', choices: ['mcp3008', 'ads1115'] },
  bus: { kind: 'text' },
  address: { kind: 'number', least: 0, most: 127, whole: true },
  channel: {
    kind: 'number',
    least: 0,
    most: 7,
    whole: true,
    otherwise: 0,
    // An ADS1115 reads the pilot's negative half at the channel after this one.
    narrower: { setting: 'converter', is: 'ads1115', most: 2 },
  },
  oscillating: { kind: 'switch', otherwise: false },
  // By IEC 61851-1, Annex A, a pilot offers nothing below 6 A and nothing above 80 A. 0: this node drives no generator.
  offeredA: { kind: 'number', least: 6, most: 80, none: 0 },
} as const satisfies Settings;

const LOAD = {
  leastPowerW: { kind: 'number', least: 0, most: 100_000, otherwise: defaultLoadCurrent.leastPowerW },
  startSeconds: { kind: 'number', least: 1, most: 3_600, otherwise: defaultLoadCurrent.startSeconds },
  goneSeconds: { kind: 'number', least: 1, most: 86_400, otherwise: defaultLoadCurrent.goneSeconds },
} as const satisfies Settings;

export const SETTINGS = {
  ...BY,
  ...where('contact', CONTACT),
  ...where('pilot', PILOT),
  ...where('load', LOAD),
} satisfies Settings;

export type DetectVehicleConfig = ConfigOf<typeof BY & typeof CONTACT & typeof PILOT & typeof LOAD>;

function where(is: string, table: Settings): Settings {
  return Object.fromEntries(
    Object.entries(table).map(([name, one]) => [name, { ...one, where: { setting: 'by', is } }]),
  );
}

export const MIGRATIONS: readonly Migration[] = [
  fromUnversioned(SETTINGS, { openMs: 0, closeMs: 0, leastPowerW: 0, startSeconds: 0, goneSeconds: 0 }),
];

export function sourceOf(config: DetectVehicleConfig): 'contact' | 'pilot' | 'load' {
  return setting(config, BY, 'by');
}

/** @throws {NodeFault} as `setting` */
export function planContact(config: DetectVehicleConfig, at?: OutletAt): ContactPlan {
  const { line, openMs, closeMs } = settings(config, CONTACT, at);
  return { ...line, openMs, closeMs };
}

export interface PilotPlan {
  readonly converter: 'mcp3008' | 'ads1115';
  readonly channel: number;
  /** An I²C bus may be named by its number. */
  readonly bus: string | number;
  readonly address: number | undefined;
  readonly oscillating: boolean;
  /** Undefined: this node drives no generator. */
  readonly offeredA: number | undefined;
}

/** @throws {NodeFault} as `setting` */
export function planPilot(config: DetectVehicleConfig): PilotPlan {
  const { converter, channel, bus, address, oscillating, offeredA } = settings(config, PILOT);
  const usual = converter === 'mcp3008' ? '/dev/spidev0.0' : 1;
  return {
    ...{ converter, channel, address, oscillating },
    bus: bus !== undefined && /^\d+$/.test(bus) ? Number(bus) : (bus ?? usual),
    offeredA: offeredA === 0 ? undefined : offeredA,
  };
}

/** @throws {NodeFault} as `setting` */
export function planLoad(config: DetectVehicleConfig): LoadCurrentSettings {
  return settings(config, LOAD);
}
