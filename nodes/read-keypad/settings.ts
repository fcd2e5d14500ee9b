// What the dialog of `read keypad` stored, and the keypad that it means.
import type { Keypad, KeypadListener } from '../../hardware/keypad/keypad.ts';
import { KEYPADS } from '../../hardware/keypad/kinds.ts';
import type { Settings } from '../../hardware/settings.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { withKinds } from '../shared/dialog.ts';
import { asNodeFault, type ConfigOf, fromDialog, setting } from '../shared/settings.ts';

/** What the dialog has besides what belongs to one kind of keypad alone. */
export const SETTINGS = {
  keypad: { kind: 'choice', choices: ['touch', ...KEYPADS.map(({ name }) => name)], variable: 'KEYPAD' },
} as const satisfies Settings;

/** What the kinds of keypads have of their own is in their drivers (hardware/keypad). */
export type ReadKeypadConfig = ConfigOf<typeof SETTINGS>;

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
    return await kind?.open(fromDialog(config, kind.settings), { listener, gpio: () => charging.gpio() });
  } catch (error) {
    throw asNodeFault(error);
  }
}
