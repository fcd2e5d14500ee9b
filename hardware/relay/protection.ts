// What a contactor must not be asked for. Pure: time comes in, monotonic milliseconds.
import { fromVariables, readNumber, SettingError, type Settings } from '../settings.ts';

/** Zero means no limit, everywhere. */
export interface Protection {
  /** From one closing to the next, at least. */
  readonly leastSeconds: number;
  /** At most so many closings... */
  readonly mostClosings: number;
  /** ...in this time. */
  readonly windowSeconds: number;
  /** The relay goes off by itself after so long. */
  readonly longestOnSeconds: number;
}

export const CONTACTOR: Protection = Object.freeze({
  leastSeconds: 10,
  mostClosings: 10,
  windowSeconds: 600,
  longestOnSeconds: 0,
});

export const UNPROTECTED: Protection = Object.freeze({
  leastSeconds: 0,
  mostClosings: 0,
  windowSeconds: 600,
  longestOnSeconds: 0,
});

const MOST_REMEMBERED = 1000;

/** As the variables and the dialog of `control relay` have it; zero means no limit. */
export const PROTECTION = {
  leastSeconds: {
    kind: 'number',
    least: 0,
    most: 86_400,
    otherwise: CONTACTOR.leastSeconds,
    variable: 'RELAY_LEAST_SECONDS',
  },
  mostClosings: {
    kind: 'number',
    least: 0,
    most: MOST_REMEMBERED,
    whole: true,
    otherwise: CONTACTOR.mostClosings,
    variable: 'RELAY_MOST_CLOSINGS',
  },
  windowMinutes: { kind: 'number', least: 0.1, most: 1440, otherwise: CONTACTOR.windowSeconds / 60 },
  longestHours: { kind: 'number', least: 0, most: 1000, otherwise: 0, fresh: '80' },
} as const satisfies Settings;

const MOST_SECONDS = 1e7;

/** The stricter of two, rule by rule: whoever asks for more protection gets it. */
export function stricter(a: Protection, b: Protection): Protection {
  const least = (x: number, y: number) => (x === 0 ? y : y === 0 ? x : Math.min(x, y));
  return {
    leastSeconds: Math.max(a.leastSeconds, b.leastSeconds),
    mostClosings: least(a.mostClosings, b.mostClosings),
    windowSeconds:
      a.mostClosings === 0
        ? b.windowSeconds
        : b.mostClosings === 0
          ? a.windowSeconds
          : Math.max(a.windowSeconds, b.windowSeconds),
    longestOnSeconds: least(a.longestOnSeconds, b.longestOnSeconds),
  };
}

/** Reads a protection that came over a wire or from a form; what is missing is the contactor's. Throws a `RangeError` that names the field. */
export function readProtection(given: unknown): Protection {
  if (given === undefined) return CONTACTOR;
  if (typeof given !== 'object' || given === null) throw new RangeError('protection must be an object');
  const number = (name: keyof Protection) => {
    const value = (given as Record<string, unknown>)[name] ?? CONTACTOR[name];
    if (typeof value !== 'number' || !(value >= 0) || value > MOST_SECONDS) {
      throw new RangeError(`protection.${name} must be a number from 0 to 10000000`);
    }
    return value;
  };
  const mostClosings = number('mostClosings');
  if (!Number.isInteger(mostClosings) || mostClosings > MOST_REMEMBERED) {
    throw new RangeError(`protection.mostClosings must be a whole number from 0 to ${MOST_REMEMBERED}`);
  }
  return {
    leastSeconds: number('leastSeconds'),
    mostClosings,
    windowSeconds: number('windowSeconds'),
    longestOnSeconds: number('longestOnSeconds'),
  };
}

/**
 * RELAY_LEAST_SECONDS and RELAY_MOST_CLOSINGS, as guard and charger take them: what is set, and what holds where neither
 * says anything. No contactor wears out in simulation, and a script may charge many times a minute: no limit there.
 * @throws {RangeError} that names the variable and what it takes
 */
export function protectionOf(variables: Readonly<Record<string, string | undefined>>): {
  readonly set: Protection;
  readonly usual: Protection;
} {
  const usual = variables.GPIO_DRIVER === 'simulated' ? UNPROTECTED : CONTACTOR;
  const source = fromVariables(PROTECTION, variables);
  const limit = (name: 'leastSeconds' | 'mostClosings') => {
    const { variable, least, most } = PROTECTION[name];
    try {
      return readNumber(name, { kind: 'number', least, most }, source(name));
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      throw new RangeError(`${variable} takes a number from ${least} (no limit) to ${most}.`);
    }
  };
  const leastSeconds = limit('leastSeconds');
  const mostClosings = limit('mostClosings');
  return {
    set: {
      ...UNPROTECTED,
      leastSeconds: leastSeconds ?? 0,
      mostClosings: wholeClosings(mostClosings ?? 0),
    },
    usual: {
      ...usual,
      leastSeconds: leastSeconds ?? usual.leastSeconds,
      mostClosings: wholeClosings(mostClosings ?? usual.mostClosings),
    },
  };
}

/** A part of a closing is none, and less than one is not "any number". */
export function wholeClosings(limit: number): number {
  return limit > 0 ? Math.max(1, Math.floor(limit)) : 0;
}

/** When a relay closed, and so when it may close again. */
export class ClosingHistory {
  readonly #closings: number[];
  readonly #onClosed: ((closings: readonly number[]) => void) | undefined;

  /**
   * @param earlier closings that are known, in their order
   * @param onClosed called at each closing with all that are remembered
   */
  constructor(earlier: readonly number[] = [], onClosed?: (closings: readonly number[]) => void) {
    this.#closings = [...earlier];
    this.#onClosed = onClosed;
  }

  closed(nowMs: number): void {
    this.#closings.push(nowMs);
    if (this.#closings.length > MOST_REMEMBERED) this.#closings.shift();
    this.#onClosed?.(this.#closings);
  }

  /** Milliseconds until the relay may close; 0: now. */
  readyInMs(protection: Protection, nowMs: number): number {
    const last = this.#closings.at(-1);
    if (last === undefined) return 0;
    const least = protection.leastSeconds === 0 ? 0 : last + protection.leastSeconds * 1000 - nowMs;
    const first = protection.mostClosings === 0 ? undefined : this.#closings.at(-protection.mostClosings);
    const window = first === undefined ? 0 : first + protection.windowSeconds * 1000 - nowMs;
    return Math.max(0, Math.ceil(least), Math.ceil(window));
  }
}
