// What a station, a name or a client may be. Pure; a sentence when it may not.
import { ALGORITHM_NAMES, isAlgorithmName } from '../codes/index.ts';
import { SLOT_SECONDS } from '../codes/numbering.ts';
import { MOST_OUTLETS } from '../codes/provisioning.ts';
import { isCurrency } from './currencies.ts';
import type { Money } from './payment-types.ts';
import type { StationTerms } from './station-types.ts';

export function isClient(client: unknown): client is string {
  return typeof client === 'string' && client.length > 0 && client.length <= 200 && isStorable(client);
}

/** Text that every database keeps as it is: well-formed, no zero byte. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** The same text, made fit to be kept and shown: no control characters, cut. */
export function tidy(text: string, most: number): string {
  return text
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\u{fffd}')
    .slice(0, most);
}

const whole = (value: unknown, least: number, most: number) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;

/** What is wrong with terms, or undefined. */
export function faultInTerms(terms: StationTerms): string | undefined {
  if (terms.unit !== 'min' && terms.unit !== 'Wh') return 'unit: "min" or "Wh"';
  if (!whole(terms.step, 1, 1_000_000)) return 'step: a whole number from 1 to 1000000';
  if (!isAlgorithmName(terms.layout)) return `layout: one of ${ALGORITHM_NAMES.join(', ')}`;
  if (terms.sequence !== 'clock' && terms.sequence !== 'counter') return 'sequence: "clock" or "counter"';
  const { leastOfOld, most } = SLOT_SECONDS;
  if (!whole(terms.slotSeconds, leastOfOld, most)) return `slotSeconds: a whole number from ${leastOfOld} to ${most}`;
  if (!whole(terms.keyVersion, 0, 1_000_000_000)) return 'keyVersion: a whole number from 0 to 1000000000';
  return terms.price === undefined ? undefined : faultInPrice(terms.price);
}

/** What is wrong with slots that are new. A station of an older ledger may have shorter ones and goes on. */
export function faultInSlots({ slotSeconds }: StationTerms, before?: StationTerms): string | undefined {
  if (slotSeconds === before?.slotSeconds || slotSeconds >= SLOT_SECONDS.least) return undefined;
  return `slotSeconds: a whole number from ${SLOT_SECONDS.least} to ${SLOT_SECONDS.most}`;
}

function faultInPrice(price: unknown): string | undefined {
  if (typeof price !== 'object' || price === null) return 'price: minorUnits and currency';
  const { minorUnits, currency } = price as { minorUnits?: unknown; currency?: unknown };
  if (!whole(minorUnits, 0, 1_000_000_000)) return 'price.minorUnits: a whole number from 0 to 1000000000';
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return 'price.currency: three letters, as EUR';
  return undefined;
}

/** What is wrong with the currency of a price that is new. One of an older ledger may be in no list and goes on. */
export function faultInCurrency(price: Money | null | undefined, before?: Money): string | undefined {
  if (!price || price.currency === before?.currency || isCurrency(price.currency)) return undefined;
  return 'price.currency: a currency of ISO 4217 in three capital letters, as EUR';
}

export function faultInOutlets(outlets: unknown): string | undefined {
  return whole(outlets, 1, MOST_OUTLETS) ? undefined : `outlets: a whole number from 1 to ${MOST_OUTLETS}`;
}

export function faultInName(name: unknown, least = 0, what = 'name'): string | undefined {
  if (typeof name !== 'string' || name.length < least || name.length > 200 || tidy(name, 200) !== name) {
    return `${what}: ${least} to 200 characters, none of them a control character`;
  }
  return undefined;
}
