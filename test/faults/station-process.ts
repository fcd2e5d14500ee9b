// One charging station without Node-RED, as a process that can be killed: journal, session, simulated pins, guard.
// Started by rig.ts with an IPC channel; the fault comes in by INJECT (injected.ts, which must come first).
import { flushCompileCache } from 'node:module';
import { Charger } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import { Station } from '../../charging/station/station.ts';
import type { StationSettings } from '../../charging/station/types.ts';
import { Debouncer } from '../../hardware/gpio/debounce.ts';
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
}

const given = JSON.parse(process.env.STATION ?? '{}') as {
  folder: string;
  pins: string;
  socket: string;
  key: string;
  sequence: 'clock' | 'counter';
  checkpointMs: number;
};
const settings: StationSettings = {
  stationId: 'CP-0001',
  key: Uint8Array.from(Buffer.from(given.key, 'hex')),
  unit: 'min',
  step: 30,
  layout: 'compact',
  sequence: given.sequence,
  slotSeconds: 300,
};

let wallOffsetMs = 0;
let ordersToLose = 0;
let statesToLose = 0;
const machine = machineClocks();
const clocks = { ...machine, wallMs: () => machine.wallMs() + wallOffsetMs };
const tell = (message: object) => process.send?.(message);

const station = Station.open(settings, { folder: given.folder, clocks });
const driver = await openDriver('simulated', { folder: given.pins });
const relay = guardedRelay({ socket: given.socket, relay: 'relay', protection: UNPROTECTED });

const charger = new Charger({
  journal: station,
  config: chargerConfig({ unit: 'min', checkpointMs: given.checkpointMs }),
  clocks,
  schedule(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  emit: {
    relay(on) {
      if (ordersToLose > 0) {
        ordersToLose--;
        return;
      }
      // What stands in its way comes with its state.
      relay.set(on).then(hearRelay, hearRelay);
    },
    display: () => {},
    record: (record) => tell({ record }),
  },
});
const hearRelay = () => {
  if (statesToLose > 0) {
    statesToLose--;
    return;
  }
  const { on, readyInMs, lease, problem } = relay.state;
  if (problem && problem.code !== 'not-ready') charger.relayFault(problem.code, true);
  else charger.relayFault('guard-away', false);
  charger.relay({ on, ready: lease && readyInMs === 0, readyInSeconds: readyInMs / 1000 });
};
relay.onChange(hearRelay);
// As `control relay` does: what was missed is heard a second later.
setInterval(hearRelay, 1000);

let debouncer: Debouncer;
let timer: NodeJS.Timeout | undefined;
const settleLater = () => {
  clearTimeout(timer);
  const due = debouncer.dueAtMs;
  if (due === undefined) return;
  timer = setTimeout(
    () => {
      const level = debouncer.settle(input.read(), performance.now());
      if (level !== undefined) charger.vehicle(level);
      settleLater();
    },
    Math.max(0, due - performance.now()),
  );
};
const input = await driver.input('vehicle', {
  onChange(level) {
    debouncer.edge(level, performance.now());
    settleLater();
  },
  onLost: () => charger.vehicle(undefined),
});
debouncer = new Debouncer(input.read(), { openMs: 25, closeMs: 50 });

process.on('message', ({ keys, wallOffsetMs: offset, blockMs, disarm, loseOrders, loseStates }: Orders) => {
  if (disarm) arm(false);
  if (offset !== undefined) wallOffsetMs = offset;
  if (blockMs !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  if (loseOrders !== undefined) ordersToLose = loseOrders;
  if (loseStates !== undefined) statesToLose = loseStates;
  if (keys !== undefined) type(keys);
});

function type(keys: string): void {
  if (keys === '*') {
    charger.key('*');
    return;
  }
  if (/^\d$/.test(keys)) {
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
hearRelay();
charger.vehicle(debouncer.level);
arm();
setInterval(() => tell({ snapshot: charger.snapshot(), writes: writesMade() }), 20);
// Now, as most of these processes are killed: the next starts sooner.
flushCompileCache();
tell({ ready: true });
process.on('disconnect', () => process.exit());
