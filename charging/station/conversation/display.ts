// What the display shows: what is being typed, else the answer to what was typed, else what goes on.
import { digitsForReading } from '../../codes/index.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import { delivered, interruptedAt, left, unitOf } from '../outlet/metering.ts';
import type { OutletConfig, Phase, Receipt, Session } from '../outlet/model.ts';
import type { ConversationConfig, ConversationState, Notice, Outlets, OutletView } from './model.ts';
import type { Screen, ScreenName } from './screens.ts';

/** Longer than the keypad keeps what was typed (30 s): a net for an entry that nobody answered. */
const TYPED_MS = 35_000;

/** What the screen is made of: the talk, all outlets, and the one that the screen is about. */
interface Shown {
  readonly talk: ConversationState;
  readonly outlets: Outlets;
  readonly about: OutletView;
  readonly at: number;
  readonly config: ConversationConfig & OutletConfig;
}

/** The screen at a time (monotonic ms). */
export function screenOf(
  talk: ConversationState,
  outlets: Outlets,
  at: number,
  config: ConversationConfig & OutletConfig,
): Screen {
  const { typed, notice, asking } = talk;
  const about = outlets[(asking?.outlet ?? notice?.outlet ?? 1) - 1]!;
  const shown: Shown = { talk, outlets, about, at, config };
  const danger = dangerOf(outlets);
  const digits = at - typed.at < TYPED_MS ? typed.digits : '';
  if (asking && asking.until > at && !danger) return screen('ask-stop', { digits });
  if (digits !== '') return danger ? screen('typed-danger', { digits, fault: danger }) : screen('typed', { digits });
  // What warns of danger is covered by no answer.
  if (notice && notice.until > at && (!danger || notice.name === 'out-of-order')) return told(notice, shown);
  return phaseScreen(shown);
}

/** The gravest fault, where it is one that the display must warn of whatever else it shows. */
function dangerOf(outlets: Outlets): FaultCode | undefined {
  return outlets.find(({ fault }) => fault !== undefined && FAULTS[fault].danger)?.fault;
}

function screen(name: ScreenName, values: Screen['values'] = {}): Screen {
  return { name, values };
}

function told({ name, unlockedAt, receipt: other }: Notice, { about, at, config }: Shown): Screen {
  const { phase } = about.state;
  if (other) return receipt(name, other);
  if (name === `your-charge-${config.unit}` && 'session' in phase) return running(name, phase.session);
  if (unlockedAt !== undefined) return screen(name, { wait: clock(unlockedAt - at) });
  return screen(name, name === 'out-of-order' ? { fault: about.fault ?? 'journal-not-writable' } : {});
}

function phaseScreen(shown: Shown): Screen {
  const { talk, about, outlets, at, config } = shown;
  const { phase } = about.state;
  switch (phase.name) {
    case 'free':
      if (phase.test) return screen('testing', { seconds: seconds(phase.test.since + config.testMs - at) });
      if (talk.shown) return receipt(`receipt-${talk.shown.receipt.unit}`, talk.shown.receipt);
      return idle(shown);
    case 'waiting':
      return waiting(about, phase, at);
    case 'starting':
      return screen('starting');
    case 'charging':
      return running(`charging-${config.unit}`, phase.session);
    case 'paused':
      return running('paused', phase.session);
    case 'fault':
      return fault(shown, phase);
    case 'stopping': {
      const danger = dangerOf(outlets);
      return danger ? screen('fault', { fault: danger }) : screen('stopping');
    }
  }
}

/** "Ready to charge" is said only where the next code would charge the next vehicle. */
function idle({ talk: { clockLost, unlockedAt }, about, at }: Shown): Screen {
  const { leftPlugged, receipts } = about.state;
  const lastReceipt = receipts[0];
  if (clockLost) return screen('idle-clock-lost');
  if (unlockedAt !== undefined && unlockedAt > at) return screen('locked', { wait: clock(unlockedAt - at) });
  if (leftPlugged) return screen(lastReceipt ? 'idle-ended-receipt' : 'idle-ended');
  return screen(lastReceipt ? 'idle-receipt' : 'idle');
}

function waiting({ state }: OutletView, phase: Extract<Phase, { name: 'waiting' }>, at: number): Screen {
  const { vehicle, relay } = state;
  if ('open' in phase.held) return screen(interruptedAt(phase.held.open).halted ? 'interrupted' : 'resuming');
  if (vehicle !== true) return screen('armed', { seconds: seconds(phase.until - at) });
  if (relay.readyAt === undefined || relay.readyAt <= at) return screen('armed-checking');
  return screen('armed-waiting', { seconds: seconds(relay.readyAt - at) });
}

function running(name: ScreenName, session: Session): Screen {
  const { remaining, delivered: used } = progressOf(session);
  return screen(name, {
    left: unitOf(session) === 'min' ? clock(left(session)) : Math.ceil(remaining),
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

function fault({ talk, about }: Shown, { ended }: Extract<Phase, { name: 'fault' }>): Screen {
  const code = about.fault ?? 'journal-not-writable';
  if (ended && 'unclosed' in ended) return screen('fault-unclosed', { fault: code });
  const toShow = ended?.receipts[0] ?? talk.shown?.receipt;
  if (toShow) return screen('fault-receipt', { ...receipt('fault-receipt', toShow).values, fault: code });
  return screen(about.state.receipts[0] && !ended ? 'fault-kept' : 'fault', { fault: code });
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

/** What is left and what was delivered of the session that runs at an outlet, in `unit`s; zero when none does. */
export function progress({ phase }: OutletView['state']): { remaining: number; delivered: number } {
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

/** The 12 digits that the display shows, or would show on `*`. */
export function receiptDigits({ notice, shown }: ConversationState, { state }: OutletView): string | undefined {
  const { phase, receipts } = state;
  if (notice?.receipt) return notice.receipt.digits;
  if (shown) return shown.receipt.digits;
  if (phase.name === 'free' || (phase.name === 'fault' && !phase.ended)) return receipts[0]?.digits;
  const ended = phase.name === 'stopping' || phase.name === 'fault' ? phase.ended : undefined;
  return ended && 'receipts' in ended ? ended.receipts[0]?.digits : undefined;
}
