// A contact's bounces made one clean change.
import type { GpioDriver, InputOptions, Line } from './driver.ts';
import type { GpioError } from './errors.ts';

export interface DebounceTimes {
  /** A contact that stays open this long is open, milliseconds. */
  readonly openMs: number;
  /** A contact that stays closed this long is closed, milliseconds. */
  readonly closeMs: number;
}

/** For the plug's contact: quick to let go, slow to believe that someone plugged in. */
export const PLUG_CONTACT: DebounceTimes = Object.freeze({ openMs: 25, closeMs: 500 });

/**
 * Pure: fed with raw edges and the time (monotonic milliseconds), it tells when to look again and what it then
 * believes. `true` is a closed contact. Each edge starts the wait anew, so one change of any number of bounces is
 * reported once; but a closed contact that chatters for three times `openMs` counts as open, because unplugging must
 * be seen in time whatever the bounces do, and a contact that chatters carries nothing.
 */
export class Debouncer {
  readonly #times: DebounceTimes;
  #level: boolean;
  #raw: boolean;
  #unrestSince: number | undefined;
  #dueAtMs: number | undefined;

  constructor(level: boolean, times: DebounceTimes = PLUG_CONTACT) {
    this.#level = level;
    this.#raw = level;
    this.#times = times;
  }

  /** What it believes. */
  get level(): boolean {
    return this.#level;
  }

  /** An open contact was seen closed, and may be about to be: nothing may be switched on that needs it open. */
  get settling(): boolean {
    return !this.#level && this.#dueAtMs !== undefined;
  }

  /** When `settle` is to be called with the level read again; undefined: when the next edge comes. */
  get dueAtMs(): number | undefined {
    return this.#dueAtMs;
  }

  /** An edge, with the level read after it. */
  edge(raw: boolean, nowMs: number): void {
    if (raw === this.#level && this.#dueAtMs === undefined) return;
    this.#raw = raw;
    this.#unrestSince ??= nowMs;
    if (this.#level) {
      this.#dueAtMs = Math.min(nowMs + this.#times.openMs, this.#unrestSince + 3 * this.#times.openMs);
    } else {
      this.#dueAtMs = nowMs + (raw ? this.#times.closeMs : this.#times.openMs);
    }
  }

  /**
   * The level read again at `dueAtMs`. Gives the new level when it has changed. A read that contradicts the last edge
   * is an edge that was missed, and starts the wait anew.
   */
  settle(raw: boolean, nowMs: number): boolean | undefined {
    if (this.#dueAtMs === undefined || nowMs < this.#dueAtMs) return undefined;
    const chattering = this.#level && nowMs - this.#unrestSince! >= 3 * this.#times.openMs;
    if (raw !== this.#raw && !chattering) {
      this.edge(raw, nowMs);
      return undefined;
    }
    this.#dueAtMs = undefined;
    this.#unrestSince = undefined;
    const believed = chattering ? false : raw;
    this.#raw = raw;
    if (believed === this.#level) return undefined;
    this.#level = believed;
    // It chattered and happens to be closed just now: believed again only after a whole quiet `closeMs`.
    if (raw !== believed) this.edge(raw, nowMs);
    return believed;
  }
}

export interface DebouncedInput {
  readonly level: boolean;
  close(): Promise<void>;
}

export interface DebouncedOptions extends Omit<InputOptions, 'onChange' | 'onLost'>, Partial<DebounceTimes> {
  /** Called once with the level at start, before `debouncedInput` resolves, then at each change. */
  onLevel(level: boolean): void;
  /** Called as soon as an open contact is seen closed, and with false when that came to nothing; a level ends it, too. */
  onSettling?(settling: boolean): void;
  onLost(error: GpioError): void;
}

/** An input line with a debouncer behind it. Throws what `driver.input` throws. */
export async function debouncedInput(
  driver: GpioDriver,
  line: Line,
  options: DebouncedOptions,
): Promise<DebouncedInput> {
  const {
    onLevel,
    onSettling,
    onLost,
    openMs = PLUG_CONTACT.openMs,
    closeMs = PLUG_CONTACT.closeMs,
    ...rest
  } = options;
  let debouncer: Debouncer | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let settling = false;

  const tellSettling = () => {
    if (debouncer === undefined || debouncer.settling === settling) return;
    settling = debouncer.settling;
    onSettling?.(settling);
  };
  const lost = (error: GpioError) => {
    clearTimeout(timer);
    if (closed) return;
    closed = true;
    onLost(error);
  };
  const wait = () => {
    clearTimeout(timer);
    if (debouncer?.dueAtMs === undefined) return;
    timer = setTimeout(look, Math.max(0, Math.ceil(debouncer.dueAtMs - performance.now())));
  };
  const look = () => {
    if (closed || !debouncer) return;
    try {
      const changed = debouncer.settle(input.read(), performance.now());
      wait();
      if (changed !== undefined) {
        settling = false;
        onLevel(changed);
      }
      tellSettling();
    } catch (error) {
      lost(error as GpioError);
    }
  };

  const input = await driver.input(line, {
    ...rest,
    onChange(level) {
      if (closed || !debouncer) return;
      debouncer.edge(level, performance.now());
      wait();
      tellSettling();
    },
    onLost: lost,
  });
  debouncer = new Debouncer(input.read(), { openMs, closeMs });
  onLevel(debouncer.level);
  return {
    get level() {
      return debouncer.level;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      return input.close();
    },
  };
}
