// Every link of the documents and of the nodes' help leads somewhere: a file that is in the repository, a heading that is in
// that file; and what programs and flows call by its path is there too.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');
/** Of the repository: what is built or installed is in no one else's copy. */
const FOLDERS = ['api', 'bench', 'charging', 'docs', 'flows', 'hardware', 'nodes', 'test'];
const tracked = globSync(['*.{md,json,jsonc,ts}', 'LICENSE', `{${FOLDERS.join(',')}}/**/*.*`], { cwd: root });
const known = new Set(tracked.flatMap((file) => [file, ...folders(file)]));

const documents = tracked.filter((file) => file.endsWith('.md') && !file.startsWith('test/fixtures/'));
const helps = tracked.filter((file) => /^nodes\/[^/]+\/locales\/[^/]+\/[^/]+\.html$/.test(file));

interface Link {
  readonly from: string;
  readonly to: string;
}

function folders(file: string): string[] {
  const folder = dirname(file);
  return folder === '.' ? [] : [folder, ...folders(folder)];
}

/** The text without what is code: nothing in it is a link. */
function prose(text: string): string {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, '');
}

/** Inline links and pictures, references, and HTML's own. */
function linksIn(file: string): Link[] {
  const text = prose(read(file));
  const targets = [
    ...text.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/^\s{0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/gm),
    ...text.matchAll(/\b(?:src|href)="([^"]+)"/g),
  ];
  return targets.map(([, to]) => ({ from: file, to: to! }));
}

/** As GitHub makes the name of a heading; the second of the same name has `-1` behind it. */
function anchorsOf(file: string): Set<string> {
  const text = read(file).replace(/^(```|~~~)[\s\S]*?^\1/gm, '');
  const anchors = new Set([...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, name]) => name!));
  const times = new Map<string, number>();
  for (const [, heading] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading!.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
    const name = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const before = times.get(name) ?? 0;
    times.set(name, before + 1);
    anchors.add(before === 0 ? name : `${name}-${before}`);
  }
  return anchors;
}

/** Why a link leads nowhere; undefined: it leads somewhere, or out of the repository. */
function dead({ from, to }: Link): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(to)) {
    return URL.canParse(to) ? undefined : 'no address';
  }
  const [path = '', anchor] = decodeURI(to).split('#');
  const file = path === '' ? from : normalize(join(dirname(from), path)).replace(/\/$/, '');
  if (!known.has(file)) return 'no such file';
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : 'no such heading';
}

const told = (links: readonly Link[]) =>
  links.map((link) => ({ ...link, why: dead(link) })).filter(({ why }) => why !== undefined);

describe('the links', () => {
  it('are found: in documents, inline, to pictures and to headings', () => {
    const all = documents.flatMap(linksIn);
    assert.ok(all.length > 30, String(all.length));
    assert.ok(all.some(({ to }) => to.endsWith('.png')));
    assert.ok(all.some(({ to }) => to.includes('#')));
  });

  for (const [why, to] of [
    ['no such file', 'docs/nothing.md'],
    ['no such heading', 'docs/session.md#nothing-of-the-kind'],
    ['no such heading', '#nothing-of-the-kind'],
  ]) {
    it(`that lead nowhere are seen: ${to}`, () => assert.equal(dead({ from: 'README.md', to: to! }), why));
  }

  for (const file of documents) {
    it(`of ${file} lead somewhere`, () => assert.deepEqual(told(linksIn(file)), []));
  }

  it('of the nodes’ help lead somewhere: to pages that Node-RED serves, or to the web', () => {
    assert.equal(helps.length, 32);
    for (const help of helps) {
      const links = linksIn(help);
      assert.ok(links.length > 0, `${help} leads to nothing`);
      for (const { from, to } of links) {
        // A help text is shown in the editor, where a path of this repository means nothing (nodes/shared/documents.ts).
        if (/^https:\/\/|^#/.test(to)) continue;
        assert.match(to, /^offline-charging\/docs\/[\w-]+\.md(#[\w-]+)?$/, from);
        assert.equal(dead({ from: 'README.md', to: to.replace('offline-charging/', '') }), undefined, `${from}: ${to}`);
      }
    }
  });

  it('that programs, flows and comments name by their path are there', () => {
    const sources = tracked.filter(
      (file) => /\.(ts|js|json|html|md|sh|service|timer|yml)$/.test(file) && !/^test\/(fixtures|golden)\//.test(file),
    );
    const named = sources.flatMap((file) =>
      [...read(file).matchAll(/(?<![\w/.-])docs\/[\w-]+\.md(#[\w-]+)?/g)].map(([path]) => ({
        from: 'README.md',
        to: path,
        by: file,
      })),
    );
    assert.ok(named.length > 20);
    const own = named.filter(({ by }) => by !== 'test/docs/links.test.ts');
    assert.deepEqual(
      own.map((link) => ({ ...link, why: dead(link) })).filter(({ why }) => why !== undefined),
      [],
    );
  });
});
