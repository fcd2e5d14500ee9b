// What every keypad gives, however it is wired.
import { kindsOf } from '../device-kind.ts';
import type { GpioDriver } from '../gpio/driver.ts';
import type { FaultListener } from '../linux/errors.ts';

/**
 * `0`–`9`, `*`, `#`; a 4×4 pad also has `A`–`D`. `clear` (Backspace, Delete, Esc) takes back what is typed and is nothing
 * else, so that none of them ends a charge; `num-lock` is a key that would be a digit if Num Lock were on.
 */
export type Key = string;

export interface KeypadListener extends FaultListener {
  /** A key went down. Holding it repeats nothing. `source` tells devices apart that are used at once. */
  onKey(key: Key, source?: string): void;
  /** A scanner typed more than digits. */
  onScan?(text: string, source?: string): void;
}

export interface Keypad {
  readonly name: string;
  close(): Promise<void>;
}

/** What a keypad is opened with. */
export interface KeypadParts {
  readonly listener: KeypadListener;
  gpio(): Promise<GpioDriver>;
}

export const keypadKind = kindsOf<KeypadParts, Keypad>();
export type KeypadKind = ReturnType<typeof keypadKind>;
