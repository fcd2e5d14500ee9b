// A check of the doctor, with the doctor's own words; what a driver checks has words of its own (hardware/checks.ts).
import * as checks from '../../../hardware/checks.ts';
import type { WordKey } from './words.ts';

export type { Subject } from '../../../hardware/checks.ts';
export type Finding = checks.Finding;

export interface Check {
  readonly title: WordKey;
  /** Never rejects: what it can't find out is a finding too. */
  readonly run: (subject: checks.Subject) => Promise<readonly Finding[]>;
}

export function dataDir({ env }: checks.Subject): string {
  return env.DATA_DIR ?? '/var/lib/offline-charging';
}

export const wrong = checks.wrong<WordKey>;
export const good = checks.good<WordKey>;
export const note = checks.note<WordKey>;

/** Of a list that each outlet has a row of. */
export function isRows(code: string): code is 'rows' | 'row-empty' | 'row-twice' {
  return code === 'rows' || code === 'row-empty' || code === 'row-twice';
}
