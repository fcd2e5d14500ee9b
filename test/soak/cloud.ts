// `npm run soak:cloud`: the cloud as the world treats it, a row for each file in rows/ (docs/ledger.md). Prints a table and
// exits 1 unless each row is as it must be. Arguments choose rows by a part of their file's name.
import { readdirSync } from 'node:fs';
import { table } from '../../bench/support/figures.ts';
import type { Soaked, SoakRow } from './row.ts';

const folder = new URL('rows/', import.meta.url);
const wanted = process.argv.slice(2);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
const soaked: { title: string; figures: Soaked['figures'] }[] = [];
let sound = files.length > 0;
for (const file of files) {
  const { row } = (await import(new URL(file, folder).href)) as { row: SoakRow };
  const { figures, faults } = await row
    .run()
    .catch((error: Error): Soaked => ({ figures: {}, faults: [error.stack ?? error.message] }));
  sound &&= faults.length === 0;
  for (const fault of faults) console.error(`${row.title}: ${fault}`);
  soaked.push({ title: row.title, figures });
}
for (const alike of Map.groupBy(soaked, ({ figures }) => Object.keys(figures).join()).values()) {
  const cells = ({ title, figures }: (typeof alike)[number]) => [
    title,
    ...Object.values(figures).map((figure) => (typeof figure === 'number' ? figure.toLocaleString('en') : figure)),
  ];
  console.log(`${table(['cloud', ...Object.keys(alike[0]!.figures)], alike.map(cells))}\n`);
}
console.log(
  sound
    ? 'All is as it must be: every 201 is in its ledger exactly once, and each payment is a code or goes back.'
    : 'Not all is as it must be.',
);
process.exit(sound ? 0 : 1);
