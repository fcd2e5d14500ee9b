// The words of the display. What is shown when is decided in showing.ts, in terms of screens: data without words.

import type { FaultCode } from '../faults.ts';
import type { NoticeName } from '../outlet/model.ts';
import type { EndReason } from '../types.ts';
import { EN } from './words/en.ts';
import { ZH_CN } from './words/zh-cn.ts';

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

interface Lines {
  readonly lines: readonly string[];
  readonly short: readonly string[];
}

/** `danger`: the same while a fault stands that somebody may be hurt by. */
interface Words extends Lines {
  readonly danger?: Lines;
}

interface FaultWords {
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

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: EN, 'zh-CN': ZH_CN };

/** The lines for a display: at most 4, at most 20 columns wide in English and 20 characters in Chinese. */
export function words(screen: Screen, language: Language): string[] {
  return worded(screen, language, 'lines');
}

/** The same for a display of 2 lines of 16 columns. */
export function shortWords(screen: Screen, language: Language): string[] {
  return worded(screen, language, 'short');
}

function worded({ name, values }: Screen, language: Language, form: keyof Lines): string[] {
  const catalogue = CATALOGUES[language];
  const fault: FaultWords | undefined = catalogue.faults[values.fault as FaultCode];
  const said = catalogue.screens[name];
  const gaps: Record<string, string | number | undefined> = {
    ...values,
    fault: fault?.title,
    advice: fault?.advice[0],
    advice2: fault?.advice[1],
    warning: fault?.warning?.[form === 'short' ? 1 : 0],
    reason: catalogue.reasons[values.reason as EndReason],
  };
  return ((fault?.warning && said.danger) || said)[form].map((line) =>
    line.replace(/\{(\w+)(:energy)?\}/g, (_, gap: string, energy?: string) =>
      energy === undefined ? `${gaps[gap] ?? ''}` : energyWords(Number(gaps[gap] ?? 0)),
    ),
  );
}

/** Watt-hours as the customer's page writes them, from 1000 on in kWh; rounded down, since nobody is refunded more than what is left. */
function energyWords(energyWh: number): string {
  if (energyWh < 1000) return `${Math.floor(energyWh)} Wh`;
  return `${(Math.floor(energyWh / 10) / 100).toFixed(2)} kWh`;
}
