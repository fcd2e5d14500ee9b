// What the API refuses is told to people in their own language, whatever of its list it is.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemSlugs } from '../../api/problems.ts';
import { isRefused, openLedger } from '../../charging/cloud/ledger.ts';
import type { NewStation } from '../../charging/cloud/station-types.ts';
import { MASTER_KEY } from '../charging/cloud/master-key.ts';

const root = join(import.meta.dirname, '../..');
const slugs = problemSlugs();

type Texts = Readonly<Record<string, readonly [string, string]>>;
const { TEXTS } = (await import('../../flows/cloud/operator/pages/texts.js' as string)) as {
  TEXTS: Readonly<Record<string, Texts>>;
};

/** Words of a reader of each language, with no English sentence among the Chinese. */
function assertBoth(english: string | undefined, chinese: string | undefined, of: string): void {
  assert.match(english ?? '', /^[A-Z]/, of);
  assert.match(chinese ?? '', /[\u4e00-\u9fff]/, of);
  assert.doesNotMatch(chinese ?? '', /[a-z]{2,} [a-z]{2,} [a-z]{2,}/i, of);
}

describe('problems, as people read them', () => {
  it('are all in one list: none is written by hand elsewhere', () => {
    const files = ['nodes', 'api', 'flows', 'charging', 'hardware'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:ts|js|json|vue)$/.test(name))
        .map((name) => join(root, folder, name)),
    );
    const written = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/problem:([a-z][a-z-]+)\b/g)].map(([, slug]) => slug!),
    );
    assert.deepEqual(
      written.filter((slug) => !slugs.includes(slug)),
      [],
    );
  });

  it('have words on the customer’s page, in both languages, whatever their status', () => {
    interface Charge {
      readonly texts: Readonly<Record<'en' | 'zh-CN', Readonly<Record<string, string>>>>;
      meaning(refusal: { type: string; status: number }, about: string): { title: string; text: string };
    }
    const window = {} as { Charge: Charge };
    for (const name of ['texts.js', 'cloud.js']) {
      const source = readFileSync(join(root, 'flows/cloud/pages/charge', name), 'utf8');
      new Function('window', 'document', 'navigator', 'location', source)(window, {}, {}, { pathname: '/charge/X' });
    }
    const { texts, meaning } = window.Charge;
    for (const type of slugs) {
      // A type without words of its own is told by its status: 418 and 507 are told differently.
      const [means, elsewhere] = [418, 507].map((status) => meaning({ type, status }, 'order'));
      assert.deepEqual(means, elsewhere, `${type} has no words`);
      for (const name of [means!.title, means!.text]) assertBoth(texts.en[name], texts['zh-CN'][name], type);
    }
    assert.notDeepEqual(
      ...([418, 507].map((status) => meaning({ type: 'of-a-flow-of-ones-own', status }, 'order')) as [object, object]),
    );
  });

  it('have words on the dashboard, in both languages', () => {
    for (const slug of slugs) {
      const [english, chinese] = TEXTS.shared![`problem-${slug}`] ?? [];
      assertBoth(english, chinese, slug);
    }
  });

  it('are listed in the contract’s documentation', () => {
    const contract = readFileSync(join(root, 'docs/http-contract.md'), 'utf8');
    assert.deepEqual(
      slugs.filter((slug) => !contract.includes(`\`${slug}\``)),
      [],
    );
  });

  it('of a value that cannot be have words for the rule that it breaks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'offline-charging-problems-'));
    const ledger = await openLedger({ url: `sqlite:${join(folder, 'ledger.sqlite')}`, masterKey: MASTER_KEY });
    try {
      const wrong: Readonly<Record<string, object>> = {
        id: { id: 'a b' },
        name: { name: '\u0007' },
        unit: { unit: 'kg' },
        step: { step: 0 },
        layout: { layout: 'short' },
        sequence: { sequence: 'dice' },
        slotSeconds: { slotSeconds: 1 },
        keyVersion: { keyVersion: -1 },
        outlets: { outlets: 21 },
        price: { price: 3 },
        'price-minorUnits': { price: { minorUnits: -1, currency: 'EUR' } },
        'price-currency': { price: { minorUnits: 1, currency: 'ABC' } },
      };
      const said: string[] = [];
      const assertRule = (answer: unknown, name: string) => {
        assert.ok(isRefused(answer), name);
        const [error] = answer.refused.errors ?? [];
        assert.equal(error?.pointer, `#/${name.replace('-', '/')}`);
        assert.ok(error.detail.length > 0 && answer.refused.detail.endsWith(`${error.detail}.`), name);
        const [english, chinese] = TEXTS.shared![`rule-${name}`] ?? [];
        assertBoth(english, chinese, name);
        said.push(`rule-${name}`);
      };
      for (const [name, value] of Object.entries(wrong))
        assertRule(await ledger.createStation({ id: 'X', ...value } as NewStation), name);
      assertRule(await ledger.createApiKey({ name: 'x', role: 'king' as never }), 'role');
      const rules = Object.keys(TEXTS.shared!).filter((name) => name.startsWith('rule-'));
      assert.deepEqual(rules.sort(), said.sort());
    } finally {
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
