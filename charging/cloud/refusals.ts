// What the ledger refuses, and in which words. How each is sent over HTTP stands in api/problems.ts.
import { type AlgorithmName, algorithmOf, type Unit } from '../codes/index.ts';
import type { Refusal, RefusalSlug, Refused } from './types.ts';

/** @param detail what happened this time and what the reader can do; never a code or a key */
export function refuse(slug: RefusalSlug, detail: string, extra: Omit<Refusal, 'slug' | 'detail'> = {}): Refused {
  return { refused: { slug, detail, ...extra } };
}

/**
 * A refusal for one value.
 * @param fault begins with the name of the value: `price.currency: three letters, as EUR`
 */
export function refuseValue(slug: RefusalSlug, fault: string): Refused {
  const name = /^[\w.]+/.exec(fault)?.[0] ?? '';
  const errors = [{ pointer: `#/${name.replaceAll('.', '/')}`, detail: fault.slice(name.length).replace(/^: /, '') }];
  return refuse(slug, `${fault}.`, { errors });
}

/** What a caller gave, fit to be shown back: printable and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

export const unknownStation = (id: string) => refuse('unknown-station', `No station has the id ${shown(id)}.`);
export const unknownRequest = () => refuse('unknown-request', 'No charging request of yours has this id.');
export const retiredStation = (id: string) =>
  refuse('retired-station', `Station ${shown(id)} was retired and gets no more codes. Use another station.`);

export function amountNotSold(amount: number, terms: { unit: Unit; step: number; layout: AlgorithmName }): Refused {
  const { unit, step, layout } = terms;
  const most = step * algorithmOf(layout).bounds.typed.mostQuantity;
  return refuse(
    'amount-not-sold',
    `This station sells multiples of ${step} ${unit}, from ${step} to ${most} ${unit}; ${amount} is none of these.`,
  );
}
