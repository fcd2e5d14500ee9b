// The money of a simulated week: what its customers bought and brought back, once more through the cloud's own ledger, at the
// same times. Each code has to come out as the one that the station took.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, openLedger } from '../../charging/cloud/ledger.ts';
import { KEY, WIDE } from '../../test/charging/station/support.ts';
import { STEP } from './week.ts';
import type { Totals, Trade } from './week-totals.ts';

/** Of a step: so that hardly any 155th of it is whole. */
const PRICE = 37;
const STATION = WIDE.stationId;
/** The master key that the tests' station key is made of. */
const MASTER_KEY = new Uint8Array(32).fill(1);

export interface Books {
  /** In cents. */
  readonly paid: number;
  readonly refunded: number;
  readonly mistakes: readonly string[];
}

export async function booksOf({ trades }: Pick<Totals, 'trades'>, unit: 'min' | 'Wh'): Promise<Books> {
  const folder = mkdtempSync(join(tmpdir(), 'week-books-'));
  let now = 0;
  const url = `sqlite:${join(folder, 'ledger.sqlite')}`;
  const ledger = await openLedger({ url, masterKey: MASTER_KEY, now: () => now });
  const books = { paid: 0, refunded: 0, mistakes: [] as string[] };
  const client = 'week';
  const trade = async (each: Trade) => {
    if ('receipt' in each) {
      const { quantity, receipt, unused } = each;
      const due = Math.floor((PRICE * quantity * unused) / 155);
      const settled = await ledger.settle({ client, station: STATION, receipt });
      if (isRefused(settled)) {
        books.mistakes.push(`a receipt is refused: ${settled.refused}`);
        return;
      }
      const refund = settled.refund?.minorUnits ?? 0;
      if (refund !== due) books.mistakes.push(`${refund} cents go back for a receipt, not ${due}`);
      books.refunded += refund;
      const again = await ledger.settle({ client, station: STATION, receipt });
      if (!isRefused(again)) books.mistakes.push('a receipt is settled twice');
      return;
    }
    const { quantity, sequence, code } = each;
    const issued = await ledger.issue({ client, station: STATION, amount: quantity * STEP[unit] });
    if (isRefused(issued)) books.mistakes.push(`${sequence} is refused: ${issued.refused}`);
    else if (issued.code !== code) books.mistakes.push(`${sequence} has another code in the cloud`);
    books.paid += PRICE * quantity;
  };
  try {
    now = trades[0]?.at ?? 0;
    const { layout, sequence, slotSeconds } = WIDE;
    const price = { minorUnits: PRICE, currency: 'EUR' };
    const terms = { unit, step: STEP[unit], layout, sequence, slotSeconds, price };
    await ledger.createStation({ id: STATION, outlets: 12, ...terms });
    const provisioned = await ledger.provisioning(STATION);
    if (isRefused(provisioned) || provisioned.key !== Buffer.from(KEY).toString('hex'))
      books.mistakes.push("the station's key is another in the cloud");
    for (const each of trades) {
      now = each.at;
      await trade(each);
    }
  } finally {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return books;
}
