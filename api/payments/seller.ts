// Who sells: what stands on bills, and what a statement is made by.
import { isTimeZone } from '../../charging/cloud/statement.ts';

export interface Seller {
  readonly name: string;
  /** Lines. */
  readonly address: string;
  readonly taxNumber: string;
  /** A sentence, or where the terms are found. */
  readonly terms: string;
  /** Value-added tax that prices hold, in percent. */
  readonly vatPercent: number;
  /** IANA name. */
  readonly timeZone: string;
  /** What bills that are sent are written in. */
  readonly language: 'en' | 'zh-CN';
}

/** The same in which nothing is missing: no tax unless told, and UTC where the time zone is none. */
export function sellerOf(
  given: Readonly<Record<Exclude<keyof Seller, 'vatPercent'>, string>> & { vatPercent: number },
): Seller {
  const { vatPercent, timeZone, language } = given;
  const taxed = vatPercent > 0 && vatPercent < 100 ? vatPercent : 0;
  return {
    ...given,
    vatPercent: taxed,
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
    language: /^zh/i.test(language) ? 'zh-CN' : 'en',
  };
}
