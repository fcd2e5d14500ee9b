// What every keypad gives, however it is wired.
import type { FaultListener } from '../bus/errors.ts';

/** `0`–`9`, `*`, `#`; a 4×4 pad also has `A`–`D`. */
export type Key = string;

export interface KeypadListener extends FaultListener {
  /** A key went down. Holding it repeats nothing. */
  onKey(key: Key): void;
}

export interface Keypad {
  readonly name: string;
  close(): Promise<void>;
}
