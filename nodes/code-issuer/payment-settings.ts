// How the dialog of the code issuer says who takes payments, and who sells.
import type { PaymentSettings } from '../../api/payments/payments.ts';
import { sellerOf } from '../../api/payments/seller.ts';
import { filledIn } from '../shared/settings.ts';
import { numberOf } from '../shared/values.ts';
import type { CodeIssuerConfig } from './settings.ts';

export interface PaymentCredentials {
  readonly paymentKey?: string;
  readonly webhookSecret?: string;
  readonly smtp?: string;
}

/** What a settings file takes out of the environment. */
export type GivenSecrets = Pick<PaymentSettings, 'secretKey' | 'webhookSecret' | 'smtp'>;

/** Secrets come from the dialog, else from the settings file. */
export function paymentOf(
  config: CodeIssuerConfig,
  credentials: PaymentCredentials | undefined,
  given: GivenSecrets | undefined,
  language: string,
): PaymentSettings {
  const provider = filledIn(config.payment) ?? '';
  return {
    provider: /^(?:no|off|none)$/i.test(provider) ? '' : provider,
    secretKey: credentials?.paymentKey?.trim() || given?.secretKey || '',
    webhookSecret: credentials?.webhookSecret?.trim() || given?.webhookSecret || '',
    smtp: credentials?.smtp?.trim() || given?.smtp || '',
    address: filledIn(config.paymentAddress) ?? '',
    mailFrom: filledIn(config.mailFrom) ?? '',
    seller: sellerOf({
      name: filledIn(config.sellerName) ?? '',
      address: filledIn(config.sellerAddress) ?? '',
      taxNumber: filledIn(config.sellerTaxNumber) ?? '',
      terms: filledIn(config.sellerTerms) ?? '',
      vatPercent: numberOf(config.vatPercent) ?? 0,
      timeZone: filledIn(config.timeZone) ?? 'UTC',
      language,
    }),
  };
}
