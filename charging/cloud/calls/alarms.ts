// Alarms: raised once for what they are about, shown until somebody has seen them, told to a webhook until it took them.
import { changeRows, keepOnce, rowsWith } from '../database/rows.ts';
import type { AlarmsTable, StationsTable } from '../database/schema.ts';
import { random48 } from '../random.ts';
import { refuse } from '../refusals.ts';
import { type Finding, STANDING } from '../reports/conditions.ts';
import type { Alarm, AlarmKind, AlarmsQuery, Evidence } from '../reports/types.ts';
import type { Answer, Page } from '../types.ts';
import { iso, isoOrNull, own, type Work } from '../work.ts';
import { isDue } from './due.ts';
import { cursorOf, inOrder, limitOf, pageOf } from './paging.ts';
import { stationById } from './records.ts';

/** A webhook is tried again after so long, doubled each time, up to six hours, for three days. */
const FIRST_RETRY_MS = 10_000;
const MOST_RETRY_MS = 6 * 3_600_000;
const TOLD_WITHIN_MS = 3 * 86_400_000;
const MOST_DUE = 20;
/** Of one kind at one station, until somebody has seen some: whoever has its key must not bury the others under his. */
const MOST_UNSEEN = 20;

/** Those that are new; what was raised before stays as it is. */
export async function raise(
  work: Work,
  station: Pick<StationsTable, 'number' | 'id'>,
  findings: readonly Finding[],
): Promise<Alarm[]> {
  const raised: Alarm[] = [];
  if (findings.length === 0) return raised;
  const unseen = await unseenByKind(work, station.number);
  for (const { kind, subject, evidence } of findings) {
    const before = unseen.get(kind) ?? 0;
    if (before >= MOST_UNSEEN) continue;
    const alarm = own(work, random48, `alarm ${kind} ${subject}`);
    const row: AlarmsTable = {
      ...{ station: station.number, kind, subject, alarm, raised_at: work.now, evidence: JSON.stringify(evidence) },
      ...{ over_at: null, seen_at: null, seen_by: null, unseen: 1, due_at: work.now, tries: 0 },
    };
    if (!(await keepOnce(work, 'alarms', row))) continue;
    raised.push(alarmOf(row, station.id));
    unseen.set(kind, before + 1);
  }
  return raised;
}

async function unseenByKind(work: Work, station: number): Promise<Map<AlarmKind, number>> {
  const rows = await work.db
    .selectFrom('alarms')
    .select(({ fn }) => ['kind' as const, fn.countAll<number>().as('count')])
    .where(({ and }) => and({ station, unseen: 1 }))
    .groupBy('kind')
    .execute();
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}

/** Alarms of what stood at a station when it was heard last. */
export function standingAlarms(work: Work, station: number): Promise<AlarmsTable[]> {
  return rowsWith(work, 'alarms', { station, over_at: null }).where('kind', 'in', STANDING).execute();
}

export async function endAlarm(work: Work, { station, kind, subject }: AlarmsTable): Promise<void> {
  await changeRows(work, 'alarms', { station, kind, subject }, { over_at: work.now });
}

/** Latest first. */
export async function listAlarms(work: Work, query: AlarmsQuery = {}): Promise<Page<Alarm>> {
  const limit = limitOf(query);
  const station = query.station === undefined ? undefined : await stationById(work, query.station);
  if (query.station !== undefined && !station) return { items: [], next: null };
  const of = (unseen: number) => {
    const alarms = alarmsOfStations(work)
      .where('unseen', '=', unseen)
      .$if(station !== undefined, (q) => q.where('alarms.station', '=', station!.number));
    return inOrder(alarms, ['raised_at', 'alarm'], 'desc', cursorOf(query.after))
      .limit(limit + 1)
      .execute();
  };
  const unseen = await of(1);
  const rows = query.unseen === true ? unseen : [...unseen, ...(await of(0))];
  rows.sort((a, b) => b.raised_at - a.raised_at || b.alarm - a.alarm);
  return pageOf(
    rows.slice(0, limit + 1),
    limit,
    (row) => alarmOf(row, row.id),
    (row) => `${row.raised_at}.${row.alarm}`,
  );
}

/** Notes that somebody has seen it. Again changes nothing. */
export async function seeAlarm(work: Work, { id, by }: { id: string; by: string }): Promise<Answer<Alarm>> {
  const alarm = /^alarm_([0-9a-f]{1,12})$/.exec(id)?.[1];
  const named = alarm && alarmsOfStations(work).where('alarm', '=', Number.parseInt(alarm, 16));
  const row = named && (await named.executeTakeFirst());
  if (!row) return refuse('unknown-alarm', 'There is no alarm of this id.');
  if (row.unseen === 0) return alarmOf(row, row.id);
  const seen = { seen_at: work.now, seen_by: by, unseen: 0 };
  await changeRows(work, 'alarms', { station: row.station, kind: row.kind, subject: row.subject }, seen);
  return alarmOf({ ...row, ...seen }, row.id);
}

/** Each with its station's id. */
function alarmsOfStations(work: Work) {
  return work.db
    .selectFrom('alarms')
    .innerJoin('stations', 'stations.number', 'alarms.station')
    .selectAll('alarms')
    .select('stations.id');
}

/** Alarms that the webhook is to be told now, oldest first; each is due again later until it was told. */
export async function takeDueAlarms(work: Work): Promise<Alarm[]> {
  const rows = await alarmsOfStations(work)
    .where(isDue('due_at', work.now))
    .where('raised_at', '>', work.now - TOLD_WITHIN_MS)
    .orderBy('due_at')
    .limit(MOST_DUE)
    .execute();
  for (const row of rows) {
    const wait = Math.min(FIRST_RETRY_MS * 2 ** row.tries, MOST_RETRY_MS);
    await changeRows(work, 'alarms', { alarm: row.alarm }, { due_at: work.now + wait, tries: row.tries + 1 });
  }
  return rows.map((row) => alarmOf(row, row.id));
}

/** The webhook took it. */
export async function alarmTold(work: Work, { id }: { id: string }): Promise<null> {
  const alarm = Number.parseInt(id.replace('alarm_', ''), 16);
  await changeRows(work, 'alarms', { alarm }, { due_at: null });
  return null;
}

function alarmOf(row: AlarmsTable, station: string): Alarm {
  return {
    id: `alarm_${row.alarm.toString(16).padStart(12, '0')}`,
    station,
    kind: row.kind,
    raisedAt: iso(row.raised_at),
    evidence: JSON.parse(row.evidence) as Evidence,
    overAt: isoOrNull(row.over_at),
    seenAt: isoOrNull(row.seen_at),
    seenBy: row.seen_by,
  };
}
