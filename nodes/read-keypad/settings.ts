// What the dialog of `read keypad` stored, and the keypad that it means.
import type { Keypad, KeypadListener } from '../../hardware/keypad/keypad.ts';
import { choice, given } from '../charging-station/given.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import type { NodeConfig } from '../shared/red.ts';
import { NodeFault } from '../shared/road.ts';

export interface ReadKeypadConfig extends NodeConfig {
  readonly station?: string;
  readonly keypad?: unknown;
  readonly layout?: unknown;
  /** Lines from the top, separated by commas or blanks. */
  readonly rows?: unknown;
  /** Lines from the left. */
  readonly columns?: unknown;
  /** A path, a part of the device's name, or nothing: the first with digits. */
  readonly device?: unknown;
}

/**
 * Opens the keypad that is wired, if one is.
 * @throws {NodeFault} `bad-lines`; a `GpioError` or `DeviceError` that says what to do
 */
export async function openKeypad(
  config: ReadKeypadConfig,
  charging: ChargingStation,
  listener: KeypadListener,
): Promise<Keypad | undefined> {
  const kind = choice(config.keypad, ['touch', 'matrix', 'usb']);
  if (kind === 'usb') {
    const { openUsbKeypad } = await import('../../hardware/keypad/usb.ts');
    return openUsbKeypad({ device: given(config.device) }, listener);
  }
  if (kind === 'touch') return undefined;
  const layout = choice(config.layout, ['4x3', '4x4']);
  const rows = lines(config.rows);
  const columns = lines(config.columns);
  if (rows.length !== 4 || columns.length !== (layout === '4x3' ? 3 : 4)) {
    throw new NodeFault('bad-lines', `A ${layout} keypad needs 4 rows and ${layout === '4x3' ? 3 : 4} columns.`);
  }
  const { openMatrixKeypad } = await import('../../hardware/keypad/matrix.ts');
  return openMatrixKeypad(await charging.gpio(), { layout, rows, columns }, listener);
}

function lines(value: unknown): string[] {
  return (given(value) ?? '').split(/[\s,]+/).filter((line) => line !== '');
}
