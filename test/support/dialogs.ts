// The tables of settings behind the dialogs of a charger's nodes.
import { KEYPADS } from '../../hardware/keypad/kinds.ts';
import { METERS } from '../../hardware/meter/kinds.ts';
import type { Setting, Settings } from '../../hardware/settings.ts';
import { SETTINGS as chargingStation } from '../../nodes/charging-station/settings.ts';
import { SETTINGS as controlRelay } from '../../nodes/control-relay/settings.ts';
import { SETTINGS as detectVehicle } from '../../nodes/detect-vehicle/settings.ts';
import { SETTINGS as readKeypad } from '../../nodes/read-keypad/settings.ts';
import { SETTINGS as readMeter } from '../../nodes/read-meter/settings.ts';
import { SETTINGS as runSession } from '../../nodes/run-session/settings.ts';
import { SETTINGS as showDisplay } from '../../nodes/show-display/settings.ts';

export interface Dialog {
  readonly own: Settings;
  readonly kinds: readonly { readonly name: string; readonly settings: Settings }[];
}
/** By the names of the nodes' files. */
export const DIALOGS: Readonly<Record<string, Dialog>> = {
  'charging-station': { own: chargingStation, kinds: [] },
  'control-relay': { own: controlRelay, kinds: [] },
  'detect-vehicle': { own: detectVehicle, kinds: [] },
  'read-keypad': { own: readKeypad, kinds: KEYPADS },
  'read-meter': { own: readMeter, kinds: METERS },
  'run-session': { own: runSession, kinds: [] },
  'show-display': { own: showDisplay, kinds: [] },
};

/** All settings that a node's dialog has, those of each kind of device too. */
export function settingsOf({ own, kinds }: Dialog): [string, Setting][] {
  return [own, ...kinds.map(({ settings }) => settings)].flatMap((table) => Object.entries(table));
}

/** What a list in a dialog offers for a setting, but for a variable of the environment. */
export function choicesOf(setting: Setting): readonly string[] | undefined {
  if (setting.kind === 'level') return ['false', 'true'];
  if (setting.kind === 'pull') return ['unset', 'up', 'down', 'none'];
  return setting.kind === 'choice' ? setting.choices : undefined;
}
