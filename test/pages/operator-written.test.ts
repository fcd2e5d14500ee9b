// What can be said of the files of the operator's pages without a browser.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembledFlows } from '../../flows/assembly/assemble.ts';

const folder = join(import.meta.dirname, '../../flows/cloud/operator/pages');

describe("the operator's pages, as they are written", () => {
  it('are put into the shipped flow by the build, and stand in the sources once', async () => {
    const shipped = readFileSync(join(folder, '../../../../dist/flows/cloud/flow.json'), 'utf8');
    assert.deepEqual(JSON.parse(shipped), (await assembledFlows()).cloud, 'run: npm run build');
    assert.match(shipped, /<template>/);
    for (const source of ['../../flow.json', '../flow.json'])
      assert.doesNotMatch(readFileSync(join(folder, source), 'utf8'), /<template>/);
  });

  it('say everything in both languages, with the same blanks to fill', async () => {
    const { TEXTS } = (await import('../../flows/cloud/operator/pages/texts.js' as string)) as {
      TEXTS: Record<string, Record<string, readonly [string, string]>>;
    };
    const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [page, texts] of Object.entries(TEXTS)) {
      for (const [name, [english, chinese]] of Object.entries(texts)) {
        assert.deepEqual(blanks(chinese), blanks(english), `${page} ${name}`);
        assert.match(chinese, /[\u4e00-\u9fff]/, `${page} ${name}`);
      }
      const files = readdirSync(folder).filter((file) => file.startsWith(`${page}.`));
      const said = files.flatMap((file) => [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/say\('([\w-]*\w)'/g),
      ]);
      const missing = said.map(([, name]) => name!).filter((name) => !(name in texts) && !(name in TEXTS.shared!));
      assert.deepEqual(missing, [], page);
    }
  });
});
