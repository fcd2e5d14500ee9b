// A station's life in a few seconds, every kind of journal write in it: a guess, a charge that is unplugged, one that is
// stopped, a service code. It may end anywhere.

import { until } from '../support/applications.ts';
import { serviceCodeOf, wrongCode } from '../support/independent-codes.ts';
import { codeOf, KEY, type Past, type Rig, type StationProcess } from './rig.ts';

export interface Life {
  readonly pasts: Past[];
  /** Relay off after the station's death; undefined when it was not on. */
  readonly offMs: number | undefined;
}

/** Lives until the end or until the station dies, and tells what its customers had. */
export async function live(rig: Rig, station: StationProcess): Promise<Life> {
  const pasts = [await charge(rig, station, 1, 1100, 'unplug'), await charge(rig, station, 2, 0, 'stop')];
  rig.plug(false);
  if (station.alive) await station.type(serviceCodeOf(KEY, 'synchronize', 20));
  if (station.alive) await station.type(wrongCode(2));
  return { pasts, offMs: await offAfterDeath(rig, station) };
}

async function charge(
  rig: Rig,
  station: StationProcess,
  n: number,
  forMs: number,
  end: 'unplug' | 'stop',
): Promise<Past> {
  if (!station.alive) return { n, wasOn: false, onMs: 0 };
  rig.plug(true);
  station.forgetRelay();
  if (n === 1 && station.alive) await station.type(wrongCode(1));
  let onSince: number | undefined;
  if (station.alive && (await station.type(codeOf(n))) === 'accepted') {
    const decided = ['charging', 'fault', 'receipt', 'idle'];
    await station.soon('it charges, or can not', (now) => now !== undefined && decided.includes(now.state));
    if (station.relayWasOn) onSince = performance.now();
    const until = performance.now() + forMs;
    await station.soon('the time is over', () => performance.now() > until);
    if (end === 'unplug') rig.plug(false);
    else {
      station.order({ keys: '*' });
      station.order({ keys: '1' });
    }
    await station.soon(
      'it is over',
      (now) => station.receipts.has(n) || now?.state === 'fault' || now?.state === 'idle',
    );
  }
  const onMs = onSince === undefined ? 0 : performance.now() - onSince;
  return { n, wasOn: onSince !== undefined, onMs, receipt: station.receipts.get(n) };
}

async function offAfterDeath(rig: Rig, station: StationProcess): Promise<number | undefined> {
  if (station.diedAt === undefined || !station.relayWasOn) return undefined;
  await until('the relay is off', () => !rig.relayOn);
  return Math.max(0, performance.now() - station.diedAt);
}
