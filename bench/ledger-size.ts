// Issuing from a ledger of ten million codes beside one of ten thousand, on SQLite and on PostgreSQL (docs/ledger.md).
// Rounds alternate between the two ledgers, so that what else the machine does falls on both. Compared is the time of
// all rounds of a run together, and of three runs the worst counts: what comes only now and then (checkpoints, page splits) belongs to the cost.
import { constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, type Ledger, openLedger } from '../charging/cloud/ledger.ts';
import { MASTER_KEY, Postgres } from '../test/charging/cloud/databases.ts';
import { type Raw, rawPostgres, rawSqlite, toDisk } from './support/raw-database.ts';

const SMALL = 10_000;
const LARGE = Number(process.env.LEDGER_CODES ?? 10_000_000);
const STATIONS = 100;
const ROUNDS = Number(process.env.LEDGER_ROUNDS ?? 80);
/** Not counted: the first inserts after a bulk load split its full pages. */
const WARM_UP_ROUNDS = 20;
/** The worst of them counts. */
const RUNS = 3;
const CODES_A_ROUND = 250;
const CUSTOMERS = 50;
/** Of an export: enough to see whether its memory grows. */
const CSV_LINES = 500_000;
const YEAR_MS = 365 * 86_400_000;

interface Measured {
  readonly url: string;
  readonly codes: number;
  readonly ledger: Ledger;
  readonly microseconds: number[];
  /** Of this process: with SQLite all there is, with PostgreSQL the client's side. */
  readonly processorMicroseconds: number[];
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const stationOf = (index: number) => `CP-${String(index).padStart(4, '0')}`;

/**
 * A year of trade, inserted in the order of its days, so that the trees look as trade leaves them: each station's
 * numbers from 1 on, and a key for each code of the last three days.
 */
async function fill(raw: Raw, kind: 'sqlite' | 'postgresql', codes: number): Promise<void> {
  const now = Date.now();
  const [series, random] =
    kind === 'sqlite'
      ? [
          `(with recursive c(i) as (select 0 union all select i + 1 from c where i < ${codes - 1}) select i from c)`,
          'randomblob(16)',
        ]
      : [`(select i from generate_series(0::bigint, ${codes - 1}) as s(i))`, "decode(md5(random()::text), 'hex')"];
  await raw.run(
    `insert into codes (station, sequence, kind, terms, quantity, price, client, issued_at, reservation)
     select i % ${STATIONS} + 1, i / ${STATIONS} + 1, 0, 1, 2, null, 'c0ffee00c0ffee00',
       ${now - YEAR_MS} + i * ${Math.floor(YEAR_MS / codes)}, null from ${series} as numbers`,
  );
  await raw.run(
    `insert into idempotency_keys (hash, station, item, what, used_at)
     select ${random}, i % ${STATIONS} + 1, i / ${STATIONS} + 1, 0, ${now} from ${series} as numbers
     where i >= ${codes} / 365 * 362`,
  );
  // What the operator's pages add up: every fifth voucher settled, the days' sums, and each station's on every day.
  await raw.run(
    `insert into receipts (station, sequence, unused, refund, client, settled_at, token)
     select station, sequence, 40, null, client, issued_at + 3600000, sequence from codes where sequence % 5 = 0`,
  );
  const day = `issued_at / 86400000`;
  for (const station of ['0', 'codes.station']) {
    await raw.run(
      `insert into tallies (day, station, unit, currency, writer, issued, amount, money, settled, unused, refunded,
         synchronizations, services, wrong_receipts)
       select ${day}, ${station}, 'min', '', 0, ${station === '0' ? 'count(*), count(*) * 60' : '0, 0'}, 0,
         count(receipts.token), count(receipts.token) * 150000, 0, 0, 0, 0
       from codes left join receipts on receipts.station = codes.station and receipts.sequence = codes.sequence
       group by ${day}${station === '0' ? '' : `, ${station}`}`,
    );
  }
  await raw.run(kind === 'sqlite' ? 'analyze' : 'vacuum analyze');
  if (kind === 'postgresql') await raw.run('checkpoint');
}

async function make(kind: 'sqlite' | 'postgresql', url: string, codes: number): Promise<void> {
  const started = performance.now();
  await (await openLedger({ url, masterKey: MASTER_KEY })).close();
  const raw = kind === 'sqlite' ? rawSqlite(url) : await rawPostgres(url);
  const stations = Array.from({ length: STATIONS }, (_, i) => `(${i + 1}, '${stationOf(i)}', '', 1, 1, 0, 0)`);
  await raw.run(
    `insert into stations (number, id, name, terms, revision, created_at, updated_at) values ${stations.join(', ')}`,
  );
  const terms = Array.from({ length: STATIONS }, (_, i) => `(${i + 1}, 1, 'min', 30, 'long', 'counter', 300, 1, 0)`);
  await raw.run(
    `insert into station_terms (station, version, unit, step, layout, numbering, slot_seconds, key_version, since)
     values ${terms.join(', ')}`,
  );
  await fill(raw, kind, codes);
  const bytes = await raw.bytes();
  await raw.end();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${kind}: ${codes} codes, ${Math.round(bytes / 1e6)} MB, made in ${seconds.toFixed(0)} s`);
}

async function prepare(url: string, codes: number): Promise<Measured> {
  return {
    url,
    codes,
    ledger: await openLedger({ url, masterKey: MASTER_KEY, patienceMs: 60_000 }),
    microseconds: [],
    processorMicroseconds: [],
  };
}

let request = 0;
async function round({ ledger, microseconds, processorMicroseconds }: Measured): Promise<void> {
  const last = request + CODES_A_ROUND;
  const started = performance.now();
  const busy = process.cpuUsage();
  const customer = async () => {
    while (request < last) {
      const index = request++;
      const station = stationOf((index * 7919) % STATIONS);
      const answer = await ledger.issue({ client: 'bench', station, amount: 60, idempotencyKey: `${index}` });
      if (isRefused(answer)) throw new Error(answer.refused.detail);
    }
  };
  await Promise.all(Array.from({ length: CUSTOMERS }, customer));
  const { user, system } = process.cpuUsage(busy);
  processorMicroseconds.push((user + system) / CODES_A_ROUND);
  microseconds.push(((performance.now() - started) * 1000) / CODES_A_ROUND);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** What the operator's pages ask for. */
async function pages({ ledger }: Measured): Promise<string> {
  const { next: after, items } = await ledger.listCodes();
  const next = after ?? undefined;
  const request = items[0]!.request!;
  const figures = {
    'codes, first page': await timed(() => ledger.listCodes()),
    'codes, next page': await timed(() => ledger.listCodes({ after: next })),
    'codes of a station': await timed(() => ledger.listCodes({ station: stationOf(5) })),
    'codes, search': await timed(() => ledger.listCodes({ search: 'cp-000' })),
    'a request': await timed(() => ledger.listCodes({ search: request })),
    settled: await timed(() => ledger.listSettled()),
    stations: await timed(() => ledger.listStations()),
    'stations, search': await timed(() => ledger.listStations({ search: '-099' })),
    'figures of 30 days': await timed(() => ledger.statistics({ days: 30 })),
    'of a year': await timed(() => ledger.statistics({ days: 365 })),
  };
  return Object.entries(figures)
    .map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`)
    .join(', ');
}

/** The export, read as fast as it comes, and what it takes of memory. */
async function csv({ ledger }: Measured): Promise<string> {
  const started = performance.now();
  const before = process.memoryUsage.rss();
  let most = before;
  let lines = 0;
  for await (const piece of ledger.exportCsv()) {
    lines += piece.split('\n').length - 1;
    most = Math.max(most, process.memoryUsage.rss());
    if (lines >= CSV_LINES) break;
  }
  const seconds = (performance.now() - started) / 1000;
  const megabytes = Math.max(0, Math.round((most - before) / 1e6));
  return `${lines} lines of CSV, ${Math.round(lines / seconds)} a second, at most ${megabytes} MB more than before`;
}

async function compare(kind: 'sqlite' | 'postgresql', made: (codes: number) => Promise<string>): Promise<number> {
  const [small, large] = [await prepare(await made(SMALL), SMALL), await prepare(await made(LARGE), LARGE)];
  const turns = async (rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      for (const measured of i % 2 === 0 ? [small, large] : [large, small]) await round(measured);
    }
  };
  await turns(WARM_UP_ROUNDS);
  const ratios: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    for (const { microseconds, processorMicroseconds } of [small, large]) {
      microseconds.length = 0;
      processorMicroseconds.length = 0;
    }
    await turns(ROUNDS);
    ratios.push(mean(large.microseconds) / mean(small.microseconds));
    report(kind, [small, large]);
  }
  const ratio = Math.max(...ratios);
  const all = ratios.map((each) => each.toFixed(2)).join(', ');
  console.log(
    `${kind}: issuing at ${LARGE} beside ${SMALL}, ${RUNS} runs: ${all} ×; the worst ${ratio.toFixed(2)} × (to reach: ≤ 1.2)`,
  );
  console.log(`${kind}: pages at ${LARGE}: ${await pages(large)}`);
  console.log(`${kind}: ${await csv(large)}`);
  await Promise.all([small.ledger.close(), large.ledger.close()]);
  return ratio;
}

function report(kind: string, measured: readonly Measured[]): void {
  for (const { codes, microseconds, processorMicroseconds } of measured) {
    const all = mean(microseconds).toFixed(1);
    const processor = mean(processorMicroseconds).toFixed(1);
    console.log(
      `${kind}: ${codes} codes: ${all} µs a code, median round ${median(microseconds).toFixed(1)}, processor ${processor}`,
    );
  }
}

const wanted = process.argv.slice(2);
const ratios: number[] = [];
if (wanted.length === 0 || wanted.includes('sqlite')) {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-size-'));
  // Where a folder is named, what was made stays there, and the next time a copy of it is measured.
  const kept = process.env.LEDGER_FOLDER ?? folder;
  const made = async (codes: number) => {
    const path = join(kept, `${codes}.sqlite`);
    if (!existsSync(path)) await make('sqlite', `sqlite:${path}`, codes);
    const copy = join(folder, `copy-of-${codes}.sqlite`);
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    toDisk(copy);
    return `sqlite:${copy}`;
  };
  ratios.push(await compare('sqlite', made));
  rmSync(folder, { recursive: true, force: true });
}
if (wanted.length === 0 || wanted.includes('postgresql')) {
  const server = await Postgres.start();
  const made = async (codes: number) => {
    const url = await server.freshUrl();
    await make('postgresql', url, codes);
    return url;
  };
  ratios.push(await compare('postgresql', made));
  await server.stop();
}
process.exitCode = ratios.every((ratio) => ratio <= 1.2) ? 0 : 1;
