// What the display can show, as data without words: a screen's name and what goes into its gaps. Which one is shown when is
// decided in display.ts, how it is worded in words.ts.
import type { EN } from './words/en.ts';

/** Of what people read at the station: its display, its panel, its doctor. */
export type DisplayLanguage = 'en' | 'zh-CN';

/** A screen that the catalogues have. */
export type ScreenName = keyof typeof EN.screens;

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

export function screen(name: ScreenName, values: Screen['values'] = {}): Screen {
  return { name, values };
}
