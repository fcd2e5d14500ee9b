// Time, handed in: devices ask for it here and nowhere else, so that tests can run hours in milliseconds.

export interface DeviceClock {
  /** Monotonic milliseconds; never the wall clock. */
  now(): number;
  /** Calls `act` once after `milliseconds`; gives the function that cancels it. */
  schedule(milliseconds: number, act: () => void): () => void;
}

/** The machine's own monotonic clock and timers. */
export function machineClock(): DeviceClock {
  return {
    now: () => performance.now(),
    schedule(milliseconds, act) {
      const timer = setTimeout(act, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
