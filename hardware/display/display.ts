// What every display of the station gives, however it is wired.
import type { FaultListener } from '../linux/errors.ts';

/** Faults: `display-lost` (nothing answers on the bus). */
export type DisplayListener = FaultListener;

export interface Display {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /**
   * Shows `lines` from the top; what is missing is blank, what is too long is cut. Returns at once: the display takes the
   * newest lines as soon as it can, also after it was away.
   */
  show(lines: readonly string[]): void;
  /** Blanks the display and lets go of the bus. */
  close(): Promise<void>;
}
