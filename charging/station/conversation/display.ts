// What the display shows: what is being typed, else the answer to what was typed, else what goes on.
import { digitsForReading } from '../../codes/index.ts';
import { blocking, FAULTS, type FaultCode } from '../faults.ts';
import { delivered, left } from '../outlet/metering.ts';
import type { Notice, Phase, Receipt, Session, SessionConfig, State } from '../outlet/model.ts';
import type { Screen, ScreenName } from './screens.ts';

/** Longer than the keypad keeps what was typed (30 s): a net for an entry that nobody answered. */
const TYPED_MS = 35_000;

/** The screen for a state at a time (monotonic ms). */
export function screenOf(state: State, at: number, config: SessionConfig): Screen {
  const { typed, notice, asking } = state;
  const danger = dangerOf(state, config);
  const digits = at - typed.at < TYPED_MS ? typed.digits : '';
  if (asking && asking.until > at && !danger) return screen('ask-stop', { digits });
  if (digits !== '') return danger ? screen('typed-danger', { digits, fault: danger }) : screen('typed', { digits });
  // What warns of danger is covered by no answer.
  if (notice && notice.until > at && (!danger || notice.name === 'out-of-order'))
    return told(notice, state, at, config);
  return phaseScreen(state, at, config);
}

/** The gravest fault, where it is one that the display must warn of whatever else it shows. */
function dangerOf({ faults }: State, { unit }: SessionConfig): FaultCode | undefined {
  const code = blocking(faults, unit);
  return code !== undefined && FAULTS[code].danger ? code : undefined;
}

function screen(name: ScreenName, values: Screen['values'] = {}): Screen {
  return { name, values };
}

function told({ name, unlockedAt, receipt: shown }: Notice, state: State, at: number, { unit }: SessionConfig): Screen {
  const { faults, phase } = state;
  if (shown) return receipt(name, shown);
  if (name === `your-charge-${unit}` && 'session' in phase) return running(name, phase.session);
  if (unlockedAt !== undefined) return screen(name, { wait: clock(unlockedAt - at) });
  return screen(name, name === 'out-of-order' ? { fault: blocking(faults, unit) ?? 'journal-not-writable' } : {});
}

function phaseScreen(state: State, at: number, config: SessionConfig): Screen {
  const { phase } = state;
  switch (phase.name) {
    case 'idle':
      if (phase.test) return screen('testing', { seconds: seconds(phase.test.since + config.testMs - at) });
      return idle(state, at);
    case 'armed':
      return armed(state, phase, at);
    case 'charging':
      return running(`charging-${config.unit}`, phase.session);
    case 'paused':
      return running('paused', phase.session);
    case 'receipt':
      return receipt(`receipt-${phase.receipt.unit}`, phase.receipt);
    case 'fault':
      return fault(state, phase, config);
    case 'stopping': {
      const danger = dangerOf(state, config);
      return danger ? screen('fault', { fault: danger }) : screen('stopping');
    }
    default:
      return screen(phase.name);
  }
}

/** "Ready to charge" is said only where the next code would charge the next vehicle. */
function idle({ clockLost, unlockedAt, leftPlugged, kept }: State, at: number): Screen {
  if (clockLost) return screen('idle-clock-lost');
  if (unlockedAt !== undefined && unlockedAt > at) return screen('locked', { wait: clock(unlockedAt - at) });
  if (leftPlugged) return screen(kept ? 'idle-ended-receipt' : 'idle-ended');
  return screen(kept ? 'idle-receipt' : 'idle');
}

function armed({ vehicle, relay }: State, phase: Extract<Phase, { name: 'armed' }>, at: number): Screen {
  if ('open' in phase.waiting) return screen(phase.waiting.open.halted ? 'interrupted' : 'resuming');
  if (vehicle !== true) return screen('armed', { seconds: seconds(phase.until - at) });
  if (relay.readyAt === undefined || relay.readyAt <= at) return screen('armed-checking');
  return screen('armed-waiting', { seconds: seconds(relay.readyAt - at) });
}

function running(name: ScreenName, session: Session): Screen {
  const used = delivered(session);
  const { amount, unit } = session.voucher;
  return screen(name, {
    left: unit === 'min' ? clock(left(session)) : Math.ceil(amount - used),
    used: Math.floor(used),
    elapsed: clock(session.elapsedMs),
  });
}

function receipt(name: ScreenName, { digits, left: rest, unit, reason }: Receipt): Screen {
  return screen(name, {
    digits: digitsForReading(digits),
    // Down to whole seconds: not more than what is refunded. A little more, for the noise of floating point.
    left: unit === 'min' ? clock(Math.floor(rest * 60 + 1e-6) * 1000) : Math.floor(rest),
    reason,
  });
}

function fault({ faults, kept }: State, { ended }: Extract<Phase, { name: 'fault' }>, config: SessionConfig): Screen {
  const code = blocking(faults, config.unit) ?? 'journal-not-writable';
  if (!ended && kept) return screen('fault-kept', { fault: code });
  if (ended && 'unclosed' in ended) return screen('fault-unclosed', { fault: code });
  if (!ended?.receipt) return screen('fault', { fault: code });
  const { values } = receipt('fault-receipt', ended.receipt);
  return screen('fault-receipt', { ...values, fault: code });
}

/** Whole seconds, rounded up: 0 only when it is over. */
function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}

/** `0:59`, `59:59` or `1:00:00`. */
function clock(ms: number): string {
  const total = seconds(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}:${two(total % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(total % 60)}`;
}

/** What is left and what was delivered of the session that runs, in `unit`s; zero when none does. */
export function progress({ phase }: State): { remaining: number; delivered: number } {
  if (!('session' in phase)) return { remaining: 0, delivered: 0 };
  const given = delivered(phase.session);
  return { remaining: phase.session.voucher.amount - given, delivered: given };
}

/** The 12 digits that the display shows, or would show on `*`. */
export function receiptDigits({ phase, kept, notice }: State): string | undefined {
  if (notice?.receipt) return notice.receipt.digits;
  if (phase.name === 'receipt') return phase.receipt.digits;
  if (phase.name === 'idle' || (phase.name === 'fault' && !phase.ended)) return kept?.digits;
  const ended = phase.name === 'stopping' || phase.name === 'fault' ? phase.ended : undefined;
  return ended && 'receipt' in ended ? ended.receipt?.digits : undefined;
}
