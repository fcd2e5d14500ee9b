// `npm run bench:sessions`: what years of sessions leave behind. First 10,000 sessions of a station and its session
// machine in this process, on clocks turned by hand, with power cuts, wrong codes and services among them; then
// sessions through a real charger in Node-RED. Memory after many beside memory after few; the journal beside its bound.
//
// BENCH_SESSIONS and BENCH_REAL_SESSIONS say how many.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { voucherCode } from '../charging/codes/index.ts';
import { Charger } from '../charging/station/charger/charger.ts';
import { chargerConfig } from '../charging/station/charger/model.ts';
import { ARCHIVE_LIMITS } from '../charging/station/journal/archive.ts';
import { Station } from '../charging/station/station.ts';
import { COUNTER, Hands, KEY, MINUTE, newFolder, removeFolders } from '../test/charging/station/support.ts';
import { until } from '../test/support/applications.ts';
import { wrongCode } from '../test/support/independent-codes.ts';
import { ChargerRig } from './support/charger.ts';
import { median, settled, table } from './support/figures.ts';

const SESSIONS = Number(process.env.BENCH_SESSIONS ?? 10_000);
const REAL = Number(process.env.BENCH_REAL_SESSIONS ?? 300);
const FIRST = 100;
/** So many sessions before each look. */
const LOOK_EVERY = Math.max(FIRST, SESSIONS / 10);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of the files in a folder. */
function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** A station at work whose hours pass in a moment. */
class SimulatedStation {
  readonly folder = newFolder();
  readonly #hands = new Hands();
  #station!: Station;
  #charger!: Charger;
  #timer: { at: number; callback: () => void } | undefined;
  #sequence = 0;
  closings = 0;

  constructor() {
    this.#begin();
  }

  #begin(): void {
    this.#station = Station.open(COUNTER, { folder: this.folder, clocks: this.#hands });
    const charger = new Charger({
      journal: this.#station,
      config: chargerConfig({ unit: 'min' }),
      clocks: this.#hands,
      schedule: (ms, callback) => {
        const timer = { at: this.#hands.monotonic + ms, callback };
        this.#timer = timer;
        return () => {
          if (this.#timer === timer) this.#timer = undefined;
        };
      },
      emit: {
        relay: (on) => {
          if (on) this.closings++;
          charger.relay({ on, ready: true });
        },
        display: () => {},
        record: () => {},
      },
    });
    this.#charger = charger;
    charger.start();
  }

  #pass(ms: number): void {
    const end = this.#hands.monotonic + ms;
    while (this.#hands.monotonic < end) {
      const timer = this.#timer;
      this.#hands.pass(Math.min(end, timer?.at ?? end) - this.#hands.monotonic);
      if (timer && timer.at <= this.#hands.monotonic) {
        this.#timer = undefined;
        timer.callback();
      }
    }
  }

  #type(entry: string): void {
    const verdict = this.#station.verify(entry);
    if (verdict.outcome !== 'accepted') this.#charger.refused(verdict);
    else if (verdict.kind === 'voucher') this.#charger.voucher(verdict.voucher);
    else this.#charger.service(verdict.operation, verdict.sequence);
  }

  /** One customer: some type wrong, some stop early, some leave, some stay; and now and then the power goes. */
  session(index: number): void {
    if (index % 7 === 0) this.#type(wrongCode(index));
    const sequence = ++this.#sequence;
    this.#type(voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity: 1, sequence }));
    this.#charger.vehicle(true);
    this.#pass((index % 3) * 5 * MINUTE);
    if (index % 97 === 0) this.#cutPower();
    if (index % 3 === 0) {
      this.#charger.key('*');
      this.#charger.answer('1');
    }
    if (index % 3 === 1) this.#charger.vehicle(false);
    if (index % 3 === 2) this.#pass(30 * MINUTE);
    this.#charger.vehicle(false);
    this.#pass(2 * MINUTE);
  }

  #cutPower(): void {
    this.#station.dispose();
    this.#timer = undefined;
    this.#hands.reboot(MINUTE);
    this.#begin();
    this.#charger.relay({ on: false, ready: true });
    this.#charger.vehicle(true);
  }

  end(): void {
    this.#station.dispose();
  }
}

interface Look {
  readonly sessions: number;
  readonly heap: number;
  readonly rss: number;
  readonly journal: number;
}

/** A twentieth is what two runs of the same differ by. */
function compared(name: string, before: number, after: number): string {
  const more = after - before;
  const sign = more >= 0 ? '+' : '−';
  const verdict = more <= before / 20 ? 'equal within noise' : 'MORE';
  return `${name}: ${sign}${Math.abs(more).toFixed(2)} MB, ${(after / before).toFixed(2)} ×: ${verdict}`;
}

async function simulated(): Promise<void> {
  const station = new SimulatedStation();
  const looks: Look[] = [];
  const look = async (sessions: number) => {
    for (let i = 0; i < 3; i++) {
      await settled(100);
      collectGarbage();
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    looks.push({ sessions, heap: (heapUsed + external) / 1e6, rss: rss / 1e6, journal: bytesIn(station.folder) / 1e6 });
  };
  for (let done = 1; done <= SESSIONS; done++) {
    station.session(done);
    if (done === FIRST || done % LOOK_EVERY === 0) await look(done);
  }
  if (station.closings < SESSIONS) throw new Error(`the relay closed ${station.closings} times only`);
  station.end();
  console.log(`${SESSIONS.toLocaleString('en')} simulated sessions, Node ${process.version}\n`);
  console.log(
    table(
      ['sessions', 'heap MB', 'RSS MB', 'journal MB'],
      looks.map(({ sessions, heap, rss, journal }) => [sessions.toLocaleString('en'), heap, rss, journal]),
    ),
  );
  const [first, ...rest] = looks as [Look, ...Look[]];
  const last = rest.at(-1) ?? first;
  console.log(`\n${last.sessions.toLocaleString('en')} sessions beside ${FIRST}:`);
  console.log(compared('heap', first.heap, last.heap));
  // What the process has of the system moves in steps as the collector pleases; so by halves.
  const half = Math.ceil(rest.length / 2);
  const rss = (some: readonly Look[]) => median(some.map((look) => look.rss));
  console.log(
    compared('RSS, later half of the looks beside the earlier', rss(rest.slice(0, half)), rss(rest.slice(half))),
  );
  const { files, fileBytes, keepSessions } = ARCHIVE_LIMITS;
  console.log(
    `journal folder: ${last.journal.toFixed(1)} MB; bound: ${keepSessions} sessions in the database, ` +
      `archive ${files} × ${fileBytes / 1e6} MB\n`,
  );
}

/** Sessions as fast as they can be typed: a code, the relay on, the stop key, a receipt. */
async function real(): Promise<void> {
  const rig = await ChargerRig.start();
  const looks: { sessions: number; pss: number; journal: number }[] = [];
  try {
    await rig.startCharger();
    rig.plug(true);
    await until('the vehicle is seen', async () => (await rig.state()).vehicle);
    for (let done = 1; done <= REAL; done++) {
      const { outcome } = await rig.type(`${rig.nextCode()}#`);
      if (outcome !== 'accepted') throw new Error(`the code was ${outcome}`);
      await rig.relay(true);
      await rig.type('*1#');
      await rig.relay(false);
      if (done % (REAL / 6) !== 0) continue;
      const pss: number[] = [];
      for (let i = 0; i < 5; i++) {
        await settled(1000);
        pss.push(rig.charger.memory().pss);
      }
      looks.push({ sessions: done, pss: median(pss), journal: bytesIn(rig.journal) / 1e6 });
    }
  } finally {
    await rig.end();
  }
  console.log(`${REAL} sessions through a real charger in Node-RED (its heap is never emptied by force)\n`);
  console.log(
    table(
      ['sessions', 'PSS MB', 'journal MB'],
      looks.map(({ sessions, pss, journal }) => [String(sessions), pss, journal]),
    ),
  );
}

try {
  await simulated();
} finally {
  removeFolders();
}
await real();
