// Records anew what the golden tests compare with: node test/golden/record.ts [name …], after `npm run build`. With
// `--into FOLDER` it writes there, and the session's lines in full, so that those of two versions can be laid side by side.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sharedPostgres } from './product.ts';
import { FOLDER, RECORDINGS } from './recordings.ts';
import { sessionRecording } from './session.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { into: { type: 'string' } } });
const unknown = positionals.find((name) => !RECORDINGS.has(name));
if (unknown !== undefined) throw new Error(`${unknown} is none of ${[...RECORDINGS.keys()].join(', ')}`);

const folder = values.into ?? FOLDER;
mkdirSync(folder, { recursive: true });
for (const [name, record] of RECORDINGS) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  writeFileSync(join(folder, name), await record());
  if (name === 'ledger-postgresql.txt') await (await sharedPostgres()).stop();
  if (name === 'session.txt' && values.into) writeFileSync(join(folder, 'session-whole.txt'), sessionRecording(true));
  console.log(`recorded ${name}`);
}
