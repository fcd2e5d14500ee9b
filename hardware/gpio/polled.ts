// An input on a chip that tells the kernel of no edges, as a PCF8574 or an expander whose interrupt pin is not wired: it is
// looked at so often that a contact is seen in time. A pulse that is shorter than a look may pass unseen.
import type { InputLine } from './driver.ts';
import type { GpioError } from './errors.ts';

/** A plug is to open its relay within 100 ms, 25 of them for the contact to settle. */
const LOOK_MS = 20;

export interface PolledOptions {
  /** Throws a `GpioError` when the line is lost. */
  read(): boolean;
  close(): void;
  onChange(level: boolean): void;
  onLost(error: GpioError): void;
}

/** Throws what `read` throws. */
export function polledInput({ read, close, onChange, onLost }: PolledOptions, lookMs: number = LOOK_MS): InputLine {
  let last = read();
  const look = () => {
    let level: boolean;
    try {
      level = read();
    } catch (error) {
      clearInterval(looking);
      onLost(error as GpioError);
      return;
    }
    if (level === last) return;
    last = level;
    onChange(level);
  };
  const looking = setInterval(look, lookMs);
  return {
    read,
    close: async () => {
      clearInterval(looking);
      close();
    },
  };
}
