// What a station's terms make of an amount, a moment and a sequence number (docs/code-format.md). Pure.
import { LAYOUTS, type LayoutName, MOST_UNUSED } from '../codes/index.ts';
import type { Money, StationTerms } from './types.ts';

type Numbering = Pick<StationTerms, 'layout' | 'sequence' | 'slotSeconds'>;

/** The layout that every station hears beside its own, also while its keypad is locked, and for longer. */
export const RESCUE_LAYOUT: LayoutName = 'long';

/** The number of the slot that a moment lies in. */
export function slotAt(nowMs: number, slotSeconds: number): number {
  return Math.floor(nowMs / 1000 / slotSeconds);
}

/** Whom a number is drawn for: what nobody paid for, what was paid for, or an operator's service code. */
export type Drawer = 'unpaid' | 'paid' | 'operator';

/**
 * How many slots ahead of the clock a number may be. A station that honours a voucher takes it as proof that its slot, less
 * M/8 of the layout typed, has come: a voucher that lies further ahead would spoil its clock, so one that was paid for has
 * the M/8 of the rescue layout, and is typed in that alone. A service code proves nothing, and is accepted in the rescue
 * layout's window: M/4 less some slots for a station whose clock is behind.
 */
function mostAhead({ layout }: Pick<Numbering, 'layout'>, drawer: Drawer): number {
  const { window } = LAYOUTS[RESCUE_LAYOUT];
  if (drawer === 'operator') return (window * 3) / 16;
  return (drawer === 'paid' ? window : LAYOUTS[layout].window) / 8;
}

/**
 * The next sequence number of a station, or how long to wait until there is one.
 * @param last the highest number drawn so far, 0 when there is none
 */
export function nextNumber(
  terms: Numbering,
  last: number,
  nowMs: number,
  drawer: Drawer = 'unpaid',
): { sequence: number } | { waitSeconds: number } {
  if (terms.sequence === 'counter') return { sequence: last + 1 };
  const slot = slotAt(nowMs, terms.slotSeconds);
  const sequence = Math.max(last + 1, slot);
  const ahead = mostAhead(terms, drawer);
  if (sequence <= slot + ahead) return { sequence };
  return { waitSeconds: Math.max(1, Math.ceil((sequence - ahead) * terms.slotSeconds - nowMs / 1000)) };
}

/** The layout that a voucher is shown in: the station's, unless its number lies too far ahead for that. See `mostAhead`. */
export function shownLayout(terms: Numbering, sequence: number, drawnMs: number): LayoutName {
  if (terms.sequence === 'counter') return terms.layout;
  const ahead = sequence - slotAt(drawnMs, terms.slotSeconds);
  return ahead > mostAhead(terms, 'unpaid') ? RESCUE_LAYOUT : terms.layout;
}

/** When the station stops accepting a voucher in that layout, unix ms; null at stations that count. */
export function expiryOf(terms: Numbering, sequence: number, layout: LayoutName): number | null {
  if (terms.sequence === 'counter') return null;
  return (sequence + (LAYOUTS[layout].window * 3) / 4) * terms.slotSeconds * 1000;
}

/**
 * Whether no layout of a voucher opens the station any more, as far as the cloud can tell: by the clock, or by the
 * numbers drawn since.
 * @param last the highest number drawn at the station
 */
export function isExpired(terms: Numbering, sequence: number, last: number, nowMs: number): boolean {
  const expiry = expiryOf(terms, sequence, RESCUE_LAYOUT);
  if (expiry !== null) return expiry <= nowMs;
  return sequence <= last - (LAYOUTS[RESCUE_LAYOUT].window * 3) / 4;
}

/** Whether a voucher was sold under another key than the station has now: it opens nothing once the station has that one. */
export function isVoid(terms: Pick<StationTerms, 'keyVersion'>, today: Pick<StationTerms, 'keyVersion'>): boolean {
  return terms.keyVersion !== today.keyVersion;
}

/** How long a voucher bought at any moment can be typed at least; null at stations that count. */
export function leastSeconds(terms: Numbering, layout: LayoutName): number | null {
  if (terms.sequence === 'counter') return null;
  return ((LAYOUTS[layout].window * 3) / 4 - 1) * terms.slotSeconds;
}

/** How many steps an amount is; undefined when the station does not sell it. */
export function quantityOf(terms: Pick<StationTerms, 'step' | 'layout'>, amount: number): number | undefined {
  const quantity = amount / terms.step;
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > LAYOUTS[terms.layout].mostQuantity) return undefined;
  return quantity;
}

/** The price of a voucher, in the currency's smallest unit; null where nothing is charged for. */
export function priceOf(terms: Pick<StationTerms, 'price'>, quantity: number): number | null {
  return terms.price ? terms.price.minorUnits * quantity : null;
}

export function money(minorUnits: number | null, currency: string | undefined): Money | undefined {
  return minorUnits === null || currency === undefined ? undefined : { minorUnits, currency };
}

/** What a receipt's 155ths are of an amount: rounded down to ten-thousandths, so that it is never more than was left. */
export function unusedAmount(bought: number, unused: number): number {
  return Math.floor((bought * unused * 10_000) / MOST_UNUSED) / 10_000;
}

/** What a receipt's 155ths are of a price, rounded down. */
export function refundOf(price: number | null, unused: number): number | null {
  return price === null ? null : Math.floor((price * unused) / MOST_UNUSED);
}
