// What a report says of vouchers: how each ended, once; what was left of it, settled; and what cannot be right with it.
import type { ClosedVoucher, OpenVoucher, Report } from '../../codes/index.ts';
import type { CodesTable, ReceiptsTable, StationsTable, VoucherEndsTable } from '../database/schema.ts';
import { type Finding, reasonName } from '../reports/conditions.ts';
import type { Evidence } from '../reports/types.ts';
import type { Work } from '../work.ts';
import type { RowsOf } from './lists.ts';
import { keepSettlement } from './receipts.ts';
import { termsOf, VOUCHER } from './records.ts';

export interface Learned {
  /** Closed vouchers that were not known before. */
  readonly fresh: number;
  readonly findings: readonly Finding[];
  /** Whether another voucher was known to have closed in the place of one of these. */
  readonly contradicts: boolean;
  /** Of the vouchers that the ledger knows: when each was issued, and what was delivered on it. */
  readonly issued: readonly { readonly issuedMs: number; readonly delivered: number }[];
}

interface Told {
  readonly station: StationsTable;
  readonly report: Report;
}

export async function learnVouchers(work: Work, told: Told): Promise<Learned> {
  const { station, report } = told;
  const vouchers = [...report.closed, ...report.open];
  const codes = await rowsOf(work, 'codes', station, vouchers);
  const ends = endsIn(told, codes);
  const known = await rowsOf(work, 'voucher_ends', station, ends);
  const fresh = ends.filter(({ sequence }) => !known.has(sequence));
  await inParts(fresh, async (part) => {
    const insert = work.db.insertInto('voucher_ends').values(part);
    await insert.onConflict((conflict) => conflict.columns(['station', 'sequence']).doNothing()).execute();
    return [];
  });
  const receipts = await rowsOf(work, 'receipts', station, vouchers);
  const findings = [
    ...unexplained(report, vouchers, codes),
    ...endedTwice(ends, known),
    ...usedThoughRefunded(report, vouchers, receipts),
  ];
  for (const end of fresh) {
    const code = codes.get(end.sequence);
    if (!code || end.explained === 0) continue;
    const receipt = receipts.get(end.sequence);
    if (receipt) findings.push(...differs(end, receipt));
    else if (end.unused > 0) await settleFrom(work, code, end);
  }
  return {
    fresh: fresh.length,
    findings,
    contradicts: await inPlaceOfOthers(work, ends, known),
    issued: vouchers.flatMap((voucher) => {
      const code = codes.get(voucher.sequence);
      return code && explains(code, voucher) ? [{ issuedMs: code.issued_at, delivered: voucher.delivered }] : [];
    }),
  };
}

/** So many vouchers in one statement: databases take no more than some ten thousand values. */
const MOST_IN_STATEMENT = 1000;

/** What a statement finds for each of its parts, all together; nothing is asked where there is nothing to ask for. */
async function inParts<Item, Found>(
  items: readonly Item[],
  find: (part: Item[]) => Promise<Found[]>,
): Promise<Found[]> {
  const found: Found[] = [];
  for (let from = 0; from < items.length; from += MOST_IN_STATEMENT) {
    for (const each of await find(items.slice(from, from + MOST_IN_STATEMENT))) found.push(each);
  }
  return found;
}

/** Rows of what is listed, the newest first, each number once. */
function endsIn({ station, report }: Told, codes: ReadonlyMap<number, CodesTable>): VoucherEndsTable[] {
  const { journal, number, timeSeconds, totals, closed } = report;
  const rows = new Map<number, VoucherEndsTable>();
  let newerMinutes = 0;
  for (const [index, { minutesAgo, sequence, ...voucher }] of closed.entries()) {
    // Who closed before one that closed minutes ago did not close just now: 0 says that it cannot be told.
    const endedSeconds = timeSeconds - minutesAgo * 60;
    const isKnown = timeSeconds > 0 && endedSeconds > 0 && (minutesAgo > 0 || newerMinutes === 0);
    newerMinutes = Math.max(newerMinutes, minutesAgo);
    if (rows.has(sequence)) continue;
    rows.set(sequence, {
      ...{ station: station.number, sequence, journal, place: totals.closed - index, ...voucher },
      explained: Number(explains(codes.get(sequence), voucher)),
      ended_at: isKnown ? endedSeconds * 1000 : null,
      report: number,
    });
  }
  return [...rows.values()];
}

/** Rows of these vouchers, by number. */
async function rowsOf<T extends keyof RowsOf>(
  work: Work,
  table: T,
  { number }: StationsTable,
  vouchers: readonly { readonly sequence: number }[],
): Promise<ReadonlyMap<number, RowsOf[T]>> {
  const sequences = vouchers.map(({ sequence }) => sequence);
  const select = work.db
    .selectFrom(table as 'codes')
    .selectAll()
    .where('station', '=', number);
  const rows = await inParts(sequences, (part) => select.where('sequence', 'in', part).execute());
  return new Map(rows.map((row) => [row.sequence, row as unknown as RowsOf[T]]));
}

/** A journal closes each voucher in one place, and in each place one voucher: else two journals have one id. */
async function inPlaceOfOthers(
  work: Work,
  ends: readonly VoucherEndsTable[],
  known: ReadonlyMap<number, VoucherEndsTable>,
): Promise<boolean> {
  const placed = ends.filter(({ place }) => place > 0);
  if (placed.length === 0) return false;
  const { station, journal } = placed[0]!;
  const rows = await work.db
    .selectFrom('voucher_ends')
    .select(['place', 'sequence'])
    .where(({ and }) => and({ station, journal }))
    .where('place', '>=', placed.at(-1)!.place)
    .where('place', '<=', placed[0]!.place)
    .execute();
  const at = new Map(rows.map(({ place, sequence }) => [place, sequence]));
  return placed.some(({ place, sequence }) => {
    const before = known.get(sequence);
    const moved = before !== undefined && before.journal === journal && before.place !== place;
    return moved || (at.get(place) ?? sequence) !== sequence;
  });
}

const explains = (code: CodesTable | undefined, { quantity }: Pick<OpenVoucher, 'quantity'>): boolean =>
  code?.kind === VOUCHER && code.quantity === quantity;

/** Honoured by the station and sold by nobody: somebody else has its key. */
function unexplained(
  { journal, number }: Report,
  vouchers: readonly OpenVoucher[],
  codes: ReadonlyMap<number, CodesTable>,
): Finding[] {
  return vouchers
    .filter((voucher) => !explains(codes.get(voucher.sequence), voucher))
    .map(({ sequence, outlet, quantity, delivered }) => {
      const sold = codes.get(sequence);
      const soldQuantity = sold?.kind === VOUCHER ? sold.quantity : null;
      const evidence = { sequence, outlet, quantity, delivered, soldQuantity, journal, report: number };
      return { kind: 'unknown-voucher', subject: String(sequence), evidence };
    });
}

/** The same number in two journals, with two ends: a card that was copied, or put back. */
function endedTwice(ends: readonly VoucherEndsTable[], known: ReadonlyMap<number, VoucherEndsTable>): Finding[] {
  return ends.flatMap((end) => {
    const other = known.get(end.sequence);
    const elsewhere = other && other.journal !== end.journal && other.place > 0 && end.place > 0;
    const same = other && other.delivered === end.delivered && other.unused === end.unused;
    if (!elsewhere || same) return [];
    const evidence = { ...shownEnd(end), otherJournal: other.journal, otherDelivered: other.delivered };
    return [{ kind: 'ended-twice', subject: String(end.sequence), evidence }];
  });
}

function usedThoughRefunded(
  { journal, number }: Report,
  vouchers: readonly (OpenVoucher | ClosedVoucher)[],
  receipts: ReadonlyMap<number, ReceiptsTable>,
): Finding[] {
  return vouchers
    .filter(({ sequence }) => receipts.get(sequence)?.source === 'expired')
    .map(({ sequence, outlet, quantity, delivered }) => {
      const refunded = receipts.get(sequence)!.refund;
      const evidence = { sequence, outlet, quantity, delivered, refunded, journal, report: number };
      return { kind: 'refunded-but-used', subject: String(sequence), evidence };
    });
}

/** More was given back than the station says was left. */
function differs(end: VoucherEndsTable, receipt: ReceiptsTable): Finding[] {
  if (receipt.source === 'expired' || receipt.unused <= end.unused) return [];
  const evidence = { ...shownEnd(end), unused: end.unused, settledUnused: receipt.unused };
  return [{ kind: 'settled-otherwise', subject: String(end.sequence), evidence }];
}

function shownEnd({ sequence, outlet, quantity, delivered, reason, journal, report }: VoucherEndsTable): Evidence {
  return { sequence, outlet, quantity, delivered, reason: reasonName(reason), journal, report };
}

async function settleFrom(work: Work, code: CodesTable, { unused }: VoucherEndsTable): Promise<void> {
  const terms = await termsOf(work, code);
  await keepSettlement(work, code, terms, { unused, client: code.client, source: 'report' });
}
