// What the display can show, as data without words: a screen's name and what goes into its gaps. Which one is shown when is
// decided in display.ts, how it is worded in words.ts.
import type { FaultCode } from '../faults.ts';
import type { EndReason } from '../types.ts';
import type { NoticeName } from './model.ts';

export type Language = 'en' | 'zh-CN';

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
  | 'fault'
  | 'fault-kept'
  | 'fault-receipt'
  | 'fault-unclosed'
  | 'fault-card'
  | 'fault-key-file'
  | 'fault-other-card'
  | 'fault-old-program'
  | NoticeName;

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
  /** `fault` is a fault's code and `reason` why a session ended: both are worded by the catalogue. */
  readonly values: Readonly<Record<string, string | number>>;
}

export interface Lines {
  readonly lines: readonly string[];
  readonly short: readonly string[];
}

/** `danger`: the same while a fault stands that somebody may be hurt by. */
interface Words extends Lines {
  readonly danger?: Lines;
}

export interface FaultWords {
  readonly title: string;
  readonly advice: readonly [string, string];
  /** Of a fault that somebody may be hurt by: what to do or not to do, in a line of 20 columns and one of 16. */
  readonly warning?: readonly [string, string];
}

export interface Catalogue {
  readonly screens: Readonly<Record<ScreenName, Words>>;
  readonly reasons: Readonly<Record<EndReason, string>>;
  readonly faults: Readonly<Record<FaultCode, FaultWords>>;
}
