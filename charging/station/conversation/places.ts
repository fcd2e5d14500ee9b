// Where a voucher is, as the outlets have it. Pure.
import type { OutletState } from '../outlet/model.ts';
import type { EndReason, Voucher } from '../types.ts';
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
  if (phase.name === 'waiting' && 'voucher' in phase.held) {
    const { voucher } = phase.held;
    return voucher.sequence === sequence ? { is: 'waiting', amount: voucher.amount } : undefined;
  }
  const { id, vouchers } = sessionAt(phase);
  if (session !== undefined && id !== undefined && id !== session) return undefined;
  const index = vouchers.findIndex(({ voucher }) => voucher.sequence === sequence);
  const found = vouchers[index];
  // The first one stops its session as long as that runs, also when it is used up itself.
  if (!found || (index > 0 && found.ended)) return undefined;
  return { is: index === 0 ? 'first' : found.begun ? 'part' : 'next', amount: found.voucher.amount };
}

interface OfSession {
  readonly voucher: Voucher;
  readonly ended: EndReason | undefined;
  readonly begun: boolean;
}

/** The vouchers of a session that runs, or waits to go on, in order of redemption; none where there is no such session. */
function sessionAt(phase: OutletState['phase']): { id: number | undefined; vouchers: readonly OfSession[] } {
  if ('session' in phase) {
    const { id, vouchers } = phase.session;
    return { id, vouchers: vouchers.map(({ voucher, ended, used }) => ({ voucher, ended, begun: used > 0 })) };
  }
  const open = phase.name === 'waiting' && 'open' in phase.held ? phase.held.open : [];
  const vouchers = open.map(({ voucher, ended, delivered }) => ({ voucher, ended, begun: delivered > 0 }));
  return { id: open[0]?.session, vouchers };
}
