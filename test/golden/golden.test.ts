// What the product did when it was recorded, it does still, byte for byte: what it serves, decides and leaves on the disk.
// Record anew (node test/golden/record.ts) only when behaviour is meant to change, and say in the commit what changed.
// Where modules move or are renamed, product.ts beside this file changes and nothing else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, RECORDINGS } from './recordings.ts';

/** Of the lines in a message; the OpenAPI document is one line. */
const WIDTH = 400;

describe('what was recorded', function () {
  this.timeout(900_000);

  it('is all that is compared', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), [...RECORDINGS.keys()].sort());
  });

  for (const [name, record] of RECORDINGS) {
    it(`${name} is as it was`, async () => {
      const recorded = readFileSync(join(FOLDER, name), 'utf8');
      const now = await record();
      if (now !== recorded) assert.fail(firstDifference(name, recorded, now));
    });
  }
});

/** The first line that differs, with those before it: whole files side by side help nobody. */
function firstDifference(name: string, recorded: string, now: string): string {
  const [before, after] = [recorded.split('\n'), now.split('\n')];
  const at = before.findIndex((line, index) => line !== after[index]);
  const index = at === -1 ? before.length : at;
  const context = before.slice(Math.max(0, index - 3), index).map((line) => `  ${line.slice(0, WIDTH)}`);
  const [then = '(the end)', today = '(the end)'] = [before[index], after[index]];
  const column = Array.from({ length: then.length }).findIndex((_, place) => then[place] !== today[place]);
  const from = Math.max(0, column - WIDTH / 2);
  return [
    `${name}, line ${index + 1}, column ${column + 1}, is not as it was recorded:`,
    ...context,
    `- ${then.slice(from, from + WIDTH)}`,
    `+ ${today.slice(from, from + WIDTH)}`,
    'node test/golden/record.ts --into FOLDER writes everything in full, here and in an older checkout.',
  ].join('\n');
}
