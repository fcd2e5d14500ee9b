// What the dialog of `code issuer` may hold, besides its credentials.
import type { Settings } from '../../hardware/settings.ts';
import type { ConfigOf } from '../shared/settings.ts';

/** A new dialog has it from a variable. */
const from = <const V extends string>(variable: V) => ({ variable, fresh: `\${${variable}}` });
/** What a dialog holds leaves with the flow: a password is for the variable. One that was typed before goes on. */
const WITHOUT_PASSWORD = '(?![^@/]*:[^@]*@)(?!.*[?&]password=)';
const limit = { kind: 'number', least: 0, most: 9_999_999, whole: true } as const;

export const SETTINGS = {
  ledger: { kind: 'text', pattern: `^(?:sqlite:.+|postgres(?:ql)?://${WITHOUT_PASSWORD}.+)$`, ...from('DATABASE_URL') },
  publicCharging: { kind: 'choice', choices: ['no', 'yes'], ...from('PUBLIC_CHARGING') },
  payment: { kind: 'choice', choices: ['no', 'stripe', 'adapter', 'simulated'], ...from('PAYMENT_PROVIDER') },
  paymentAddress: { kind: 'text', pattern: '^https?://\\S+$', ...from('PAYMENT_ADDRESS') },
  sellerName: { kind: 'text', ...from('OPERATOR_NAME') },
  sellerAddress: { kind: 'text', ...from('OPERATOR_ADDRESS') },
  sellerTaxNumber: { kind: 'text', ...from('OPERATOR_TAX_NUMBER') },
  sellerTerms: { kind: 'text', ...from('OPERATOR_TERMS') },
  vatPercent: { kind: 'text', pattern: '^\\d{1,2}(?:\\.\\d{1,2})?$', ...from('VAT_PERCENT') },
  timeZone: { kind: 'text', ...from('TIME_ZONE') },
  mailFrom: { kind: 'text', ...from('MAIL_FROM') },
  /** Requests a minute: of an API key, of a visitor, at a station. */
  limitClient: limit,
  limitVisitor: limit,
  limitStation: limit,
  limitsIn: { kind: 'choice', choices: ['memory', 'database'], variable: 'RATE_LIMITS' },
  alarmWebhook: { kind: 'text', pattern: '^https?://\\S+$', ...from('ALARM_WEBHOOK') },
} as const satisfies Settings;

export type CodeIssuerConfig = ConfigOf<typeof SETTINGS>;
