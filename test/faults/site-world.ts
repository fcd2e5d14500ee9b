// What is true at a site of several outlets, whatever its station believes: what each vehicle was given, by the relays' lines alone.
import { readFileSync, statSync } from 'node:fs';
import type { Rig, StationProcess } from './rig.ts';

const LOOK_EVERY_MS = 10;
const READ_EVERY_MS = 20;
/** A vehicle draws 36 kW here, so that a life of seconds has something to count; and one of them uses a voucher up. */
const POWER_W = 36_000;
const FAST_OUTLET = 2;
const FAST_POWER_W = 4_000_000;
const HOUR_MS = 3_600_000;

interface Place {
  relayOn: boolean;
  /** Until when `givenMs` is counted, by the clock that stamps files. */
  at: number;
  givenMs: number;
}

export class World {
  readonly rig: Rig;
  /** Its meters are read to it. */
  station: StationProcess | undefined;
  readonly #places: readonly Place[];
  readonly #timer: NodeJS.Timeout;
  #readAt = 0;
  #offAt = 0;

  constructor(rig: Rig) {
    this.rig = rig;
    this.#places = rig.numbers.map(() => ({ relayOn: false, at: Date.now(), givenMs: 0 }));
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** From here on another life is counted. */
  begin(): void {
    this.#look();
    for (const place of this.#places) place.givenMs = 0;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** When a relay went off last, by the clock that stamps files. */
  lastOffAt(): number {
    this.#look();
    return this.#offAt;
  }

  /** Minutes with the relay closed, or Wh. */
  givenAt(outlet: number): number {
    this.#look();
    const { givenMs } = this.#places[outlet - 1]!;
    return this.rig.unit === 'min' ? givenMs / 60_000 : (givenMs * powerAt(outlet)) / HOUR_MS;
  }

  /** What so many milliseconds are worth there: minutes, or Wh. */
  worth(outlet: number, ms: number): number {
    return this.rig.unit === 'min' ? ms / 60_000 : (ms * powerAt(outlet)) / HOUR_MS;
  }

  /** A relay's line says by its file when it was written. */
  #look(): void {
    for (const [index, place] of this.#places.entries()) {
      const file = this.rig.line('relay', index + 1);
      const now = Date.now();
      const isOn = readFileSync(file, 'latin1').startsWith('1');
      const changedAt = isOn === place.relayOn ? now : Math.min(now, statSync(file).mtimeMs);
      if (place.relayOn) place.givenMs += Math.max(0, changedAt - place.at);
      if (isOn && !place.relayOn) place.givenMs += Math.max(0, now - changedAt);
      if (place.relayOn && !isOn) this.#offAt = Math.max(this.#offAt, changedAt);
      place.relayOn = isOn;
      place.at = now;
    }
    if (this.rig.unit === 'Wh' && performance.now() - this.#readAt >= READ_EVERY_MS) this.#read();
  }

  #read(): void {
    this.#readAt = performance.now();
    const meters = this.#places.map(({ relayOn, givenMs }, index) => {
      const outlet = index + 1;
      const energyWh = 1000 * outlet + (givenMs * powerAt(outlet)) / HOUR_MS;
      return { outlet, energyWh, powerW: relayOn ? powerAt(outlet) : 0 };
    });
    this.station?.order({ meters });
  }
}

function powerAt(outlet: number): number {
  return outlet === FAST_OUTLET ? FAST_POWER_W : POWER_W;
}
