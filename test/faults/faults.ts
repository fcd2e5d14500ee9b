// `npm run faults`: what happens to money and relays when a station is cut off, hung, filled up or lied to, with one outlet and
// with twelve. Prints a table and exits 1 unless the last four columns are zero everywhere. Words choose faults by name:
// `npm run faults -- 'killed' '12 outlets'` runs those that have one of them.
import { pathToFileURL } from 'node:url';
import { type Counted, type Fault, isGood } from './counted.ts';
import { faults } from './list.ts';

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));

function row(name: string, { tried, offMs, honouredTwice, lost, relayLeftOn, notResumed }: Counted): string[] {
  const worst = offMs.length ? Math.max(...offMs) : undefined;
  const counts = [honouredTwice, lost < 0.01 ? 0 : Number(lost.toFixed(2)), relayLeftOn, notResumed ?? '–'];
  return [name, String(tried), ms(median(offMs)), ms(worst), ...counts.map(String)];
}

function print(cells: readonly string[]): void {
  const [name, ...rest] = cells;
  const widths = [7, 16, 15, 13, 16, 9, 13];
  console.log(name!.padEnd(74) + rest.map((cell, i) => cell.padStart(widths[i]!)).join(''));
}

export async function table(list: readonly Fault[]): Promise<boolean> {
  print([
    'fault',
    'tried',
    'off: median ms',
    'off: worst ms',
    'honoured ×2',
    'min or Wh lost',
    'left on',
    'not resumed',
  ]);
  let good = true;
  for (const { name, run } of list) {
    const counted = await run();
    print(row(name, counted));
    good &&= isGood(counted);
  }
  return good;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = process.argv.slice(2);
  const good = await table(
    faults.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word))),
  );
  console.log(
    good
      ? '\nNo code honoured twice, nothing paid for lost, no relay left on, every session resumed.'
      : '\nNot zero everywhere.',
  );
  process.exit(good ? 0 : 1);
}
