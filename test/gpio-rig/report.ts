// One line for each thing that was tried; the program ends with 1 when one failed.
import { speedMs } from './speed.ts';

let failures = 0;

export function heading(text: string): void {
  console.log(`\n${text}`);
}

/** Prints what was found and whether it is as it must be. */
export function found(what: string, figure: unknown, asItMust: boolean): void {
  if (!asItMust) failures += 1;
  console.log(`  ${asItMust ? 'ok  ' : 'FAIL'} ${what.padEnd(62)} ${figure}`);
}

/** How many times slower than outside this processor is. */
const slowness = Math.max(1, speedMs() / Number(process.env.OUTSIDE_MS));

interface Figures {
  readonly median: number;
  readonly worst: number;
}

/** The limit is the worst time's. `slow` is past it by no more than the emulation costs, which is no failure. */
export function verdict({ worst }: Figures, mostMs: number, slower: number): 'ok' | 'slow' | 'FAIL' {
  if (worst <= mostMs) return 'ok';
  return worst <= mostMs * slower ? 'slow' : 'FAIL';
}

/** Prints times beside the limit of the worst. */
export function timed(what: string, figures: Figures, mostMs: number): void {
  const { median, worst } = figures;
  const figure = `median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms (limit ${mostMs} ms)`;
  const judged = verdict(figures, mostMs, slowness);
  if (judged === 'slow') {
    console.log(`  slow ${what.padEnd(62)} ${figure}; this processor is emulated, ${slowness.toFixed(0)} times slower`);
  } else found(what, figure, judged === 'ok');
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
