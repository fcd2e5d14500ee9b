// What the dialog of `detect vehicle` stored, with its defaults.
import { PLUG_CONTACT } from '../../hardware/gpio/debounce.ts';
import type { Line, Pull } from '../../hardware/gpio/driver.ts';
import { choice, number, pin } from '../charging-station/given.ts';
import type { NodeConfig } from '../shared/red.ts';
import { NodeFault } from '../shared/road.ts';

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
  return choice(config.by, ['contact', 'pilot', 'load']);
}

/** @throws {NodeFault} `no-line`, `bad-number`, and as `pin` */
export function planContact(config: DetectVehicleConfig): ContactPlan {
  const pull = choice(config.pull, ['unset', 'up', 'down', 'none']);
  const contact = pin({
    line: config.line,
    activeLow: config.activeLow,
    ...(pull !== 'unset' && { pull }),
    variables: 'VEHICLE',
  });
  if (contact === undefined) throw new NodeFault('no-line', 'No GPIO line is set.');
  return {
    ...contact,
    openMs: number(config.openMs, PLUG_CONTACT.openMs),
    closeMs: number(config.closeMs, PLUG_CONTACT.closeMs),
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
  const converter = choice(config.converter, ['mcp3008', 'ads1115']);
  const channel = number(config.channel, 0);
  const highest = HIGHEST_CHANNEL[converter];
  if (!Number.isInteger(channel) || channel > highest)
    throw new NodeFault('bad-number', `The channel of this converter is 0 to ${highest}, not ${channel}.`);
  const offeredA = number(config.offeredA, 0);
  if (offeredA !== 0 && (offeredA < 6 || offeredA > 80))
    throw new NodeFault('bad-number', `A control pilot offers 6 to 80 A, not ${offeredA}.`);
  return { converter, channel, offeredA: offeredA === 0 ? undefined : offeredA };
}
