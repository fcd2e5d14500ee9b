// When a meter counts as failed: two bad reads in a row, or 5 s without a good one; and when it is well again.
import type { DeviceClock } from '../linux/clock.ts';
import { badReadsForFault, type MeterJudge, type MeterListener, type MeterReading, silentAfterMs } from './meter.ts';

/** Stands between a meter's reads and its listener. */
export class MeterHealth {
  latest: MeterReading | undefined;
  readonly #listener: MeterListener;
  readonly #clock: DeviceClock;
  readonly #judge: MeterJudge;
  #badReads = 0;
  #fault: string | undefined;
  #cancelSilence: (() => void) | undefined;

  constructor(listener: MeterListener, clock: DeviceClock, judge: MeterJudge) {
    this.#listener = listener;
    this.#clock = clock;
    this.#judge = judge;
    this.#waitForSilence();
  }

  get isSilent(): boolean {
    return this.#fault === 'meter-silent';
  }

  /** A read that gave values. */
  read(reading: MeterReading): void {
    const reason = this.#judge.judge(reading);
    if (reason !== undefined) {
      this.#bad('meter-implausible', `The meter's reading can't be true: ${reason}.`);
      return;
    }
    this.latest = reading;
    this.#badReads = 0;
    this.#waitForSilence();
    if (this.#fault !== undefined) {
      this.#fault = undefined;
      this.#listener.onRecovered();
    }
    this.#listener.onReading(reading);
  }

  /** A read that gave nothing, or nothing whole. */
  failed(why: string): void {
    this.#bad('meter-silent', `The meter does not answer (${why}). Check its wires, address and speed.`);
  }

  close(): void {
    this.#cancelSilence?.();
  }

  #bad(code: string, message: string): void {
    this.#badReads += 1;
    if (this.#badReads >= badReadsForFault) this.#tell(code, message);
  }

  #tell(code: string, message: string): void {
    if (this.#fault === code) return;
    this.#fault = code;
    this.#listener.onFault({ code, message });
  }

  #waitForSilence(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#clock.schedule(silentAfterMs, () => {
      if (this.#fault === undefined)
        this.#tell('meter-silent', `The meter has given no good reading for ${silentAfterMs / 1000} s.`);
    });
  }
}
