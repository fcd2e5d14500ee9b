// Codes that came to nothing: given back by themselves once a report proves that the station never honoured them and never
// will. It proves it when its sure time is past the last moment that its window lets them in (at a station that counts: when
// they fell out of the window for good), and all that the station closed since they were sold is known, and what is open: also
// what it verified in time, and may honour yet, since its outlet waits for power.
import { MOST_UNUSED, type OpenVoucher } from '../../codes/index.ts';
import { slotAt } from '../../codes/numbering.ts';
import { changeRows, rowsWith } from '../database/rows.ts';
import type { CodesTable, JournalsTable, StationsTable } from '../database/schema.ts';
import type { StationTerms } from '../station-types.ts';
import { boundsOf, isExpired } from '../terms.ts';
import type { Work } from '../work.ts';
import { keepSettlement } from './receipts.ts';
import { codesWithEnds, currentTerms, lastDrawn, requestIdOf, VOUCHER } from './records.ts';

/** More wait for the next report. */
const MOST_AT_ONCE = 500;

/**
 * @param journal as its newest report left it
 * @param lastMissing place of the last closed voucher that is not known; 0: all are
 */
export async function refundUnused(
  work: Work,
  station: StationsTable,
  journal: JournalsTable,
  lastMissing: number,
): Promise<void> {
  if (journal.forked === 1 || (await hasTwin(work, journal))) return;
  const terms = await currentTerms(work, station);
  const proven = await provenBy(work, journal);
  const most = lastOver(terms, proven);
  if (most <= journal.cleared) return;
  const since = await knownSince(work, journal, lastMissing);
  const rows = await unclaimedCodes(work, journal, most);
  const termsOf = await work.shared.terms.get(work.db, rows);
  const open = openIn(journal.open);
  for (const row of rows) {
    const sold = termsOf(row);
    const known = sold.keyVersion === journal.key_version && row.issued_at >= since && !open.has(row.sequence);
    // By the terms that it was sold under.
    const isPast = isExpired(sold, row.sequence, proven.highest, proven.sureMs);
    if (known && isPast) await giveBack(work, station, row, sold, journal);
  }
  // One that is open may only wait, and come to nothing yet: it is looked at again.
  const looked = rows.length < MOST_AT_ONCE ? most : rows.at(-1)!.sequence;
  const cleared = Math.min(looked, ...[...open].map((sequence) => sequence - 1));
  await changeRows(work, 'journals', { station: journal.station, journal: journal.journal }, { cleared });
}

/** Numbers of the vouchers that a journal said it honours. */
export function openIn(open: string): ReadonlySet<number> {
  return new Set((JSON.parse(open) as OpenVoucher[]).map(({ sequence }) => sequence));
}

/** Another journal with the same key may have honoured them. */
async function hasTwin(work: Work, { station, journal, key_version }: JournalsTable): Promise<boolean> {
  const others = rowsWith(work, 'journals', { station, key_version }).where('journal', '<>', journal);
  return (await others.limit(1).execute()).length > 0;
}

interface Proven {
  /** Sure time, unix milliseconds. */
  readonly sureMs: number;
  readonly highest: number;
}

/** No more than can be: whoever has a stolen key may claim a day that has not come, or a number that was not drawn. */
async function provenBy(work: Work, { station, sure, highest }: JournalsTable): Promise<Proven> {
  const last = await lastDrawn(work, station);
  return { sureMs: Math.min(sure * 1000, work.now), highest: Math.min(highest, last ?? 0) };
}

/** The highest number that the station takes no more, as it tells the time or counts. */
function lastOver(terms: StationTerms, { sureMs, highest }: Proven): number {
  const reference = terms.sequence === 'clock' ? slotAt(sureMs, terms.slotSeconds) : highest;
  return reference - (boundsOf(terms).rescue.window * 3) / 4;
}

/**
 * All that closed after this moment is known: a report heard by then counted everything up to the last gap. What the station
 * did before the journal's first report nobody can tell: the journal may be of a new card, or of a program that kept no count.
 */
async function knownSince(work: Work, row: JournalsTable, lastMissing: number): Promise<number> {
  if (lastMissing === 0) return row.first_at;
  const { station, journal } = row;
  const { since } = await work.db
    .selectFrom('reports')
    .select(({ fn }) => fn.min('heard_at').as('since'))
    .where(({ and }) => and({ station, journal }))
    .where('closed', '>=', lastMissing)
    .executeTakeFirstOrThrow();
  return since ?? Number.POSITIVE_INFINITY;
}

/** Vouchers without a known end and without a receipt, from where it was looked before up to `most`. */
function unclaimedCodes(work: Work, { station, cleared }: JournalsTable, most: number): Promise<CodesTable[]> {
  return codesWithEnds(work)
    .where('codes.station', '=', station)
    .where('codes.sequence', '>', cleared)
    .where('codes.sequence', '<=', most)
    .where('codes.kind', '=', VOUCHER)
    .where('receipts.station', 'is', null)
    .where('voucher_ends.station', 'is', null)
    .orderBy('codes.sequence')
    .limit(MOST_AT_ONCE)
    .execute();
}

async function giveBack(
  work: Work,
  station: StationsTable,
  row: CodesTable,
  terms: StationTerms,
  { journal, number }: JournalsTable,
): Promise<void> {
  const what = { unused: MOST_UNUSED, client: 'report', source: 'expired' } as const;
  const { again } = await keepSettlement(work, row, terms, what);
  if (again) return;
  work.audits.push({
    action: 'expired-code-refunded',
    client: 'report',
    station: station.id,
    detail:
      `request ${requestIdOf(work, row)}, ${row.quantity * terms.step} ${terms.unit}: ` +
      `not used, by report ${number} of journal ${journal}`,
  });
}
