// What the dialog of `manage ledger` may hold.
import type { Settings } from '../../hardware/settings.ts';

/** All that it can do, in the order of its list. */
const DOES = [
  'readStation',
  'createStation',
  'listStations',
  'changeStation',
  'retireStation',
  'readProvisioning',
  'replaceKey',
  'listOutstanding',
  'listCodes',
  'listReservations',
  'listSettled',
  'refundExpired',
  'listPayments',
  'returnPayment',
  'listRefunds',
  'payRefund',
  'retryRefund',
  'readStatistics',
  'listStationHealth',
  'readStationReports',
  'listAlarms',
  'seeAlarm',
  'listAudit',
  'exportLedger',
  'exportStatement',
  'createApiKey',
  'listApiKeys',
  'revokeApiKey',
  'readHealth',
  'readMetrics',
  'readContract',
] as const;
export type Does = (typeof DOES)[number];

export const SETTINGS = {
  /** Empty: `msg.topic` says it. */
  does: { kind: 'choice', choices: ['', ...DOES] },
} as const satisfies Settings;
