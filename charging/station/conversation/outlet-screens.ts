// What the display shows at a station with several outlets: the talk at its keypad, and how one outlet stands for whoever asks.
import type { Unit } from '../../codes/index.ts';
import { FAULTS, type FaultCode } from '../faults.ts';
import type { OutletConfig, OutletState } from '../outlet/model.ts';
import { wantsToClose } from '../outlet/transition.ts';
import { clock, receiptValues, runningValues, seconds } from './figures.ts';
import type { ConversationConfig, ConversationState, Notice, Outlets, OutletView } from './model.ts';
import { placeOf } from './places.ts';
import { type Screen, screen } from './screens.ts';
import { digitsTyped } from './transition.ts';

export type DisplayConfig = ConversationConfig &
  OutletConfig & {
    /** Set where an outlet may have to wait for power. */
    readonly stationPowerW?: number;
  };

interface Shown {
  readonly talk: ConversationState;
  readonly outlets: Outlets;
  readonly at: number;
  readonly config: DisplayConfig;
}

/** The number of an outlet has no more digits. */
const LONGEST_NUMBER = 2;

/** The gravest fault that a display must warn of whatever else it shows, and the outlet that it is of. */
export function dangerOf(outlets: Outlets): { readonly fault: FaultCode; readonly outlet: number } | undefined {
  const index = outlets.findIndex(({ fault }) => fault !== undefined && FAULTS[fault].danger);
  const { fault } = outlets[index] ?? {};
  return fault && { fault, outlet: index + 1 };
}

export function severalScreen(shown: Shown): Screen {
  const danger = dangerOf(shown.outlets);
  const { name, values } = talkScreen(shown, danger?.fault);
  if (!danger) return { name, values };
  const at = FAULTS[danger.fault].of === 'outlet' ? { dangerAt: danger.outlet } : {};
  return { name, values: { ...values, danger: danger.fault, ...at } };
}

function talkScreen(shown: Shown, danger: FaultCode | undefined): Screen {
  const { talk, outlets, at } = shown;
  const { asking, notice, choosing } = talk;
  const digits = digitsTyped(talk, at);
  if (asking && asking.until > at) return questionScreen(asking);
  if (digits !== '') return typedScreen(digits, choosing !== undefined, danger);
  const answer = notice && notice.until > at && told(notice, shown);
  if (answer) return answer;
  if (choosing && choosing.until > at) return choiceScreen(choosing, outlets);
  const receipt = receiptScreen(talk);
  if (receipt) return receipt;
  const [first] = outlets;
  return outlets.every(({ fault }) => fault === first!.fault && fault !== undefined)
    ? screen('fault', { fault: first!.fault! })
    : idle(shown);
}

function questionScreen(asking: NonNullable<ConversationState['asking']>): Screen {
  switch (asking.ask) {
    case 'stop':
      return screen('ask-stop-at', { outlet: asking.outlet });
    case 'take-back':
      return screen('ask-take-back', { outlet: asking.outlet });
    case 'take-back-voucher':
      return screen('ask-take-back-voucher', { amount: asking.amount, unit: asking.unit });
    case 'add': {
      const { amount, unit } = asking.voucher;
      return screen('ask-add-at', { amount, unit, outlet: asking.outlet });
    }
    case 'hand-back': {
      const { amount, unit } = asking.voucher;
      return screen('ask-hand-back', { amount, unit });
    }
  }
}

function typedScreen(digits: string, choosing: boolean, danger: FaultCode | undefined): Screen {
  if (choosing && digits.length <= LONGEST_NUMBER) return screen('typed-outlet', { digits });
  return danger ? screen('typed-danger', { digits, fault: danger }) : screen('typed', { digits });
}

function choiceScreen(choosing: NonNullable<ConversationState['choosing']>, outlets: Outlets): Screen {
  if ('operation' in choosing) return screen(choosing.operation === 'test-relay' ? 'choose-test' : 'choose-end');
  const { amount, unit } = choosing.voucher;
  const plugged = numbersOf(outlets, ({ state, fault }) => isFree(state) && state.vehicle === true && !fault);
  return screen(choosing.putBack ? 'choose-second' : 'choose', { amount, unit, plugged });
}

function told(notice: Notice, { outlets, at, config }: Shown): Screen | undefined {
  const { name, unlockedAt, receipt, report, sequence, outlet } = notice;
  if (name === 'your-code') return yourCodeScreen(outlets, sequence ?? 0, config.unit);
  if (receipt) return screen(name === 'outlet' ? `your-receipt-${config.unit}` : name, receiptValues(receipt));
  if (report !== undefined) return screen('report', { report });
  if (unlockedAt !== undefined) return screen('locked', { wait: clock(unlockedAt - at) });
  const view = outlet === undefined ? undefined : outlets[outlet - 1];
  if (outlet !== undefined && view) return toldOf(name, outlet, view, at, config);
  if (name === 'outlet-unknown') return screen(name, { outlets: outlets.length });
  if (name === 'out-of-order') return screen(name, { fault: outlets[0]?.fault ?? 'journal-not-writable' });
  return name === 'outlet' ? undefined : screen(name);
}

/** What is told of one outlet says which. */
function toldOf(
  name: Exclude<Notice['name'], 'your-code'>,
  outlet: number,
  view: OutletView,
  at: number,
  config: DisplayConfig,
): Screen {
  switch (name) {
    case 'outlet':
      return outletScreen(view, outlet, at, config);
    case 'not-plugged-in':
    case 'expired':
    case 'thanks':
      return screen(`${name}-at`, { outlet });
    case 'out-of-order':
    case 'outlet-unusable':
      return screen('outlet-unusable', { outlet, fault: view.fault ?? 'journal-not-writable' });
    case 'busy':
    case 'outlet-taken':
      return screen('outlet-taken', { outlet });
    default:
      return screen(name);
  }
}

/** How the voucher stands that was typed again; undefined where no outlet has it any more. */
export function yourCodeScreen(outlets: Outlets, sequence: number, unit: Unit): Screen | undefined {
  const place = placeOf(outlets, sequence);
  if (!place) return undefined;
  const { outlet, is, amount } = place;
  const { state } = outlets[outlet - 1]!;
  const one = outlets.length === 1;
  const values = one ? {} : { outlet };
  if (is === 'next') return screen(one ? 'your-next' : 'your-next-at', { ...values, amount, unit });
  if (!('session' in state.phase)) return screen(state.vehicle === true ? 'your-turn' : 'your-wait', values);
  const running = { ...values, ...runningValues(state.phase.session) };
  if (is === 'first' && state.phase.name === 'paused' && state.phase.neededW !== undefined)
    return screen('your-pause-at', values);
  if (one) return screen(`your-charge-${unit}`, running);
  return screen(is === 'first' ? `your-charge-at-${unit}` : `your-part-${unit}`, running);
}

function receiptScreen({ shown }: ConversationState): Screen | undefined {
  const [first] = shown;
  if (!first) return undefined;
  const { outlet, receipt } = first;
  const values = { ...receiptValues(receipt), outlet };
  const more = shown.length - 1;
  return more > 0
    ? screen(`receipt-next-at-${receipt.unit}`, { ...values, more })
    : screen(`receipt-at-${receipt.unit}`, values);
}

/** Why no code can be typed now, or that one is to be typed once more. */
export function notReadyScreen(
  { clockLost, unlockedAt, againUntil }: ConversationState,
  at: number,
): Screen | undefined {
  if (clockLost) return screen('idle-clock-lost');
  if (unlockedAt !== undefined && unlockedAt > at) return screen('locked', { wait: clock(unlockedAt - at) });
  return againUntil === undefined ? undefined : screen('idle-again');
}

function idle({ talk, outlets, at }: Shown): Screen {
  const notReady = notReadyScreen(talk, at);
  if (notReady) return notReady;
  const free = numbersOf(outlets, ({ state, fault }) => isFree(state) && !fault);
  const broken = numbersOf(outlets, ({ fault }) => fault !== undefined);
  return free === '' ? screen('idle-full') : screen('idle-several', { free, broken });
}

function isFree({ phase }: OutletState): boolean {
  return phase.name === 'free' && !phase.test;
}

function numbersOf(outlets: Outlets, are: (view: OutletView) => boolean): string {
  return outlets.flatMap((view, index) => (are(view) ? [index + 1] : [])).join(',');
}

/** How one outlet stands. */
function outletScreen({ state, fault }: OutletView, outlet: number, at: number, config: DisplayConfig): Screen {
  const { phase } = state;
  if (fault) return screen('outlet-fault', { outlet, fault });
  switch (phase.name) {
    case 'free':
      if (phase.test) return screen('outlet-testing', { outlet, seconds: seconds(phase.test.until - at) });
      return screen(state.vehicle === true ? 'outlet-plugged' : 'outlet-free', { outlet });
    case 'waiting':
      return waitingScreen(state, phase, outlet, at, config);
    case 'charging':
      return screen(`outlet-charging-${config.unit}`, { outlet, ...runningValues(phase.session) });
    case 'paused':
      return screen(phase.neededW === undefined ? 'outlet-paused' : 'outlet-paused-power', { outlet });
    default:
      return screen('outlet-busy', { outlet });
  }
}

function waitingScreen(
  state: OutletState,
  { held, until }: Extract<OutletState['phase'], { name: 'waiting' }>,
  outlet: number,
  at: number,
  config: DisplayConfig,
): Screen {
  const { vehicle, relay } = state;
  if (config.stationPowerW !== undefined && wantsToClose(state, at, config)) return screen('outlet-power', { outlet });
  if ('open' in held) return screen('outlet-checking', { outlet });
  if (vehicle !== true) return screen('outlet-vehicle', { outlet, seconds: seconds(until - at) });
  if (relay.readyAt === undefined || relay.readyAt <= at) return screen('outlet-checking', { outlet });
  return screen('outlet-rest', { outlet, seconds: seconds(relay.readyAt - at) });
}
