// What the dialog of `read report` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  /** Unless the message names one. */
  station: { kind: 'text', stationId: true },
} as const satisfies Settings;
