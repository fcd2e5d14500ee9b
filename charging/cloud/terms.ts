// What a station's terms make of an amount, a moment and a sequence number (docs/code-format.md). Pure.
import { algorithmOf, type Bounds, boundsIn, type LayoutName, MOST_UNUSED } from '../codes/index.ts';
import { drawNumber, expiryMs, isOver, mostAhead, slotAt } from '../codes/numbering.ts';
import type { Money } from './payment-types.ts';
import type { StationTerms } from './station-types.ts';

type Numbering = Pick<StationTerms, 'layout' | 'sequence' | 'slotSeconds'>;

/** What its customers type, and the layout that every station hears beside it, also while its keypad is locked, and for longer. */
export function boundsOf({ layout }: Pick<StationTerms, 'layout'>): {
  readonly typed: Bounds;
  readonly rescue: Bounds;
} {
  return algorithmOf(layout).bounds;
}

export function rescueLayout(terms: Pick<StationTerms, 'layout'>): LayoutName {
  return boundsOf(terms).rescue.layout;
}

/** Whom a number is drawn for: what nobody paid for, what was paid for, or an operator's service code. */
export type Drawer = 'unpaid' | 'paid' | 'operator';

/**
 * How many slots ahead of the clock a number may be. A station that honours a voucher takes it as proof that its slot, less
 * M/8 of the layout typed, has come: a voucher that lies further ahead would spoil its clock, so one that was paid for has
 * the M/8 of the rescue layout, and is typed in that alone. A service code proves nothing, and is accepted in the rescue
 * layout's window: M/4 less some slots for a station whose clock is behind.
 */
function aheadFor(terms: Pick<Numbering, 'layout'>, drawer: Drawer): number {
  const { typed, rescue } = boundsOf(terms);
  if (drawer === 'operator') return (rescue.window * 3) / 16;
  return mostAhead((drawer === 'paid' ? rescue : typed).window);
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
  return drawNumber(terms, last, nowMs, aheadFor(terms, drawer));
}

/** The layout that a voucher is shown in: the station's, unless its number lies too far ahead for that. See `aheadFor`. */
export function shownLayout(terms: Numbering, sequence: number, drawnMs: number): LayoutName {
  if (terms.sequence === 'counter') return terms.layout;
  const ahead = sequence - slotAt(drawnMs, terms.slotSeconds);
  return ahead > aheadFor(terms, 'unpaid') ? rescueLayout(terms) : terms.layout;
}

/** When the station stops accepting a voucher in that layout, unix ms; null at stations that count. */
export function expiryOf(terms: Numbering, sequence: number, layout: LayoutName): number | null {
  return expiryMs(terms, sequence, boundsFor(terms, layout).window);
}

/** What a layout holds that vouchers of the station are given out in. */
function boundsFor(terms: Pick<StationTerms, 'layout'>, layout: LayoutName): Bounds {
  return boundsIn(algorithmOf(terms.layout), layout) ?? boundsOf(terms).typed;
}

/**
 * Whether no layout of a voucher opens the station any more, as far as the cloud can tell: by the clock, or by the
 * numbers drawn since.
 * @param last the highest number drawn at the station
 */
export function isExpired(terms: Numbering, sequence: number, last: number, nowMs: number): boolean {
  return isOver(terms, sequence, boundsOf(terms).rescue.window, last, nowMs);
}

/** Whether a voucher was sold under another key than the station has now: it opens nothing once the station has that one. */
export function isVoid(terms: Pick<StationTerms, 'keyVersion'>, today: Pick<StationTerms, 'keyVersion'>): boolean {
  return terms.keyVersion !== today.keyVersion;
}

/** How many steps an amount is; undefined when the station does not sell it. */
export function quantityOf(terms: Pick<StationTerms, 'step' | 'layout'>, amount: number): number | undefined {
  const quantity = amount / terms.step;
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > boundsOf(terms).typed.mostQuantity) return undefined;
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
