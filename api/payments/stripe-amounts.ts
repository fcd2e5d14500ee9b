// How Stripe counts money (docs.stripe.com/currencies): as ISO 4217 does, but for a few currencies.
import { decimalsOf } from '../../charging/cloud/currencies.ts';
import type { Money } from '../../charging/cloud/payment-types.ts';

/** ISO 4217 says 0, 0 and 2. Stripe takes the first two with two decimals that are zero, and the third without any. */
const DECIMALS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2, MGA: 0 };
const decimalsThere = (currency: string) => DECIMALS[currency] ?? decimalsOf(currency);

/** The amount as Stripe takes it; undefined where it cannot be said there: nothing is rounded. */
export function toStripe({ minorUnits, currency }: Money): number | undefined {
  const amount = minorUnits * 10 ** (decimalsThere(currency) - decimalsOf(currency));
  if (!Number.isSafeInteger(amount)) return undefined;
  // Of three decimals the last one is zero: cards know two.
  return decimalsThere(currency) === 3 && amount % 10 !== 0 ? undefined : amount;
}

/** The amount as Stripe told it. What is no whole number of our smallest units is told as less: it is no price of ours. */
export function fromStripe(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  return { minorUnits: Math.floor(amount / 10 ** (decimalsThere(code) - decimalsOf(code))), currency: code };
}
