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

  it('put the English of the log into the reader’s language, and leave names as they are', async () => {
    type Page = { readonly default: { readonly methods: Readonly<Record<string, (...values: unknown[]) => unknown>> } };
    const load = async <Module>(file: string) => (await import(`${folder}/${file}`)) as Module;
    const { default: access } = await load<Page>('access.js');
    const { default: shared } = await load<Page>('shared.js');
    const { TEXTS } = await load<{ TEXTS: Record<string, Record<string, readonly [string, string]>> }>('texts.js');
    const texts = Object.fromEntries(
      (['en', 'zh-CN'] as const).map((language, index) => [
        language,
        Object.fromEntries(
          Object.entries({ ...TEXTS.shared, ...TEXTS.access }).map(([name, both]) => [name, both[index]]),
        ),
      ]),
    );
    const page = { ...shared.methods, ...access.methods, texts };
    for (const [action, detail, chinese] of [
      ['station-provisioned', 'key version 2', '密钥版本 2'],
      ['service-code-test-relay', 'number 9', '序号 9'],
      ['paid-too-late', 'payment pi_1', '付款 pi_1'],
      ['payment-returned', 'payment pi_1: sent back: by bank', '付款 pi_1：sent back: by bank'],
      ['expired-code-refunded', 'request ab12, 60 min: called', '请求 ab12，60\u00a0分钟：called'],
      ['unknown-receipt', '7 more within a minute, not listed one by one', '一分钟内还有 7 次，未逐一列出'],
      ['api-key-created', 'cb81 customer app', 'cb81 客户应用：充电码、退款'],
      ['station-changed', 'name, price', '地点，价格'],
      ['call-not-allowed', 'createStation', 'createStation'],
    ]) {
      const said = (language: string) =>
        String(access.methods.detailOf!.call({ ...page, language }, { action, detail }));
      assert.equal(said('zh-CN'), chinese);
      if (action !== 'api-key-created' && action !== 'station-changed')
        assert.equal(said('en').replaceAll('\u00a0', ' '), detail);
    }
  });
});
