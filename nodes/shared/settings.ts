// Settings as a dialog stored them (text, or a variable of the environment that Node-RED has put in), read by the tables of
// hardware/settings.ts.
import { PinError } from '../../hardware/gpio/pin.ts';
import {
  type Given,
  givenFor,
  ONLY_OUTLET,
  type OutletAt,
  readSetting,
  readSettings,
  SettingError,
  type Settings,
  type ValueOf,
  type Values,
} from '../../hardware/settings.ts';
import { NodeFault } from './handlers.ts';
import { textOf } from './values.ts';

/** Text that somebody put there; neither empty nor a variable that is not set, which stays as its name. */
export function given(value: unknown): string | undefined {
  const text = typeof value === 'boolean' ? String(value) : textOf(value);
  return text === undefined || text === '' || /^\$(?:\{[^}]*\}|\([^)]*\))$/.test(text) ? undefined : text;
}

/** What a dialog stored. */
type Stored = object;

/** The faults of a setting that can't be: only a change of it mends them. */
export const SETTING_FAULTS: ReadonlySet<string> = new Set([
  ...['no-line', 'no-setting', 'bad-pin', 'bad-level', 'bad-pull', 'pin-list', 'pin-contradicts'],
  ...['bad-number', 'bad-choice', 'bad-variable', 'config-newer', 'rows', 'row-empty', 'row-twice'],
]);

/** What a dialog stored, for a table; a text that is a variable's own is known as that variable's. */
export function givenIn(config: Stored, table: Settings, at: OutletAt = ONLY_OUTLET): Given {
  return givenFor(at, table, (name) => {
    const text = given((config as Readonly<Record<string, unknown>>)[name]);
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
  return faulty(() => readSetting(table, name, givenIn(config, table, at)));
}

/** All settings of a table. @throws {NodeFault} of the first that can't be, as `setting` */
export function settings<const T extends Settings>(config: Stored, table: T, at?: OutletAt): Values<T> {
  return faulty(() => readSettings(table, givenIn(config, table, at)));
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
