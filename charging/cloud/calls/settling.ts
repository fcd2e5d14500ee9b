// Receipts: which voucher they are of, what is left of it, and that each is settled once.
import { type CodeReader, type ReceiptReading, readReceipt } from '../../codes/index.ts';
import { isClient } from '../checks.ts';
import type { CodesTable, ReceiptsTable, StationsTable } from '../database/schema.ts';
import { refuse, shown, unknownStation } from '../refusals.ts';
import { money, refundOf, unusedAmount } from '../terms.ts';
import type { Answer, Refused, Settlement, StationTerms } from '../types.ts';
import { TryAgain, type Work } from '../work.ts';
import { requestIdOf, stationById, VOUCHER } from './looking-up.ts';

export interface SettleCall {
  readonly client: string;
  readonly station: string;
  readonly receipt: string;
  readonly anyClient?: boolean;
  /** Random: a call that is tried again after a lost connection knows its own work by it. */
  readonly token: number;
}

/**
 * A receipt names its voucher modulo 64 and is told from the others by its tag of seven digits. So many of the
 * client's latest vouchers with that remainder are held against it: a guess is right with 10⁻⁷ for each.
 */
const MOST_CANDIDATES = 256;
/** Rows looked through for them, first few and then many: vouchers of other clients lie between. */
const ROWS = [2000, 50_000];
/** As the station's keypad has it: ten wrong ones, and one more each 15 minutes, for a client at a station. */
const MOST_WRONG = 10;
const FORGIVEN_AFTER_MS = 15 * 60_000;

export async function settle(work: Work, call: SettleCall): Promise<Answer<Settlement>> {
  const { client, station: id, receipt } = call;
  if (!isClient(client)) return refuse('malformed', 'client: a text of 1 to 200 characters.');
  const station = await stationById(work, id);
  if (!station) return unknownStation(id);
  const reading = readReceipt(typeof receipt === 'string' ? receipt.replace(/[\s-]/g, '') : '');
  if (typeof reading === 'string') {
    return refuse(
      'receipt-mistyped',
      'A receipt has 12 digits and these are not right. Compare them with the display.',
    );
  }
  const until = await countAsWrong(work, station, client);
  if (until - work.now > MOST_WRONG * FORGIVEN_AFTER_MS) {
    // What is refused costs no more: whoever keeps trying must not keep himself out for ever.
    await forgive(work, station, client, until);
    return tooMany(work, until);
  }
  const found = await voucherOf(work, station, reading, call);
  if (!found) {
    work.tallies.add(station.number, { unit: 'min' }, { wrong_receipts: 1 });
    work.audits.push({ action: 'unknown-receipt', client, station: id });
    return refuse('unknown-receipt', `No voucher that you bought for station ${shown(id)} fits this receipt.`);
  }
  await forgive(work, station, client, until);
  return settleVoucher(work, station, found, reading, call);
}

/** Before the answer is known, and given back if it was right: calls that run at the same time all count. */
async function countAsWrong(work: Work, station: StationsTable, client: string): Promise<number> {
  const { until } = await work.db
    .insertInto('wrong_receipts')
    .values({ station: station.number, client, until: work.now + FORGIVEN_AFTER_MS })
    .onConflict((conflict) =>
      conflict.columns(['station', 'client']).doUpdateSet((eb) => ({
        until: eb(
          eb
            .case()
            .when('wrong_receipts.until', '>', work.now)
            .then(eb.ref('wrong_receipts.until'))
            .else(work.now)
            .end(),
          '+',
          FORGIVEN_AFTER_MS,
        ),
      })),
    )
    .returning('until')
    .executeTakeFirstOrThrow();
  return until;
}

async function forgive(work: Work, station: StationsTable, client: string, until: number): Promise<void> {
  await work.db
    .updateTable('wrong_receipts')
    .set({ until: until - FORGIVEN_AFTER_MS })
    .where('station', '=', station.number)
    .where('client', '=', client)
    .execute();
}

interface Found {
  readonly row: CodesTable;
  readonly terms: StationTerms;
}

async function voucherOf(
  work: Work,
  station: StationsTable,
  reading: ReceiptReading,
  call: SettleCall,
): Promise<Found | undefined> {
  let tried = 0;
  for (const rows of ROWS) {
    const candidates = await candidatesAmong(work, station, reading, call, rows);
    const termsOf = await work.shared.terms.get(work.db, candidates);
    const readers = new Map<number, CodeReader>();
    for (const row of candidates.slice(tried)) {
      const terms = termsOf(row);
      const reader = readers.get(row.terms) ?? work.shared.maker.reader(station.id, terms);
      readers.set(row.terms, reader);
      if (reader.matches(reading, row.sequence)) return { row, terms };
    }
    tried = candidates.length;
  }
  return undefined;
}

/** The latest first; all from the station's latest `rows` codes. */
async function candidatesAmong(
  work: Work,
  station: StationsTable,
  reading: ReceiptReading,
  { client, anyClient }: SettleCall,
  rows: number,
): Promise<CodesTable[]> {
  return work.db
    .selectFrom((eb) =>
      eb
        .selectFrom('codes')
        .selectAll()
        .where('station', '=', station.number)
        .orderBy('sequence', 'desc')
        .limit(rows)
        .as('latest'),
    )
    .selectAll()
    .where('kind', '=', VOUCHER)
    .where((eb) => eb(eb('sequence', '%', reading.window), '=', reading.residue))
    .$if(anyClient !== true, (query) => query.where('client', '=', client))
    .orderBy('sequence', 'desc')
    .limit(MOST_CANDIDATES)
    .execute();
}

async function settleVoucher(
  work: Work,
  station: StationsTable,
  { row, terms }: Found,
  reading: ReceiptReading,
  call: SettleCall,
): Promise<Answer<Settlement>> {
  const receipt: ReceiptsTable = {
    station: row.station,
    sequence: row.sequence,
    unused: reading.unused,
    refund: refundOf(row.price, reading.unused),
    client: call.client,
    settled_at: work.now,
    token: call.token,
  };
  const kept = await work.db
    .insertInto('receipts')
    .values(receipt)
    .onConflict((conflict) => conflict.columns(['station', 'sequence']).doNothing())
    .returning('token')
    .execute();
  const settlement = (settled: ReceiptsTable) => settlementOf(work, row, terms, settled);
  if (kept.length > 0) {
    const unused = Math.round(settlement(receipt).unused * 10_000);
    const sums = { settled: 1, unused, refunded: receipt.refund ?? 0 };
    work.tallies.add(0, terms, sums);
    work.tallies.add(station.number, terms, sums);
    return settlement(receipt);
  }
  const earlier = await work.db
    .selectFrom('receipts')
    .selectAll()
    .where('station', '=', row.station)
    .where('sequence', '=', row.sequence)
    .executeTakeFirst();
  if (!earlier) throw new TryAgain('the receipt is being settled by another replica');
  if (earlier.token === call.token) return settlement(earlier);
  work.audits.push({ action: 'receipt-settled-again', client: call.client, station: station.id });
  return refuse('receipt-settled', 'What was left of this voucher was given back before.', {
    settled: settlement(earlier),
  });
}

export function settlementOf(work: Work, row: CodesTable, terms: StationTerms, receipt: ReceiptsTable): Settlement {
  const bought = row.quantity * terms.step;
  const refund = money(receipt.refund, terms.price?.currency);
  return {
    request: requestIdOf(work, row),
    bought,
    unused: unusedAmount(bought, receipt.unused),
    unit: terms.unit,
    ...(refund ? { refund } : {}),
  };
}

function tooMany(work: Work, until: number): Refused {
  const retryAfterSeconds = Math.ceil((until - work.now - MOST_WRONG * FORGIVEN_AFTER_MS) / 1000);
  return refuse('too-many-receipts', `Too many wrong receipts. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}
