// What is looked at on a machine, and what was found: plain data, put into words only when the doctor prints it. Each driver
// brings its own checks and their words.
import { groupOf, mayUse, type User } from './linux/users.ts';

/** `note`: worth knowing, or mended by itself. `wrong`: the station does not work, or not safely, until it is mended. */
type Level = 'good' | 'note' | 'wrong';

export interface Finding<Word extends string = string> {
  readonly level: Level;
  readonly says: Word;
  readonly values?: Readonly<Record<string, string | number>>;
  /** What to do. */
  readonly advice?: Word;
}

/** English and Simplified Chinese, by the word that a finding says; `{name}` is filled in with its values. */
export type Words<Word extends string = string> = Readonly<Record<Word, readonly [english: string, chinese: string]>>;

export interface Subject {
  /** `/` but for recorded machines. */
  readonly root: string;
  /** The station's settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names in the settings file that the services never hear of. */
  readonly ignored?: readonly string[];
  readonly user: User;
  readonly nowMs: number;
}

/** What is wrong always comes with what to do. */
export function wrong<Word extends string>(says: Word, advice: Word, values: Finding['values'] = {}): Finding<Word> {
  return { level: 'wrong', says, advice, values };
}

export function good<Word extends string>(says: Word, values: Finding['values'] = {}): Finding<Word> {
  return { level: 'good', says, values };
}

export function note<Word extends string>(says: Word, values: Finding['values'] = {}, advice?: Word): Finding<Word> {
  return { level: 'note', says, values, ...(advice ? { advice } : {}) };
}

/** Undefined where the station's user may read and write the file. */
export function permission(
  path: string,
  { user, root }: Subject,
): Finding<'no-permission' | 'no-permission.do'> | undefined {
  if (mayUse(path, user)) return undefined;
  return wrong('no-permission', 'no-permission.do', { path, user: user.name, group: groupOf(path, root) });
}
