// What the operator does with a refund: says that it was paid, or has it tried again.
import { tidy } from '../checks.ts';
import type { RefundsTable } from '../database/schema.ts';
import type { RefundRecord } from '../payment-types.ts';
import { refuse } from '../refusals.ts';
import type { Answer } from '../types.ts';
import type { Work } from '../work.ts';
import { change, findRefund, idOf, nextTry, pay, recordOf, stationId } from './refunds.ts';

/** So long after it should have been sent, nobody does. */
const FORGOTTEN_MS = 10 * 60_000;

/** The operator paid it: what no provider pays back, or what its provider refused. */
export async function payRefund(
  work: Work,
  { id, by, why }: { id: string; by: string; why: string },
): Promise<Answer<RefundRecord>> {
  const row = await findRefund(work, id);
  if (!row) return refuse('unknown-refund', 'No refund has this id.');
  if (row.done === 0) {
    // What was to be sent a while ago and nobody took is nobody's: its provider is not in the settings any more.
    const forgotten = row.state === 'due' && row.next_at !== null && row.next_at < work.now - FORGOTTEN_MS;
    if (row.provider !== '' && row.state !== 'failed' && !forgotten) {
      return refuse('refund-under-way', 'The payment provider pays this one back by itself.');
    }
    const note = tidy(`${by}: ${why}`, 200);
    await pay(work, row, { note });
    await auditOf(work, row, 'refund-paid', by, why);
  }
  return recordOf(work, (await findRefund(work, id))!);
}

/** Tries again at once what the provider refused. */
export async function retryRefund(work: Work, { id, by }: { id: string; by: string }): Promise<Answer<RefundRecord>> {
  const row = await findRefund(work, id);
  if (!row) return refuse('unknown-refund', 'No refund has this id.');
  if (row.done === 0 && row.state !== 'sent' && row.provider !== '') {
    await change(work, row, { next_at: await nextTry(work, row, 0) });
    await auditOf(work, row, 'refund-tried-again', by, '');
  }
  return recordOf(work, row);
}

async function auditOf(work: Work, row: RefundsTable, action: string, by: string, why: string): Promise<void> {
  const station = await stationId(work, row.station);
  const detail = `refund ${idOf(row)}${why === '' ? '' : `: ${tidy(why, 200)}`}`;
  work.audits.push({ action, client: by, station, detail });
}
