// Which sequence numbers a station still honours: an anti-replay window as IPsec has (RFC 4303, section 3.4.3).

/** How far back, from the highest number used, the station remembers what was used: the widest window that there is. */
export const MEMORY = 1024;
const ALL = (1n << BigInt(MEMORY)) - 1n;
/** What 0.1.0 remembered. */
const MEMORY_BEFORE = 64;

export interface SequenceWindow {
  /** H, the highest number used, or that a synchronization told a counter of; never goes back. */
  readonly highest: number;
  /** Bit i is set when H − i was used, i from 0 to 1023. */
  readonly used: bigint;
}

export const NOTHING_USED: SequenceWindow = Object.freeze({ highest: 0, used: 0n });

/** Whether the station remembers that `sequence` was used. */
export function isUsed({ highest, used }: SequenceWindow, sequence: number): boolean {
  const back = highest - sequence;
  return back >= 0 && back < MEMORY && ((used >> BigInt(back)) & 1n) === 1n;
}

/** Whether `sequence` lies so far back that the station cannot say if it was used: it must not be honoured. */
export function isForgotten({ highest }: SequenceWindow, sequence: number): boolean {
  return sequence <= highest - MEMORY;
}

/**
 * The window once `sequence` is used as well.
 * @throws {RangeError} when it was used before, or lies beyond memory
 */
export function use(window: SequenceWindow, sequence: number): SequenceWindow {
  if (isUsed(window, sequence) || isForgotten(window, sequence)) {
    throw new RangeError(`sequence: ${sequence} was used, or may have been`);
  }
  const back = window.highest - sequence;
  if (back >= 0) return { highest: window.highest, used: window.used | (1n << BigInt(back)) };
  const used = -back >= MEMORY ? 0n : (window.used << BigInt(-back)) & ALL;
  return { highest: sequence, used: used | 1n };
}

/** The window of a station that was told of `sequence`: it is the reference from now on, and was not used. */
export function raise(window: SequenceWindow, sequence: number): SequenceWindow {
  const ahead = sequence - window.highest;
  if (ahead <= 0) return window;
  return { highest: sequence, used: ahead >= MEMORY ? 0n : (window.used << BigInt(ahead)) & ALL };
}

/** The window of a journal that remembered 64 numbers: of those before them it does not know, so they count as used. */
export function widened({ highest, used }: SequenceWindow): SequenceWindow {
  return { highest, used: used | (ALL ^ ((1n << BigInt(MEMORY_BEFORE)) - 1n)) };
}
