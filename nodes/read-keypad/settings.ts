// What the dialog of `read keypad` stored, and the keypad that it means.
import type { Keypad, KeypadListener } from '../../hardware/keypad/keypad.ts';
import { KEYPADS } from '../../hardware/keypad/kinds.ts';
import type { Settings } from '../../hardware/settings.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { withKinds } from '../shared/dialog.ts';
import type { NodeConfig } from '../shared/red.ts';
import { asNodeFault, givenIn, setting } from '../shared/settings.ts';

/** What the kinds of keypads have of their own is in their drivers (hardware/keypad). */
export interface ReadKeypadConfig extends NodeConfig {
  readonly station?: string;
  readonly keypad?: unknown;
}

/** What the dialog has besides what belongs to one kind of keypad alone. */
export const SETTINGS = {
  keypad: { kind: 'choice', choices: ['touch', ...KEYPADS.map(({ name }) => name)], variable: 'KEYPAD' },
} as const satisfies Settings;

export const DIALOG = withKinds(SETTINGS, { chosenBy: 'keypad', kinds: KEYPADS });

/**
 * Opens the keypad that is wired, if one is.
 * @throws {NodeFault} as `setting`; a `GpioError` or `DeviceError` that says what to do
 */
export async function openKeypad(
  config: ReadKeypadConfig,
  charging: ChargingStation,
  listener: KeypadListener,
): Promise<Keypad | undefined> {
  const chosen = setting(config, SETTINGS, 'keypad');
  const kind = KEYPADS.find(({ name }) => name === chosen);
  try {
    return await kind?.open(givenIn(config, kind.settings), { listener, gpio: () => charging.gpio() });
  } catch (error) {
    throw asNodeFault(error);
  }
}
