// A station's key: given out, and replaced. The ledger keeps when each version was given out first, because a key that no
// station can have used yet is the only one that a station with a new journal may begin with by itself.
import { PROVISIONING_VERSION } from '../../codes/provisioning.ts';
import { faultInTerms } from '../checks.ts';
import { keepOnce } from '../database/rows.ts';
import type { CodesTable, StationsTable } from '../database/schema.ts';
import { refuseValue, retiredStation, unknownStation } from '../refusals.ts';
import type { NewKey, Provisioning } from '../station-types.ts';
import { isExpired, isVoid } from '../terms.ts';
import type { Answer, CodeRecord, Page, Refused } from '../types.ts';
import { iso, type Work } from '../work.ts';
import { codeRecords } from './lists.ts';
import { codesWithEnds, currentTerms, type StationToday, stationById, stationsToday, VOUCHER } from './records.ts';
import { updateStation } from './stations.ts';

/** More of a station's newest codes than the longest window ever holds: 768 slots back, and fewer ahead than 256. */
const MOST_IN_WINDOW = 1280;

/**
 * What a station is set up with; audited.
 * @param options.keyVersion another than the station's, to set a station up before changing over
 */
export async function provisioning(
  work: Work,
  id: string,
  { keyVersion, by }: { keyVersion?: number | undefined; by?: string | undefined } = {},
): Promise<Answer<Provisioning>> {
  const row = await stationById(work, id);
  if (!row) return unknownStation(id);
  const now = await currentTerms(work, row);
  const terms = keyVersion === undefined ? now : { ...now, keyVersion };
  const fault = faultInTerms(terms);
  if (fault) return refuseValue('station-not-valid', fault);
  const given = { station: row.number, key_version: terms.keyVersion, given_at: work.now };
  const first = await keepOnce(work, 'station_keys', given);
  const detail = `key version ${terms.keyVersion}`;
  work.audits.push({ action: 'station-provisioned', station: id, client: by, detail });
  return {
    version: PROVISIONING_VERSION,
    station: id,
    key: Buffer.from(work.shared.maker.stationKey(id, terms.keyVersion)).toString('hex'),
    ...terms,
    outlets: row.outlets,
    provisionedAt: iso(work.now),
    new: first || !(await mayHaveSold(work, row, terms.keyVersion)),
  };
}

/**
 * A key version that the station never had, and what to set the station up with, in one step: for a memory card that is
 * new or was restored, and for a key that others may know. Codes of the key before are void once the station has the new.
 */
export async function replaceKey(
  work: Work,
  id: string,
  by?: string,
  revisions?: readonly number[],
): Promise<Answer<NewKey>> {
  const station = (await stationsToday(work, [id])).get(id);
  if (!station) return unknownStation(id);
  if (station.retired_at !== null) return retiredStation(id);
  const voided = await outstandingOf(work, station);
  const keyVersion = (await latestVersion(work, station)) + 1;
  const changed = await updateStation(work, id, { keyVersion }, by, revisions);
  if (isRefusal(changed)) return changed;
  const given = await provisioning(work, id, { by });
  if (isRefusal(given)) return given;
  const item = await codeRecords(work, voided);
  return { provisioning: given, void: voided.map(item) };
}

/**
 * Newest first: vouchers that the station may still take, which a new key makes void. Some may have been used up, without
 * a receipt.
 */
export async function listOutstanding(work: Work, id: string): Promise<Answer<Page<CodeRecord>>> {
  const station = (await stationsToday(work, [id])).get(id);
  if (!station) return unknownStation(id);
  const rows = await outstandingOf(work, station);
  return { items: rows.map(await codeRecords(work, rows)), next: null };
}

async function outstandingOf(work: Work, station: StationToday): Promise<CodesTable[]> {
  const rows = await codesWithEnds(work)
    .select(['receipts.settled_at', 'voucher_ends.reason'])
    .where('codes.station', '=', station.number)
    .orderBy('codes.sequence', 'desc')
    .limit(MOST_IN_WINDOW)
    .execute();
  const termsOf = await work.shared.terms.get(work.db, rows);
  const today = await currentTerms(work, station);
  return rows.filter((row) => {
    const ended = row.settled_at !== null || row.reason !== null;
    if (row.kind !== VOUCHER || ended || isVoid(termsOf(row), today)) return false;
    return !isExpired(termsOf(row), row.sequence, station.last ?? row.sequence, work.now);
  });
}

/** Whether a code may have been drawn under this key, or a later one: told from the newest code alone, on the safe side. */
async function mayHaveSold(work: Work, { number }: StationsTable, keyVersion: number): Promise<boolean> {
  const newest = await work.db
    .selectFrom('codes')
    .select('terms')
    .where('station', '=', number)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!newest) return false;
  const { latest } = await work.db
    .selectFrom('station_terms')
    .select((eb) => eb.fn.max('key_version').as('latest'))
    .where('station', '=', number)
    .where('version', '<=', newest.terms)
    .executeTakeFirstOrThrow();
  return latest >= keyVersion;
}

/** The highest version that the station was ever sold under, or that was given out for it. */
async function latestVersion(work: Work, { number }: StationsTable): Promise<number> {
  const [terms, given] = await Promise.all(
    (['station_terms', 'station_keys'] as const).map((table) =>
      work.db
        .selectFrom(table)
        .select((eb) => eb.fn.max('key_version').as('latest'))
        .where('station', '=', number)
        .executeTakeFirstOrThrow(),
    ),
  );
  return Math.max(terms?.latest ?? 0, given?.latest ?? 0);
}

const isRefusal = (answer: object): answer is Refused => 'refused' in answer;
