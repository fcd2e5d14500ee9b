// A few seconds of a site with twelve outlets and one keypad, with every kind of write of a journal in it while several
// outlets charge. It may end anywhere.
import { serviceCodeOf, wideCode, wrongCode } from '../support/independent-codes.ts';
import { KEY, type StationProcess } from './rig.ts';
import type { World } from './site-world.ts';

/** The machine may be busy. */
const PATIENCE_MS = 30_000;
const QUANTITY = 2;
const SERVICE_NUMBER = 40;
const STEP = { min: 30, Wh: 500 } as const;

/** A voucher that was bought, and the outlet that it was for; none where it was handed back. */
export interface Bought {
  readonly n: number;
  readonly code: string;
  readonly amount: number;
  readonly outlet: number | undefined;
}

/** Vouchers 1 to 6 begin at the outlets of their number; two are added, one is handed back, one waits for its vehicle. */
const PLACES: Readonly<Record<number, number | undefined>> = {
  ...{ 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6 },
  ...{ 7: 2, 8: undefined, 9: 7, 10: 5 },
};

/** All that its customers buy. */
export function boughtAt(unit: 'min' | 'Wh'): readonly Bought[] {
  const step = STEP[unit];
  return Object.entries(PLACES).map(([number, outlet]) => {
    const n = Number(number);
    return { n, outlet, amount: QUANTITY * step, code: wideCode(KEY, unit, step, QUANTITY, n) };
  });
}

/** @param short only until the first outlets charge */
export async function liveAtSite(world: World, station: StationProcess, { short = false } = {}): Promise<void> {
  const { rig } = world;
  const bought = boughtAt(rig.unit);
  const code = (n: number) => bought.find((each) => each.n === n)!.code;
  const answer = (...keys: string[]) => {
    for (const each of keys) station.order({ keys: each });
  };
  const type = async (digits: string, ...answers: string[]) => {
    if (!station.alive) return;
    await station.type(digits);
    answer(...answers);
  };
  const isCharging = (outlet: number) => station.snapshot?.outlets[outlet - 1]?.state === 'charging';
  /** Or has ended: a machine so busy that a relay was not seen closed in time gives a receipt. */
  const charges = (outlet: number, n = outlet) =>
    station.soon(`outlet ${outlet} charges`, () => isCharging(outlet) || station.closed.has(n), PATIENCE_MS);
  const receipt = (n: number) => station.soon(`the receipt of ${n}`, () => station.receipts.has(n), PATIENCE_MS);

  const first = [1, 2, 3, 4, 5, 6];
  for (const outlet of first) {
    rig.plug(true, outlet);
    await type(code(outlet), `${outlet}`);
  }
  for (const outlet of first) await charges(outlet);
  if (short) return;
  if (isCharging(2)) await type(code(7), '2', '1');
  await type(code(8), '0', '1');
  await receipt(8);
  await type(wrongCode(1));
  await type(code(9), '7');
  rig.plug(false, 1);
  await receipt(1);
  await type(code(3), '*', '1');
  await receipt(3);
  await type(serviceCodeOf(KEY, 'end-session', SERVICE_NUMBER), '4');
  await receipt(4);
  if (isCharging(5)) {
    await type(code(10), '5', '1');
    await type(code(10), '*', '1');
    await receipt(10);
  }
  rig.plug(true, 7);
  await charges(7, 9);
  if (rig.unit === 'Wh') await station.soon('its second voucher is used', () => station.closed.has(2), PATIENCE_MS);
  await type(wrongCode(2));
}
