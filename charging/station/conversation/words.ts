// The words of the display, in the languages of the catalogues.
import type { FaultCode } from '../faults.ts';
import type { EndReason } from '../types.ts';
import type { Catalogue, FaultWords, Lines } from './catalogue.ts';
import type { DisplayLanguage, Screen, ScreenName } from './screens.ts';
import { EN } from './words/en.ts';
import { ZH_CN } from './words/zh-cn.ts';

export const CATALOGUES: Readonly<Record<DisplayLanguage, Catalogue<ScreenName>>> = { en: EN, 'zh-CN': ZH_CN };

const MOST_LINES = { lines: 4, short: 2 } as const;
const COLUMNS = { lines: 20, short: 16 } as const;

type Gaps = Readonly<Record<string, string | number | undefined>>;

/** The lines for a display: at most 4, at most 20 columns wide in English and 20 characters in Chinese. */
export function words(screen: Screen, language: DisplayLanguage): string[] {
  return worded(screen, language, 'lines');
}

/** The same for a display of 2 lines of 16 columns. */
export function shortWords(screen: Screen, language: DisplayLanguage): string[] {
  return worded(screen, language, 'short');
}

function worded({ name, values }: Screen, language: DisplayLanguage, form: keyof Lines): string[] {
  const catalogue = CATALOGUES[language];
  const danger: FaultWords | undefined = catalogue.faults[(values.danger ?? values.fault) as FaultCode];
  const fault: FaultWords | undefined = catalogue.faults[values.fault as FaultCode];
  const said = catalogue.screens[name];
  const warning = (values.dangerAt === undefined ? danger?.warning : danger?.warningAt)?.[form === 'short' ? 1 : 0];
  const gaps: Gaps = {
    ...values,
    fault: fault?.title,
    advice: fault?.advice[0],
    advice2: fault?.advice[1],
    warning: warning?.replace('{outlet}', String(values.dangerAt ?? '')),
    reason: catalogue.reasons[values.reason as EndReason],
  };
  const own = warning === undefined ? undefined : said.danger;
  const lines = (own ?? said)[form].flatMap((line) => filled(line, gaps, catalogue, COLUMNS[form]));
  if (own || warning === undefined || values.danger === undefined) return lines;
  return warned(lines, String(gaps.warning), MOST_LINES[form]);
}

/** A warning on top: where there is no room left, the heading below it makes some. */
function warned(lines: readonly string[], warning: string, most: number): string[] {
  const blank = lines.indexOf('');
  const rest = lines.length < most ? lines : lines.toSpliced(blank === -1 ? 0 : blank, 1);
  return [warning, ...rest];
}

/** One line, or none where it is about a list that is empty. What is to be energy may be a time, which stands as it is. */
function filled(line: string, gaps: Gaps, { minutes }: Catalogue, columns: number): string[] {
  const list = /\{(free|plugged|broken)\}/.exec(line);
  if (list && gaps[list[1]!] === '') return [];
  const text = line.replace(/\{(\w+)(?::(\w+))?\}/g, (gap, name: string, as?: string) => {
    const value = gaps[name] ?? '';
    if ((as === 'energy' && typeof value === 'number') || (as === 'sold' && gaps.unit === 'Wh'))
      return energyWords(Number(value));
    if (as === 'sold') return `${Math.floor(Number(value))} ${minutes}`;
    return gap === list?.[0] ? fitting(String(value), columns - line.length + gap.length) : `${value}`;
  });
  return [text];
}

/** As many of the numbers as there is room for; `+` says that there are more. */
function fitting(numbers: string, room: number): string {
  if (numbers.length <= room) return numbers;
  const cut = numbers.slice(0, room);
  return `${cut.slice(0, cut.lastIndexOf(','))}+`;
}

/** Watt-hours as the customer's page writes them, from 1000 on in kWh; rounded down, since nobody is refunded more than what is left. */
function energyWords(energyWh: number): string {
  if (energyWh < 1000) return `${Math.floor(energyWh)} Wh`;
  return `${(Math.floor(energyWh / 10) / 100).toFixed(2)} kWh`;
}
