// What the dialog of `detect vehicle` stored, with its defaults.
import { PLUG_CONTACT } from '../../hardware/gpio/debounce.ts';
import type { Line, Pull } from '../../hardware/gpio/driver.ts';
import type { NodeConfig } from '../shared/red.ts';
import { choice, neededPin, number } from '../shared/settings.ts';

export interface DetectVehicleConfig extends NodeConfig {
  readonly station?: string;
  readonly by?: unknown;
  readonly line?: unknown;
  readonly activeLow?: unknown;
  readonly pull?: unknown;
  readonly openMs?: unknown;
  readonly closeMs?: unknown;
  readonly converter?: unknown;
  readonly bus?: unknown;
  readonly address?: unknown;
  readonly channel?: unknown;
  readonly oscillating?: unknown;
  readonly offeredA?: unknown;
  readonly leastPowerW?: unknown;
  readonly startSeconds?: unknown;
  readonly goneSeconds?: unknown;
}

export interface ContactPlan {
  readonly line: Line;
  readonly activeLow: boolean;
  readonly pull?: Pull;
  readonly openMs: number;
  readonly closeMs: number;
}

export function sourceOf(config: DetectVehicleConfig): 'contact' | 'pilot' | 'load' {
  return choice(config, 'by', ['contact', 'pilot', 'load']);
}

/** @throws {NodeFault} `no-line`, `bad-number`, and as `pin` */
export function planContact(config: DetectVehicleConfig): ContactPlan {
  return {
    ...neededPin(config, { line: 'line', activeLow: 'activeLow', pull: 'pull', variables: 'VEHICLE' }),
    openMs: number(config, 'openMs', PLUG_CONTACT.openMs),
    closeMs: number(config, 'closeMs', PLUG_CONTACT.closeMs),
  };
}

export interface PilotPlan {
  readonly converter: 'mcp3008' | 'ads1115';
  readonly channel: number;
  /** Undefined: this node drives no generator. */
  readonly offeredA: number | undefined;
}

/** An ADS1115 reads the pilot's negative half at the channel after this one. */
const HIGHEST_CHANNEL = { mcp3008: 7, ads1115: 2 } as const;

/** @throws {NodeFault} `bad-choice`, `bad-number` */
export function planPilot(config: DetectVehicleConfig): PilotPlan {
  const converter = choice(config, 'converter', ['mcp3008', 'ads1115']);
  const channel = number(config, 'channel', 0, { most: HIGHEST_CHANNEL[converter], whole: true });
  const offeredA = number(config, 'offeredA', 0);
  // By IEC 61851-1, Annex A, a pilot offers nothing below 6 A and nothing above 80 A.
  if (offeredA !== 0) number(config, 'offeredA', 0, { least: 6, most: 80 });
  return { converter, channel, offeredA: offeredA === 0 ? undefined : offeredA };
}
