// What a station sells and how its codes are made, as its dialog and the variables of both applications may say it.
import { ALGORITHM_NAMES } from '../../charging/codes/index.ts';
import { SLOT_SECONDS } from '../../charging/codes/numbering.ts';
import type { Settings } from '../../hardware/settings.ts';

export const TERMS = {
  unit: { kind: 'choice', choices: ['min', 'Wh'], variable: 'STATION_UNIT' },
  step: { kind: 'number', least: 1, most: 1_000_000, whole: true, otherwise: 30, variable: 'STATION_STEP' },
  layout: { kind: 'choice', choices: ALGORITHM_NAMES, variable: 'STATION_LAYOUT' },
  sequence: { kind: 'choice', choices: ['clock', 'counter'], variable: 'STATION_SEQUENCE' },
  slotSeconds: { kind: 'number', ...SLOT_SECONDS, whole: true, otherwise: 300, variable: 'SLOT_SECONDS' },
} as const satisfies Settings;

/** For stations that there are already. */
export const TERMS_OF_ALL = {
  ...TERMS,
  slotSeconds: { ...TERMS.slotSeconds, least: SLOT_SECONDS.leastOfOld },
} as const satisfies Settings;
