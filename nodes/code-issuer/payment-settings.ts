// How the dialog of the code issuer says who takes payments, and who sells.
import type { PaymentSettings } from '../../api/payments/payments.ts';
import { sellerOf } from '../../api/payments/seller.ts';
import { numberOf, textSetting } from '../shared/values.ts';

export interface PaymentConfig {
  /** `stripe`, `adapter`, `simulated`, or nothing. */
  readonly payment?: string;
  readonly paymentAddress?: string;
  readonly sellerName?: string;
  readonly sellerAddress?: string;
  readonly sellerTaxNumber?: string;
  readonly sellerTerms?: string;
  readonly vatPercent?: string | number;
  readonly timeZone?: string;
  readonly mailFrom?: string;
}

export interface PaymentCredentials {
  readonly paymentKey?: string;
  readonly webhookSecret?: string;
  readonly smtp?: string;
}

/** What a settings file takes out of the environment. */
export type GivenSecrets = Pick<PaymentSettings, 'secretKey' | 'webhookSecret' | 'smtp'>;

/** Secrets come from the dialog, else from the settings file. */
export function paymentOf(
  config: PaymentConfig,
  credentials: PaymentCredentials | undefined,
  given: GivenSecrets | undefined,
  language: string,
): PaymentSettings {
  const provider = textSetting(config.payment, '');
  return {
    provider: /^(?:no|off|none)$/i.test(provider) ? '' : provider,
    secretKey: credentials?.paymentKey?.trim() || given?.secretKey || '',
    webhookSecret: credentials?.webhookSecret?.trim() || given?.webhookSecret || '',
    smtp: credentials?.smtp?.trim() || given?.smtp || '',
    address: textSetting(config.paymentAddress, ''),
    mailFrom: textSetting(config.mailFrom, ''),
    seller: sellerOf({
      name: textSetting(config.sellerName, ''),
      address: textSetting(config.sellerAddress, ''),
      taxNumber: textSetting(config.sellerTaxNumber, ''),
      terms: textSetting(config.sellerTerms, ''),
      vatPercent: numberOf(config.vatPercent) ?? 0,
      timeZone: textSetting(config.timeZone, 'UTC'),
      language,
    }),
  };
}
