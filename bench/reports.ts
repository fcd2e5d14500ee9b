// A million reports of ten thousand stations, on SQLite and on PostgreSQL: how long the operator's pages take, and hearing one
// more. Each station's 100 reports told of a voucher each, and five were given back; at each tenth station three are missing, ten were
// sold by nobody, and two alarms stand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, type Ledger, openLedger } from '../charging/cloud/ledger.ts';
import { MASTER_KEY, Postgres } from '../test/charging/cloud/databases.ts';
import { OfflineStation } from '../test/charging/cloud/offline-station.ts';
import { type Raw, rawPostgres, rawSqlite } from './support/raw-database.ts';

const STATIONS = Number(process.env.REPORT_STATIONS ?? 10_000);
const REPORTS = 100;
const HEARD_AT_ONCE = 200;
const TO_REACH_MS = 1000;
const HOUR_MS = 3_600_000;

type Kind = 'sqlite' | 'postgresql';

const idOf = (number: number) => `CP-${String(number).padStart(5, '0')}`;
const journalOf = (number: number) => number.toString(16).padStart(8, '0');

async function fill(raw: Raw, kind: Kind): Promise<void> {
  const begun = Date.now() - REPORTS * HOUR_MS;
  const series = (most: number) =>
    kind === 'sqlite'
      ? `(with recursive c(i) as (select 1 union all select i + 1 from c where i < ${most}) select i from c) as stations`
      : `(select i from generate_series(1::bigint, ${most}) as s(i)) as stations`;
  const each = series(STATIONS);
  const both = `${each} cross join ${series(REPORTS).replace(/\bi\b/g, 'n').replace('as stations', 'as told')}`;
  const padded = kind === 'sqlite' ? "printf('CP-%05d', i)" : "'CP-' || lpad(i::text, 5, '0')";
  const journal = kind === 'sqlite' ? "printf('%08x', i)" : "lpad(to_hex(i), 8, '0')";
  const at = `${begun} + n * ${HOUR_MS}`;
  const statements = [
    `insert into stations (number, id, name, terms, revision, created_at, updated_at, folded)
     select i, ${padded}, 'Harbour', 1, 1, 0, 0, lower(${padded}) || ' harbour' from ${each}`,
    `insert into station_terms (station, version, unit, step, layout, numbering, slot_seconds, key_version, since)
     select i, 1, 'Wh', 500, 'long', 'counter', 300, 1, 0 from ${each}`,
    `insert into codes (station, sequence, kind, terms, quantity, price, client, issued_at, reservation)
     select i, n, 0, 1, 2, null, 'app', ${at}, null from ${both}`,
    `insert into reports (station, journal, number, heard_at, boot, highest, sure, closed, digest, token)
     select i, ${journal}, n, ${at}, 1, n, 0, n, 'digest', 0 from ${both}`,
    `insert into voucher_ends (station, sequence, journal, place, outlet, quantity, delivered, unused, reason, explained, ended_at, report)
     select i, n, ${journal}, n, 1, 2, 1000, 0, 1, case when i % 10 = 0 and n > 90 then 0 else 1 end, ${at}, n from ${both} where i % 10 <> 0 or n > 3`,
    `insert into receipts (station, sequence, unused, refund, client, settled_at, token, source)
     select i, n, 155, null, 'report', ${at}, 0, 'expired' from ${both} where n % 20 = 0`,
    `insert into journals (station, journal, key_version, first_at, heard_at, number, boot, told_at, clock_least, clock_most,
       highest, sure, closed, delivered, meter_wh, closings, wrong_guesses, lockouts, faults, open, missing, forked, cleared)
     select i, ${journal}, 1, ${begun}, ${Date.now()}, ${REPORTS}, 1, ${Math.floor(Date.now() / 1000)}, -5, 60,
       ${REPORTS}, 0, ${REPORTS}, ${REPORTS * 1000}, ${REPORTS * 1000}, ${REPORTS}, 0, 0, '[]', '[]',
       case when i % 10 = 0 then 3 else 0 end, 0, 0 from ${each}`,
    `insert into station_reports (station, journal, heard_at)
     select i, ${journal}, case when i % 20 = 0 then 0 else ${Date.now()} end from ${each}`,
    `insert into report_gaps (station, journal, first, last) select i, ${journal}, 1, 3 from ${each} where i % 10 = 0`,
    ...['fault-standing', 'unknown-voucher'].map(
      (alarm, index) =>
        `insert into alarms (station, kind, subject, alarm, raised_at, evidence, over_at, seen_at, seen_by, unseen, due_at, tries)
         select i, '${alarm}', '1', i * 2 + ${index}, ${begun} + i, '{"fault":3}', null, null, null, 1, null, 0
         from ${each} where i % 10 = 0`,
    ),
    kind === 'sqlite' ? 'analyze' : 'vacuum analyze',
  ];
  for (const statement of statements) await raw.run(statement);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function pages(ledger: Ledger): Promise<ReadonlyMap<string, number>> {
  const { next } = await ledger.listStationHealth();
  const after = next ?? undefined;
  const station = idOf(Math.floor(STATIONS / 2));
  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    'stations by their reports': () => ledger.listStationHealth(),
    'the next page': () => ledger.listStationHealth({ after }),
    'a search': () => ledger.listStationHealth({ search: '0099' }),
    'silent for a week': () => ledger.listStationHealth({ only: 'silent' }),
    'with gaps': () => ledger.listStationHealth({ only: 'missing' }),
    'with alarms': () => ledger.listStationHealth({ only: 'alarms' }),
    'one station': () => ledger.stationReports(station),
    'alarms not seen': () => ledger.listAlarms({ unseen: true }),
    'all alarms': () => ledger.listAlarms(),
    'alarms of a station': () => ledger.listAlarms({ station }),
    overview: () => ledger.statistics({ days: 30, quick: true }),
  };
  const figures = new Map<string, number>();
  for (const [name, ask] of Object.entries(asked)) figures.set(name, await timed(ask));
  return figures;
}

/** Reports of as many stations, each with a voucher that is new. */
async function hearing(ledger: Ledger): Promise<number> {
  const texts: { station: string; report: string }[] = [];
  for (let number = 1; number <= HEARD_AT_ONCE; number++) {
    const box = new OfflineStation(idOf(number), { journal: journalOf(number), reports: REPORTS, closings: REPORTS });
    const sold = await ledger.issue({ client: 'app', station: box.id, amount: 1000 });
    if (isRefused(sold)) throw new Error(sold.refused.detail);
    for (let n = 1; n <= REPORTS + 1; n++) box.begin(n, 2).end(n, 1000);
    Object.assign(box, { meterWh: box.delivered });
    texts.push({ station: box.id, report: box.report(Date.now()) });
  }
  const took = await timed(() => Promise.all(texts.map((text) => ledger.hearReport(text))));
  return took / HEARD_AT_ONCE;
}

async function measure(kind: Kind, url: string): Promise<boolean> {
  await (await openLedger({ url, masterKey: MASTER_KEY })).close();
  const raw = kind === 'sqlite' ? rawSqlite(url) : await rawPostgres(url);
  const filling = await timed(() => fill(raw, kind));
  const bytes = await raw.bytes();
  await raw.end();
  const reports = STATIONS * REPORTS;
  console.log(
    `${kind}: ${reports} reports of ${STATIONS} stations, ${Math.round(bytes / 1e6)} MB, made in ${Math.round(filling / 1000)} s`,
  );
  const ledger = await openLedger({ url, masterKey: MASTER_KEY, patienceMs: 60_000 });
  const figures = await pages(ledger);
  for (const [name, ms] of figures) console.log(`${kind}: ${name}: ${ms.toFixed(1)} ms (to reach: ≤ ${TO_REACH_MS})`);
  const counting = await timed(() => ledger.statistics({ days: 1 }));
  console.log(`${kind}: codes that may still be typed, which no page waits for: ${counting.toFixed(0)} ms`);
  console.log(`${kind}: one more report heard: ${(await hearing(ledger)).toFixed(2)} ms, ${HEARD_AT_ONCE} at once`);
  await ledger.close();
  return Math.max(...figures.values()) <= TO_REACH_MS;
}

const wanted = process.argv.slice(2);
const reached: boolean[] = [];
if (wanted.length === 0 || wanted.includes('sqlite')) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-reports-'));
  reached.push(await measure('sqlite', `sqlite:${join(folder, 'ledger.sqlite')}`));
  rmSync(folder, { recursive: true, force: true });
}
if (wanted.length === 0 || wanted.includes('postgresql')) {
  const server = await Postgres.start();
  reached.push(await measure('postgresql', await server.freshUrl()));
  await server.stop();
}
process.exitCode = reached.every(Boolean) ? 0 : 1;
