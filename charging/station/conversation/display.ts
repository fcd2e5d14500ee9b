// What the display shows: a question, else what is being typed, else the answer to what was typed, else what goes on. Of a
// station with one outlet that is what the outlet does; of one with several see outlet-screens.ts.
import { interruptedAt } from '../outlet/metering.ts';
import type { Phase } from '../outlet/model.ts';
import { clock, receiptValues, runningValues, seconds } from './figures.ts';
import type { ConversationState, Notice, Outlets, OutletView } from './model.ts';
import { type DisplayConfig, dangerOf, notReadyScreen, severalScreen, yourCodeScreen } from './outlet-screens.ts';
import { type Screen, screen } from './screens.ts';
import { digitsTyped } from './transition.ts';

/** What the screen is made of: the talk, and the one outlet. */
interface Shown {
  readonly talk: ConversationState;
  readonly outlets: Outlets;
  readonly about: OutletView;
  readonly at: number;
  readonly config: DisplayConfig;
}

/** The screen at a time (monotonic ms). */
export function screenOf(talk: ConversationState, outlets: Outlets, at: number, config: DisplayConfig): Screen {
  const shown = { talk, outlets, about: outlets[0]!, at, config };
  const { name, values } = outlets.length > 1 ? severalScreen(shown) : singleScreen(shown);
  return { name, values, ...(talk.otherLanguageUntil !== undefined && { otherLanguage: true }) };
}

function singleScreen(shown: Shown): Screen {
  const { talk, outlets, about, at } = shown;
  const { asking, notice } = talk;
  const danger = dangerOf(outlets)?.fault;
  const digits = digitsTyped(talk, at);
  if (asking && asking.until > at && !danger) return questionScreen(asking, digits);
  if (digits !== '') return danger ? screen('typed-danger', { digits, fault: danger }) : screen('typed', { digits });
  // What warns of danger is covered by no answer.
  const covers = notice && notice.until > at && (!danger || notice.name === 'out-of-order');
  return (covers && told(notice, shown)) || phaseScreen(shown, about.state.phase);
}

function questionScreen(asking: NonNullable<ConversationState['asking']>, digits: string): Screen {
  switch (asking.ask) {
    case 'add': {
      const { amount, unit } = asking.voucher;
      return screen(asking.putBack ? 'ask-add-second' : 'ask-add', { amount, unit });
    }
    case 'take-back-voucher':
      return screen('ask-take-back-voucher', { amount: asking.amount, unit: asking.unit });
    default:
      return screen('ask-stop', { digits });
  }
}

/** Undefined where the outlet itself shows it. */
function told({ name, unlockedAt, receipt, sequence, report }: Notice, shown: Shown): Screen | undefined {
  const { about, outlets, at, config } = shown;
  if (name === 'outlet') return undefined;
  if (name === 'your-code') return yourCodeScreen(outlets, sequence ?? 0, config.unit);
  if (receipt) return screen(name, receiptValues(receipt));
  if (report !== undefined) return screen(name, { report });
  if (unlockedAt !== undefined) return screen(name, { wait: clock(unlockedAt - at) });
  return screen(name, name === 'out-of-order' ? { fault: about.fault ?? 'journal-not-writable' } : {});
}

function phaseScreen(shown: Shown, phase: Phase): Screen {
  const { talk, outlets, at, config } = shown;
  switch (phase.name) {
    case 'free':
      if (phase.test) return screen('testing', { seconds: seconds(phase.test.until - at) });
      return firstReceipt(talk) ?? idle(shown);
    case 'waiting':
      return waiting(shown, phase);
    case 'starting':
      return screen('starting');
    case 'charging':
      return screen(`charging-${config.unit}`, runningValues(phase.session));
    case 'paused':
      return screen(phase.neededW === undefined ? 'paused' : 'paused-power', runningValues(phase.session));
    case 'fault':
      return fault(shown, phase);
    case 'stopping': {
      const danger = dangerOf(outlets);
      return danger ? screen('fault', { fault: danger.fault }) : screen('stopping');
    }
  }
}

function firstReceipt({ shown }: ConversationState): Screen | undefined {
  const [first, next] = shown;
  if (!first) return undefined;
  const values = receiptValues(first.receipt);
  const { unit } = first.receipt;
  return next
    ? screen(`receipt-next-${unit}`, { ...values, more: shown.length - 1 })
    : screen(`receipt-${unit}`, values);
}

/** "Ready to charge" is said only where the next code would charge the next vehicle. */
function idle({ talk, about, at }: Shown): Screen {
  const { leftPlugged, receipts } = about.state;
  const notReady = notReadyScreen(talk, at);
  if (notReady) return notReady;
  if (leftPlugged) return screen(receipts.length > 0 ? 'idle-ended-receipt' : 'idle-ended');
  return screen(receipts.length > 0 ? 'idle-receipt' : 'idle');
}

function waiting({ about: { state }, at }: Shown, phase: Extract<Phase, { name: 'waiting' }>): Screen {
  const { vehicle, relay } = state;
  if ('open' in phase.held) return screen(interruptedAt(phase.held.open).halted ? 'interrupted' : 'resuming');
  if (vehicle !== true) return screen('armed', { seconds: seconds(phase.until - at) });
  if (relay.readyAt === undefined || relay.readyAt <= at) return screen('armed-checking');
  return screen('armed-waiting', { seconds: seconds(relay.readyAt - at) });
}

function fault({ talk, about }: Shown, { ended }: Extract<Phase, { name: 'fault' }>): Screen {
  const code = about.fault ?? 'journal-not-writable';
  if (ended && 'unclosed' in ended) return screen('fault-unclosed', { fault: code });
  const toShow = ended?.receipts[0] ?? talk.shown[0]?.receipt;
  if (toShow) return screen('fault-receipt', { ...receiptValues(toShow), fault: code });
  return screen(about.state.receipts.length > 0 && !ended ? 'fault-kept' : 'fault', { fault: code });
}

/** The digits that the display shows, or would show on `*`. */
export function receiptDigits({ notice, shown }: ConversationState, { state }: OutletView): string | undefined {
  const { phase, receipts } = state;
  if (notice?.receipt) return notice.receipt.digits;
  if (shown[0]) return shown[0].receipt.digits;
  if (phase.name === 'free' || (phase.name === 'fault' && !phase.ended)) return receipts[0]?.digits;
  const ended = phase.name === 'stopping' || phase.name === 'fault' ? phase.ended : undefined;
  return ended && 'receipts' in ended ? ended.receipts[0]?.digits : undefined;
}
