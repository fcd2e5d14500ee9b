// A voucher's record as the state holds it: a list instead of an object, since twenty of them are written with each change, and
// are to fit one page of the database with all that the state holds beside them (docs/journal.md).
import type { LayoutName, Unit } from '../../codes/index.ts';
import type { SessionRecord, Voucher } from '../types.ts';

export interface OpenVoucher extends SessionRecord {
  readonly session: number;
  readonly outlet: number;
  /** Which of the state's `sessionKeys` is its own; the first where it is not set. */
  readonly keyIndex?: number;
}

/** What the vouchers of a station have in common, and the state tells once. */
export type Terms = readonly [layout: LayoutName, unit: Unit, step: number];

type Rest = Omit<OpenVoucher, 'voucher' | 'session' | 'outlet' | 'delivered' | 'meterStartWh' | 'meterLastWh'>;

/**
 * `last`: the meter's last reading; where the terms are the state's, what it counted since the first. `rest`: a number is `ahead`
 * alone.
 */
type Charged = readonly [
  session: number,
  outlet: number,
  delivered: number,
  meterStartWh?: number | null,
  last?: number | null,
  rest?: Rest | number,
];
type Packed =
  | readonly [sequence: number, quantity: number, ...Charged]
  | readonly [sequence: number, quantity: number, ...Terms, ...Charged];

/** Those of the first. */
export function termsIn([first]: readonly SessionRecord[]): Terms | undefined {
  return first && termsOf(first.voucher);
}

/** @param terms the state's; a voucher that has others, or a meter whose count is no difference, tells all itself */
export function packed(record: SessionRecord, terms?: Terms): Packed {
  const { voucher, session = voucher.sequence, outlet = 1, delivered, meterStartWh, meterLastWh, ...rest } = record;
  const { sequence, quantity } = voucher;
  const own = termsOf(voucher);
  const countedWh = countedIn(meterStartWh, meterLastWh);
  const shares = own.every((term, index) => term === terms?.[index]) && countedWh !== undefined;
  const charged: Charged = [
    ...([session, outlet, delivered] as const),
    ...metered(meterStartWh ?? null, shares ? countedWh : (meterLastWh ?? null), rest),
  ];
  return shares ? [sequence, quantity, ...charged] : [sequence, quantity, ...own, ...charged];
}

/**
 * @param terms the state's
 * @throws {Error} when it is none
 */
export function unpacked(value: unknown, station: string, terms?: Terms): OpenVoucher {
  const [sequence, quantity, ...more] = value as Packed;
  const shares = typeof more[0] === 'number';
  const [layout, unit, step] = shares ? (terms ?? []) : (more as unknown as Terms);
  const [session, outlet, delivered, startWh, last, rest] = (shares ? more : more.slice(3)) as unknown as Charged;
  if (layout === undefined || unit === undefined || step === undefined) throw new Error('its terms are missing');
  if (![sequence, quantity, step, session, outlet, delivered].every(Number.isFinite))
    throw new Error('a number is none');
  const lastWh = shares && startWh != null && last != null ? thousandths(startWh + last) : last;
  return {
    voucher: { station, layout, sequence, quantity, amount: quantity * step, unit, step },
    session,
    outlet,
    delivered,
    ...(startWh == null ? {} : { meterStartWh: startWh }),
    ...(lastWh == null ? {} : { meterLastWh: lastWh }),
    ...(typeof rest === 'number' ? { ahead: rest } : rest),
  };
}

function termsOf({ layout, unit, step }: Voucher): Terms {
  return [layout, unit, step];
}

/** What a meter counted between two readings, null without them; undefined where the last does not follow from it to the bit. */
function countedIn(startWh: number | undefined, lastWh: number | undefined): number | null | undefined {
  if (startWh === undefined && lastWh === undefined) return null;
  if (startWh === undefined || lastWh === undefined) return undefined;
  const wh = thousandths(lastWh - startWh);
  return thousandths(startWh + wh) === lastWh ? wh : undefined;
}

function thousandths(wh: number): number {
  return Math.round(wh * 1000) / 1000;
}

/** Nothing is told of what is not there at the end. */
function metered(startWh: number | null, last: number | null, rest: Rest) {
  const { ahead, ...more } = rest;
  if (Object.keys(more).length > 0) return [startWh, last, rest] as const;
  if (ahead !== undefined) return [startWh, last, ahead] as const;
  return startWh === null && last === null ? ([] as const) : ([startWh, last] as const);
}
