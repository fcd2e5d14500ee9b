// `npm run soak:cloud`: twenty thousand requests of fifty clients, on two processes of the cloud with one PostgreSQL and on
// one process with SQLite, while processes are killed and the database is restarted. Prints a table and exits 1 unless
// every 201 is in the ledger exactly once. Arguments choose the database; SOAK_REQUESTS makes it longer or shorter.
import { table } from '../../bench/support/figures.ts';
import type { DatabaseKind } from '../charging/cloud/databases.ts';
import { isSound, type SoakOptions, soak } from './soak.ts';

const requests = Number(process.env.SOAK_REQUESTS ?? 20_000);
const many = { requests, clients: 50, stations: 500 };
const soaks: Readonly<Record<DatabaseKind, SoakOptions>> = {
  postgresql: {
    ...many,
    kind: 'postgresql',
    processes: 2,
    faults: [
      { after: 0.2, act: 'kill' },
      { after: 0.4, act: 'restart-database' },
      { after: 0.6, act: 'kill' },
      { after: 0.8, act: 'crash-database' },
    ],
  },
  sqlite: {
    ...many,
    kind: 'sqlite',
    processes: 1,
    faults: [
      { after: 0.25, act: 'kill' },
      { after: 0.5, act: 'kill' },
      { after: 0.75, act: 'kill' },
    ],
  },
};
const names: Readonly<Record<DatabaseKind, string>> = {
  postgresql: 'PostgreSQL, two processes',
  sqlite: 'SQLite, one process',
};

const wanted = process.argv.slice(2);
const rows: string[][] = [];
let sound = true;
for (const kind of ['postgresql', 'sqlite'] as const) {
  if (wanted.length > 0 && !wanted.includes(kind)) continue;
  const soaked = await soak(soaks[kind]);
  sound &&= isSound(soaked);
  const { got201, retries, killed, restarts, again, otherCode, duplicates, missing, unasked, wrong } = soaked;
  const counts = [soaked.requests, got201, retries, killed, restarts, again, otherCode, duplicates, missing, unasked];
  rows.push([
    names[kind],
    ...[...counts, wrong, soaked.miscounted].map((count) => count.toLocaleString('en')),
    soaked.seconds.toFixed(0),
  ]);
  for (const odd of soaked.odd.slice(0, 5)) console.error(`${names[kind]}: ${odd}`);
}
console.log(
  table(
    [
      'ledger',
      'requests',
      '201s',
      'retries',
      'killed',
      'restarts',
      'asked again',
      'other code',
      'duplicates',
      'missing',
      'unasked',
      'wrong code',
      'miscounted',
      'seconds',
    ],
    rows,
  ),
);
console.log(
  sound ? '\nEvery 201 is in the ledger exactly once, and nothing else is.' : '\nThe ledger does not balance.',
);
process.exit(sound ? 0 : 1);
