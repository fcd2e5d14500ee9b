// The words of the display, in the languages of the catalogues.
import type { FaultCode } from '../faults.ts';
import type { EndReason } from '../types.ts';
import type { Catalogue, FaultWords, Language, Lines, Screen } from './screens.ts';
import { EN } from './words/en.ts';
import { ZH_CN } from './words/zh-cn.ts';

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
