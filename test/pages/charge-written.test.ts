// What can be said of the files of the customer's page without a browser.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Options, parse, tokenizer } from 'acorn';
import { chargePage, served } from '../../flows/cloud/charge-page.ts';

const folder = join(import.meta.dirname, '../../flows/cloud/pages/charge');
const files = readdirSync(folder);
const scripts = files.filter((name) => name.endsWith('.js'));
const source = (name: string) => readFileSync(join(folder, name), 'utf8');
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
    const assets = [...files.filter((name) => name !== 'index.html'), 'settings.js'];
    const weight = assets.reduce((sum, name) => sum + weighs(`/charge-assets/${name}`), weighs('/charge/CP-0001'));
    assert.ok(weight <= 60_000, `${weight} bytes`);
  });

  it('is served without its comments and margins, and is the same program', () => {
    const options: Options = { ecmaVersion: 2015, sourceType: 'script' };
    const tokens = (text: string) =>
      [...tokenizer(text, options)].map((token) => `${token.type.label} ${(token as { value?: unknown }).value}`);
    for (const name of scripts) assert.deepEqual(tokens(served(name, source(name))), tokens(source(name)), name);
    assert.doesNotMatch(served('style.css', source('style.css')), /\/\*|\*\//);
    // A rule for all elements begins with the sign that a comment's lines begin with.
    const bare = (style: string) => style.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s/g, '');
    assert.equal(bare(served('style.css', source('style.css'))), bare(source('style.css')));
  });

  it('is in the JavaScript of 2015, which phones of ten years ago run', () => {
    const options: Options = { ecmaVersion: 2015, sourceType: 'script' };
    for (const name of scripts) assert.doesNotThrow(() => parse(source(name), options), name);
    const younger =
      /\.(?:padStart|padEnd|entries|values|flat|flatMap|replaceAll|at|matchAll|finally|allSettled|randomUUID)\(|\.includes\(|URLSearchParams|\bfetch\((?!event)/;
    for (const name of scripts) assert.doesNotMatch(source(name), younger, name);
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
    const loaded = [...source('index.html').matchAll(/charge-assets\/([\w.]+)"/g)].map(([, name]) => name!);
    const kept = [...source('sw.js').matchAll(/'([\w-]+\.\w+)'/g)].map(([, name]) => name!);
    assert.deepEqual(kept.sort(), loaded.sort());
  });
});
