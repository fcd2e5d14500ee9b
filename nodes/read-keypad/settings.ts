// What the dialog of `read keypad` stored, and the keypad that it means.
import type { Keypad, KeypadListener } from '../../hardware/keypad/keypad.ts';
import type { ChargingStation } from '../charging-station/station-user.ts';
import { NodeFault } from '../shared/handlers.ts';
import type { NodeConfig } from '../shared/red.ts';
import { choice, given, lines } from '../shared/settings.ts';

export interface ReadKeypadConfig extends NodeConfig {
  readonly station?: string;
  readonly keypad?: unknown;
  /** Lines from the top, separated by commas or blanks. */
  readonly rows?: unknown;
  /** Lines from the left: three, or four on a pad with A to D. */
  readonly columns?: unknown;
  /** A path, a part of the device's name, or nothing: the first with digits. */
  readonly device?: unknown;
}

/**
 * Opens the keypad that is wired, if one is.
 * @throws {NodeFault} `bad-lines`, `bad-pin`; a `GpioError` or `DeviceError` that says what to do
 */
export async function openKeypad(
  config: ReadKeypadConfig,
  charging: ChargingStation,
  listener: KeypadListener,
): Promise<Keypad | undefined> {
  const kind = choice(config, 'keypad', ['touch', 'matrix', 'usb'], 'KEYPAD');
  if (kind === 'usb') {
    const { openUsbKeypad } = await import('../../hardware/keypad/usb.ts');
    return openUsbKeypad({ device: given(config.device) }, listener);
  }
  if (kind === 'touch') return undefined;
  const rows = lines(config, 'rows', 'KEYPAD_ROWS');
  const columns = lines(config, 'columns', 'KEYPAD_COLUMNS');
  const layout = columns.length === 4 ? '4x4' : '4x3';
  if (rows.length !== 4 || columns.length < 3 || columns.length > 4) {
    const values = { name: rows.length === 4 ? 'columns' : 'rows', rows: rows.length, columns: columns.length };
    const found = `found were ${rows.length} rows and ${columns.length} columns`;
    const needs = 'A matrix keypad needs the lines of 4 rows, and of 3 or 4 columns';
    throw new NodeFault('bad-lines', `${needs}: ${found}.`, { values });
  }
  const { openMatrixKeypad } = await import('../../hardware/keypad/matrix.ts');
  return openMatrixKeypad(await charging.gpio(), { layout, rows, columns }, listener);
}
