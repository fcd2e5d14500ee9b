// What a check of the doctor takes and gives: plain data, put into words only when it is printed.
import type { WordKey } from './words.ts';

/** `note`: worth knowing, or mended by itself. `wrong`: the station does not work, or not safely, until it is mended. */
type Level = 'good' | 'note' | 'wrong';

export interface Finding {
  readonly level: Level;
  readonly says: WordKey;
  readonly values?: Readonly<Record<string, string | number>>;
  /** What to do. */
  readonly advice?: WordKey;
}

/** Whom the station runs as: permissions are judged for this user, also when root asks. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly groupIds: readonly number[];
}

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

export interface Check {
  readonly title: WordKey;
  /** Never rejects: what it can't find out is a finding too. */
  readonly run: (subject: Subject) => Promise<readonly Finding[]>;
}

export function dataDir({ env }: Subject): string {
  return env.DATA_DIR ?? '/var/lib/offline-charging';
}

/** What is wrong always comes with what to do. */
export function wrong(says: WordKey, advice: WordKey, values: Finding['values'] = {}): Finding {
  return { level: 'wrong', says, advice, values };
}

export function good(says: WordKey, values: Finding['values'] = {}): Finding {
  return { level: 'good', says, values };
}

export function note(says: WordKey, values: Finding['values'] = {}, advice?: WordKey): Finding {
  return { level: 'note', says, values, ...(advice ? { advice } : {}) };
}
