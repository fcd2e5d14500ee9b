// The faults, each tried many times and counted (faults.ts prints the table; faults.test.ts takes a sample).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Station } from '../../charging/station/station.ts';
import { JournalError } from '../../charging/station/types.ts';
import { machineClocks } from '../../nodes/charging-station/machine-clocks.ts';
import { Applications, until } from '../support/applications.ts';
import { compactCode, serviceCodeOf } from '../support/independent-codes.ts';
import { add, type Fault, none } from './counted.ts';
import { live } from './life.ts';
import { CUTS, cutAgainAndAgain } from './power-cuts.ts';
import { account, codeOf, KEY, PAID_MINUTES, Rig, type StationProcess } from './rig.ts';
import { siteFaults } from './site-list.ts';

async function withRig<T>(use: (rig: Rig) => Promise<T>): Promise<T> {
  const rig = await Rig.start();
  try {
    return await use(rig);
  } finally {
    await rig.remove();
  }
}

/** The same life again and again, with the fault at the first, second, third … write, until it outlives them all. */
function atEachWrite(name: string, inject: (write: number) => string, mostWrites = 1000): Fault {
  return {
    name,
    run: (every = 1) =>
      withRig(async (rig) => {
        const counted = none();
        for (let write = 1; write <= mostWrites; write += every) {
          const journal = rig.newJournal();
          const station = await rig.station(journal, inject(write));
          const { pasts, offMs } = await live(rig, station);
          const reached = !station.alive || station.writes >= write;
          await station.end();
          if (!reached) break;
          if (offMs !== undefined) counted.offMs.push(offMs);
          add(counted, await account(rig, journal, pasts));
        }
        return counted;
      }),
  };
}

/** A station that charges on voucher 1. */
async function charging(rig: Rig, journal: string): Promise<{ station: StationProcess; since: number }> {
  rig.plug(true);
  const station = await rig.station(journal);
  await station.type(codeOf(1));
  await station.soon('it charges', (now) => now?.state === 'charging');
  return { station, since: performance.now() };
}

async function off(rig: Rig, from: number, withinMs = 5000): Promise<number> {
  await until('the relay is off', () => !rig.relayOn, withinMs);
  return performance.now() - from;
}

/** Something that happens to a station while it charges, so many times. */
function whileCharging(
  name: string,
  times: number,
  happens: (rig: Rig, station: StationProcess, time: number) => Promise<number>,
): Fault {
  return {
    name,
    run: (every = 1) =>
      withRig(async (rig) => {
        const counted = none();
        for (let time = 0; time < times; time += every) {
          const journal = rig.newJournal();
          const { station, since } = await charging(rig, journal);
          counted.offMs.push(await happens(rig, station, time));
          const onMs = performance.now() - since;
          const receipt = station.receipts.get(1);
          await station.end();
          add(counted, await account(rig, journal, [{ n: 1, wasOn: true, onMs, receipt }]));
        }
        return counted;
      }),
  };
}

/** Each file of the journal, cut at every byte of what the last transactions wrote. */
const cutAnywhere: Fault = {
  name: 'journal cut at every byte of its last transactions',
  run: (every = 1) =>
    withRig(async (rig) => {
      const counted = none();
      const journal = rig.newJournal();
      const { station } = await charging(rig, journal);
      await station.end();
      const settings = { stationId: 'CP-0001', key: KEY, unit: 'min', step: 30, layout: 'compact' } as const;
      const terms = { ...settings, sequence: 'counter', slotSeconds: 300 } as const;
      for (const copy of rig.cutCopiesOf(journal, every)) add(counted, cutAccount(copy, terms));
      return counted;
    }),
};

/** A station that refuses its journal sells nothing and loses nothing: it lies there for the operator. */
function cutAccount(folder: string, settings: Parameters<typeof Station.open>[0]) {
  let station: Station;
  try {
    station = Station.open(settings, { folder, clocks: machineClocks() });
  } catch (error) {
    if (error instanceof JournalError) return { honouredTwice: 0, lost: 0, relayLeftOn: 0 };
    throw error;
  }
  const again = station.verify(codeOf(1)).outcome === 'accepted';
  const session = station.openVouchers()[0];
  const left = again ? PAID_MINUTES : session ? session.voucher.amount - session.delivered : 0;
  station.dispose();
  return { honouredTwice: again ? 1 : 0, lost: Math.max(0, PAID_MINUTES - 0.1 - left), relayLeftOn: 0 };
}

const bouncing = whileCharging('unplugged with a contact that bounces 1–500 ms', 30, async (rig, _station, time) => {
  const from = performance.now();
  const bounceMs = 1 + (499 * time) / 29;
  rig.plug(false);
  for (let level = true; performance.now() - from < bounceMs; level = !level) {
    rig.plug(level);
    await new Promise((resolve) => setTimeout(resolve, 1 + ((time * 7) % 13)));
  }
  rig.plug(false);
  return off(rig, from);
});

/** A clock station whose wall clock is moved while it charges, and later put right again. */
const clockMoved: Fault = {
  name: 'wall clock +1 day, −1 day, to 1970, and back',
  run: () =>
    withRig(async (rig) => {
      const counted = none();
      for (const offset of [86_400_000, -86_400_000, -Date.now()]) {
        const journal = rig.newJournal();
        const slot = Math.floor(Date.now() / 300_000);
        const code = (n: number) => compactCode(KEY, 'min', 30, PAID_MINUTES / 30, n);
        rig.plug(true);
        const station = await rig.station(journal, '', 'clock');
        await station.type(code(slot));
        await station.soon('it charges', (now) => now?.state === 'charging');
        station.order({ wallOffsetMs: offset });
        const moved = await station.type(code(slot));
        const remaining = station.snapshot?.remaining ?? 0;
        const from = performance.now();
        rig.plug(false);
        counted.offMs.push(await off(rig, from));
        await station.soon('the receipt', () => station.receipts.has(slot));
        station.order({ wallOffsetMs: 0 });
        const back = await station.type(code(slot));
        const other = await station.type(code(slot - 1));
        const twice = [moved, back].filter((outcome) => outcome === 'accepted').length;
        const lost = PAID_MINUTES - 0.5 - remaining + (other === 'accepted' ? 0 : PAID_MINUTES);
        await station.end();
        add(counted, { honouredTwice: twice, lost: Math.max(0, lost), relayLeftOn: rig.relayOn ? 1 : 0 });
      }
      return counted;
    }),
};

const SLOT_MS = 300_000;
const DAY_MS = 86_400_000;
const clockCode = (n: number) => compactCode(KEY, 'min', 30, PAID_MINUTES / 30, n);

/** A clock station that was synchronized while its machine's clock was wrong, and that clock is put right afterwards. */
const clockPutRight: Fault = {
  name: 'wall clock put right after a synchronization (offset 2 h to 300 days)',
  run: () =>
    withRig(async (rig) => {
      const counted = none();
      for (const days of [1 / 12, -1 / 12, 3, -3, 60, -60, 300, -300]) {
        const journal = rig.newJournal();
        const station = await rig.station(journal, '', 'clock');
        station.order({ wallOffsetMs: days * DAY_MS });
        const slot = Math.floor(Date.now() / SLOT_MS);
        await station.type(serviceCodeOf(KEY, 'synchronize', slot));
        station.order({ wallOffsetMs: 0 });
        rig.plug(true);
        const first = await station.type(clockCode(slot));
        await station.soon('it charges', (now) => now?.state === 'charging');
        const from = performance.now();
        rig.plug(false);
        counted.offMs.push(await off(rig, from));
        await station.soon('the receipt', () => station.receipts.has(slot));
        const again = await station.type(clockCode(slot));
        const other = await station.type(clockCode(slot - 1));
        const lost = [first, other].filter((outcome) => outcome !== 'accepted').length * PAID_MINUTES;
        await station.end();
        const honouredTwice = again === 'accepted' ? 1 : 0;
        add(counted, { honouredTwice, lost, relayLeftOn: rig.relayOn ? 1 : 0 });
      }
      return counted;
    }),
};

/** A synchronization of some time ago on a station that was quiet since, and then a voucher that had expired. */
const oldSynchronization: Fault = {
  name: 'synchronization of 3 h to 60 days ago, then an expired voucher',
  run: () =>
    withRig(async (rig) => {
      const counted = none();
      for (const hours of [3, 24, 30 * 24, 60 * 24]) {
        const journal = rig.newJournal();
        const station = await rig.station(journal, '', 'clock');
        rig.plug(true);
        const slot = Math.floor(Date.now() / SLOT_MS);
        await station.type(clockCode(slot));
        await station.soon('it charges', (now) => now?.state === 'charging');
        const from = performance.now();
        rig.plug(false);
        counted.offMs.push(await off(rig, from));
        await station.soon('the receipt', () => station.receipts.has(slot));
        const back = slot - hours * 12;
        const replayed = await station.type(serviceCodeOf(KEY, 'synchronize', back));
        const revived = await station.type(clockCode(back));
        const fresh = await station.type(clockCode(slot - 1));
        const twice = [replayed, revived].filter((outcome) => outcome === 'accepted').length;
        await station.end();
        const lost = fresh === 'accepted' ? 0 : PAID_MINUTES;
        add(counted, { honouredTwice: twice, lost, relayLeftOn: rig.relayOn ? 1 : 0 });
      }
      return counted;
    }),
};

const guardKilled: Fault = {
  name: 'relay guard killed (off: from its restart)',
  run: (every = 1) =>
    withRig(async (rig) => {
      const counted = none();
      for (let time = 0; time < 10; time += every) {
        const journal = rig.newJournal();
        const { station, since } = await charging(rig, journal);
        await rig.killGuard();
        await station.soon('the session is over', () => station.receipts.has(1));
        const from = performance.now();
        await rig.startGuard();
        counted.offMs.push(await off(rig, from));
        const receipt = station.receipts.get(1);
        const onMs = performance.now() - since;
        await station.end();
        add(counted, await account(rig, journal, [{ n: 1, wasOn: true, onMs, receipt }]));
      }
      return counted;
    }),
};

/** The whole product, Node-RED and all: the charger's flow deployed anew while it charges. */
const redeployed: Fault = {
  name: 'flow redeployed mid-charge (Node-RED)',
  run: async (every = 1) => {
    const counted = none();
    const env = { STATION_KEY: KEY.toString('hex'), STATION_SEQUENCE: 'counter', ADMIN_PASSWORD: 'of the bench' };
    const running = await Applications.start({ only: 'charger', env });
    try {
      const signedIn = await running.editorToken(running.charger, env.ADMIN_PASSWORD);
      for (let n = 1; n <= 5; n += every) {
        running.plug(true);
        await running.keys(`${codeOf(n)}#`);
        await running.settled('it charges', ({ state }) => state === 'charging');
        const flows = readFileSync(join(running.dataDir, 'charger/node-red/flow.json'), 'utf8');
        const from = performance.now();
        const deployed = fetch(`${running.charger}/editor/flows`, {
          method: 'POST',
          headers: { ...signedIn, 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
          body: flows,
        });
        await until('the relay is off', () => running.relayPin() === '0');
        counted.offMs.push(performance.now() - from);
        if ((await deployed).status >= 300) throw new Error(`deploying: ${(await deployed).status}`);
        await running.settled('it charges on', ({ state }) => state === 'charging', 20_000);
        const again = (await running.keys(`${codeOf(n)}#`)).outcome === 'accepted';
        running.plug(false);
        await until('the relay is off', () => running.relayPin() === '0');
        await running.settled('the receipt', ({ state }) => state === 'receipt');
        add(counted, { honouredTwice: again ? 1 : 0, lost: 0, relayLeftOn: running.relayPin() === '1' ? 1 : 0 });
      }
    } finally {
      await running.remove();
    }
    return counted;
  },
};

/** The real session on a journal of this rig's; no relay's line is watched, as its wire is not what is tried. */
const cutInARow = (unit: 'min' | 'Wh'): Fault => ({
  name: `power cut ${CUTS} times in a row, 58 s apart (${unit})`,
  run: () => withRig(async (rig) => ({ ...none(), ...cutAgainAndAgain(unit, () => rig.newJournal()) })),
});

/** Up to three orders on end are lost; every second time what the relay says is lost too. */
const commandsLost = whileCharging('orders to the relay lost, and what it says', 12, async (rig, station, time) => {
  station.order({ loseOrders: 1 + (time % 3), loseStates: time % 2 === 0 ? 0 : 2 });
  await station.soon('it is deaf', (now) => now !== undefined);
  const from = performance.now();
  rig.plug(false);
  return off(rig, from, 8000);
});

export const faults: readonly Fault[] = [
  atEachWrite('killed before each write of the journal', (write) => `kill-before:${write}`),
  atEachWrite('killed after each write of the journal', (write) => `kill-after:${write}`),
  cutAnywhere,
  whileCharging('kill -9 of the charger', 30, async (rig, station) => {
    const from = performance.now();
    station.kill('SIGKILL');
    return off(rig, from);
  }),
  whileCharging('SIGSTOP of the charger', 10, async (rig, station) => {
    const from = performance.now();
    station.kill('SIGSTOP');
    return off(rig, from);
  }),
  whileCharging('event loop blocked for 3 s', 10, async (rig, station) => {
    const from = performance.now();
    station.order({ blockMs: 3000 });
    const took = await off(rig, from);
    await station.soon('it has noticed', () => performance.now() - from > 3500);
    return took;
  }),
  guardKilled,
  commandsLost,
  cutInARow('min'),
  cutInARow('Wh'),
  redeployed,
  bouncing,
  clockMoved,
  clockPutRight,
  oldSynchronization,
  atEachWrite('disk full (ENOSPC) at each write', (write) => `fail:${write}:ENOSPC`),
  atEachWrite('sync fails (EIO) at each write', (write) => `fail:${write}:EIO`),
  atEachWrite('disk read-only (EROFS) from each write on', (write) => `fail-from:${write}:EROFS`),
  ...siteFaults,
];
