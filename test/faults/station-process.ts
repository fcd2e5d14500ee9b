// One charging station without Node-RED, as a process that can be killed: journal, sessions, simulated pins, guard. Started by
// rig.ts with an IPC channel; the fault comes in by INJECT (injected.ts, which must come first).
import { flushCompileCache } from 'node:module';
import { Charger } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import { Station } from '../../charging/station/station.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { Debouncer } from '../../hardware/gpio/debounce.ts';
import type { GpioDriver } from '../../hardware/gpio/driver.ts';
import { openDriver } from '../../hardware/gpio/open.ts';
import { guardedRelay, UNPROTECTED } from '../../hardware/relay/relay.ts';
import { machineClocks } from '../../nodes/charging-station/machine-clocks.ts';
import { arm, writesMade } from './injected.ts';

export interface Orders {
  readonly keys?: string;
  /** Milliseconds to add to the wall clock from now on. */
  readonly wallOffsetMs?: number;
  /** Keeps the event loop busy for so long. */
  readonly blockMs?: number;
  readonly disarm?: true;
  /** So many of the next orders to the relay, and of what it says, are lost. */
  readonly loseOrders?: number;
  readonly loseStates?: number;
  /** What the meters say, of each outlet that has one. */
  readonly meters?: readonly { readonly outlet: number; readonly energyWh: number; readonly powerW: number }[];
  /** Asks what became of these codes. */
  readonly fates?: readonly string[];
}

export interface Given {
  readonly folder: string;
  readonly pins: string;
  readonly socket: string;
  readonly key: string;
  readonly sequence: 'clock' | 'counter';
  readonly checkpointMs: number;
  readonly outlets: number;
  readonly unit: 'min' | 'Wh';
}

const given = JSON.parse(process.env.STATION ?? '{}') as Given;
const hasSeveral = given.outlets > 1;
const settings: StationSettings = {
  stationId: 'CP-0001',
  key: Uint8Array.from(Buffer.from(given.key, 'hex')),
  unit: given.unit,
  step: given.unit === 'min' ? 30 : 500,
  layout: hasSeveral ? 'wide' : 'compact',
  sequence: given.sequence,
  slotSeconds: hasSeveral ? 120 : 300,
};
const numbers = Array.from({ length: given.outlets }, (_, index) => index + 1);

let wallOffsetMs = 0;
let ordersToLose = 0;
let statesToLose = 0;
const machine = machineClocks();
const clocks = { ...machine, wallMs: () => machine.wallMs() + wallOffsetMs };
const tell = (message: object) => process.send?.(message);

const station = Station.open(settings, { folder: given.folder, clocks });
const openAtFirst = station.openVouchers().map(({ outlet = 1, voucher }) => ({ outlet, n: voucher.sequence }));
const driver = await openDriver('simulated', { folder: given.pins });
const relays = numbers.map((outlet) =>
  guardedRelay({ socket: given.socket, relay: lineOf('relay', outlet), protection: UNPROTECTED }),
);

const charger = new Charger({
  journal: station,
  config: chargerConfig({
    unit: given.unit,
    outlets: given.outlets,
    checkpointMs: given.checkpointMs,
    // A life is a few seconds long.
    ...(hasSeveral ? { inrushMs: 30 } : {}),
  }),
  clocks,
  schedule(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  emit: {
    relay(on, _again, outlet) {
      if (ordersToLose > 0) {
        ordersToLose--;
        return;
      }
      // What stands in its way comes with its state.
      const heard = () => hearRelay(outlet);
      relays[outlet - 1]!.set(on).then(heard, heard);
    },
    display: () => {},
    record: (record) => tell({ record }),
  },
});
function hearRelay(outlet: number): void {
  if (statesToLose > 0) {
    statesToLose--;
    return;
  }
  const { on, readyInMs, lease, problem } = relays[outlet - 1]!.state;
  if (problem && problem.code !== 'not-ready') charger.relayFault(problem.code, true, outlet);
  else charger.relayFault('guard-away', false, outlet);
  charger.relay({ on, ready: lease && readyInMs === 0, readyInSeconds: readyInMs / 1000 }, outlet);
}
const hearRelays = () => {
  for (const outlet of numbers) hearRelay(outlet);
};
for (const [index, relay] of relays.entries()) relay.onChange(() => hearRelay(index + 1));
// As `control relay` does: what was missed is heard a second later.
setInterval(hearRelays, 1000);

/** The line of an outlet, as it is called from the second on. */
function lineOf(name: string, outlet: number): string {
  return outlet === 1 ? name : `${name}-${outlet}`;
}

/** The plug of an outlet, debounced. Gives how it was found. */
async function watchPlug(from: GpioDriver, outlet: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const settleLater = () => {
    clearTimeout(timer);
    const due = debouncer.dueAtMs;
    if (due === undefined) return;
    timer = setTimeout(
      () => {
        const level = debouncer.settle(input.read(), performance.now());
        if (level !== undefined) charger.vehicle(level, false, undefined, outlet);
        settleLater();
      },
      Math.max(0, due - performance.now()),
    );
  };
  const input = await from.input(lineOf('vehicle', outlet), {
    onChange(level) {
      debouncer.edge(level, performance.now());
      settleLater();
    },
    onLost: () => charger.vehicle(undefined, false, undefined, outlet),
  });
  const debouncer = new Debouncer(input.read(), { openMs: 25, closeMs: 50 });
  return debouncer.level;
}
const plugs = await Promise.all(numbers.map((outlet) => watchPlug(driver, outlet)));

process.on('message', (orders: Orders) => {
  const { keys, wallOffsetMs: offset, blockMs, disarm, loseOrders, loseStates, meters, fates } = orders;
  if (disarm) arm(false);
  if (offset !== undefined) wallOffsetMs = offset;
  if (blockMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  if (loseOrders !== undefined) ordersToLose = loseOrders;
  if (loseStates !== undefined) statesToLose = loseStates;
  for (const { outlet, ...reading } of meters ?? []) charger.meter(reading, outlet);
  if (keys !== undefined) type(keys);
  if (fates)
    tell({ fates: fates.map((code) => ({ outcome: station.verify(code).outcome, record: station.fateOf(code) })) });
});

function type(keys: string): void {
  if (keys === '*') {
    charger.key('*');
    return;
  }
  if (/^\d{1,2}$/.test(keys)) {
    charger.answer(keys);
    return;
  }
  try {
    const verdict = station.verify(keys);
    tell({ outcome: verdict.outcome, writes: writesMade() });
    if (verdict.outcome !== 'accepted') charger.refused(verdict, station.fateOf(keys));
    else if (verdict.kind === 'voucher') charger.voucher(verdict.voucher);
    else charger.service(verdict.operation, verdict.sequence);
  } catch (error) {
    tell({ outcome: 'journal-error', message: String(error) });
  }
  tell({ snapshot: charger.snapshot() });
}

charger.start();
hearRelays();
for (const [index, level] of plugs.entries()) charger.vehicle(level, false, undefined, index + 1);
arm();
setInterval(() => tell({ snapshot: charger.snapshot(), writes: writesMade() }), 20);
// Now, as most of these processes are killed: the next starts sooner.
flushCompileCache();
tell({ ready: true, open: openAtFirst });
process.on('disconnect', () => process.exit());
