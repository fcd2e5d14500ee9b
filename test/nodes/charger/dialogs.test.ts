// What the editor gets of each node of the pack: faults that were met in the field once are looked for in every file.
import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'acorn';
import { ZH_CN } from '../../../charging/station/conversation/words/zh-cn.ts';
import type { RED, RedNode } from '../../../nodes/shared/red.ts';
import { MOST_CHARACTERS, Status } from '../../../nodes/shared/status.ts';
import { dialogHtml, registered } from '../../support/dialogs.ts';

const root = new URL('../../../', import.meta.url).pathname;
const LANGUAGES = ['en-US', 'zh-CN'];
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};
const names = readdirSync(join(root, 'nodes')).filter((name) => existsSync(join(root, 'nodes', name, `${name}.html`)));
const ours = new Set(Object.keys(manifest['node-red'].nodes));

const read = (...path: string[]) => readFileSync(join(root, 'nodes', ...path), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);

type Tree = { readonly [key: string]: string | Tree };
function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}
/** The parts of a program that has been read. */
type Part = { readonly type?: string; readonly [property: string]: unknown };
function partsOf(value: unknown): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(partsOf);
  return 'type' in value ? [value as Part, ...below] : below;
}
const named = (part: unknown, property: string) => ((part as Part)?.[property] as Part | undefined)?.name;

/** As built: with the words that dialogs share. */
const catalogue = (name: string, language: string) =>
  flat(JSON.parse(readFileSync(join(root, 'dist/nodes', name, 'locales', language, `${name}.json`), 'utf8')) as Tree);

describe('the nodes as the editor sees them', () => {
  it('are all in the manifest, and each has its program', () => {
    assert.deepEqual([...ours].sort(), [...names].sort());
    for (const name of names) {
      assert.equal(manifest['node-red'].nodes[name], `dist/nodes/${name}/${name}.js`);
      assert.ok(existsSync(join(root, 'nodes', name, `${name}.ts`)), name);
    }
  });

  for (const name of names) {
    describe(name, () => {
      const html = dialogHtml(name);
      const type = /registerType\(\s*'([^']+)'/.exec(html)?.[1] ?? '';
      const sources = globSync(`nodes/${name}/*.ts`, { cwd: root }).map((file) =>
        readFileSync(join(root, file), 'utf8'),
      );

      it('registers the type that its program, dialog and help are for', () => {
        assert.equal(type, name.replaceAll('-', ' '));
        assert.deepEqual(all(html, /data-template-name="([^"]+)"/g), [type]);
        const program = new RegExp(`(?:registerType|nodeType<\\w+>)\\(\\s*'${type}'`);
        assert.ok(sources.some((source) => program.test(source)));
        for (const language of LANGUAGES) {
          assert.match(read(name, 'locales', language, `${name}.html`), new RegExp(`data-help-name="${type}"`));
        }
      });

      it('is known without being run, as Node-RED’s library reads it: its type, and its properties by their keys', () => {
        const [, script] = [...html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].at(-1)!;
        const calls = partsOf(parse(script!, { ecmaVersion: 'latest' })).filter(
          (part) => part.type === 'CallExpression' && named(part.callee, 'property') === 'registerType',
        );
        const [what, definition] = calls[0]!.arguments as [Part, Part];
        assert.deepEqual([calls.length, what.type, what.value], [1, 'Literal', type]);
        assert.equal(definition.type, 'ObjectExpression');
        const keys = (definition.properties as Part[]).map((property) => named(property, 'key'));
        assert.ok(keys.length > 0 && keys.every((key) => key !== undefined), String(keys));
      });

      it('has help of the same parts in both languages, with words for what its dialog has', () => {
        const [english, chinese] = LANGUAGES.map((language) =>
          readFileSync(join(root, 'dist/nodes', name, 'locales', language, `${name}.html`), 'utf8'),
        );
        const parts = (help: string) => all(help, /<(h3|h4|dt|li|a|ol|ul)\b/g);
        assert.deepEqual(parts(chinese!), parts(english!));
        assert.doesNotMatch(
          chinese!,
          /[\p{Script=Han}，。；：、]\n\s*\p{Script=Han}|\n\s*[，。；：、（]/u,
          'a gap among characters',
        );
        // A reader finds a node by the name that the palette has.
        for (const one of names) assert.ok(!chinese!.includes(`<code>${one.replaceAll('-', ' ')}</code>`), one);
        assert.deepEqual(all(chinese!, /href="([^"]+)"/g), all(english!, /href="([^"]+)"/g));
        const known = catalogue(name, 'en-US');
        const labels = all(html, new RegExp(`data-i18n="${name}\\.label\\.(\\w+)"`, 'g'));
        const explained = labels.filter(
          (label) => known.has(`${name}.hint.${label}`) || known.has(`${name}.tip.${label}`),
        );
        for (const label of explained) {
          // A button to try something has a field of its own.
          if (html.includes(`data-try="${label}"`)) continue;
          assert.ok(english!.includes(`<dt>${known.get(`${name}.label.${label}`)}`), label);
        }
      });

      it('loads no script from elsewhere, which would run after registerType, and no style that leaks', () => {
        assert.doesNotMatch(html, /<script[^>]*\ssrc=/);
        assert.doesNotMatch(html, /<style/);
      });

      it('has its icon', () => {
        const icon = registered([name, 'charging-station'])[type]!.icon;
        if (icon !== undefined) assert.ok(existsSync(join(root, 'nodes', name, 'icons', icon)), icon);
        else assert.match(html, /category: 'config'/);
      });

      it('says the same in both languages, with the same gaps', () => {
        const [english, chinese] = LANGUAGES.map((language) => catalogue(name, language));
        assert.deepEqual([...english!.keys()], [...chinese!.keys()]);
        for (const [key, text] of english!) {
          assert.notEqual(text.trim(), '', key);
          assert.notEqual(chinese!.get(key)!.trim(), '', key);
          assert.deepEqual(all(chinese!.get(key)!, /(__\w+?__)/g).sort(), all(text, /(__\w+?__)/g).sort(), key);
          // Node-RED fills __gaps__; others stay as they are.
          assert.doesNotMatch(text, /\{\{/, key);
        }
      });

      it('has words for each key that its dialog asks for', () => {
        const known = catalogue(name, 'en-US');
        assert.ok(known.has(`${name}.palette`));
        const keys = all(html, new RegExp(`data-i18n="(?:\\[\\w+\\])?(${name}\\.[\\w.-]+)"`, 'g'));
        const asked = all(html, new RegExp(`_\\('(${name}\\.[\\w.-]+)'\\)`, 'g'));
        for (const key of [...keys, ...asked]) assert.ok(known.has(key), key);
      });

      it('has words for each status and fault that its program names', () => {
        // A config node shows nothing itself: what it says goes into the statuses of its users.
        if (/category: 'config'/.test(html)) return;
        const known = catalogue(name, 'en-US');
        for (const source of sources) {
          for (const key of all(source, /[sS]tatus\.(?:ready|active|busy|waiting|refused)\(\s*'([\w-]+)'/g)) {
            assert.ok(known.has(`${name}.status.${key}`), `status ${key}`);
          }
          for (const key of all(source, /[sS]tatus\.text\(\s*'([\w.-]+)'/g))
            assert.ok(known.has(`${name}.${key}`), key);
          // What is refused over HTTP is worded as problem details.
          if (source.includes('answerProblem')) continue;
          for (const key of all(source, /new NodeFault\(\s*'([\w-]+)'/g)) {
            assert.ok(known.has(`${name}.errors.${key}`) || known.has(`${name}.short.${key}`), `fault ${key}`);
          }
        }
      });
    });
  }

  describe('under a node', () => {
    /** The longest that comes: amounts of a truck, a driver, a fault of the session, a level's variable. */
    const longest: Readonly<Record<string, string>> = {
      lease: 'lease held',
      seconds: '900',
      pins: ' · simulated',
      left: '77500 Wh',
      fault: 'journal-not-writable',
      energy: '99999.99',
      power: ' · 22000 W',
      pilot: ' (B2)',
      amount: '77500',
      unit: 'Wh',
      minutes: '60',
      operation: 'clear-lockout',
      variable: 'FEEDBACK_ACTIVE_LOW',
      name: 'FEEDBACK_ACTIVE_LOW',
      line: '',
      state: '',
      active: '20',
      outlets: '20',
      broken: '20',
      takes: '20',
      reason: '',
    };
    const filled = (text: string) =>
      text.replace(/__(\w+?)__/g, (_gap, name: string) => longest[name] ?? assert.fail(name));
    for (const language of LANGUAGES) {
      it(`each status and each fault has words of fewer than 30 characters in ${language}`, () => {
        const shared = catalogue('charging-station', language);
        for (const name of names) {
          const known = catalogue(name, language);
          for (const [key, text] of known) {
            const [, part, code] = /^[\w-]+\.(status|short|errors)\.(.+)$/.exec(key) ?? [];
            if (part === 'status' || part === 'short')
              assert.ok(filled(text).length <= MOST_CHARACTERS, `${key}: ${text}`);
            if (part !== 'errors') continue;
            const short = known.get(`${name}.short.${code}`) ?? shared.get(`charging-station.short.${code}`);
            assert.ok(short !== undefined, `${key} has no short words`);
          }
        }
      });
    }
  });

  it('has words for what others call by a code, which a status says in the language of Node-RED', () => {
    const codes = (file: string, pattern: RegExp) => all(readFileSync(join(root, file), 'utf8'), pattern);
    const known: [string, string, string[]][] = [
      ['code-issuer', 'refused', codes('charging/cloud/types.ts', /^ {2}\| '([\w-]+)'/gm)],
      ['run-session', 'fault', Object.keys(ZH_CN.faults)],
      [
        'simulate-station',
        'state',
        codes('charging/station/charger/snapshot.ts', /(?<=^type StateName = .*)'(\w+)'/gm),
      ],
    ];
    for (const [name, part, called] of known) {
      const words = catalogue(name, 'zh-CN');
      const red = { _: (key: string) => words.get(key.replace(/^.*:/, '')) ?? key };
      const node = { error() {}, warn() {}, log() {}, status() {} };
      const status = new Status(red as unknown as RED, node as unknown as RedNode, name);
      assert.ok(called.length > 7, name);
      for (const code of called) {
        const said = status.called(part, code);
        assert.match(said, /\p{Script=Han}/u, `${name}.${part}.${code}`);
        assert.ok(said.length <= 20, said);
      }
      assert.equal(status.called(part, 'of-tomorrow'), 'of-tomorrow');
    }
  });

  it('says the same of the same in every node’s status, in 22 characters beside what fills the gaps', () => {
    for (const language of LANGUAGES) {
      const words = new Map<string, string>();
      const ready = new Set<string>();
      for (const name of names) {
        for (const [key, text] of catalogue(name, language)) {
          const [, said] = /^[\w-]+\.status\.(.+)$/.exec(key) ?? [];
          if (said === undefined) continue;
          assert.ok(text.replace(/__\w+?__/g, '').length <= 22, `${key}: ${text}`);
          // Of several outlets each node counts what is its own, and of a simulation each is ready in its own way.
          if (['ready', 'page', 'touch', 'simulated'].includes(said)) ready.add(text.replace(/ ?[(（].*$/, ''));
          if (['opening', 'refused'].includes(said)) assert.equal(words.get(said) ?? text, text, key);
          words.set(said, text);
        }
      }
      assert.deepEqual([...ready], [language === 'en-US' ? 'ready' : '就绪']);
    }
  });

  it('gives no choice in a dialog twice', () => {
    for (const name of names) {
      for (const select of all(dialogHtml(name), /<select[^>]*>([\s\S]*?)<\/select>/g)) {
        const values = all(select, /<option value="([^"]*)"/g);
        assert.equal(new Set(values).size, values.length, name);
      }
    }
  });
});
