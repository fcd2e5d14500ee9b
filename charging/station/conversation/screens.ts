// What the display can show, as data without words: a screen's name and what goes into its gaps. Which one is shown when is
// decided in display.ts, how it is worded in words.ts.
import type { FaultCode } from '../faults.ts';
import type { EndReason } from '../types.ts';
import type { NoticeName } from './model.ts';

export type Language = 'en' | 'zh-CN';

/** Of several outlets, or several vouchers. */
type OutletScreenName =
  | 'idle-several'
  | 'idle-full'
  | 'idle-again'
  | 'typed-outlet'
  | 'choose'
  | 'choose-second'
  | 'choose-test'
  | 'choose-end'
  | 'ask-stop-at'
  | 'ask-add'
  | 'ask-add-at'
  | 'ask-add-second'
  | 'ask-take-back'
  | 'ask-take-back-voucher'
  | 'ask-hand-back'
  | 'paused-power'
  | 'receipt-at-min'
  | 'receipt-at-Wh'
  | 'receipt-next-min'
  | 'receipt-next-Wh'
  | 'receipt-next-at-min'
  | 'receipt-next-at-Wh'
  | 'your-charge-at-min'
  | 'your-charge-at-Wh'
  | 'your-pause-at'
  | 'your-part-min'
  | 'your-part-Wh'
  | 'your-next'
  | 'your-next-at'
  | 'your-wait'
  | 'your-turn'
  | 'outlet-free'
  | 'outlet-plugged'
  | 'outlet-vehicle'
  | 'outlet-rest'
  | 'outlet-checking'
  | 'outlet-power'
  | 'outlet-testing'
  | 'outlet-busy'
  | 'outlet-charging-min'
  | 'outlet-charging-Wh'
  | 'outlet-paused'
  | 'outlet-paused-power'
  | 'outlet-fault'
  | 'outlet-unknown'
  | 'outlet-taken'
  | 'outlet-unusable'
  | 'not-plugged-in-at'
  | 'expired-at'
  | 'thanks-at'
  | 'replaced'
  | 'not-chosen'
  | 'service-unused'
  | 'report';

export type ScreenName =
  | 'idle'
  | 'idle-receipt'
  | 'idle-clock-lost'
  | 'idle-ended'
  | 'idle-ended-receipt'
  | 'typed'
  | 'typed-danger'
  | 'ask-stop'
  | 'armed'
  | 'armed-waiting'
  | 'armed-checking'
  | 'resuming'
  | 'interrupted'
  | 'starting'
  | 'charging-min'
  | 'charging-Wh'
  | 'paused'
  | 'stopping'
  | 'testing'
  | 'receipt-min'
  | 'receipt-Wh'
  | 'your-charge-min'
  | 'your-charge-Wh'
  | 'fault'
  | 'fault-kept'
  | 'fault-receipt'
  | 'fault-unclosed'
  | 'fault-card'
  | 'fault-key-file'
  | 'fault-other-card'
  | 'fault-old-program'
  | OutletScreenName
  | Exclude<NoticeName, 'your-code' | 'outlet'>;

/** Of a journal that cannot be opened, by the code of its error, where an operator mends it; the rest have failed. */
export const JOURNAL_SCREENS: Readonly<Record<string, ScreenName | undefined>> = {
  'journal-behind': 'fault-card',
  'key-not-new': 'fault-card',
  'key-file-old': 'fault-key-file',
  'journal-of-another-station': 'fault-other-card',
  'journal-newer': 'fault-old-program',
};

/** What to show, without words: a screen of the catalogue, and what goes into its gaps. */
export interface Screen {
  readonly name: ScreenName;
  /**
   * `fault` is a fault's code and `reason` why a session ended: both are worded by the catalogue. `danger` is a fault of which
   * the screen warns whatever else it says, `dangerAt` the outlet that it is of, where there are several.
   */
  readonly values: Readonly<Record<string, string | number>>;
  /** Whoever reads it asked for the station's other language. */
  readonly otherLanguage?: true;
}

export interface Lines {
  readonly lines: readonly string[];
  readonly short: readonly string[];
}

/**
 * A line with a list in it (`{free, plugged, broken}` of numbers) is as long as fits, and left out where the list is empty.
 * `danger`: the same while a fault stands that somebody may be hurt by.
 */
interface Words extends Lines {
  readonly danger?: Lines;
}

export interface FaultWords {
  readonly title: string;
  readonly advice: readonly [string, string];
  /** Of a fault that somebody may be hurt by: what to do or not to do, in a line of 20 columns and one of 16. */
  readonly warning?: readonly [string, string];
  /** The same where it is of one outlet among several. */
  readonly warningAt?: readonly [string, string];
}

export type OutletScreens = Readonly<Record<OutletScreenName, Words>>;

export interface Catalogue {
  readonly screens: Readonly<Record<ScreenName, Words>>;
  readonly reasons: Readonly<Record<EndReason, string>>;
  readonly faults: Readonly<Record<FaultCode, FaultWords>>;
  /** The unit of minutes behind a number. */
  readonly minutes: string;
}
