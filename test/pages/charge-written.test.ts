// What can be said of the files of the customer's page without a browser.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Options, parse } from 'acorn';
import { chargePageFiles } from '../../flows/assembly/charge-page.ts';
import { chargePage } from '../../flows/cloud/charge-page.ts';
import { shippedChargePage } from '../../flows/server/user-folder.ts';

const folder = join(import.meta.dirname, '../../flows/cloud/pages/charge');
const files = readdirSync(folder);
const scripts = files.filter((name) => name.endsWith('.js'));
const source = (name: string) => readFileSync(join(folder, name), 'utf8');
const shipped = (name: string) => readFileSync(join(shippedChargePage(), name), 'utf8');

describe("the customer's page, as it is written", () => {
  it('weighs at most 60 kB in all as a phone gets it, before it is zipped', () => {
    const serve = chargePage();
    const weighs = (url: string) => {
      let weight = 0;
      const response = { setHeader: () => {}, end: (body: Buffer) => (weight = body.length) };
      serve({ method: 'GET', url, headers: {} } as never, response as never, () => assert.fail(url));
      assert.ok(weight > 0, url);
      return weight;
    };
    const built = readdirSync(shippedChargePage()).filter((name) => name !== 'index.html');
    const assets = [...built, 'settings.js'];
    const weight = assets.reduce((sum, name) => sum + weighs(`/charge-assets/${name}`), weighs('/charge/CP-0001'));
    assert.ok(weight <= 60_000, `${weight} bytes`);
  });

  it('is put together by the build, without comments and margins', () => {
    const built = Object.fromEntries(readdirSync(shippedChargePage()).map((name) => [name, shipped(name)]));
    assert.deepEqual(built, chargePageFiles(), 'run: npm run build');
    for (const [name, text] of Object.entries(built)) assert.doesNotMatch(text, /^\s|\/\*[^!]|^\/\/ /m, name);
    const bare = (style: string) => style.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s/g, '');
    assert.equal(bare(shipped('style.css')), bare(source('style.css')));
  });

  it('is in the JavaScript of 2015, which phones of ten years ago run', () => {
    const options: Options = { ecmaVersion: 2015, sourceType: 'script' };
    const younger =
      /TextEncoder|\.(?:padStart|padEnd|entries|values|flat|flatMap|replaceAll|at|matchAll|finally|allSettled|randomUUID)\(|\.includes\(|URLSearchParams|\bfetch\(/;
    for (const name of [...scripts, 'qr-code.js']) {
      assert.doesNotThrow(() => parse(shipped(name), options), name);
      // A browser that runs a worker has these.
      if (name !== 'sw.js') assert.doesNotMatch(shipped(name), younger, name);
    }
  });

  it('has no script and no style inline', () => {
    const page = source('index.html');
    assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  });

  it('says everything in both languages, with the same blanks to fill', () => {
    const window: { Charge?: { texts: Record<string, Record<string, string>> } } = {};
    new Function('window', 'document', 'navigator', source('texts.js'))(window, {}, {});
    const { en, 'zh-CN': chinese } = window.Charge!.texts as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(chinese!), Object.keys(en!));
    const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, text] of Object.entries(en!)) assert.deepEqual(blanks(chinese![name]!), blanks(text), name);
    const used = [
      ...source('index.html').matchAll(/data-text="(\w+)"/g),
      ...scripts
        .filter((name) => name !== 'texts.js')
        .flatMap((name) => [...source(name).matchAll(/say\('(\w+)'|(?:title|text): '(\w+)'/g)]),
    ].map(([, said, meant]) => said ?? meant!);
    assert.deepEqual(
      used.filter((name) => !(name in en!)),
      [],
    );
  });

  it('leaves to the worker what the page loads', () => {
    const loaded = [...source('index.html').matchAll(/charge-assets\/([\w.-]+)"/g)].map(([, name]) => name!);
    const kept = [...source('sw.js').matchAll(/'([\w-]+\.\w+)'/g)].map(([, name]) => name!);
    assert.deepEqual(kept.sort(), loaded.sort());
  });
});
