// The faults of a site: twelve outlets, several of which charge when it happens. Each is tried many times and counted.
import { Station } from '../../charging/station/station.ts';
import { JournalError, type StationSettings } from '../../charging/station/types.ts';
import { machineClocks } from '../../nodes/charging-station/machine-clocks.ts';
import { until } from '../support/applications.ts';
import { add, type Counted, type Fault, none } from './counted.ts';
import { KEY, Rig, type StationProcess } from './rig.ts';
import { accountOfSite } from './site-account.ts';
import { boughtAt, liveAtSite } from './site-life.ts';
import { World } from './site-world.ts';

const OUTLETS = 12;
const UNITS = ['min', 'Wh'] as const;
type Unit = (typeof UNITS)[number];
/** After so long without a word of it systemd kills a guard (offline-charging-guard.service). */
const WATCHDOG_MS = 3000;
/** Each so-manieth time the charger is killed once more after it came back. */
const CRASH_AGAIN = 5;
/** After a write is before the next: with every second of both, each moment is tried once. */
const EACH_SECOND = 2;

async function withWorld<T>(unit: Unit, use: (world: World) => Promise<T>): Promise<T> {
  const rig = await Rig.start(OUTLETS, unit);
  const world = new World(rig);
  try {
    return await use(world);
  } finally {
    world.end();
    await rig.remove();
  }
}

async function begin(world: World, journal: string, inject = ''): Promise<StationProcess> {
  world.rig.unplugAll();
  world.begin();
  const station = await world.rig.station(journal, inject);
  world.station = station;
  return station;
}

/** All relays are off: how long after `from`, by what their files say. */
/** Waits until all relays are off. Gives how long after `from` the last one went off, by its file. */
async function off(world: World, from: number): Promise<number> {
  await until('the relays are off', () => !world.rig.relayOn, 8000);
  return Math.max(0, world.lastOffAt() - (performance.timeOrigin + from));
}

/** The same life again and again, with the fault at the first, second, third … write, until it outlives them all. */
const atEachWrite = (when: 'before' | 'after', unit: Unit): Fault => ({
  name: `killed ${when} each write of the journal (${OUTLETS} outlets, ${unit})`,
  run: (every = 1) =>
    withWorld(unit, async (world) => {
      const counted = none();
      for (let write = 1; ; write += EACH_SECOND * every) {
        const journal = world.rig.newJournal();
        const station = await begin(world, journal, `kill-${when}:${write}`);
        await liveAtSite(world, station);
        world.station = undefined;
        if (station.alive) {
          await station.end();
          break;
        }
        const took = await off(world, station.diedAt!);
        if (station.relayWasOn) counted.offMs.push(took);
        const crashes = write % CRASH_AGAIN === 0 ? 1 : 0;
        add(counted, await accountOfSite(world, journal, station.receipts, { crashes }));
      }
      return counted;
    }),
});

/** Something that happens while six outlets charge, so many times. */
function whileCharging(
  name: string,
  unit: Unit,
  times: number,
  happens: (world: World, station: StationProcess) => Promise<number>,
  heldMs = 0,
): Fault {
  return {
    name: `${name} (${OUTLETS} outlets, ${unit})`,
    run: (every = 1) =>
      withWorld(unit, async (world) => {
        const counted = none();
        for (let time = 0; time < times; time += every) {
          const journal = world.rig.newJournal();
          const station = await begin(world, journal);
          await liveAtSite(world, station, { short: true });
          counted.offMs.push(await happens(world, station));
          world.station = undefined;
          await station.end();
          add(counted, await accountOfSite(world, journal, station.receipts, { heldMs }));
        }
        return counted;
      }),
  };
}

/** The six sessions end with their receipts: nobody knows what the relays do. */
const allEnded = (station: StationProcess) =>
  station.soon('the sessions are over', () => [1, 2, 3, 4, 5, 6].every((n) => station.closed.has(n)), 15_000);

const guardKilled = (unit: Unit) =>
  whileCharging('relay guard killed (off: from its restart)', unit, 10, async (world, station) => {
    const { rig } = world;
    await rig.killGuard();
    await allEnded(station);
    const from = performance.now();
    await rig.startGuard();
    return off(world, from);
  });

const guardHung = (unit: Unit) =>
  whileCharging(
    'relay guard hung, replaced by its watchdog after 3 s',
    unit,
    5,
    async (world, station) => {
      const { rig } = world;
      const from = performance.now();
      rig.hangGuard();
      await allEnded(station);
      await until('the watchdog acts', () => performance.now() - from > WATCHDOG_MS);
      await rig.killGuard();
      rig.switchOff();
      await rig.startGuard();
      return off(world, from);
    },
    WATCHDOG_MS,
  );

/** Each file of the journal, cut at every byte of what the last transactions wrote, while six outlets charge. */
const cutAnywhere = (unit: Unit): Fault => ({
  name: `journal cut at every byte of its last transactions (${OUTLETS} outlets, ${unit})`,
  run: (every = 1) =>
    withWorld(unit, async (world) => {
      const { rig } = world;
      const journal = rig.newJournal();
      const station = await begin(world, journal);
      await liveAtSite(world, station);
      world.station = undefined;
      await station.end();
      const whole = stateOf(rig.copyOf(journal), unit);
      if (typeof whole === 'string') throw new Error(`the journal can't be opened: ${whole}`);
      const counted = none();
      for (const copy of rig.cutCopiesOf(journal, every)) add(counted, cutAccount(stateOf(copy, unit), whole));
      return counted;
    }),
});

interface Known {
  /** Its code would be honoured. */
  readonly isGood: boolean;
  readonly delivered: number;
  readonly isOpen: boolean;
  readonly receipt: string | undefined;
}

/** What a journal says of each voucher that was bought; of one that can't be opened, why. */
function stateOf(folder: string, unit: Unit): readonly Known[] | string {
  const settings: StationSettings = {
    ...{ stationId: 'CP-0001', key: KEY, unit, step: unit === 'min' ? 30 : 500 },
    ...{ layout: 'wide', sequence: 'counter', slotSeconds: 120 },
  };
  let station: Station;
  try {
    station = Station.open(settings, { folder, clocks: machineClocks() });
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
  const known = boughtAt(unit).map(({ code, n, amount }) => {
    const record = station.fateOf(code);
    const { stationId, layout, step } = settings;
    const voucher = { station: stationId, layout, sequence: n, quantity: amount / step, amount, unit, step } as const;
    return {
      // At an outlet where nothing goes on.
      isGood: station.redeem(voucher, { voucher, delivered: 0, outlet: OUTLETS + n }) === 'redeemed',
      delivered: record?.delivered ?? 0,
      isOpen: record !== undefined && record.ended === undefined,
      receipt: record?.receipt,
    };
  });
  station.dispose();
  return known;
}

/**
 * Holds what is left of a journal against the whole of it: of the last checkpoint the one before may be left. A station that
 * refuses its journal sells nothing and loses nothing: it lies there for the operator.
 */
function cutAccount(cut: readonly Known[] | string, whole: readonly Known[]): Omit<Counted, 'tried' | 'offMs'> {
  const account = { honouredTwice: 0, lost: 0, relayLeftOn: 0, notResumed: 0 };
  if (typeof cut === 'string') return account;
  for (const [index, was] of whole.entries()) {
    const is = cut[index]!;
    if (is.isGood && !was.isGood) account.honouredTwice++;
    if (was.receipt !== undefined && is.receipt !== was.receipt) account.honouredTwice++;
    if (was.isOpen && !is.isOpen && !is.isGood) account.notResumed++;
    account.lost += Math.max(0, is.delivered - was.delivered);
  }
  return account;
}

const ofUnit = (unit: Unit): readonly Fault[] => [
  atEachWrite('before', unit),
  atEachWrite('after', unit),
  cutAnywhere(unit),
  whileCharging('kill -9 of the charger', unit, 20, async (world, station) => {
    const from = performance.now();
    station.kill('SIGKILL');
    return off(world, from);
  }),
  whileCharging('SIGSTOP of the charger', unit, 5, async (world, station) => {
    const from = performance.now();
    station.kill('SIGSTOP');
    return off(world, from);
  }),
  guardKilled(unit),
  guardHung(unit),
];

export const siteFaults: readonly Fault[] = UNITS.flatMap(ofUnit);
