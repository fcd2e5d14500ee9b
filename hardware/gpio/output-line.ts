// An output, whatever drives its wire: off before it is let go of, and lost for good once it is.
import type { Line, OutputLine } from './driver.ts';
import { lineLost } from './errors.ts';

interface Wire {
  write(on: boolean): void;
  /** Throws a `GpioError` `line-lost`. */
  read(): boolean;
  release(): void;
}

export function outputLine(line: Line, wasOn: boolean, wire: Wire): OutputLine {
  let closed = false;
  const write = (on: boolean) => {
    if (closed) throw lineLost(line, 'closed');
    try {
      wire.write(on);
    } catch (cause) {
      throw lineLost(line, cause);
    }
  };
  return {
    wasOn,
    write,
    read: () => {
      if (closed) throw lineLost(line, 'closed');
      return wire.read();
    },
    close: async () => {
      if (closed) return;
      try {
        write(false);
      } finally {
        closed = true;
        wire.release();
      }
    },
  };
}
