// Power that is cut 60 times in a row, 58 s apart: the real session on a real journal on the disk, with time turned by hand.

import { Charger } from '../../charging/station/charger/charger.ts';
import { chargerConfig } from '../../charging/station/charger/model.ts';
import { Station } from '../../charging/station/station.ts';
import { Hands } from '../charging/station/support.ts';
import { compactCode } from '../support/independent-codes.ts';
import { KEY } from './rig.ts';

export const CUTS = 60;
const CUT_AFTER_S = 58;
const POWER_W = 3_680;
/** Five steps: enough for the 60 cuts of 58 s, or less than they give, so that a voucher ends among them too. */
const VOUCHERS = { min: { step: 30, quantities: [1, 3] }, Wh: { step: 500, quantities: [2, 9] } } as const;

interface Tally {
  tried: number;
  honouredTwice: number;
  lost: number;
  relayLeftOn: number;
}

/** A station whose power can be cut; its meter keeps its count. */
class CutStation {
  readonly #hands = new Hands();
  readonly #folder: string;
  readonly #unit: 'min' | 'Wh';
  #station!: Station;
  #charger!: Charger;
  #beat: { at: number; callback: () => void } | undefined;
  relay = false;
  meterWh = 1_234_567;
  /** Minutes or Wh that the vehicle had. */
  given = 0;

  constructor(folder: string, unit: 'min' | 'Wh') {
    this.#folder = folder;
    this.#unit = unit;
    this.#begin();
  }

  #begin(): void {
    const { step } = VOUCHERS[this.#unit];
    const settings = { stationId: 'CP-0001', key: KEY, unit: this.#unit, step, layout: 'compact' } as const;
    const clocks = this.#hands;
    this.#station = Station.open(
      { ...settings, sequence: 'counter', slotSeconds: 300 },
      { folder: this.#folder, clocks },
    );
    this.#charger = new Charger({
      journal: this.#station,
      config: chargerConfig({ unit: this.#unit }),
      clocks,
      schedule: (ms, callback) => {
        const beat = { at: clocks.monotonic + ms, callback };
        this.#beat = beat;
        return () => {
          if (this.#beat === beat) this.#beat = undefined;
        };
      },
      emit: {
        relay: (on) => {
          this.relay = on;
          this.#charger.relay({ on, ready: true });
        },
        display: () => {},
        record: () => {},
      },
    });
    this.#charger.start();
    this.#read();
    this.#charger.vehicle(true);
  }

  #read(): void {
    if (this.#unit === 'Wh') this.#charger.meter({ energyWh: this.meterWh, powerW: this.relay ? POWER_W : 0 });
  }

  /** What the keypad says to the code. */
  type(code: string): string {
    const verdict = this.#station.verify(code);
    if (verdict.outcome === 'accepted' && verdict.kind === 'voucher') this.#charger.voucher(verdict.voucher);
    return verdict.outcome;
  }

  /** A second, in which the vehicle draws what it can. */
  second(): void {
    const end = this.#hands.monotonic + 1000;
    while (this.#hands.monotonic < end) {
      const ms = Math.min(end, this.#beat?.at ?? end) - this.#hands.monotonic;
      if (this.relay) {
        const wh = (POWER_W * ms) / 3_600_000;
        this.meterWh += wh;
        this.given += this.#unit === 'min' ? ms / 60_000 : wh;
      }
      this.#hands.pass(ms);
      const beat = this.#beat;
      if (!beat || beat.at > this.#hands.monotonic) continue;
      this.#beat = undefined;
      beat.callback();
    }
    this.#read();
  }

  cut(): void {
    this.#station.dispose();
    this.#beat = undefined;
    this.relay = false;
    this.#hands.reboot(10_000);
    this.#begin();
  }

  /** Unplugged: what is charged in the end. */
  unplug(): number {
    this.#charger.vehicle(false);
    const charged = this.#station.fateOf(this.code)?.delivered ?? 0;
    this.#station.dispose();
    return charged;
  }

  code = '';
}

/**
 * Nobody gains: what was had is charged but for one checkpoint of minutes, in energy but for a reading. And nobody pays
 * for what he did not get, but for the minute that a cut takes from the second one on.
 */
export function cutAgainAndAgain(
  unit: 'min' | 'Wh',
  newFolder: () => string,
  quantities = VOUCHERS[unit].quantities,
): Tally {
  const tally: Tally = { tried: 0, honouredTwice: 0, lost: 0, relayLeftOn: 0 };
  for (const quantity of quantities) {
    const station = new CutStation(newFolder(), unit);
    station.code = compactCode(KEY, unit, VOUCHERS[unit].step, quantity, 1);
    if (station.type(station.code) !== 'accepted') throw new Error('the code was not accepted');
    for (let cut = 0; cut < CUTS; cut++) {
      for (let second = 0; second < CUT_AFTER_S; second++) station.second();
      station.cut();
      tally.tried++;
      if (station.type(station.code) === 'accepted') tally.honouredTwice++;
    }
    const charged = station.unplug();
    const { given } = station;
    const [free, dear] = unit === 'min' ? [1, CUTS - 1] : [1.1, 0.1];
    if (given > charged + free + 1e-6) tally.honouredTwice++;
    const lost = Math.max(0, charged - given - dear - 1e-6);
    tally.lost += unit === 'min' ? lost : (lost * 60) / POWER_W;
    if (station.relay) tally.relayLeftOn++;
  }
  return tally;
}
