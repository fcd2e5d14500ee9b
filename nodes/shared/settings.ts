// Settings as a dialog stored them (text, or a variable of the environment that Node-RED has put in), read by the tables of
// hardware/settings.ts.
import { PinError } from '../../hardware/gpio/pin.ts';
import {
  forOutlet,
  ONLY_OUTLET,
  type OutletAt,
  readSetting,
  readSettings,
  SettingError,
  type SettingSource,
  type Settings,
  type ValueOf,
  type Values,
} from '../../hardware/settings.ts';
import { NodeFault } from './handlers.ts';
import type { NodeConfig } from './red.ts';
import { textOf } from './values.ts';

/** Text that somebody put there; neither empty nor a variable that is not set, which stays as its name. */
export function filledIn(value: unknown): string | undefined {
  const text = typeof value === 'boolean' ? String(value) : textOf(value);
  return text === undefined || text === '' || /^\$(?:\{[^}]*\}|\([^)]*\))$/.test(text) ? undefined : text;
}

/** A node's configuration, by the table of what its dialog holds: text, or what 0.1.0 stored; and the config node that it names. */
export type ConfigOf<T extends Settings> = NodeConfig & {
  readonly station?: string;
  readonly issuer?: string;
} & Readonly<Partial<Record<keyof T, unknown>>>;

/** What a dialog stored. */
type Stored = object;

/** The faults of a setting that can't be: only a change of it mends them. */
export const SETTING_FAULTS: ReadonlySet<string> = new Set([
  ...['no-line', 'no-setting', 'bad-pin', 'bad-level', 'bad-pull', 'pin-list', 'pin-contradicts'],
  ...['bad-number', 'bad-choice', 'bad-variable', 'config-newer', 'rows', 'row-empty', 'row-twice'],
]);

/** What a dialog stored, for a table; a text that is a variable's own is known as that variable's. */
export function fromDialog(config: Stored, table: Settings, at: OutletAt = ONLY_OUTLET): SettingSource {
  return forOutlet(at, table, (name) => {
    const text = filledIn((config as Readonly<Record<string, unknown>>)[name]);
    if (text === undefined) return undefined;
    const { variable } = table[name]!;
    const from = variable !== undefined && process.env[variable]?.trim() === text ? variable : undefined;
    return { text, variable: from };
  });
}

/**
 * One setting of a table.
 * @throws {NodeFault} `bad-number`, `bad-choice`, `bad-variable`, `no-setting`, `no-line`, `rows`, `row-empty`, `row-twice`; of a pin `bad-pin`, `bad-level`,
 *   `bad-pull`, `pin-list`, `pin-contradicts`
 */
export function setting<const T extends Settings, Name extends keyof T & string>(
  config: Stored,
  table: T,
  name: Name,
  at?: OutletAt,
): ValueOf<T[Name]> {
  return faulty(() => readSetting(table, name, fromDialog(config, table, at)));
}

/** All settings of a table. @throws {NodeFault} of the first that can't be, as `setting` */
export function settings<const T extends Settings>(config: Stored, table: T, at?: OutletAt): Values<T> {
  return faulty(() => readSettings(table, fromDialog(config, table, at)));
}

/** With a setting's or pin's error as a fault that the catalogues have words for. */
export function faulty<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw asNodeFault(error);
  }
}

/** A setting's or pin's error as a fault that the catalogues have words for; others as they are. */
export function asNodeFault(error: unknown): unknown {
  if (!(error instanceof PinError) && !(error instanceof SettingError)) return error;
  return new NodeFault(error.code, error.message, { values: { ...error.values }, cause: error });
}
