// What stands on wires that nobody here holds, read without touching them: to ask the kernel for a line would make an input of
// it, also of one that is another program's bus or that the firmware holds off.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { namesIn, textIn } from '../linux/files.ts';

export interface WireLevel {
  /** As `lineKey` has it. */
  readonly line: string;
  readonly level: 0 | 1;
  /** What the chip uses the pin for, where that is neither input nor output: `SDA1`, `TXD1`. */
  readonly function?: string;
}

const PATIENCE_MS = 2000;

/** Of simulated lines: the files in their folder that hold 0 or 1. */
export function simulatedLevels(folder: string): WireLevel[] {
  return namesIn(folder).flatMap((line) => {
    const text = textIn(join(folder, line))?.trim();
    return text === '0' || text === '1' ? [{ line, level: text === '1' ? 1 : 0 }] : [];
  });
}

/**
 * Of a Raspberry Pi's header, by `pinctrl`, which Raspberry Pi OS has had since 2023 and which the group `gpio` may run; none where
 * there is no such program.
 */
export function headerLevels(): Promise<WireLevel[]> {
  return new Promise((resolve) => {
    execFile('pinctrl', ['get', '0-27'], { timeout: PATIENCE_MS }, (_error, printed) => resolve(readPinctrl(printed)));
  });
}

/**
 * What `pinctrl get` prints: a line a GPIO, as `17: ip    pd | lo // GPIO17 = input`
 * (github.com/raspberrypi/utils, pinctrl/pinctrl.c, `do_gpio_get`).
 */
export function readPinctrl(printed: string): WireLevel[] {
  const pattern = /^ *(\d+): .*\| (hi|lo) \/\/ .*?(?: = (.*))?$/gm;
  return [...printed.matchAll(pattern)].map(([, line, level, use = '']) => ({
    line: line!,
    level: level === 'hi' ? 1 : 0,
    ...(/^(?:input|output|none|gpio|)$/i.test(use) ? {} : { function: use }),
  }));
}
