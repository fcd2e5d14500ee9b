// `npm run bench:station`: a charger and its relay guard as real processes on simulated pins. Code typed → relay on,
// unplugged → relay off and kill -9 → relay off, beside the disk's own sync; memory and start beside bare Node-RED.
//
// Then stations of one and of twenty outlets side by side: the same times, memory, and what they write to the disk; and a code that
// is scanned. BENCH_CHARGES, BENCH_KILLS, BENCH_STARTS and BENCH_MINUTES say how often or how long; arguments choose from
// charges, kills, starts, sites.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { until } from '../test/support/applications.ts';
import { BareNodeRed } from './support/bare-node-red.ts';
import { ChargerRig } from './support/charger.ts';
import { Disk } from './support/disk.ts';
import { median, printSpreads, settled, short, spread, table } from './support/figures.ts';
import { type Program, settledMemory } from './support/programs.ts';
import { sites } from './support/sites.ts';

const CHARGES = Number(process.env.BENCH_CHARGES ?? 200);
const KILLS = Number(process.env.BENCH_KILLS ?? 15);
const STARTS = Number(process.env.BENCH_STARTS ?? 7);
/** How long is watched what stations of one and of twenty outlets write. */
const MINUTES = Number(process.env.BENCH_MINUTES ?? 5);
/** Of the vehicle's contact opening (hardware/gpio/debounce.ts). */
const DEBOUNCE_MS = 25;
const chosen = process.argv.slice(2);
const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);

/** Plugs in, types a code, and gives the milliseconds from the request with its last key to the relay's line. */
async function charge(rig: ChargerRig): Promise<number> {
  rig.plug(true);
  await until('the vehicle is seen', async () => (await rig.state()).vehicle);
  const code = rig.nextCode();
  await rig.type(code);
  const on = rig.relay(true);
  const start = performance.now();
  const [at, state] = await Promise.all([on, rig.type('#')]);
  if (state.outcome !== 'accepted') throw new Error(`the code was ${state.outcome}`);
  return at - start;
}

async function charges(): Promise<void> {
  const rig = await ChargerRig.start();
  mkdirSync(rig.journal, { recursive: true });
  const disk = new Disk(rig.dataDir);
  const on: number[] = [];
  const off: number[] = [];
  const timers: number[] = [];
  try {
    await rig.startCharger();
    await charge(rig);
    rig.plug(false);
    await rig.relay(false);
    for (let i = 0; i < CHARGES; i++) {
      disk.measure();
      on.push(await charge(rig));
      disk.measure();
      const waited = performance.now();
      await settled(DEBOUNCE_MS);
      timers.push(performance.now() - waited);
      const gone = rig.relay(false);
      const start = performance.now();
      rig.plug(false);
      off.push((await gone) - start);
      await until('the session is over', async () => (await rig.state()).state === 'receipt');
    }
  } finally {
    disk.close();
    await rig.end();
  }
  printSpreads([
    { name: 'code typed → relay on', ms: on, reach: 'p99 ≤ 50' },
    { name: 'the disk: 4 kB and fdatasync', ms: disk.syncs, reach: '' },
    { name: 'the disk: SQLite commit, FULL', ms: disk.commits, reach: '' },
    { name: 'unplugged → relay off', ms: off, reach: 'p99 ≤ 100' },
    { name: `the machine: a timer of ${DEBOUNCE_MS} ms, as long as the debounce`, ms: timers, reach: '' },
  ]);
  const beside = (part: 'p50' | 'p99') => short(spread(on)[part] / spread(disk.commits)[part]);
  console.log(`code typed → relay on: ${beside('p50')} × one commit at p50, ${beside('p99')} × at p99\n`);
}

/** How long the system takes to tell that a killed Node-RED's socket is closed: the guard hears of a charger as soon. */
class Witness {
  readonly #server: Server;
  readonly #path: string;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
  }

  static async start(folder: string): Promise<Witness> {
    const server = createServer();
    const path = join(folder, 'witness.sock');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return new Witness(server, path);
  }

  async measure(): Promise<number> {
    const connected = once(this.#server, 'connection') as Promise<[Socket]>;
    const settings = `witness: require('node:net').connect(${JSON.stringify(this.#path)}),`;
    const bare = await BareNodeRed.start({ flow: [], settings });
    const [socket] = await connected;
    socket.resume();
    const closed = once(socket, 'close');
    await settled(200 + Math.random() * 300);
    const start = performance.now();
    process.kill(bare.program.pid, 'SIGKILL');
    await closed;
    const ms = performance.now() - start;
    await bare.end();
    return ms;
  }

  close(): void {
    this.#server.close();
  }
}

/** The session goes on after each start, so that one code is killed again and again. */
async function kills(): Promise<void> {
  const rig = await ChargerRig.start();
  const witness = await Witness.start(rig.dataDir);
  const off: number[] = [];
  const bare: number[] = [];
  try {
    await rig.startCharger();
    await charge(rig);
    for (let i = 0; i < KILLS; i++) {
      await settled(200 + Math.random() * 300);
      const gone = rig.relay(false);
      const start = performance.now();
      process.kill(rig.charger.pid, 'SIGKILL');
      off.push((await gone) - start);
      await rig.charger.end();
      bare.push(await witness.measure());
      if (i + 1 === KILLS) break;
      await rig.startCharger();
      await rig.relay(true);
    }
  } finally {
    witness.close();
    await rig.end();
  }
  printSpreads([
    { name: 'kill -9 of the charger → relay off', ms: off, reach: '≤ 50' },
    { name: 'the machine: kill -9 of a bare Node-RED → its socket closed', ms: bare, reach: '' },
  ]);
}

interface Weighed {
  readonly name: string;
  readonly startMs: number[];
  readonly pss: number[];
  readonly rss: number[];
}

const DASHBOARD = [
  { id: 'tab', type: 'tab', label: 'bench' },
  { id: 'base', type: 'ui-base', name: 'Dashboard', path: '/dashboard' },
  { id: 'theme', type: 'ui-theme', name: 'Theme', colors: {}, sizes: {} },
  { id: 'page', type: 'ui-page', name: 'Page', ui: 'base', path: '/page', layout: 'grid', theme: 'theme', order: 1 },
];

async function starts(): Promise<void> {
  const fresh = (name: string): Weighed => ({ name, startMs: [], pss: [], rss: [] });
  const bare = fresh('Node-RED, empty flow');
  const dashboard = fresh('Node-RED, Dashboard with an empty page');
  const charger = fresh('charger');
  const guard = fresh('relay guard, beside it');
  const weigh = async (row: Weighed, program: Program, startMs: number) => {
    row.startMs.push(startMs);
    const { pss, rss } = await settledMemory(program);
    row.pss.push(pss);
    row.rss.push(rss);
  };
  for (let i = -1; i < STARTS; i++) {
    for (const [row, flow] of [
      [bare, []],
      [dashboard, DASHBOARD],
    ] as const) {
      const one = await BareNodeRed.start({ flow, dashboard: row === dashboard });
      await weigh(row, one.program, one.startMs);
      await one.end();
    }
    const rig = await ChargerRig.start();
    try {
      const guardMs = performance.now() - rig.guard.startedAt;
      const chargerMs = await rig.startCharger();
      await weigh(charger, rig.charger, chargerMs);
      await weigh(guard, rig.guard, guardMs);
    } finally {
      await rig.end();
    }
    // The first round reads everything from the disk.
    if (i < 0)
      for (const row of [bare, dashboard, charger, guard])
        for (const list of [row.startMs, row.pss, row.rss]) list.length = 0;
  }
  const more = (row: Weighed, base: Weighed, what: 'startMs' | 'pss') =>
    median(row[what].map((value, round) => value - base[what][round]!));
  console.log(
    table(
      ['', 'start ms', 'PSS MB', 'RSS MB'],
      [bare, dashboard, charger, guard].map(({ name, startMs, pss, rss }) => [
        name,
        Math.round(median(startMs)).toLocaleString('en'),
        median(pss).toFixed(1),
        median(rss).toFixed(1),
      ]),
    ),
  );
  for (const base of [bare, dashboard]) {
    console.log(
      `charger beside ${base.name}: ${more(charger, base, 'pss').toFixed(1)} MB more (to reach: none), ` +
        `${(more(charger, base, 'startMs') / 1000).toFixed(2)} s more (to reach: ≤ 0.3)`,
    );
  }
}

console.log(`Node ${process.version}\n`);
if (wanted('charges')) await charges();
if (wanted('kills')) await kills();
if (wanted('starts')) await starts();
if (wanted('sites')) await sites({ charges: CHARGES / 2, minutes: MINUTES });
