// What the dialog of `control relay` stored, with its defaults.
import type { Protection } from '../../hardware/relay/protection.ts';
import { given, type Pin, pin, unfit } from '../charging-station/given.ts';
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
  /** The line that the guard drives, where it and this Node-RED run on the same variables. */
  readonly guarded: Pin | undefined;
  /** The auxiliary contact, where one is wired. */
  readonly feedback: Pin | undefined;
  readonly protection: Protection;
}

/** @throws {NodeFault} `bad-protection`, `bad-level`, `bad-variable`, `no-line` */
export function planRelay(config: ControlRelayConfig): RelayPlan {
  const through = given(config.through) === 'direct' ? 'direct' : 'guard';
  const direct = through === 'direct';
  const contactor = direct ? pin(config.line, config.activeLow, false, 'RELAY_ACTIVE_LOW') : undefined;
  if (direct && contactor === undefined) throw new NodeFault('no-line', 'No GPIO line is set.');
  return {
    through,
    relay: given(config.relay) ?? 'relay',
    contactor,
    guarded: direct ? undefined : pin(process.env.RELAY_LINE, undefined),
    feedback: pin(config.feedbackLine, config.feedbackActiveLow, false, 'FEEDBACK_ACTIVE_LOW'),
    protection: {
      leastSeconds: limit(config.leastSeconds, 10, 'RELAY_LEAST_SECONDS'),
      mostClosings: Math.floor(limit(config.mostClosings, 10, 'RELAY_MOST_CLOSINGS')),
      windowSeconds: limit(config.windowMinutes, 10) * 60,
      longestOnSeconds: limit(config.longestHours, 0) * 3600,
    },
  };
}

/** Zero means no limit. */
function limit(value: unknown, otherwise: number, variable?: string): number {
  const text = given(value);
  if (text === undefined) return otherwise;
  const number = numberOf(text);
  if (number === undefined || number < 0) throw unfit('bad-protection', text, '≥ 0', variable);
  return number;
}
