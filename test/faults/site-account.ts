// What became of all vouchers of a site after a fault: its station starts again on its journal, its sessions go on, everybody
// unplugs, and each code is typed once more.
import { until } from '../support/applications.ts';
import { unusedIn } from '../support/independent-codes.ts';
import { type Fate, KEY, SITE_CHECKPOINT_MS, type StationProcess } from './rig.ts';
import { type Bought, boughtAt } from './site-life.ts';
import type { World } from './site-world.ts';

const PARTS = 155;
/** The machine may be busy. */
const PATIENCE_MS = 30_000;
/** What a guard bears, and a busy machine takes, before a relay that nobody holds is off. */
const LET_GO_MS = 2000;
/** Of two clocks, minutes; and thousandths of a Wh for each voucher. */
const ROUNDING = { min: 0.0002, Wh: 0.005 };

export interface SiteAccount {
  readonly honouredTwice: number;
  /** Minutes, or Wh. */
  readonly lost: number;
  readonly relayLeftOn: number;
  /** Sessions whose vehicle was there, and that did not go on. */
  readonly notResumed: number;
}

/**
 * @param told the receipts that customers saw before the fault
 * @param crashes how often the charger is killed once more
 * @param cuts how often the sessions were cut off by the fault itself
 * @param heldMs how long a relay may have stayed on after its session had ended: nobody opens one whose guard hangs
 */
export async function accountOfSite(
  world: World,
  journal: string,
  told: ReadonlyMap<number, string>,
  {
    crashes = 0,
    cuts = 1,
    heldMs = 0,
  }: { readonly crashes?: number; readonly cuts?: number; readonly heldMs?: number } = {},
): Promise<SiteAccount> {
  const { rig } = world;
  let station = await started(world, journal);
  // A customer who has a receipt of it would be charged for nothing, or be given it twice.
  const reopened = station.foundOpen.filter(({ n }) => told.has(n)).length;
  let notResumed = await missing(world, station);
  for (let crash = 0; crash < crashes; crash++) {
    world.station = undefined;
    await station.end();
    station = await started(world, journal);
    notResumed += await missing(world, station);
  }
  rig.unplugAll();
  await station.soon('all is over', (now) => now?.outlets.every(({ state }) => state === 'free') === true, PATIENCE_MS);
  await until('the relays are off', () => !rig.relayOn, PATIENCE_MS);
  const relayLeftOn = rig.numbers.filter((outlet) => rig.relayOnAt(outlet)).length;
  const bought = boughtAt(rig.unit);
  const fates = await station.fates(bought.map(({ code }) => code));
  if (!fates) throw new Error('the station died when it was asked');
  const ofVouchers = bought.map((voucher, index) => ofVoucher(voucher, fates[index]!, rig.unit, told.get(voucher.n)));
  const ofOutlets = rig.numbers.map((outlet) => {
    const here = bought.flatMap((voucher, index) => (voucher.outlet === outlet ? [fates[index]!] : []));
    return ofOutlet(world, outlet, here, cuts + crashes, heldMs);
  });
  world.station = undefined;
  await station.end();
  const all = [...ofVouchers, ...ofOutlets];
  const sum = (of: (each: Part) => number) => all.reduce((total, each) => total + of(each), 0);
  const honouredTwice = reopened + sum((each) => each.honouredTwice);
  return { honouredTwice, lost: sum((each) => each.lost), relayLeftOn, notResumed };
}

async function started(world: World, journal: string): Promise<StationProcess> {
  const station = await world.rig.station(journal);
  world.station = station;
  return station;
}

/** How many of the sessions that it found open, with their vehicles connected, do not charge again. */
async function missing({ rig }: World, station: StationProcess): Promise<number> {
  const found = new Set(station.foundOpen.map(({ outlet }) => outlet));
  const isBack = (outlet: number) => {
    const now = station.snapshot?.outlets[outlet - 1];
    return now?.state === 'charging' ? rig.relayOnAt(outlet) : now?.state === 'free';
  };
  const waiting = () => [...found].filter((outlet) => !isBack(outlet));
  try {
    await station.soon('its sessions go on', (now) => now !== undefined && waiting().length === 0, PATIENCE_MS);
  } catch {
    return waiting().length;
  }
  // One that is over by now had all of it used up, by what the meter counted meanwhile.
  const over = [...found].filter(
    (outlet) => rig.plugged(outlet) && station.snapshot?.outlets[outlet - 1]?.state === 'free',
  );
  const codes = boughtAt(rig.unit).filter(({ outlet }) => outlet !== undefined && over.includes(outlet));
  const fates = (await station.fates(codes.map(({ code }) => code))) ?? [];
  return fates.filter(({ record }) => record?.ended === 'power-cut' || record?.ended === 'fault').length;
}

interface Part {
  readonly honouredTwice: number;
  readonly lost: number;
}

function ofVoucher(
  { n, amount }: Bought,
  { outcome, record }: Fate,
  unit: 'min' | 'Wh',
  told: string | undefined,
): Part {
  if (outcome === 'accepted') return { honouredTwice: told === undefined ? 0 : 1, lost: 0 };
  if (!record) return { honouredTwice: 0, lost: amount };
  const { delivered, receipt, ended } = record;
  const left = amount - delivered;
  // A receipt that a customer has, of a voucher that was used on.
  const honouredTwice = told !== undefined && told !== receipt ? 1 : 0;
  if (ended === undefined) return { honouredTwice, lost: left };
  const due = Math.floor((PARTS * left) / amount + 1e-9);
  const unused = receipt === undefined ? 0 : unusedIn(receipt, KEY, unit, amount / 2, n);
  return { honouredTwice, lost: (Math.max(0, due - (unused ?? 0)) * amount) / PARTS };
}

/** What was charged for there, beside what was given. */
function ofOutlet(world: World, outlet: number, fates: readonly Fate[], cuts: number, heldMs: number): Part {
  const given = world.givenAt(outlet);
  const charged = fates.reduce((sum, { record }) => sum + (record?.delivered ?? 0), 0);
  const { unit } = world.rig;
  const isMinutes = unit === 'min';
  const rounding = ROUNDING[unit];
  const dear = isMinutes ? world.worth(outlet, (cuts - 1) * SITE_CHECKPOINT_MS) : 0;
  const free = world.worth(outlet, heldMs + cuts * (LET_GO_MS + (isMinutes ? SITE_CHECKPOINT_MS : 0)));
  return {
    honouredTwice: given > charged + free + rounding ? 1 : 0,
    lost: Math.max(0, charged - given - dear - rounding),
  };
}
