// What may stand in the settings of a device or a node, once: its dialog, the node, the charger's variables, the guard and
// the doctor all ask the same table. Plain data, so that an editor in a browser can have it too.
import { lineKey, type Pin, readLevel, readLines, readPin, rowsOf } from './gpio/pin.ts';

interface Common {
  /** The variable of the environment that the charger's flow takes it from. */
  readonly variable?: string;
  /** What a new dialog holds, where that is not what stands for nothing said. */
  readonly fresh?: string;
  /** It matters, and is shown in a dialog, only while another setting of the table is one of its choices, or is not. */
  readonly where?: { readonly setting: string } & (
    | { readonly is: string | readonly string[] /** Or a variable says it. */; readonly orVariable?: true }
    | { readonly not: string }
  );
  /**
   * Each outlet has its own: where a station has several, the text holds a row an outlet in the order of their numbers,
   * semicolons between them. `said`: then nothing stands for it; `filled`: none of its rows may be empty.
   */
  readonly each?: 'said' | 'filled' | 'where-wired';
}

export interface NumberSetting extends Common {
  readonly kind: 'number';
  readonly least: number;
  /** What an older version saved, or a provisioning says, may be as low. */
  readonly leastOfOld?: number;
  readonly most: number;
  readonly whole?: true;
  /** Where nothing is said; without one that is `undefined`. */
  readonly otherwise?: number;
  /** Stands for "none", and need not lie between the bounds. */
  readonly none?: 0;
  /** The bound while another setting of the table is one of its choices. */
  readonly narrower?: { readonly setting: string; readonly is: string; readonly most: number };
}

/** One of a few words; the first one where nothing is said. */
interface ChoiceSetting extends Common {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  /** What a list in a dialog shows for them, where that is a name and the same in every language. */
  readonly names?: Readonly<Record<string, string>>;
}

interface TextSetting extends Common {
  readonly kind: 'text';
  readonly needed?: true;
  readonly otherwise?: string;
  /** A station's id (charging/codes/station-id.ts). */
  readonly stationId?: true;
  /** A regular expression for what is typed, whatever its case. */
  readonly pattern?: string;
  /** It is the path of such a device, which then is this one's alone. */
  readonly device?: 'serial';
}

interface SwitchSetting extends Common {
  readonly kind: 'switch';
  readonly otherwise: boolean;
}

/** `true` or `false`: whether the wire's level 0 means on. A pin says so itself, or has such a setting beside it. */
interface LevelSetting extends Common {
  readonly kind: 'level';
  readonly otherwise: boolean;
}

/** The resistor of a pin, beside it: `unset` leaves it as it is. */
interface PullSetting extends Common {
  readonly kind: 'pull';
}

/** A pin, as hardware/gpio/pin.ts reads it. */
interface PinSetting extends Common {
  readonly kind: 'pin';
  readonly needed?: true;
  /** The settings beside it, by their names in the same table. */
  readonly level?: string;
  readonly pull?: string;
}

/** Lines from the top or from the left, of a matrix; how many it needs, its driver says. */
interface LinesSetting extends Common {
  readonly kind: 'lines';
  readonly needed?: true;
  /** The station drives them; else it reads them. */
  readonly drives?: true;
}

export type Setting =
  | NumberSetting
  | ChoiceSetting
  | TextSetting
  | SwitchSetting
  | LevelSetting
  | PullSetting
  | PinSetting
  | LinesSetting;

/** What a list in a dialog offers for a setting, but for a variable of the environment; undefined: no list. */
export function choicesOf(setting: Setting): readonly string[] | undefined {
  if (setting.kind === 'level') return ['false', 'true'];
  if (setting.kind === 'pull') return ['unset', 'up', 'down', 'none'];
  return setting.kind === 'choice' ? setting.choices : undefined;
}

/** By the names under which dialogs store them. */
export type Settings = Readonly<Record<string, Setting>>;

/** What a setting is read to. */
export type ValueOf<S extends Setting> = S extends NumberSetting
  ? S extends { readonly otherwise: number }
    ? number
    : number | undefined
  : S extends ChoiceSetting
    ? S['choices'][number]
    : S extends TextSetting
      ? S extends { readonly needed: true } | { readonly otherwise: string }
        ? string
        : string | undefined
      : S extends PinSetting
        ? S extends { readonly needed: true }
          ? Pin
          : Pin | undefined
        : S extends LinesSetting
          ? readonly string[]
          : boolean;

/** What a table is read to. Levels and pulls are in their pins. */
export type Values<T extends Settings> = {
  readonly [Name in keyof T as T[Name] extends LevelSetting | PullSetting ? never : Name]: ValueOf<T[Name]>;
};

/**
 * `bad-variable`: what can't be came from a variable. `rows`: not a row for each outlet. `row-empty`, `row-twice`: of an
 * outlet's row, that it has none or that another outlet has the same.
 */
export type SettingFault = keyof typeof MESSAGES;

export interface SettingFaultValues {
  /** Of the setting in its table. */
  readonly name: string;
  readonly value: string;
  /** What it takes, in signs and words that need no translation. */
  readonly takes: string;
  readonly variable: string;
}

/** A setting that can't be what it is; a pin that can't is a `PinError`. */
export class SettingError extends Error {
  readonly code: SettingFault;
  readonly values: SettingFaultValues;
  constructor(code: SettingFault, about: { readonly [Name in keyof SettingFaultValues]?: string | undefined }) {
    const { name = '', value = '', takes = '', variable = '' } = about;
    const values = { name, value: value.slice(0, 40), takes, variable };
    super(MESSAGES[code](values));
    this.name = 'SettingError';
    this.code = code;
    this.values = values;
  }
}

const either = ({ name, variable }: SettingFaultValues) => (variable === '' ? name : `${name} or ${variable}`);
const MESSAGES = {
  'bad-number': ({ name, value, takes }) => `"${value}" can't be in ${name}: it takes ${takes}.`,
  'bad-choice': ({ name, value, takes }) => `"${value}" can't be in ${name}: it takes ${takes}.`,
  'bad-variable': ({ variable, value, takes }) => `The variable ${variable} holds "${value}", but takes: ${takes}.`,
  'no-setting': (values) => `Nothing is set in ${either(values)}.`,
  'no-line': (values) => `No GPIO line is set in ${either(values)}.`,
  rows: ({ value, takes, ...named }) =>
    `${either({ value, takes, ...named })} holds "${value}": it takes one an outlet, ${takes} in all, semicolons between them.`,
  'row-empty': ({ takes, ...named }) => `${either({ takes, ...named })} names nothing for outlet ${takes}.`,
  'row-twice': ({ value, takes, ...named }) =>
    `${either({ value, takes, ...named })} names "${value}" for the outlets ${takes}: each needs its own.`,
} satisfies Readonly<Record<string, (values: SettingFaultValues) => string>>;

/** What somebody put into a setting. */
export interface Said {
  readonly text: string;
  /** The variable that the text came from; none where somebody typed it. */
  readonly variable?: string | undefined;
}

/** What was put into a setting, by its name; undefined: nothing. */
export type SettingSource = (name: string) => Said | undefined;

/**
 * Reads one number, also hexadecimal, as 0x27.
 * @throws {SettingError} `bad-number`, `bad-variable`
 */
export function readNumber(name: string, setting: NumberSetting, said: Said | undefined): number | undefined {
  if (said === undefined) return setting.otherwise;
  const value = said.text.trim() === '' ? Number.NaN : Number(said.text);
  if (value === setting.none) return value;
  const { least, most, whole = false } = setting;
  if (Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw unfit('bad-number', name, said, `${least} … ${most}`);
}

/**
 * Reads one of a few words.
 * @throws {SettingError} `bad-choice`, `bad-variable`
 */
function readChoice<T extends string>(
  name: string,
  { choices }: { readonly choices: readonly T[] },
  said: Said | undefined,
): T {
  if (said === undefined) return choices[0]!;
  const found = choices.find((choice) => choice === said.text);
  if (found === undefined) throw unfit('bad-choice', name, said, choices.join(', '));
  return found;
}

/** Reads all settings of a table, in its order. @throws {SettingError | PinError} of the first that can't be */
export function readSettings<const T extends Settings>(table: T, source: SettingSource): Values<T> {
  const names = Object.keys(table).filter((name) => !['level', 'pull'].includes(table[name]!.kind));
  return Object.fromEntries(names.map((name) => [name, readSetting(table, name, source)])) as Values<T>;
}

/** Reads one setting of a table. @throws {SettingError | PinError} */
export function readSetting<const T extends Settings, Name extends keyof T & string>(
  table: T,
  name: Name,
  source: SettingSource,
): ValueOf<T[Name]> {
  return read(table, name, source) as ValueOf<T[Name]>;
}

function read(table: Settings, name: string, source: SettingSource): unknown {
  const setting = table[name]!;
  const { variable } = setting;
  const said = source(name);
  switch (setting.kind) {
    case 'number': {
      const { narrower } = setting;
      const narrow = narrower !== undefined && source(narrower.setting)?.text === narrower.is;
      return readNumber(name, narrow ? { ...setting, most: narrower.most } : setting, said);
    }
    case 'choice':
      return readChoice(name, setting, said);
    case 'text':
      if (said === undefined && setting.needed) throw new SettingError('no-setting', { name, variable });
      return said?.text ?? setting.otherwise;
    case 'switch':
    case 'level':
      return readLevel({ name: said?.variable ?? name, value: said?.text }) ?? setting.otherwise;
    case 'pull':
      return said?.text === 'unset' ? undefined : said?.text;
    case 'lines':
      return readLines(said?.text, said?.variable ?? name);
    case 'pin': {
      const pin = readPinOf(table, setting, name, source);
      if (pin === undefined && setting.needed) throw new SettingError('no-line', { name, variable });
      return pin;
    }
  }
}

/**
 * A dialog always holds a level, so what is written behind the line goes before it; where a variable said it as well, that
 * contradicts.
 */
function readPinOf(table: Settings, { level, pull }: PinSetting, name: string, source: SettingSource): Pin | undefined {
  const said = source(name);
  const companion = (setting?: string) => {
    const found = setting === undefined ? undefined : source(setting);
    const text = found?.text === 'unset' ? undefined : found?.text;
    return { name: found?.variable ?? setting ?? '', value: text, variable: found?.variable };
  };
  const [levelSaid, pullSaid] = [companion(level), companion(pull)];
  const otherwise = level === undefined ? false : (table[level] as LevelSetting).otherwise;
  return readPin(said?.text, {
    name: said?.variable ?? name,
    pull: pullSaid,
    ...(levelSaid.variable === undefined
      ? { activeLow: readLevel(levelSaid) ?? otherwise }
      : { level: levelSaid, activeLow: otherwise }),
  });
}

function unfit(code: 'bad-number' | 'bad-choice', name: string, { text, variable }: Said, takes: string): SettingError {
  return new SettingError(variable === undefined ? code : 'bad-variable', { name, value: text, takes, variable });
}

/** Which outlet of how many. */
export interface OutletAt {
  readonly outlet: number;
  readonly outlets: number;
}

export const ONLY_OUTLET: OutletAt = { outlet: 1, outlets: 1 };

/** All outlets of a station, in the order of their numbers. */
export function everyOutlet(outlets: number): readonly OutletAt[] {
  return Array.from({ length: outlets }, (_, index) => ({ outlet: index + 1, outlets }));
}

/**
 * What was put into a table's settings for one outlet: of those that each outlet has for itself, its row.
 * Asking it throws a `SettingError`: `rows`, `row-empty`, `row-twice`.
 */
export function forOutlet({ outlet, outlets }: OutletAt, table: Settings, source: SettingSource): SettingSource {
  if (outlets === 1) return source;
  return (name) => {
    const said = source(name);
    const setting = table[name]!;
    const { each, kind } = setting;
    if (each === undefined || (said === undefined && each !== 'said')) return said;
    const about = { name: said?.variable ?? name, variable: said === undefined ? setting.variable : undefined };
    const rows = rowsOf(said?.text);
    if (rows.length > 0 && rows.length !== outlets)
      throw new SettingError('rows', { ...about, value: rows.join('; '), takes: String(outlets) });
    const row = rows[outlet - 1] ?? '';
    if (row === '' && each !== 'where-wired') throw new SettingError('row-empty', { ...about, takes: String(outlet) });
    if (row === '') return undefined;
    const keyOf = (text: string) =>
      kind === 'pin' ? lineKey(text.split(',')[0]!) : kind === 'number' ? Number(text) : text;
    const same = rows.flatMap((other, index) => (other !== '' && keyOf(other) === keyOf(row) ? [index + 1] : []));
    if (same.length > 1) throw new SettingError('row-twice', { ...about, value: row, takes: same.join(', ') });
    return { text: row, variable: said!.variable };
  };
}

/** What the variables of an environment put into a table's settings; what is empty is not said. */
export function fromVariables(table: Settings, variables: Readonly<Record<string, string | undefined>>): SettingSource {
  return (name) => {
    const { variable } = table[name]!;
    const text = variable === undefined ? undefined : variables[variable]?.trim();
    return text === undefined || text === '' ? undefined : { text, variable };
  };
}
