// Where a voucher is, as the outlets have it. Pure.
import type { OutletState } from '../outlet/model.ts';
import type { Outlets } from './model.ts';

export interface Place {
  readonly outlet: number;
  /**
   * `waiting`: verified, for its vehicle, its turn or its power. Of a session on the disk, whether it runs or waits to go on:
   * `first`: it began it, and may stop it. `next`: a later one that has not begun. `part`: a later one that has.
   */
  readonly is: 'waiting' | 'first' | 'next' | 'part';
  /** In `unit`s, of the voucher. */
  readonly amount: number;
}

/**
 * The place of the voucher with that number; undefined where no outlet has it, or it is over before its session.
 * @param session the journal's, where it is known: under a new key the same number may come again
 */
export function placeOf(outlets: Outlets, sequence: number, session?: number): Place | undefined {
  for (const [index, { state }] of outlets.entries()) {
    const found = placeAt(state, sequence, session);
    if (found) return { outlet: index + 1, ...found };
  }
  return undefined;
}

/** A voucher that waits, and is not redeemed. */
export function waitingPlace(outlets: Outlets, sequence: number): Place | undefined {
  const place = placeOf(outlets, sequence);
  return place?.is === 'waiting' ? place : undefined;
}

type Found = Omit<Place, 'outlet'>;

function placeAt({ phase }: OutletState, sequence: number, session: number | undefined): Found | undefined {
  if ('session' in phase) {
    if (session !== undefined && phase.session.id !== undefined && phase.session.id !== session) return undefined;
    const index = phase.session.vouchers.findIndex(({ voucher }) => voucher.sequence === sequence);
    const found = phase.session.vouchers[index];
    if (!found || (index > 0 && found.ended)) return undefined;
    return { is: index === 0 ? 'first' : found.used > 0 ? 'part' : 'next', amount: found.voucher.amount };
  }
  if (phase.name !== 'waiting') return undefined;
  if ('voucher' in phase.held) {
    const { voucher } = phase.held;
    return voucher.sequence === sequence ? { is: 'waiting', amount: voucher.amount } : undefined;
  }
  const index = phase.held.open.findIndex(({ voucher }) => voucher.sequence === sequence);
  const record = phase.held.open[index];
  if (!record || (session !== undefined && record.session !== session)) return undefined;
  return { is: index === 0 ? 'first' : record.delivered > 0 ? 'part' : 'next', amount: record.voucher.amount };
}
