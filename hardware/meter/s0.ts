// An energy meter with an S0 pulse output on a GPIO line.

import type { GpioDriver, InputLine, Line, Pull } from '../gpio/driver.ts';
import { notPulledUp, pullUp } from '../gpio/pull-up.ts';
import { type DeviceClock, machineClock } from '../linux/clock.ts';
import { MeterHealth } from './health.ts';
import {
  type KeptCounter,
  type Meter,
  type MeterJudging,
  type MeterListener,
  type MeterReading,
  meterKind,
} from './meter.ts';
import { LEAST_CLOSED_MS, S0Counter } from './s0-counter.ts';

export const s0 = meterKind({
  name: 's0',
  keepsCount: false,
  settings: {
    line: { kind: 'pin', needed: true, each: 'filled', level: 'activeLow', variable: 'METER_LINE' },
    // A pulse pulls the line down.
    activeLow: { kind: 'level', otherwise: true, variable: 'METER_ACTIVE_LOW' },
    impulsesPerKwh: { kind: 'number', least: 1, most: 100_000, otherwise: 1_000, variable: 'METER_PULSES' },
  },
  async open({ line: pin, impulsesPerKwh }, { counter, gpio, judging, listener }, source) {
    // 0.1.0 kept the counter under the line as it was written.
    const written = (source('line')?.text ?? '').split(',')[0]!.trim();
    const kept = counter(pin.line, written);
    return openS0Meter(await gpio(), { ...pin, ...kept, impulsesPerKwh, judging }, listener);
  },
});

export interface S0MeterOptions {
  readonly line: Line;
  /** S0+ to 3.3 V through a pull-up (inside the chip where the driver sets it) and S0− to ground: a pulse is level 0, so this is true unless set. */
  readonly activeLow?: boolean;
  /** Unset: pulled up. */
  readonly pull?: Pull;
  readonly impulsesPerKwh: number;
  /** What the journal kept. A session that was billed further than that wins: hand in the higher of the two. */
  readonly startWh: number;
  /** Keeps the counter: `KeptCounter`. */
  keep: KeptCounter['keep'];
  readonly judging: MeterJudging;
  readonly clock?: DeviceClock;
}

/** Readings come at each pulse and so often between, so that their age says whether the line is still held. */
const heartbeatMs = 1_000;
/** No pulse is so long: a line that stays at 0 is not pulled up, and would count nothing however much is drawn. */
const longestPulseMs = 1_000;
const lookMs = 50;

/**
 * Opens an S0 meter. No pulses mean no load, not silence: only a lost line is a fault, and a broken wire shows as a load
 * that never starts. Rejects with a `GpioError`, or a `RangeError` for a constant that no meter has.
 */
export async function openS0Meter(
  driver: GpioDriver,
  options: S0MeterOptions,
  listener: MeterListener,
): Promise<Meter> {
  const meter = new S0Meter(driver, options, listener);
  await meter.open();
  return meter;
}

class S0Meter implements Meter {
  readonly name: string;
  readonly #driver: GpioDriver;
  readonly #options: S0MeterOptions;
  readonly #activeLow: boolean;
  readonly #clock: DeviceClock;
  readonly #counter: S0Counter;
  readonly #health: MeterHealth;
  #line: InputLine | undefined;
  #closed = false;
  #cancelHeartbeat: (() => void) | undefined;
  #cancelSettle: (() => void) | undefined;

  constructor(driver: GpioDriver, options: S0MeterOptions, listener: MeterListener) {
    this.name = `S0 meter, ${options.impulsesPerKwh} imp/kWh`;
    this.#driver = driver;
    this.#options = options;
    this.#activeLow = options.activeLow ?? true;
    this.#clock = options.clock ?? machineClock();
    this.#counter = new S0Counter(options);
    // Each pulse is a whole jump of the counter: with few impulses a kWh that is more than the usual slack.
    const slackWh = Math.max(20, 2_000 / options.impulsesPerKwh);
    this.#health = new MeterHealth(listener, this.#clock, options.judging(slackWh));
  }

  get latest(): MeterReading | undefined {
    return this.#health.latest;
  }

  async open(): Promise<void> {
    try {
      await this.#openLine();
      await this.#checkPull();
    } catch (error) {
      this.#cancelSettle?.();
      this.#health.close();
      await this.#line?.close();
      throw error;
    }
    this.#heartbeat();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelHeartbeat?.();
    this.#cancelSettle?.();
    this.#health.close();
    this.#keep(true);
    await this.#line?.close();
  }

  async #openLine(): Promise<void> {
    this.#line = await this.#driver.input(this.#options.line, {
      activeLow: this.#activeLow,
      ...(this.#options.pull ? { pull: this.#options.pull } : pullUp(this.#driver)),
      consumer: 'meter',
      onChange: (closed) => this.#edge(closed),
      onLost: (error) => this.#lost(error),
    });
    // A contact that is closed already when we come belongs to a pulse whose beginning nobody saw.
    if (this.#line.read()) this.#edge(true);
  }

  /** Where the board has to pull the line up, nobody else notices that it does not. */
  async #checkPull(): Promise<void> {
    if (this.#driver.setsPulls || !this.#activeLow) return;
    for (let closedMs = 0; this.#isClosed(); closedMs += lookMs) {
      if (closedMs >= longestPulseMs) throw notPulledUp(this.#driver, this.#options.line);
      await new Promise<void>((resolve) => this.#clock.schedule(lookMs, resolve));
    }
  }

  #edge(closed: boolean): void {
    if (this.#closed) return;
    const at = this.#clock.now();
    if (this.#counter.edge(closed, at)) this.#report(at);
    this.#cancelSettle?.();
    // A pulse counts while it lasts, not only at its end: look again when it must have become long enough.
    if (closed) {
      this.#cancelSettle = this.#clock.schedule(LEAST_CLOSED_MS + 1, () => {
        const now = this.#clock.now();
        if (this.#isClosed() && this.#counter.settle(now)) this.#report(now);
      });
    }
  }

  #isClosed(): boolean {
    try {
      return this.#line?.read() ?? false;
    } catch {
      return false;
    }
  }

  #heartbeat(): void {
    this.#cancelHeartbeat = this.#clock.schedule(heartbeatMs, () => {
      const at = this.#clock.now();
      if (this.#line) this.#report(at);
      else void this.#reopen();
      this.#keep(false);
      this.#heartbeat();
    });
  }

  #report(at: number): void {
    const powerW = this.#counter.powerW(at);
    this.#health.read({ energyWh: this.#counter.energyWh, ...(powerW === undefined ? {} : { powerW }), at });
  }

  #keep(isLast: boolean): void {
    const { energyWh } = this.#counter;
    if (energyWh !== this.#options.startWh) this.#options.keep(energyWh, isLast);
  }

  #lost(error: Error): void {
    const line = this.#line;
    this.#line = undefined;
    void line?.close().catch(() => undefined);
    this.#health.failed(error.message);
  }

  async #reopen(): Promise<void> {
    try {
      await this.#openLine();
      if (this.#closed) await this.#line?.close();
    } catch (error) {
      this.#health.failed((error as Error).message);
    }
  }
}
