// The dialogs against the tables by which the programs read their settings: what a page shows by itself, and what the editor
// makes of the tables.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '../../../hardware/settings.ts';
import { dialogSettings } from '../../../nodes/shared/dialog.ts';
import { choicesOf, DIALOGS, settingsOf } from '../../support/dialogs.ts';

const nodes = new URL('../../../nodes/', import.meta.url).pathname;

type Tree = { readonly [key: string]: string | Tree };
function word(name: string, language: string, path: string): string | undefined {
  let at: string | Tree | undefined = JSON.parse(
    readFileSync(join(nodes, name, 'locales', language, `${name}.json`), 'utf8'),
  )[name] as Tree;
  for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'string' ? at : undefined;
}

/** A variable of the environment, as a list in a dialog holds it. */
const asHeld = (variable: string) => `\${${variable}}`;

for (const [name, { own, kinds }] of Object.entries(DIALOGS)) {
  describe(`the table of ${name.replaceAll('-', ' ')}`, () => {
    const html = readFileSync(join(nodes, name, `${name}.html`), 'utf8');
    const all = settingsOf({ own, kinds });

    it('is what the editor gets', () => {
      const told = dialogSettings(name.replaceAll('-', ' '), own, { chosenBy: 'kind', kinds });
      const [key = ''] = Object.keys(told);
      assert.match(key, /^[a-z]+[A-Z][a-z]+Settings$/);
      assert.deepEqual(JSON.parse(JSON.stringify(told[key]!.value.settings)), JSON.parse(JSON.stringify(own)));
    });

    it('has a field on the page for each setting that is not of one kind of device alone', () => {
      for (const setting of Object.keys(own)) assert.match(html, new RegExp(`id="node(?:-config)?-input-${setting}"`));
      if (kinds.length > 0) assert.match(html, /data-kinds/);
      for (const { settings } of kinds)
        for (const setting of Object.keys(settings)) assert.ok(!html.includes(`-input-${setting}"`), setting);
    });

    it('has the choices of each list on the page, and the variable that may say it', () => {
      for (const [setting, one] of Object.entries(own)) {
        const choices = choicesOf(one);
        const [, list] =
          new RegExp(`<select id="[\\w-]+-input-${setting}"[^>]*>([\\s\\S]*?)</select>`).exec(html) ?? [];
        assert.equal(list !== undefined, choices !== undefined, setting);
        if (list === undefined || list === '') continue;
        const shown = [...list.matchAll(/<option value="([^"]*)"/g)].map((match) => match[1]!);
        const expected = [...choices!, ...(one.variable === undefined ? [] : [asHeld(one.variable)])];
        assert.deepEqual(shown.toSorted(), expected.toSorted(), setting);
      }
    });

    it('has a label for each setting and words for each choice that the page leaves to it, in both languages', () => {
      for (const language of ['en-US', 'zh-CN']) {
        for (const [setting, one] of all) {
          assert.ok(word(name, language, `label.${setting}`), `${language}: ${setting}`);
          const onPage = new RegExp(`input-${setting}"[^>]*>\\s*<option`).test(html);
          for (const choice of onPage ? [] : (choicesOf(one) ?? [])) {
            const named = one.kind === 'choice' && one.names?.[choice] !== undefined;
            assert.ok(
              named || word(name, language, `option.${setting}.${choice}`),
              `${language}: ${setting} ${choice}`,
            );
          }
          if (!onPage && choicesOf(one) && one.variable)
            assert.ok(word(name, language, `option.${setting}.environment`), `${language}: ${setting}`);
        }
      }
    });

    it('takes what a new dialog holds, and asks for no setting that is not there', () => {
      for (const table of [own, ...kinds.map(({ settings }) => settings)]) {
        const needed = new Set(
          Object.entries(table).flatMap(([setting, one]) => ('needed' in one && one.needed ? [setting] : [])),
        );
        const fresh = (setting: string) => {
          if (needed.has(setting)) return { text: 'GPIO5' };
          const text = table[setting]!.fresh;
          return text === undefined || text === '' ? undefined : { text };
        };
        readSettings(table, fresh);
        for (const { where } of Object.values(table)) if (where) assert.ok(own[where.setting], where.setting);
      }
    });
  });
}
