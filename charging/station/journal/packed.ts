// A voucher's record as the state holds it: a list instead of an object, since twenty of them are written with each change.
import type { LayoutName, Unit } from '../../codes/index.ts';
import type { SessionRecord } from '../types.ts';

export interface OpenVoucher extends SessionRecord {
  readonly session: number;
  readonly outlet: number;
  /** Which of the state's `sessionKeys` is its own; the first where it is not set. */
  readonly keyIndex?: number;
}

type Rest = Omit<OpenVoucher, 'voucher' | 'session' | 'outlet' | 'delivered' | 'meterStartWh' | 'meterLastWh'>;

type Packed = readonly [
  sequence: number,
  quantity: number,
  layout: LayoutName,
  unit: Unit,
  step: number,
  session: number,
  outlet: number,
  delivered: number,
  meterStartWh?: number | null,
  meterLastWh?: number | null,
  rest?: Rest,
];

export function packed(record: SessionRecord): Packed {
  const { voucher, session = voucher.sequence, outlet = 1, delivered, meterStartWh, meterLastWh, ...rest } = record;
  const { sequence, quantity, layout, unit, step } = voucher;
  const begins = [sequence, quantity, layout, unit, step, session, outlet, delivered] as const;
  if (Object.keys(rest).length > 0) return [...begins, meterStartWh ?? null, meterLastWh ?? null, rest];
  if (meterStartWh === undefined && meterLastWh === undefined) return begins;
  return [...begins, meterStartWh ?? null, meterLastWh ?? null];
}

/** @throws {Error} when it is none */
export function unpacked(value: unknown, station: string): OpenVoucher {
  const [sequence, quantity, layout, unit, step, session, outlet, delivered, startWh, lastWh, rest] = value as Packed;
  if (![sequence, quantity, step, session, outlet, delivered].every(Number.isFinite))
    throw new Error('a number is none');
  return {
    voucher: { station, layout, sequence, quantity, amount: quantity * step, unit, step },
    session,
    outlet,
    delivered,
    ...(startWh == null ? {} : { meterStartWh: startWh }),
    ...(lastWh == null ? {} : { meterLastWh: lastWh }),
    ...rest,
  };
}
