// What came of a simulated week, and whether it adds up.

export interface WeekOptions {
  readonly unit: 'min' | 'Wh';
  readonly hours: number;
  readonly outlets: number;
  readonly codesADay: number;
  readonly seed: number;
}

/** What the cloud sells and hears, in this order: a code that is bought, a receipt that a customer brings. */
export type Trade = { readonly at: number } & (
  | { readonly sequence: number; readonly quantity: number; readonly code: string }
  | { readonly quantity: number; readonly receipt: string; readonly unused: number }
);

export interface Totals {
  readonly sold: number;
  readonly turnedAway: number;
  readonly abandoned: number;
  readonly redeemed: number;
  readonly handedBack: number;
  readonly topUps: number;
  readonly wrongOutlet: number;
  /** Codes that were bought ahead, and typed hours later. */
  readonly ahead: number;
  /** Codes that were used, and were typed once more when the week was over. */
  readonly typedAgain: number;
  readonly powerCuts: number;
  /** In 155ths of a voucher's step, so that all of it is whole numbers. */
  readonly paid: number;
  readonly kept: number;
  readonly refunded: number;
  readonly neverTyped: number;
  /** Minutes or Wh: what vouchers were charged, and what vehicles were given. */
  readonly charged: number;
  readonly given: number;
  /** What power cuts cost the customers at most; and the operator, with what is drawn before a reading tells of it. */
  readonly dearest: number;
  readonly freest: number;
  readonly reported: { readonly closed: number; readonly delivered: number };
  readonly closed: number;
  readonly trades: readonly Trade[];
  readonly mistakes: readonly string[];
}

/** What does not add up; empty when all does. */
export function mistakesIn(totals: Totals, unit: 'min' | 'Wh'): readonly string[] {
  const { paid, kept, refunded, neverTyped, charged, given, dearest, freest, reported, closed } = totals;
  const mistakes = [...totals.mistakes];
  if (paid !== kept + refunded + neverTyped)
    mistakes.push(`paid ${paid}, and ${kept + refunded + neverTyped} of it is known`);
  // Down to the thousandth of a Wh that each voucher is rounded by; minutes as the beats of the machine count them.
  const rounding = unit === 'Wh' ? closed / 1000 : closed * 0.02;
  if (charged > given + dearest + rounding) mistakes.push(`charged ${charged}, given ${given}`);
  if (given > charged + freest + rounding) mistakes.push(`given ${given}, charged ${charged}`);
  if (reported.closed !== closed) mistakes.push(`reported ${reported.closed} vouchers of ${closed}`);
  if (Math.abs(reported.delivered - charged) > 1) mistakes.push(`reported ${reported.delivered}, charged ${charged}`);
  return mistakes;
}
