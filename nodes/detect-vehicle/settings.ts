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

/** @throws {NodeFault} `no-line`, `bad-number` */
export function planContact(config: DetectVehicleConfig): ContactPlan {
  const contact = pin(config.line, config.activeLow);
  if (contact === undefined) throw new NodeFault('no-line', 'No GPIO line is set.');
  const pull = choice(config.pull, ['unset', 'up', 'down', 'none']);
  return {
    ...contact,
    ...(pull === 'unset' ? {} : { pull }),
    openMs: number(config.openMs, PLUG_CONTACT.openMs),
    closeMs: number(config.closeMs, PLUG_CONTACT.closeMs),
  };
}
