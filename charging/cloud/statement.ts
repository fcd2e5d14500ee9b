// The statement of a month as CSV: money in decimals, with its value-added tax, in the operator's own time.
import { csvLine } from '../csv.ts';
import { decimalsOf } from './currencies.ts';
import type { Money, StatementRow } from './payment-types.ts';
import type { Page } from './types.ts';

export interface StatementSettings {
  /** `2026-11`. */
  readonly month: string;
  readonly station?: string | undefined;
  /** Of the stations of this site alone. */
  readonly site?: string | undefined;
  /** IANA name, as `Europe/Berlin`; UTC unless given. */
  readonly timeZone?: string | undefined;
  /** Value-added tax that prices hold, in percent; none unless given. */
  readonly vatPercent?: number | undefined;
}

const HEADER = [
  ...['local_time', 'time_zone', 'kind', 'station', 'name', 'site', 'request', 'amount', 'unit', 'gross', 'net', 'vat'],
  ...['vat_percent', 'currency', 'payment', 'refund_state'],
];

/**
 * What a sum holds of value-added tax, in smallest units: rounded half away from zero.
 * @param percent with up to two decimals
 */
export function vatOf(minorUnits: number, percent: number): number {
  const rate = Math.round(percent * 100);
  const tax = (Math.abs(minorUnits) * rate) / (10_000 + rate);
  return Math.sign(minorUnits) * Math.floor(tax + 0.5) || 0;
}

/** Smallest units with the decimals of their currency: `-0.50`, `500`, `1.505`. */
export function decimalText({ minorUnits, currency }: Money): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(minorUnits)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`;
  return minorUnits < 0 ? `-${text}` : text;
}

/** Whether this program knows a time zone of that name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `2026-11-22 13:05:09` where the operator is. */
export function localTime(ms: number, timeZone: string): string {
  const date = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, ...date, ...time }).formatToParts(ms);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${of.year}-${of.month}-${of.day} ${of.hour}:${of.minute}:${of.second}`;
}

/** The first moment of a month of the operator's calendar and the first one after it, unix milliseconds. */
export function monthBounds(month: string, timeZone: string): { from: number; to: number } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const begin = (index: number) => {
    const wanted = Date.UTC(year, index, 1);
    const off = (at: number) => Date.parse(`${localTime(at, timeZone).replace(' ', 'T')}Z`) - at;
    // Twice: the first guess may lie beyond a change of the clock.
    const guess = wanted - off(wanted);
    return wanted - off(guess);
  };
  return { from: begin(number - 1), to: begin(number) };
}

/** RFC 4180 with a header line; the sums of each station, then of each site, by currency, stand at its end. */
export async function* statementCsv(
  read: (query: {
    from: number;
    to: number;
    station?: string | undefined;
    site?: string | undefined;
    after?: string;
  }) => Promise<Page<StatementRow>>,
  { month, station, site, timeZone = 'UTC', vatPercent = 0 }: StatementSettings,
): AsyncGenerator<string> {
  const bounds = monthBounds(month, timeZone);
  const stations = new Sums();
  const sites = new Sums();
  yield csvLine(HEADER);
  let after: string | null | undefined;
  do {
    const page = await read({ ...bounds, station, site, ...(after ? { after } : {}) });
    let lines = '';
    for (const row of page.items) {
      const vat = vatOf(row.money.minorUnits, vatPercent);
      const { station: id, name, site: at } = row;
      stations.add([id, name, at], row.money, vat);
      if (at !== '') sites.add(['', '', at], row.money, vat);
      lines += csvLine([
        ...[localTime(Date.parse(row.at), timeZone), timeZone, row.kind, id, name, at, row.request],
        ...[row.amount, row.unit, ...inMoney(row.money.minorUnits, vat, row.money.currency, vatPercent)],
        ...[row.payment, row.state],
      ]);
    }
    if (lines !== '') yield lines;
    after = page.next;
  } while (after !== null);
  for (const [kind, sums] of [['total', stations] as const, ['site-total', sites] as const]) {
    for (const { of, gross, vat, currency } of sums.sorted()) {
      const money = inMoney(gross, vat, currency, vatPercent);
      yield csvLine([month, timeZone, kind, ...of, '', null, '', ...money, '', '']);
    }
  }
}

/** Station, name and site. */
type SumOf = readonly [string, string, string];
interface Sum {
  readonly of: SumOf;
  readonly currency: string;
  readonly gross: number;
  readonly vat: number;
}

/** What the rows come to, by whom they are of and by currency. */
class Sums {
  readonly #sums = new Map<string, Sum>();

  add(of: SumOf, { minorUnits, currency }: Money, vat: number): void {
    const key = `${of[0]}\n${of[2]}\n${currency}`;
    const { gross = 0, vat: before = 0 } = this.#sums.get(key) ?? {};
    this.#sums.set(key, { of, currency, gross: gross + minorUnits, vat: before + vat });
  }

  sorted(): readonly Sum[] {
    return [...this.#sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  }
}

function inMoney(gross: number, vat: number, currency: string, percent: number): string[] {
  const written = (minorUnits: number) => decimalText({ minorUnits, currency });
  return [written(gross), written(gross - vat), written(vat), String(percent), currency];
}
