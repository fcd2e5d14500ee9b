// `npm run faults`: what happens to money and relay when a station is cut off, hung, filled up or lied to. Prints a
// table and exits 1 unless the last three columns are zero everywhere.
import { pathToFileURL } from 'node:url';
import { type Counted, type Fault, faults } from './list.ts';

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));

function row(name: string, { tried, offMs, honouredTwice, lostMinutes, relayLeftOn }: Counted): string[] {
  const worst = offMs.length ? Math.max(...offMs) : undefined;
  const counts = [honouredTwice, lostMinutes < 0.01 ? 0 : Number(lostMinutes.toFixed(2)), relayLeftOn];
  return [name, String(tried), ms(median(offMs)), ms(worst), ...counts.map(String)];
}

function print(cells: readonly string[]): void {
  const [name, ...rest] = cells;
  const widths = [7, 16, 15, 14, 13, 13];
  console.log(name!.padEnd(52) + rest.map((cell, i) => cell.padStart(widths[i]!)).join(''));
}

export async function table(list: readonly Fault[]): Promise<boolean> {
  print(['fault', 'tried', 'off: median ms', 'off: worst ms', 'honoured ×2', 'minutes lost', 'left on']);
  let good = true;
  for (const { name, run } of list) {
    const counted = await run();
    print(row(name, counted));
    good &&=
      counted.tried > 0 && counted.honouredTwice === 0 && counted.lostMinutes < 0.01 && counted.relayLeftOn === 0;
  }
  return good;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const wanted = process.argv.slice(2);
  const good = await table(
    faults.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word))),
  );
  console.log(good ? '\nNo code honoured twice, no paid minute lost, no relay left on.' : '\nNot zero everywhere.');
  process.exit(good ? 0 : 1);
}
