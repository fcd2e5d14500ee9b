// `npm run bench:cloud`: POST /charging-requests, each answer on the disk before it is sent, beside a bare
// `http in` → `http response` flow and beside a flow that makes its codes with otplib in a function node. All run
// at once, each in its own process, and take turns in rounds, so that what else the machine does falls on all alike.
//
// BENCH_ROUNDS and BENCH_SECONDS (of a round, each) make it longer or shorter, BENCH_PROFILES names a folder for CPU
// profiles; arguments choose from the rows.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused, openLedger } from '../charging/cloud/ledger.ts';
import { Postgres } from '../test/charging/cloud/databases.ts';
import { BareNodeRed } from './support/bare-node-red.ts';
import { median, quantile, settled, short, spread, table } from './support/figures.ts';
import type { LoadOrder, LoadReport } from './support/load-program.ts';
import { Program, root } from './support/programs.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
/** Of each turn, not counted. */
const WARM_UP_MS = 1500;
const CONNECTIONS = 50;
/** So many that no station is asked twice at once: stations that count are never ahead of a clock. */
const STATIONS = 1000;
const MASTER_KEY_HEX = '3d'.repeat(32);
const MASTER_KEY = Buffer.from(MASTER_KEY_HEX, 'hex');
/** Counted like any others, and never reached. */
const HIGH_LIMITS = { RATE_LIMIT_CLIENT: '100000000', RATE_LIMIT_VISITOR: '100000000', RATE_LIMIT_STATION: '10000000' };

/** A folder that CPU profiles of all processes go to. */
const profiles = process.env.BENCH_PROFILES;
const nodeFlags = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : [];

const folder = mkdtempSync(join(tmpdir(), 'bench-cloud-'));
const bodies = Array.from({ length: STATIONS }, (_, index) =>
  JSON.stringify({ station: `CP-${String(index).padStart(4, '0')}`, amount: 60 }),
);

interface Subject {
  readonly name: string;
  readonly order: Omit<LoadOrder, 'milliseconds' | 'connections' | 'bodies'>;
  readonly expects: '200' | '201';
  readonly rates: number[];
  readonly latencies: number[];
  readonly ids: string[];
  /** Milliseconds of processor, of the measured rounds together. */
  readonly cpu: { main: number; all: number };
  readonly program: Program;
  /** The requests of the ledger, as the disk has them. */
  readonly ledgerUrl?: string;
}

const fresh = (): Pick<Subject, 'rates' | 'latencies' | 'ids' | 'cpu'> => ({
  rates: [],
  latencies: [],
  ids: [],
  cpu: { main: 0, all: 0 },
});

function flowOf(node?: { func: string }): object[] {
  const http = { z: 'tab', x: 0, y: 0 };
  const into = node ? 'make' : 'out';
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { ...http, id: 'in', type: 'http in', url: '/charging-requests', method: 'post', wires: [[into]] },
    ...(node ? [{ ...http, id: 'make', type: 'function', outputs: 1, libs: [], ...node, wires: [['out']] }] : []),
    { ...http, id: 'out', type: 'http response', statusCode: '', headers: {}, wires: [] },
  ];
}

async function bare(): Promise<Subject> {
  const { program, port } = await BareNodeRed.start({ flow: flowOf(), nodeFlags });
  const order = { port, path: '/charging-requests', headers: {}, idempotencyKeys: false };
  return { name: 'http in → http response', order, expects: '200', program, ...fresh() };
}

/** What an integrator without this package writes first: a counter in memory, one key, no ledger. */
const OTPLIB_FUNCTION = `
const otplib = global.get('otplib');
const sequence = (context.get('sequence') || 0) + 1;
context.set('sequence', sequence);
const tag = otplib.generateSync({ strategy: 'hotp', secret: global.get('secret'), counter: sequence,
    algorithm: 'sha256', digits: 6, crypto: global.get('crypto') });
const payload = String((sequence % 32) * 31 + msg.payload.amount / 30 - 1).padStart(3, '0');
msg.payload = { station: msg.payload.station, amount: msg.payload.amount, unit: 'min', code: payload + tag,
    issuedAt: new Date().toISOString() };
return msg;`;

async function withOtplib(): Promise<Subject> {
  const require = createRequire(import.meta.url);
  const [otplib, plugin] = ['otplib', '@otplib/plugin-crypto-node'].map((name) =>
    JSON.stringify(require.resolve(name)),
  );
  const settings = `functionGlobalContext: { otplib: require(${otplib}),
    crypto: new (require(${plugin}).NodeCryptoPlugin)(), secret: Buffer.alloc(32, 7) },`;
  const { program, port } = await BareNodeRed.start({ flow: flowOf({ func: OTPLIB_FUNCTION }), settings, nodeFlags });
  const order = { port, path: '/charging-requests', headers: {}, idempotencyKeys: false };
  return { name: 'otplib in a function node, no ledger', order, expects: '200', program, ...fresh() };
}

/** A cloud that takes payments: what has no price is looked up once more, and issued at once. */
const PAYING = { PAYMENT_PROVIDER: 'simulated', PAYMENT_ADDRESS: 'http://127.0.0.1:0' };

/** @param guarded asks for an API key, an idempotency key each, and counts against limits */
async function product(
  name: string,
  ledgerUrl: string,
  guarded: boolean,
  more: Readonly<Record<string, string>> = {},
): Promise<Subject> {
  const ledger = await openLedger({ url: ledgerUrl, masterKey: MASTER_KEY });
  const numbers = Array.from({ length: STATIONS }, (_, index) => `CP-${String(index).padStart(4, '0')}`);
  const terms = { unit: 'min', step: 30, layout: 'compact', sequence: 'counter', slotSeconds: 300 } as const;
  for (const made of await Promise.all(numbers.map((id) => ledger.createStation({ id, ...terms }, 'bench')))) {
    if (isRefused(made)) throw new Error(made.refused.detail);
  }
  let headers = {};
  if (guarded) {
    const key = await ledger.createApiKey({ name: 'bench', role: 'customer app', by: 'bench' });
    if (isRefused(key)) throw new Error(key.refused.detail);
    headers = { Authorization: `Bearer ${key.key}` };
  }
  await ledger.close();
  const dataDir = join(folder, name.replace(/\W+/g, '-'));
  mkdirSync(dataDir, { recursive: true });
  const limits = guarded ? HIGH_LIMITS : {};
  const program = new Program(join(root, 'dist/flows/server/main.js'), ['cloud'], {
    env: {
      DATA_DIR: dataDir,
      DATABASE_URL: ledgerUrl,
      MASTER_KEY: MASTER_KEY_HEX,
      CLOUD_PORT: '0',
      HOST: '127.0.0.1',
      ...limits,
      ...more,
    },
    nodeFlags,
  });
  const url = new URL(await program.message<string>('ready'));
  const order = { port: Number(url.port), path: '/charging-requests', headers, idempotencyKeys: guarded };
  return { name, order, expects: '201', program, ledgerUrl, ...fresh() };
}

async function load(generator: Program, subject: Subject, milliseconds: number): Promise<LoadReport> {
  const report = generator.message<LoadReport>('report');
  generator.tell({ ...subject.order, bodies, connections: CONNECTIONS, milliseconds } satisfies LoadOrder);
  const got = await report;
  if (got.odd !== undefined) throw new Error(`${subject.name} answered ${got.odd}`);
  if (Object.keys(got.statuses).join() !== subject.expects) throw new Error(`${subject.name}: not ${subject.expects}`);
  for (const id of got.ids) subject.ids.push(id);
  return got;
}

/** Every 201 is in the ledger exactly once, and nothing else is. */
async function balance({ name, ids, ledgerUrl }: Subject): Promise<string> {
  const ledger = await openLedger({ url: ledgerUrl!, masterKey: MASTER_KEY });
  const times = new Map<string, number>();
  for await (const text of ledger.exportCsv()) {
    for (const line of text.split('\r\n')) {
      const [, request] = line.split(',');
      if (request && request !== 'request') times.set(request, (times.get(request) ?? 0) + 1);
    }
  }
  await ledger.close();
  const once = ids.filter((id) => times.get(id) === 1).length;
  const unasked = times.size - new Set(ids).size;
  if (once !== ids.length || unasked !== 0) process.exitCode = 1;
  return `${name}: ${ids.length} answers of 201, ${once} of them once in the ledger; ${unasked} codes that nobody got`;
}

let postgres: Postgres | undefined;
async function postgresUrl(): Promise<string> {
  postgres ??= await Postgres.start();
  return postgres.freshUrl();
}
const rows: Readonly<Record<string, () => Promise<Subject>>> = {
  bare,
  otplib: withOtplib,
  sqlite: () => product('offline charging, SQLite', `sqlite:${join(folder, 'open.sqlite')}`, false),
  'sqlite-keys': () => product('… API key, idempotency key, limits', `sqlite:${join(folder, 'keys.sqlite')}`, true),
  'sqlite-payments': () =>
    product('… payments on, stations without a price', `sqlite:${join(folder, 'paying.sqlite')}`, false, PAYING),
  postgresql: async () => product('offline charging, PostgreSQL', await postgresUrl(), false),
  'postgresql-payments': async () =>
    product('… payments on, stations without a price ', await postgresUrl(), false, PAYING),
  'postgresql-keys': async () => product('… API key, idempotency key, limits ', await postgresUrl(), true),
};

/** What a commit waits for: 100 kB more in a file, on the disk. Milliseconds. */
const syncs: number[] = [];
const syncFile = openSync(join(folder, 'sync'), 'w');
const written = Buffer.alloc(100_000, 1);
function syncOnce(): void {
  const start = performance.now();
  writeSync(syncFile, written);
  fsyncSync(syncFile);
  syncs.push(performance.now() - start);
}

const chosen = process.argv.slice(2);
const subjects: Subject[] = [];
for (const [name, make] of Object.entries(rows)) {
  if (chosen.length === 0 || chosen.includes(name) || name === 'bare') subjects.push(await make());
}
const generator = new Program(join(root, 'bench/support/load-program.ts'), []);

for (let round = 0; round < ROUNDS; round++) {
  for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
    // A process that waited for its turn has collected its garbage, and its unused code with it: no server under load has.
    await load(generator, subject, WARM_UP_MS);
    const before = subject.program.cpu();
    const report = await load(generator, subject, SECONDS * 1000);
    const after = subject.program.cpu();
    subject.cpu.main += after.main - before.main;
    subject.cpu.all += after.all - before.all;
    subject.rates.push((report.latencies.length * 1000) / report.milliseconds);
    for (const latency of report.latencies) subject.latencies.push(latency);
    for (let i = 0; i < 5; i++) syncOnce();
    // What a process still does after its turn (collecting garbage, writing into the database's files) is not the next one's.
    await settled(200);
  }
}
for (const { program, ledgerUrl } of subjects) await program.end(ledgerUrl && !profiles ? 'SIGKILL' : 'SIGTERM');
await generator.end();
closeSync(syncFile);

const [base] = subjects as [Subject];
const ratio = ({ rates }: Subject) => median(rates.map((rate, round) => rate / base.rates[round]!));
console.log(
  `POST /charging-requests, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s, Node ${process.version}\n`,
);
console.log(
  table(
    ['what', 'a second', '× bare', 'p50 ms', 'p99 ms', 'CPU µs, main', 'all'],
    subjects.map((subject) => [
      subject.name,
      Math.round(median(subject.rates)).toLocaleString('en'),
      ratio(subject).toFixed(2),
      median(subject.latencies),
      quantile(subject.latencies, 0.99),
      (subject.cpu.main * 1000) / subject.latencies.length,
      (subject.cpu.all * 1000) / subject.latencies.length,
    ]),
  ),
);
const sqlite = subjects.find(({ name }) => name.endsWith('SQLite'));
if (sqlite) console.log(`\nSQLite beside the bare flow: ${ratio(sqlite).toFixed(2)} × (to reach: ≥ 0.8)`);
const sync = spread(syncs);
console.log(
  `The disk's own sync of 100 kB, between the rounds: p50 ${short(sync.p50)} ms, p99 ${short(sync.p99)} ms, worst ${short(sync.worst)} ms`,
);
console.log('\nAfter kill -9 of the clouds:');
for (const subject of subjects.filter(({ ledgerUrl }) => ledgerUrl)) console.log(await balance(subject));
if (process.env.BENCH_ROUNDS_SHOWN) {
  for (const { name, rates } of subjects) console.log(`${name}: ${rates.map(short).join(' ')}`);
}
await postgres?.stop();
rmSync(folder, { recursive: true, force: true });
