// What the dialog of `settle receipt` may hold.
import type { Settings } from '../../hardware/settings.ts';

export const SETTINGS = {
  /** Unless the message names one. */
  station: { kind: 'text', stationId: true },
  /** Receipts for vouchers that somebody else bought, too. */
  anyClient: { kind: 'switch', otherwise: false },
} as const satisfies Settings;
