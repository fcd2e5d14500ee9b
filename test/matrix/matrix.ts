// `npm run test:matrix`: for those who work on the package each npm on each Node that they may have (contributors.ts), and for those who
// use it each Node-RED, Node and npm that is promised to them (users.ts). Arguments choose from the cells: `npm run test:matrix --
// 20/12 4.1/22/10` is Node 20 with npm 12, and Node-RED 4.1 on Node 22 with npm 10.
//
// All come from npm itself; the machine's own are not touched. About two minutes a cell.
import { table } from '../../bench/support/figures.ts';
import { contribute, COLUMNS as WORKING } from './contributors.ts';
import { COLUMNS as USING, use } from './users.ts';

const CONTRIBUTORS = ['20', '22', '24', '26'].flatMap((node) =>
  ['10', '11', '12'].map((npm) => ({ node, npm, name: `${node}/${npm}` })),
);
/** The oldest Node-RED with each npm, the newest on each Node that it runs on. */
const USERS = ['4.1/22/10', '4.1/22/11', '4.1/22/12', '5/22.13/10', '5/24/11', '5/26/12'].map((name) => {
  const [nodeRed, node, npm] = name.split('/') as [string, string, string];
  return { nodeRed, node, npm, name };
});

const chosen = process.argv.slice(2);
const names = [...CONTRIBUTORS, ...USERS].map(({ name }) => name);
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  process.exit(2);
}

async function rowsOf<Cell extends { readonly name: string }>(
  cells: readonly Cell[],
  row: (cell: Cell) => Promise<string[]>,
): Promise<string[][]> {
  const rows: string[][] = [];
  for (const cell of cells) {
    if (chosen.length > 0 && !chosen.includes(cell.name)) continue;
    rows.push(await row(cell));
    console.log(rows.at(-1)!.join('  '));
  }
  return rows;
}

for (const [columns, rows] of [
  [WORKING, await rowsOf(CONTRIBUTORS, contribute)],
  [USING, await rowsOf(USERS, use)],
] as const) {
  if (rows.length > 0) console.log(`\n${table(columns, rows)}`);
  if (rows.flat().includes('FAILED')) process.exitCode = 1;
}
