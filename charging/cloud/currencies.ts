// How many decimals each currency of ISO 4217 has: the one place that money's decimals come from, here, on the
// customer's page and on the dashboard. Browsers know other figures: theirs are for showing (they write 12.50 rupiah as
// 13), while a smallest unit is what the standard says. The figures are those of the package `currency-codes`, which
// reads them from the list of the standard's maintenance agency; a test holds this table against it.

import type { Money } from './payment-types.ts';

const CODES_BY_DECIMALS: Readonly<Record<number, string>> = {
  0:
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD XPF XPT XSU XTS ' +
    'XUA XXX',
  2:
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
    'CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG ' +
    'HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK ' +
    'MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE ' +
    'SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ' +
    'ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const DECIMALS: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_DECIMALS).flatMap(([decimals, codes]) =>
    codes.split(' ').map((code) => [code, Number(decimals)] as const),
  ),
);

/** Currencies that had a price in a ledger of 0.1.0 and are in no list are shown as browsers show them. */
const OTHERWISE = 2;

export function isCurrency(code: unknown): code is string {
  return typeof code === 'string' && DECIMALS.has(code);
}

/** Decimals of a currency: how many digits of a written amount are smallest units. */
export function decimalsOf(currency: string): number {
  return DECIMALS.get(currency) ?? OTHERWISE;
}

/**
 * A written amount, as `12.50`, in smallest units. Exact: what has more decimals than the currency is no amount of it.
 * @returns undefined for what is no amount, or none of this currency
 */
export function minorUnitsOf(text: string, currency: string): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,15})(?:\.(\d+))?$/.exec(text) ?? [];
  const most = decimalsOf(currency);
  if (whole === undefined || decimals.length > most) return undefined;
  const minorUnits = Number(whole + decimals.padEnd(most, '0'));
  return Number.isSafeInteger(minorUnits) ? minorUnits : undefined;
}

/**
 * Money as payment providers write it: smallest units as a whole number, or a text with decimals, each with its
 * currency; or the two together as this contract has them.
 * @returns undefined for what is none: nothing is rounded
 */
export function moneyOf(amount: unknown, currency: unknown): Money | undefined {
  if (typeof amount === 'object' && amount !== null) {
    const { minorUnits, currency: own } = amount as { minorUnits?: unknown; currency?: unknown };
    return typeof minorUnits === 'number' ? moneyOf(minorUnits, own) : undefined;
  }
  const code = typeof currency === 'string' ? currency.trim().toUpperCase() : '';
  if (!isCurrency(code)) return undefined;
  const minorUnits = typeof amount === 'string' ? minorUnitsOf(amount.trim(), code) : amount;
  if (typeof minorUnits !== 'number' || !Number.isSafeInteger(minorUnits) || minorUnits < 0) return undefined;
  return { minorUnits, currency: code };
}

/** The table for programs that run elsewhere: decimals by currency, those with two left out. */
export function unusualDecimals(): Readonly<Record<string, number>> {
  return Object.fromEntries([...DECIMALS].filter(([, decimals]) => decimals !== OTHERWISE));
}

/** All codes, for a browser to tell a currency from a slip of the finger. */
export function currencyCodes(): readonly string[] {
  return [...DECIMALS.keys()].sort();
}
