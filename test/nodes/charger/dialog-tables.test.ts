// The dialogs against the tables by which the programs read their settings: what the editor gets of them.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialogSettings } from '../../../flows/assembly/dialogs.ts';
import { choicesOf, readSettings, type Settings } from '../../../hardware/settings.ts';
import { dialogHtml, dialogNames, offered, registered } from '../../support/dialogs.ts';

const dist = new URL('../../../dist/nodes/', import.meta.url).pathname;

type Tree = { readonly [key: string]: string | Tree };
function word(name: string, language: string, path: string): string | undefined {
  const file = join(dist, name, 'locales', language, `${name}.json`);
  let at: string | Tree | undefined = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Tree>)[name];
  for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'string' ? at : undefined;
}

const typeOf = (name: string) => name.replaceAll('-', ' ');

describe('the dialogs, whichever page comes first', () => {
  const inOrder = ['charging-station', 'code-issuer', ...dialogNames.filter((name) => !/station$|issuer$/.test(name))];
  for (const [order, names] of [
    ['of a palette', dialogNames],
    ['turned round, as after an installation', inOrder.toReversed()],
    ['without the charging station', dialogNames.filter((name) => name !== 'charging-station')],
    ['without the code issuer', dialogNames.filter((name) => name !== 'code-issuer')],
  ] as const) {
    it(`register all types: ${order}`, () => {
      assert.deepEqual(Object.keys(registered(names)).toSorted(), names.map(typeOf).toSorted());
    });
  }

  it('have each the configuration node that its program uses', () => {
    for (const [type, { category, defaults }] of Object.entries(registered(dialogNames))) {
      if (category === 'config') continue;
      assert.equal(category, 'offline charging', type);
      const used = Object.values(defaults).flatMap((one) => (one.type === undefined ? [] : [one.type]));
      assert.equal(used.length, 1, type);
      assert.match(used[0]!, /^(charging station|code issuer)$/, type);
    }
  });
});

describe('the editor marks', () => {
  type Saved = { readonly id: string; readonly type: string; readonly [setting: string]: unknown };
  /** The settings of ours that it marks as wrong. */
  const marked = (nodes: readonly Saved[]): string[] => {
    const types = registered(dialogNames, (id) => nodes.find((node) => node.id === id));
    return nodes.flatMap((node) =>
      Object.entries(types[node.type]?.defaults ?? {})
        .filter(([setting, { validate }]) => validate && validate.call(node, node[setting], {}) !== true)
        .map(([setting]) => `${node.type} ${node.id}: ${setting}`),
    );
  };
  const site = { id: 'site', type: 'charging station', station: 'CP-SITE', outlets: '3' };

  for (const file of globSync('*.json', { cwd: join(dist, '../../examples') })) {
    it(`nothing of the example “${file}”`, () => {
      assert.deepEqual(marked(JSON.parse(readFileSync(join(dist, '../../examples', file), 'utf8')) as Saved[]), []);
    });
  }

  it('a row missing for an outlet, but none of what the choices made leave out', () => {
    const fresh = Object.fromEntries(
      Object.entries(registered(dialogNames)['read meter']!.defaults).map(([setting, { value }]) => [setting, value]),
    );
    const meter = (kind: string) => ({ ...fresh, id: 'meter', type: 'read meter', station: 'site', meter: kind });
    for (const kind of ['none', 'simulated', 'unset']) assert.deepEqual(marked([site, meter(kind)]), [], kind);
    assert.deepEqual(marked([site, meter('modbus')]), ['read meter meter: port', 'read meter meter: unitId']);
  });
});

for (const name of dialogNames) {
  describe(`the dialog of ${typeOf(name)}`, () => {
    const html = dialogHtml(name);
    let settings: Settings;
    let version: number;
    before(async () => {
      ({ settings, version } = await dialogSettings(name));
    });

    it('has a default for each setting, and saves its version', () => {
      const { defaults } = registered([name, 'charging-station'])[typeOf(name)]!;
      for (const setting of Object.keys(settings)) assert.ok(defaults[setting], setting);
      assert.equal(defaults.version!.value, version);
    });

    it('has a field for each setting, and no field that is none', () => {
      const { defaults, credentials = {} } = registered([name, 'charging-station'])[typeOf(name)]!;
      const fields = [...html.matchAll(/<(?:input|select)[^>]* id="node(?:-config)?-input-(\w+)"/g)].map(
        ([, id]) => id!,
      );
      // The number of ports follows from other settings.
      const kept = [...Object.keys(defaults), ...Object.keys(credentials)].filter((one) => !/^(in|out)puts$/.test(one));
      assert.deepEqual(fields.toSorted(), kept.toSorted());
    });

    it('has the choices of each list on the page', () => {
      for (const [setting, one] of Object.entries(settings)) {
        assert.deepEqual(offered(html, setting), choicesOf(one), setting);
      }
    });

    it('has a label for each setting and words for each choice, in both languages', () => {
      for (const language of ['en-US', 'zh-CN']) {
        for (const [setting, one] of Object.entries(settings)) {
          assert.ok(word(name, language, `label.${setting}`), `${language}: ${setting}`);
          for (const choice of choicesOf(one) ?? []) {
            const named = one.kind === 'choice' && one.names?.[choice] !== undefined;
            const words = word(name, language, `option.${setting}.${choice || 'unset'}`);
            assert.ok(named || words, `${language}: ${setting} ${choice}`);
          }
        }
      }
    });

    it('takes what a new dialog holds, and asks for no setting that is not there', () => {
      const needed = new Set(
        Object.entries(settings).flatMap(([setting, one]) => ('needed' in one && one.needed ? [setting] : [])),
      );
      readSettings(settings, (setting) => {
        const { fresh, kind } = settings[setting]!;
        if (needed.has(setting)) return { text: kind === 'lines' ? 'GPIO5, GPIO6' : 'GPIO5' };
        // A variable is put in, or stands for nothing.
        return fresh === undefined || fresh === '' || fresh.startsWith('$') ? undefined : { text: fresh };
      });
      for (const { where } of Object.values(settings)) if (where) assert.ok(settings[where.setting], where.setting);
    });
  });
}
