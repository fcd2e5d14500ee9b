// Stations of one and of twenty outlets side by side, all of whose outlets charge: how soon relays follow, what memory they take,
// what they write to the disk in a minute; and how soon a code that is scanned opens.
import { join } from 'node:path';
import { until } from '../../test/support/applications.ts';
import { ChargerRig } from './charger.ts';
import { printSpreads, settled, short, spread, table } from './figures.ts';
import { settledMemory } from './programs.ts';
import { Scanner } from './scanner.ts';

const MANY = 20;
/** Two closings of different outlets are so far apart at least. */
const APART_MS = 250;
const SCANS = 30;

interface Sites {
  readonly one: ChargerRig;
  readonly twenty: ChargerRig;
}

export async function sites({
  charges,
  minutes,
}: {
  readonly charges: number;
  readonly minutes: number;
}): Promise<void> {
  const started: ChargerRig[] = [];
  const start = async (outlets: number, unit: 'min' | 'Wh') => {
    const rig = await ChargerRig.start({ outlets, unit, wide: true });
    started.push(rig);
    await rig.startCharger();
    return rig;
  };
  try {
    const minutesSold = { unit: 'min', one: await start(1, 'min'), twenty: await start(MANY, 'min') };
    await memory(minutesSold, 'just started');
    await chargeEverywhere(minutesSold);
    await latencies(minutesSold, charges);
    await memory(minutesSold, 'all outlets charging');
    const energySold = { unit: 'Wh', one: await start(1, 'Wh'), twenty: await start(MANY, 'Wh') };
    await chargeEverywhere(energySold);
    await written([minutesSold, energySold], minutes);
  } finally {
    for (const rig of started) await rig.end();
  }
  await scans();
}

/** Plugs in, types a code and where it is to be, and gives the milliseconds from the last key to the relay's line. */
async function charge(rig: ChargerRig, outlet: number): Promise<number> {
  rig.plug(true, outlet);
  await until('the vehicle is seen', async () => (await outletOf(rig, outlet)).vehicle);
  const keys = `${rig.nextCode()}${rig.outlets > 1 ? `#${outlet}` : ''}`;
  await rig.type(keys);
  const on = rig.relay(true, outlet);
  const start = performance.now();
  const [at] = await Promise.all([on, rig.type('#')]);
  return at - start;
}

async function outletOf(rig: ChargerRig, outlet: number) {
  const { outlets } = (await rig.state()) as unknown as {
    readonly outlets: readonly { readonly vehicle: boolean; readonly state: string }[];
  };
  return outlets[outlet - 1]!;
}

async function chargeEverywhere({ one, twenty }: Sites): Promise<void> {
  for (const rig of [one, twenty]) {
    for (const outlet of rig.numbers) {
      await charge(rig, outlet);
      await settled(APART_MS);
    }
  }
}

/** The last outlet of each ends and begins again and again, while all others charge. */
async function latencies({ one, twenty }: Sites, times: number): Promise<void> {
  const of = () => ({ on: [] as number[], off: [] as number[] });
  const figures = [
    { rig: one, ...of() },
    { rig: twenty, ...of() },
  ];
  for (let i = 0; i < times; i++) {
    for (const { rig, on, off } of figures) {
      const outlet = rig.outlets;
      const gone = rig.relay(false, outlet);
      const start = performance.now();
      rig.plug(false, outlet);
      off.push((await gone) - start);
      await until('the session is over', async () => (await outletOf(rig, outlet)).state === 'free');
      on.push(await charge(rig, outlet));
    }
  }
  const [alone, many] = figures as [(typeof figures)[0], (typeof figures)[0]];
  printSpreads([
    { name: 'code typed → relay on, one outlet', ms: alone.on, reach: 'p99 ≤ 50' },
    { name: `the same while ${MANY - 1} others charge`, ms: many.on, reach: 'p99 ≤ 50' },
    { name: 'unplugged → relay off, one outlet', ms: alone.off, reach: 'p99 ≤ 100' },
    { name: `the same while ${MANY - 1} others charge`, ms: many.off, reach: 'p99 ≤ 100' },
  ]);
  const ratio = (what: 'on' | 'off', part: 'p50' | 'p99') =>
    short(spread(many[what])[part] / spread(alone[what])[part]);
  console.log(`${MANY} beside one: on ${ratio('on', 'p50')} × at p50, ${ratio('on', 'p99')} × at p99;`);
  console.log(`off ${ratio('off', 'p50')} × at p50, ${ratio('off', 'p99')} × at p99\n`);
}

async function memory({ one, twenty }: Sites, when: string): Promise<void> {
  const [alone, many] = [await settledMemory(one.charger), await settledMemory(twenty.charger)];
  const guards = [one.guard.memory().pss, twenty.guard.memory().pss] as const;
  const rows = [
    ['charger, PSS MB', alone.pss, many.pss, many.pss / alone.pss],
    ['relay guard, PSS MB', ...guards, guards[1] / guards[0]],
  ];
  console.log(table([when, 'one', String(MANY), '×'], rows));
  console.log(`${MANY} outlets: ${(many.pss - alone.pss).toFixed(1)} MB more than one (to reach: ≤ 15)\n`);
}

async function written(all: readonly (Sites & { readonly unit: string })[], minutes: number): Promise<void> {
  const rigs = all.flatMap(({ one, twenty }) => [one, twenty]);
  const before = rigs.map((rig) => rig.charger.written());
  await settled(minutes * 60_000);
  const kilobytes = rigs.map((rig, index) => (rig.charger.written() - before[index]!) / 1000 / minutes);
  const rows = all.map(({ unit }, index) => {
    const [one, twenty] = kilobytes.slice(2 * index, 2 * index + 2) as [number, number];
    return [`a station that sells ${unit}`, one, twenty, twenty / one, unit === 'min' ? '≤ 25; ≤ 1.5 ×' : ''];
  });
  console.log(`${table([`kB written a minute, ${minutes} min`, 'one', String(MANY), '×', 'to reach'], rows)}\n`);
}

/** 14 digits, as phones show them for scanners, through the charger's own reader of input devices. */
async function scans(): Promise<void> {
  const rig = await ChargerRig.start({ wide: true });
  const scanner = new Scanner(join(rig.dataDir, 'scanner'));
  const opened: number[] = [];
  try {
    await rig.startCharger({ KEYPAD: 'usb', KEYPAD_DEVICE: scanner.device });
    for (let i = 0; i < SCANS; i++) {
      rig.plug(true);
      await until('the vehicle is seen', async () => (await rig.state()).vehicle);
      const on = rig.relay(true);
      const start = performance.now();
      await scanner.scan(rig.nextScannedCode());
      opened.push((await on) - start);
      rig.plug(false);
      await rig.relay(false);
      await until('the session is over', async () => (await rig.state()).state === 'receipt');
    }
  } finally {
    scanner.close();
    await rig.end();
  }
  printSpreads([{ name: '14 digits scanned (first digit sent) → relay on', ms: opened, reach: '≤ 1,000' }]);
}
