// What the dialog of `control relay` stored, with its defaults.
import type { Pin } from '../../hardware/gpio/pin.ts';
import { readRelays } from '../../hardware/gpio/station-pins.ts';
import { type Protection, wholeClosings } from '../../hardware/relay/protection.ts';
import type { NodeConfig } from '../shared/red.ts';
import { asNodeFault, given, neededPin, pin, unfit } from '../shared/settings.ts';
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

/** @throws {NodeFault} `bad-protection`, `bad-variable`, `no-line`, and as `pin` */
export function planRelay(config: ControlRelayConfig): RelayPlan {
  const through = given(config.through) === 'direct' ? 'direct' : 'guard';
  const direct = through === 'direct';
  const contactor = direct
    ? neededPin(config, { line: 'line', activeLow: 'activeLow', variables: 'RELAY' })
    : undefined;
  const relay = given(config.relay) ?? 'relay';
  return {
    through,
    relay,
    contactor,
    guarded: direct ? undefined : guardedPin(relay),
    feedback: pin(config, { line: 'feedbackLine', activeLow: 'feedbackActiveLow', variables: 'FEEDBACK' }),
    protection: {
      leastSeconds: limit(config, 'leastSeconds', 10, 'RELAY_LEAST_SECONDS'),
      mostClosings: wholeClosings(limit(config, 'mostClosings', 10, 'RELAY_MOST_CLOSINGS')),
      windowSeconds: limit(config, 'windowMinutes', 10) * 60,
      longestOnSeconds: limit(config, 'longestHours', 0) * 3600,
    },
  };
}

/** What the guard drives for this relay, where the variables that it runs on are this Node-RED's too. */
function guardedPin(relay: string): Pin | undefined {
  const { RELAY_LINE = '', GUARD_RELAYS = '' } = process.env;
  if (RELAY_LINE.trim() === '' && GUARD_RELAYS.trim() === '') return undefined;
  try {
    return readRelays(process.env)[relay];
  } catch (error) {
    throw asNodeFault(error);
  }
}

/** Zero means no limit. */
function limit(
  config: ControlRelayConfig,
  setting: 'leastSeconds' | 'mostClosings' | 'windowMinutes' | 'longestHours',
  otherwise: number,
  variable?: string,
): number {
  const text = given(config[setting]);
  if (text === undefined) return otherwise;
  const number = numberOf(text);
  if (number === undefined || number < 0)
    throw unfit('bad-protection', text, { setting, takes: '≥ 0', ...(variable && { variable }) });
  return number;
}
