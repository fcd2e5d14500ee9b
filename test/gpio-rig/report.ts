// One line for each thing that was tried; the program ends with 1 when one failed.
let failures = 0;

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints what was found and whether it is as it must be. */
export function found(what: string, figure: unknown, asItMust: boolean): void {
  if (!asItMust) failures += 1;
  console.log(`  ${asItMust ? 'ok  ' : 'FAIL'} ${what.padEnd(62)} ${figure}`);
}

interface Figures {
  readonly median: number;
  readonly worst: number;
}

/**
 * Prints times and the limit of their median. Past it the run fails, unless bare timers were late by as much: then the
 * machine was too busy to tell.
 */
export function timed(what: string, { median, worst }: Figures, mostMs: number, late: Figures): void {
  const figure = `median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms (limit ${mostMs} ms)`;
  const busy = late.median > 5 || late.worst > mostMs / 2;
  if (median <= mostMs || !busy) {
    found(what, figure, median <= mostMs);
    return;
  }
  const excuse = `busy machine: bare timers late by ${late.median.toFixed(1)} ms, at worst ${late.worst.toFixed(1)} ms`;
  console.log(`  slow ${what.padEnd(62)} ${figure}; ${excuse}`);
}

/** Prints a figure that is only for knowing. */
export function noted(what: string, figure: unknown): void {
  console.log(`       ${what.padEnd(62)} ${figure}`);
}

export async function attempt(what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    found(what, (error as Error).stack, false);
  }
}

export function finish(): never {
  process.exit(failures > 0 ? 1 : 0);
}
