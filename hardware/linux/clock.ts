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
      if (milliseconds > 0 && milliseconds < 1) return turnUntil(performance.now() + milliseconds, act);
      const timer = setTimeout(act, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}

/** `setTimeout` knows whole milliseconds: within one, the event loop is turned until the time has come. */
function turnUntil(due: number, act: () => void): () => void {
  let turn = setImmediate(look);
  function look(): void {
    if (performance.now() >= due) act();
    else turn = setImmediate(look);
  }
  return () => clearImmediate(turn);
}
