// Stations: made, changed, set up, retired. Their terms are kept by version, because vouchers keep theirs.

import { isStationId } from '../../codes/station-id.ts';
import { faultInCurrency, faultInName, faultInOutlets, faultInSlots, faultInTerms } from '../checks.ts';
import { changeRows, keepOnce } from '../database/rows.ts';
import type { StationsTable, StationTermsTable } from '../database/schema.ts';
import { folded } from '../folding.ts';
import { random32 } from '../random.ts';
import { refuse, refuseValue, retiredStation, shown, unknownStation } from '../refusals.ts';
import type { NewStation, StationChange, StationRecord, StationTerms } from '../station-types.ts';
import { nextNumber } from '../terms.ts';
import type { Answer } from '../types.ts';
import { own, TryAgain, type Work } from '../work.ts';
import { currentTerms, stationById, stationRecord, stationsToday } from './records.ts';

/** Of a station with one outlet. */
const USUAL: StationTerms = {
  unit: 'min',
  step: 30,
  layout: 'compact',
  sequence: 'clock',
  slotSeconds: 300,
  keyVersion: 1,
};

/** Of one with more: several customers at once, and codes bought hours ahead. */
const USUAL_OF_MANY: StationTerms = { ...USUAL, layout: 'wide', slotSeconds: 120 };

export async function station(work: Work, id: string): Promise<Answer<StationRecord>> {
  const row = await stationById(work, id);
  if (row) return stationRecord(row, await currentTerms(work, row));
  if (!isStationId(id)) work.audits.push({ action: 'strange-station-id', detail: shown(id) });
  return unknownStation(id);
}

export async function createStation(work: Work, wanted: NewStation, by?: string): Promise<Answer<StationRecord>> {
  return createNumbered(work, own(work, random32), wanted, by);
}

async function createNumbered(
  work: Work,
  number: number,
  wanted: NewStation,
  by: string | undefined,
): Promise<Answer<StationRecord>> {
  const { id, name = '', site = '', outlets = 1, ...given } = wanted;
  const terms: StationTerms = { ...(outlets > 1 ? USUAL_OF_MANY : USUAL), ...withoutUndefined(given) };
  if (!isStationId(id)) {
    return refuseValue('station-not-valid', 'id: 1 to 64 letters and digits, with . _ : - between them');
  }
  const fault = faultInStation(name, site, outlets, terms) ?? faultInSlots(terms) ?? faultInCurrency(terms.price);
  if (fault) return refuseValue('station-not-valid', fault);
  // The number is the call's own, so that a call that is tried again after a lost connection knows its own work.
  const row: StationsTable = {
    number,
    id,
    name,
    terms: 1,
    revision: 1,
    created_at: work.now,
    updated_at: work.now,
    retired_at: null,
    folded: folded(id, name, site),
    outlets,
    site,
  };
  if (!(await keepOnce(work, 'stations', row))) {
    const earlier = await stationById(work, id);
    if (earlier?.number === number) return stationRecord(earlier, await currentTerms(work, earlier));
    if (earlier) return refuse('station-exists', `There is a station ${shown(id)} already.`);
    return createNumbered(work, random32(), wanted, by);
  }
  await insertTerms(work, row, terms);
  work.audits.push({ action: 'station-created', station: id, client: by });
  return stationRecord(row, terms);
}

/** @param revisions refused unless the station is at one of them: what the caller saw was changed meanwhile */
export async function updateStation(
  work: Work,
  id: string,
  change: StationChange,
  by?: string,
  revisions?: readonly number[],
): Promise<Answer<StationRecord>> {
  const row = (await stationsToday(work, isStationId(id) ? [id] : [])).get(id);
  if (!row) return unknownStation(id);
  if (row.retired_at !== null) return retiredStation(id);
  if (revisions && !revisions.includes(row.revision)) {
    return refuse('changed-meanwhile', 'Somebody changed this station since you read it. Read it again.');
  }
  const before = await currentTerms(work, row);
  const { name = row.name, site = row.site, outlets = row.outlets, price, ...rest } = change;
  const merged = { ...before, ...withoutUndefined(rest), ...(price ? { price } : {}) };
  const { price: kept, ...free } = merged;
  const terms: StationTerms = price === null || kept === undefined ? free : { ...free, price: kept };
  const fault =
    faultInStation(name, site, outlets, terms) ??
    faultInSlots(terms, before) ??
    faultInCurrency(price, before.price) ??
    faultInNumbering(terms, row.last ?? 0, work.now);
  if (fault) return refuseValue('station-not-valid', fault);
  const same = JSON.stringify(termsRow(row, terms, 0)) === JSON.stringify(termsRow(row, before, 0));
  const seen = { name, site, folded: folded(id, name, site), outlets };
  if (same && name === row.name && site === row.site && outlets === row.outlets) return stationRecord(row, before);
  const version = same ? row.terms : row.terms + 1;
  const after = await changeRow(work, row, { ...seen, terms: version });
  if (!same) await insertTerms(work, after, terms);
  const detail = Object.keys(change).join(', ');
  work.audits.push({ action: 'station-changed', station: id, client: by, detail });
  return stationRecord(after, terms);
}

const faultInStation = (name: string, site: string, outlets: number, terms: StationTerms): string | undefined =>
  faultInName(name) ?? faultInName(site, 0, 'site') ?? faultInOutlets(outlets) ?? faultInTerms(terms);

/** A change of clock or slots must not leave a station waiting for its clock to catch up with its numbers. */
function faultInNumbering(terms: StationTerms, last: number, now: number): string | undefined {
  if (last === 0) return undefined;
  const next = nextNumber(terms, last, now);
  if (!('waitSeconds' in next) || next.waitSeconds <= 86_400) return undefined;
  return (
    `sequence, slotSeconds: the station has used numbers up to ${last}, and with these it would get no code before ` +
    `${new Date(now + next.waitSeconds * 1000).toISOString().slice(0, 10)}`
  );
}

/** No more codes for it; what was issued stays valid and can be settled. */
export async function retireStation(work: Work, id: string, by?: string): Promise<Answer<StationRecord>> {
  const row = await stationById(work, id);
  if (!row) return unknownStation(id);
  const terms = await currentTerms(work, row);
  if (row.retired_at !== null) return stationRecord(row, terms);
  const after = await changeRow(work, row, { retired_at: work.now });
  work.audits.push({ action: 'station-retired', station: id, client: by });
  return stationRecord(after, terms);
}

/** @throws {TryAgain} when it was changed meanwhile */
async function changeRow(
  work: Work,
  { number, revision }: StationsTable,
  change: Partial<StationsTable>,
): Promise<StationsTable> {
  const changed = { ...change, updated_at: work.now, revision: revision + 1 };
  const [after] = await changeRows(work, 'stations', { number, revision }, changed);
  if (!after) throw new TryAgain('the station was changed meanwhile');
  return after;
}

async function insertTerms(work: Work, station: StationsTable, terms: StationTerms): Promise<void> {
  const row = termsRow(station, terms, work.now);
  await work.db.insertInto('station_terms').values(row).execute();
}

function termsRow(station: StationsTable, terms: StationTerms, since: number): StationTermsTable {
  return {
    station: station.number,
    version: station.terms,
    unit: terms.unit,
    step: terms.step,
    layout: terms.layout,
    numbering: terms.sequence,
    slot_seconds: terms.slotSeconds,
    key_version: terms.keyVersion,
    step_price: terms.price?.minorUnits ?? null,
    currency: terms.price?.currency ?? null,
    since,
  };
}

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
