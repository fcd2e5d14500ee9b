// What the dialog of `control relay` stored, with its defaults.
import type { Protection } from '../../hardware/relay/protection.ts';
import { given, type Pin, pin } from '../charging-station/given.ts';
import type { NodeConfig } from '../shared/red.ts';
import { NodeFault } from '../shared/road.ts';
import { numberOf } from '../shared/values.ts';

export interface ControlRelayConfig extends NodeConfig {
  readonly station?: string;
  readonly through?: unknown;
  readonly relay?: unknown;
  readonly line?: unknown;
  readonly activeLow?: unknown;
  readonly feedbackLine?: unknown;
  readonly feedbackActiveLow?: unknown;
  readonly leastSeconds?: unknown;
  readonly mostClosings?: unknown;
  readonly windowMinutes?: unknown;
  readonly longestHours?: unknown;
}

export interface RelayPlan {
  readonly through: 'guard' | 'direct';
  /** Its name at the guard. */
  readonly relay: string;
  /** Set when this Node-RED drives the line itself. */
  readonly contactor: Pin | undefined;
  /** The auxiliary contact, where one is wired. */
  readonly feedback: Pin | undefined;
  readonly protection: Protection;
}

/** @throws {NodeFault} `bad-protection`, `no-line` */
export function planRelay(config: ControlRelayConfig): RelayPlan {
  const through = given(config.through) === 'direct' ? 'direct' : 'guard';
  const contactor = pin(config.line, config.activeLow);
  if (through === 'direct' && contactor === undefined) throw new NodeFault('no-line', 'No GPIO line is set.');
  return {
    through,
    relay: given(config.relay) ?? 'relay',
    contactor,
    feedback: pin(config.feedbackLine, config.feedbackActiveLow),
    protection: {
      leastSeconds: limit(config.leastSeconds, 10),
      mostClosings: Math.floor(limit(config.mostClosings, 10)),
      windowSeconds: limit(config.windowMinutes, 10) * 60,
      longestOnSeconds: limit(config.longestHours, 0) * 3600,
    },
  };
}

/** Zero means no limit. */
function limit(value: unknown, otherwise: number): number {
  const text = given(value);
  if (text === undefined) return otherwise;
  const number = numberOf(text);
  if (number === undefined || number < 0) {
    throw new NodeFault('bad-protection', 'The limits must be numbers; 0 means no limit.');
  }
  return number;
}
