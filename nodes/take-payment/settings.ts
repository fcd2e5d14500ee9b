// What the dialog of `take payment` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  does: { kind: 'choice', choices: ['request', 'read', 'hear', 'bill'] },
} as const satisfies Settings;
