// The figures on the display, as they are written there.
import { digitsForReading } from '../../codes/index.ts';
import { delivered, left, unitOf } from '../outlet/metering.ts';
import type { OutletState, Receipt, Session } from '../outlet/model.ts';
import type { Screen } from './screens.ts';

/** Whole seconds, rounded up: 0 only when it is over. */
export function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}

/** `0:59`, `59:59` or `1:00:00`. */
export function clock(ms: number): string {
  const total = seconds(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}:${two(total % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(total % 60)}`;
}

/** Of a session that runs. */
export function runningValues(session: Session): Screen['values'] {
  const { remaining, delivered: used } = progressOf(session);
  return {
    left: unitOf(session) === 'min' ? clock(left(session)) : Math.ceil(remaining),
    used: Math.floor(used),
    elapsed: clock(session.elapsedMs),
  };
}

export function receiptValues({ digits, left: rest, unit, reason }: Receipt): Screen['values'] {
  return {
    digits: digitsForReading(digits),
    // Down to whole seconds: not more than what is refunded. A little more, for the noise of floating point.
    left: unit === 'min' ? clock(Math.floor(rest * 60 + 1e-6) * 1000) : Math.floor(rest),
    reason,
  };
}

/** What is left and what was delivered of the session that runs at an outlet, in `unit`s; zero when none does. */
export function progress({ phase }: OutletState): { remaining: number; delivered: number } {
  if (!('session' in phase)) return { remaining: 0, delivered: 0 };
  return progressOf(phase.session);
}

/** On all its vouchers; what was taken back is not left to charge. */
function progressOf({ vouchers }: Session): { remaining: number; delivered: number } {
  const counting = vouchers.filter(({ ended }) => ended !== 'taken-back');
  const bought = counting.reduce((sum, { voucher }) => sum + voucher.amount, 0);
  const used = counting.reduce((sum, each) => sum + delivered(each), 0);
  return { remaining: bought - used, delivered: used };
}
