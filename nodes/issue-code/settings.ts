// What the dialog of `issue code` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  does: {
    kind: 'choice',
    choices: ['issue', 'reserve', 'paid', 'issue-reserved', 'cancel', 'read', 'synchronize', 'service'],
  },
  /** Unless the message names one. */
  station: {
    kind: 'text',
    stationId: true,
    where: { setting: 'does', is: ['issue', 'reserve', 'synchronize', 'service'] },
  },
} as const satisfies Settings;
