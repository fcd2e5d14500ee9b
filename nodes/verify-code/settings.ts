// What the dialog of `verify code` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  /** At once, or when `run session` says so. */
  redeem: { kind: 'choice', choices: ['now', 'session'] },
} as const satisfies Settings;
