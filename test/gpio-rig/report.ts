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
