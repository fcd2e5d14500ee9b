// What the dialog of `control relay` stored, with its defaults.
import type { Pin } from '../../hardware/gpio/pin.ts';
import { PROTECTION, type Protection, wholeClosings } from '../../hardware/relay/protection.ts';
import { nameAt, RELAY_PIN, readRelays } from '../../hardware/relay/relay-pins.ts';
import { ONLY_OUTLET, type OutletAt, readNumber, type Settings } from '../../hardware/settings.ts';
import { FEEDBACK_PIN } from '../../hardware/station-pins.ts';
import { NodeFault } from '../shared/handlers.ts';
import { asNodeFault, type ConfigOf, faulty, filledIn, fromDialog, setting } from '../shared/settings.ts';
import { fromUnversioned, type Migration } from '../shared/versions.ts';

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

export const SETTINGS = {
  through: { kind: 'choice', choices: ['guard', 'direct'] },
  relay: { kind: 'text', each: 'filled', otherwise: 'relay', where: { setting: 'through', is: 'guard' } },
  line: { ...RELAY_PIN.line, where: { setting: 'through', is: 'direct' } },
  activeLow: { ...RELAY_PIN.activeLow, where: { setting: 'through', is: 'direct' } },
  ...FEEDBACK_PIN,
  ...PROTECTION,
} as const satisfies Settings;

export type ControlRelayConfig = ConfigOf<typeof SETTINGS>;

export const MIGRATIONS: readonly Migration[] = [
  fromUnversioned(SETTINGS, { leastSeconds: 0, mostClosings: 0, windowMinutes: 0, longestHours: 0 }),
];

/** @throws {NodeFault} `bad-protection`, and as `setting` */
export function planRelay(config: ControlRelayConfig, at: OutletAt = ONLY_OUTLET): RelayPlan {
  const through = filledIn(config.through) === 'direct' ? 'direct' : 'guard';
  const direct = through === 'direct';
  const contactor = direct ? setting(config, SETTINGS, 'line', at) : undefined;
  const relay = nameOf(config, at);
  return {
    through,
    relay,
    contactor,
    guarded: direct ? undefined : guardedPin(relay),
    feedback: setting(config, SETTINGS, 'feedbackLine', at),
    protection: {
      leastSeconds: limit(config, 'leastSeconds'),
      mostClosings: wholeClosings(limit(config, 'mostClosings')),
      windowSeconds: limit(config, 'windowMinutes') * 60,
      longestOnSeconds: limit(config, 'longestHours') * 3600,
    },
  };
}

/** One name stands for all outlets: the others' have their numbers behind it. */
function nameOf(config: ControlRelayConfig, at: OutletAt): string {
  const names = filledIn(config.relay) ?? SETTINGS.relay.otherwise;
  return names.includes(';') ? setting(config, SETTINGS, 'relay', at) : nameAt(names, at.outlet);
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

/** Zero means no limit; of closings a part counts as the guard counts it. */
function limit(config: ControlRelayConfig, name: keyof typeof PROTECTION): number {
  const { least, most, otherwise } = SETTINGS[name];
  try {
    const said = fromDialog(config, SETTINGS)(name);
    return faulty(() => readNumber(name, { kind: 'number', least, most }, said)) ?? otherwise;
  } catch (error) {
    if (!(error instanceof NodeFault) || error.code !== 'bad-number') throw error;
    throw new NodeFault('bad-protection', error.message, { values: { ...error.values }, cause: error });
  }
}
