// Hears a station's report (docs/reports.md): whose it is, whether it is new, and all that follows from it, in one
// transaction. The same report again, and one that is older than what is known, take nothing back.
import { createHash } from 'node:crypto';
import { FAULT_NUMBERS, type Report, readReport } from '../../codes/index.ts';
import { changeRows, findRow, rowsWith } from '../database/rows.ts';
import type { JournalsTable, ReportsTable, StationsTable } from '../database/schema.ts';
import { random48 } from '../random.ts';
import { refuse, unknownStation } from '../refusals.ts';
import { clockBounds } from '../reports/clock-bounds.ts';
import {
  deliveredOf,
  type Finding,
  isOver,
  type Metered,
  meteredIn,
  onceIn,
  standingIn,
  type Told,
} from '../reports/conditions.ts';
import { lastMissing, missingOf, type Range, withListed } from '../reports/places.ts';
import { isPossible } from '../reports/possible.ts';
import type { Alarm, HearCall, Heard } from '../reports/types.ts';
import type { StationTerms } from '../station-types.ts';
import type { Answer, Refused } from '../types.ts';
import { own, TryAgain, type Work } from '../work.ts';
import { endAlarm, raise, standingAlarms } from './alarms.ts';
import { type Learned, learnVouchers } from './ends.ts';
import { currentTerms, latestCodes, stationById } from './records.ts';
import { refundUnused } from './unused.ts';

/** Sure time that a power cut may take from a station, which writes it each five minutes, and some. */
const UNWRITTEN_SECONDS = 600;

/** A report that was opened, and where it stands among those of its journal. */
interface Opened {
  readonly station: StationsTable;
  readonly terms: StationTerms;
  readonly report: Report;
  /** Whose key sealed it. */
  readonly keyVersion: number;
}

export async function hearReport(work: Work, call: HearCall): Promise<Answer<Heard>> {
  const station = await stationById(work, call.station);
  if (!station) return unknownStation(call.station);
  const opened = await open(work, station, call.report);
  if ('refused' in opened) return opened;
  await waitForOthers(work, station);
  const { report } = opened;
  const row = reportRow(work, opened, call.report, await heardAt(work, station));
  const of = { station: station.number, journal: report.journal };
  const earlier = await findRow(work, 'reports', { ...of, number: report.number });
  if (earlier?.digest === row.digest) return heard(work, opened, earlier.token === row.token ? 'mine' : 'known', []);
  const journal = await findRow(work, 'journals', of);
  const findings: Finding[] = earlier || (await contradicts(work, row)) ? [wentBack(report)] : [];
  if (!earlier) await work.db.insertInto('reports').values(row).execute();
  const listed = { first: report.totals.closed - listedOf(report) + 1, last: report.totals.closed };
  const learned = await learnVouchers(work, opened);
  findings.push(...learned.findings);
  if (learned.contradicts && findings.every(({ kind }) => kind !== 'journal-went-back'))
    findings.push(wentBack(report));
  const forked = journal?.forked === 1 || findings.some(({ kind }) => kind === 'journal-went-back');
  const state = { ...(await fillGaps(work, row, journal?.closed ?? 0, listed)), forked };
  const isNewest = !earlier && (!journal || report.number > journal.number);
  const after = isNewest
    ? await newest(work, opened, row.heard_at, learned, journal, state, findings)
    : await older(work, journal!, state);
  await refundUnused(work, station, after, lastMissing(state.gaps));
  return heard(work, opened, 'new', await raise(work, station, findings), learned.fresh);
}

/** Every key that the station ever had is tried. */
async function open(work: Work, station: StationsTable, text: string): Promise<Opened | Refused> {
  const terms = await currentTerms(work, station);
  const versions = new Set([terms.keyVersion]);
  for (const table of ['station_terms', 'station_keys'] as const) {
    const rows = await work.db.selectFrom(table).select('key_version').where('station', '=', station.number).execute();
    for (const { key_version } of rows) versions.add(key_version);
  }
  for (const keyVersion of versions) {
    const report = readReport(work.shared.maker.stationKey(station.id, keyVersion), String(text));
    if (typeof report === 'object') {
      if (isPossible(report)) return { station, terms, report, keyVersion };
      return refuse(
        'report-not-valid',
        'It is sealed with the key of this station, and no station can have such numbers.',
      );
    }
    if (report === 'other-version') {
      return refuse(
        'report-not-valid',
        'This report is of a later version than this cloud reads. Bring the cloud up to date.',
      );
    }
  }
  return refuse('report-not-valid', 'No key of this station sealed this report, or a part of it is missing.');
}

/** Reports of one station are heard one after another: replicas wait here. */
async function waitForOthers(work: Work, { number }: StationsTable): Promise<void> {
  await work.db
    .insertInto('station_reports')
    .values({ station: number, journal: '', heard_at: 0 })
    .onConflict((conflict) => conflict.column('station').doUpdateSet((eb) => ({ station: eb.ref('excluded.station') })))
    .execute();
}

/**
 * Now, and after the newest code: what was sold before a report was heard must not seem to be sold after it because the
 * clock was behind, since what was sold after it and not used is given back.
 */
async function heardAt(work: Work, { number }: StationsTable): Promise<number> {
  const newest = await latestCodes(work, number, 1).select('issued_at').executeTakeFirst();
  return Math.max(work.now, (newest?.issued_at ?? 0) + 1);
}

function reportRow(work: Work, { station, report }: Opened, text: string, heard_at: number): ReportsTable {
  const { journal, number, boot, highest, sureTimeSeconds, totals } = report;
  return {
    ...{ station: station.number, journal, number, heard_at, boot, highest },
    ...{ sure: sureTimeSeconds, closed: totals.closed },
    digest: createHash('sha256').update(text).digest('base64url').slice(0, 22),
    token: own(work, random48, 'report'),
  };
}

type Key = Pick<ReportsTable, 'station' | 'journal' | 'number'>;

/** What only grows in a journal grew from the report before and to the one after: else it is two journals of one id. */
async function contradicts(work: Work, row: ReportsTable): Promise<boolean> {
  const ofJournal = rowsWith(work, 'reports', { station: row.station, journal: row.journal });
  const before = ofJournal.where('number', '<', row.number).orderBy('number', 'desc').limit(1);
  const after = ofJournal.where('number', '>', row.number).orderBy('number').limit(1);
  const [earlier, later] = [await before.executeTakeFirst(), await after.executeTakeFirst()];
  const grew = (from: ReportsTable, to: ReportsTable) =>
    (['boot', 'highest', 'closed'] as const).every((name) => from[name] <= to[name]) &&
    from.sure <= to.sure + UNWRITTEN_SECONDS;
  return (earlier !== undefined && !grew(earlier, row)) || (later !== undefined && !grew(row, later));
}

function wentBack({ journal, number, boot, totals, timeSeconds }: Report): Finding {
  const evidence = { journal, report: number, boot, closed: totals.closed, toldAt: timeSeconds };
  return { kind: 'journal-went-back', subject: journal, evidence };
}

/** Of what is listed, no more than was closed: what goes beyond closed before the journal began. */
const listedOf = ({ closed, totals }: Report) => Math.min(closed.length, totals.closed);

async function fillGaps(work: Work, key: Key, closed: number, listed: Range): Promise<Omit<State, 'forked'>> {
  const { station, journal } = key;
  const gapsOf = work.db.selectFrom('report_gaps').select(['first', 'last']);
  const before = await gapsOf.where('station', '=', station).where('journal', '=', journal).execute();
  const after = withListed(before, closed, listed);
  const same = (one: Range) => (other: Range) => one.first === other.first && one.last === other.last;
  const gone = before.filter((gap) => !after.some(same(gap))).map(({ first }) => first);
  const come = after.filter((gap) => !before.some(same(gap)));
  const deleted = work.db.deleteFrom('report_gaps').where('station', '=', station).where('journal', '=', journal);
  if (gone.length > 0) await deleted.where('first', 'in', gone).execute();
  if (come.length > 0) {
    const rows = come.map((gap) => ({ station, journal, ...gap }));
    await work.db.insertInto('report_gaps').values(rows).execute();
  }
  return { gaps: after, closedSome: missingOf(after, closed) < missingOf(before, closed) };
}

interface State {
  readonly gaps: readonly Range[];
  /** Whether a gap became smaller: vouchers that were looked at before may be settled now. */
  readonly closedSome: boolean;
  readonly forked: boolean;
}

/** What the newest report of a journal tells of the station. Adds to the findings what stands, and ends what is over. */
async function newest(
  work: Work,
  opened: Opened,
  heard_at: number,
  learned: Learned,
  before: JournalsTable | undefined,
  { gaps, closedSome, forked }: State,
  findings: Finding[],
): Promise<JournalsTable> {
  const { station, terms, report, keyVersion } = opened;
  const { journal, totals } = report;
  const others = await work.db
    .selectFrom('journals')
    .select(['journal', 'key_version', 'closings', 'told_at'])
    .where('station', '=', station.number)
    .where('journal', '<>', journal)
    .execute();
  const meters = meteredIn(report);
  const clock = clockBounds(report.timeSeconds, work.now, terms.unit, learned.issued);
  const row: JournalsTable = {
    ...{ station: station.number, journal, key_version: keyVersion },
    ...{ first_at: before?.first_at ?? heard_at, heard_at, number: report.number, boot: report.boot },
    ...{ told_at: report.timeSeconds, clock_least: clock.least, clock_most: clock.most, highest: report.highest },
    ...{ sure: report.sureTimeSeconds, closed: Math.max(totals.closed, before?.closed ?? 0) },
    ...{ delivered: deliveredOf(report), meter_wh: totals.meterWh, closings: totals.relayClosings },
    meter_from: before?.meter_from ?? meters?.meterWh ?? null,
    delivered_from: before?.delivered_from ?? meters?.delivered ?? null,
    ...{ wrong_guesses: totals.wrongGuesses, lockouts: totals.lockouts, faults: JSON.stringify(report.faults) },
    ...{ open: JSON.stringify(report.open), missing: missingOf(gaps, totals.closed), forked: Number(forked) },
    cleared: closedSome ? 0 : (before?.cleared ?? 0),
  };
  await work.db
    .insertInto('journals')
    .values(row)
    .onConflict((conflict) => conflict.columns(['station', 'journal']).doUpdateSet(row))
    .execute();
  // A new key makes a new journal, and only that does.
  const twins = others.filter(({ key_version }) => key_version === keyVersion);
  if (!before && twins.length > 0) {
    const evidence = { journal, keyVersion, before: twins.map((twin) => twin.journal).join(', ') };
    findings.push({ kind: 'journal-restarted', subject: journal, evidence });
  }
  const speaks = await speaksNow(work, row);
  if (!speaks) return row;
  const told: Told = {
    ...{ report, unit: terms.unit, sequence: terms.sequence, outlets: station.outlets, clock },
    closings: others.reduce((sum, { closings }) => sum + closings, totals.relayClosings),
    first: metered(before?.meter_from, before?.delivered_from),
    before: before && isSilent(before) ? undefined : metered(before?.meter_wh, before?.delivered),
  };
  findings.push(...onceIn(told), ...(await standing(work, told, station.number)));
  return row;
}

function metered(meterWh: number | null | undefined, delivered: number | null | undefined): Metered | undefined {
  return meterWh == null || delivered == null ? undefined : { meterWh, delivered };
}

const isSilent = ({ faults }: JournalsTable) =>
  (JSON.parse(faults) as number[]).includes(FAULT_NUMBERS['meter-silent']);

/** Whether this journal is the one that the station has now, which is then remembered. */
async function speaksNow(work: Work, row: JournalsTable): Promise<boolean> {
  const { station, journal, key_version, told_at, heard_at } = row;
  const now = await work.db
    .selectFrom('station_reports')
    .innerJoin('journals', (join) =>
      join
        .onRef('journals.station', '=', 'station_reports.station')
        .onRef('journals.journal', '=', 'station_reports.journal'),
    )
    .select(['journals.journal', 'journals.key_version', 'journals.told_at'])
    .where('station_reports.station', '=', station)
    .executeTakeFirst();
  const other = now !== undefined && now.journal !== journal;
  const later = other && now.key_version === key_version && (now.told_at === 0 || told_at > now.told_at);
  if (other && now.key_version >= key_version && !later) return false;
  await changeRows(work, 'station_reports', { station }, { journal, heard_at });
  return true;
}

/** What came to stand with this report; what is over by it is ended. */
async function standing(work: Work, told: Told, station: number): Promise<Finding[]> {
  const thingOf = (subject: string) => subject.split(' ', 1)[0]!;
  const known = await standingAlarms(work, station);
  for (const alarm of known) if (isOver(alarm.kind, thingOf(alarm.subject), told)) await endAlarm(work, alarm);
  const { journal, number } = told.report;
  return standingIn(told)
    .filter(({ kind, subject }) => !known.some((alarm) => alarm.kind === kind && thingOf(alarm.subject) === subject))
    .map((finding) => ({ ...finding, subject: `${finding.subject} ${journal}.${number}` }));
}

/** One that is older than the newest takes nothing back: it may close a gap, or show that there are two journals of one id. */
async function older(work: Work, journal: JournalsTable, { gaps, closedSome, forked }: State): Promise<JournalsTable> {
  const cleared = closedSome ? 0 : journal.cleared;
  const change = { missing: missingOf(gaps, journal.closed), cleared, forked: Number(forked) };
  const key = { station: journal.station, journal: journal.journal };
  const [row] = await changeRows(work, 'journals', key, change);
  if (!row) throw new TryAgain('the journal is not there any more');
  return row;
}

async function heard(
  work: Work,
  { station, report }: Opened,
  was: 'new' | 'mine' | 'known',
  alarms: readonly Alarm[],
  fresh = 0,
): Promise<Heard> {
  const { journal, number, totals, closed } = report;
  const at = { station: station.number, journal, number };
  const gaps = await rowsWith(work, 'report_gaps', { station: at.station, journal }).execute();
  return {
    report: number,
    sessions: closed.length,
    new: was === 'mine' ? await firstToldBy(work, at) : fresh,
    missing: missingOf(gaps, totals.closed),
    alarms,
  };
}

/** How many vouchers this report was the first to list. */
async function firstToldBy(work: Work, { station, journal, number }: Key): Promise<number> {
  const { count } = await work.db
    .selectFrom('voucher_ends')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where(({ and }) => and({ station, journal, report: number }))
    .executeTakeFirstOrThrow();
  return count;
}
