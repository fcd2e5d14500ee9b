// Every node of the pack as an integrator meets it in the editor: dragged in, filled wrongly and rightly, deployed, exported and
// imported, deleted and back, copied, in a subflow, disabled; in both languages, each with one of the editor's themes.
// `LOOKS=FOLDER` writes pictures of what is seen on the way.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { stationKey, voucherCode } from '../../charging/codes/index.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { Integrator } from '../support/integrator.ts';
import { Filled, lookInto, type Texts } from './filled.ts';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const CONFIGS = { station: 'charging station', issuer: 'code issuer' } as const;
const TYPES = Object.keys(manifest['node-red'].nodes)
  .map((name) => name.replaceAll('-', ' '))
  .filter((type) => !Object.values<string>(CONFIGS).includes(type));

/** `heard`: the number of the last code that the station has heard before. */
const WALKS = [
  {
    language: 'en-US',
    theme: 'light',
    category: 'offline charging',
    word: /[a-z]/,
    sentence: /[a-z]+ [a-z]+/,
    heard: 0,
  },
  { language: 'zh-CN', theme: 'dark', category: '离线充电', word: /[一-龥]/, sentence: /[一-龥]{2}/, heard: 4 },
] as const;

const STATION = 'CP-0001';
const KEY = stationKey(new Uint8Array(32).fill(7), STATION, 1);
const SECRETS = {
  key: Buffer.from(KEY).toString('hex'),
  masterKey: 'a5'.repeat(32),
  alarmSecret: `whsec_${'b6'.repeat(22)}`,
  paymentKey: 'sk_test_secret',
  webhookSecret: 'whsec_secret',
  smtp: 'smtps://user:secret@mail.example',
};
const { key, ...issuerSecrets } = SECRETS;

/** What only a person knows; the rest is in the tables. */
const RIGHT: Readonly<Record<string, Texts>> = {
  'charging station': {
    ...{ station: STATION, key, unit: 'min', layout: 'compact', sequence: 'counter' },
    ...{ driver: 'simulated', gpioFolder: 'offline-charging/pins' },
  },
  'code issuer': {
    ...{ ledger: 'sqlite:offline-charging/ledger.sqlite', paymentAddress: 'https://adapter.example' },
    ...{ vatPercent: '19', alarmWebhook: 'https://alarms.example', ...issuerSecrets },
  },
  'read keypad': { rows: '5,6,13,19', columns: '12,16,20' },
  'detect vehicle': { line: 'vehicle' },
  'read meter': { meter: 'simulated', line: 'meter', port: '/dev/ttyUSB0' },
  'control relay': { through: 'direct', line: 'relay', leastSeconds: '0', mostClosings: '0' },
  'verify code': { redeem: 'session' },
  'issue code': { station: STATION },
  'settle receipt': { station: STATION },
  'read report': { station: STATION },
};

interface Kept {
  readonly id: string;
  readonly type: string;
  readonly [setting: string]: unknown;
}

describe('the palette', function () {
  this.timeout(60_000);
  // Each goes on where the one before it ended. Mocha's own bail would end the other files with this one.
  let hasFailed = false;
  beforeEach(function () {
    if (hasFailed) this.skip();
  });
  afterEach(function () {
    hasFailed ||= this.currentTest?.state === 'failed';
  });
  let editor: Editor;
  let browser: Browser;
  before(async () => {
    [editor, browser] = await Promise.all([Editor.start(), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });
  const post = (path: string, body: unknown) =>
    fetch(editor.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const empty = () => post('/flows', []);

  for (const { language, theme, category, word, sentence, heard } of WALKS)
    describe(`in ${language} and ${theme}`, () => {
      let page: Page;
      let me: Integrator;
      let filled: Filled;
      let look: (name: string) => Promise<void>;
      let exported = '';
      const complaints: string[] = [];
      before(async () => {
        await empty();
        page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
        page.setDefaultTimeout(15_000);
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (said) => {
          // The browser also tells each answer that refuses something: the key that can't be is shown in the dialog.
          const isKey = /\/offline-charging\/charging-station\/\w+\/key$/.test(said.location().url);
          // What a dialog throws when it opens or shuts the editor only notes, and goes on with half a dialog.
          const isThrown = /^onedit/.test(said.text());
          if (isThrown || (said.type() === 'error' && !isKey)) complaints.push(`${said.text()} ${said.location().url}`);
        });
        await page.addInitScript(`localStorage.setItem('editor-language', '${language}')`);
        await page.addInitScript(`localStorage.setItem('view-dark-theme', '${theme}')`);
        await editor.open(page);
        me = new Integrator(page);
        look = lookInto(process.env.LOOKS, page, language);
        filled = new Filled(me, { word, sentence }, look);
      });
      afterEach(async function () {
        if (this.currentTest?.state === 'failed') await look('failed');
      });
      after(() => page?.close());

      const ask = <Result>(script: string) => page.evaluate(script) as Promise<Result>;
      /** All that the workspace holds, but for the versions of the packs. */
      const flows = async () =>
        byId(JSON.parse(await ask('JSON.stringify(RED.nodes.createCompleteNodeSet({ credentials: false }))')));
      const byId = (all: readonly Kept[]) =>
        all.filter(({ type }) => type !== 'global-config').toSorted((one, other) => one.id.localeCompare(other.id));
      const wrongs = (id: string) => ask<string[]>(`RED.nodes.node('${id}').validationErrors ?? []`);
      const configOf = (type: string) =>
        ask<string | null>(`(() => {
        let found = null;
        RED.nodes.eachConfig((one) => { if (one.type === '${type}') found = one.id; });
        return found;
      })()`);
      const usedBy = async (type: string) =>
        (await ask(`RED.nodes.getType('${type}').defaults.issuer !== undefined`)) ? 'issuer' : 'station';

      /** Each by the name of its field in the reader's language. */
      async function saysAll(type: string, id: string, names: readonly string[]): Promise<void> {
        const said = await wrongs(id);
        const labels = await ask<Texts>(
          `Object.fromEntries(Object.entries(RED.nodes.getType('${type}').defaults).map(([name, { label }]) => [name, label]))`,
        );
        for (const name of names) {
          const own = said.find((one) => one.startsWith(`${labels[name]}: `));
          assert.match(own ?? '', sentence, `${type}: ${name} among ${said.join(' | ')}`);
        }
      }

      const plug = (connected: boolean) =>
        writeFileSync(join(editor.folder, 'offline-charging/pins/vehicle'), connected ? '1' : '0');
      /** What a customer types, from the inject node. */
      async function type(sequence: number): Promise<void> {
        const code = voucherCode(KEY, { layout: 'compact', unit: 'min', step: 30, quantity: 1, sequence });
        const props = [{ p: 'payload', v: code, vt: 'str' }];
        const { status } = await post(`/inject/${me.id('inject')}`, { __user_inject_props__: props });
        assert.equal(status, 200);
      }
      /** With a code that nobody heard before. */
      async function charges(sequence: number): Promise<void> {
        await until('the relay is open', () => editor.pin('relay') === '0');
        plug(true);
        await type(sequence);
        await until('the relay is closed', () => editor.pin('relay') === '1');
        await look(`charging ${sequence}`);
        const red = `RED.nodes.filterNodes({}).filter(({ status }) => status?.fill === 'red').map(({ type }) => type)`;
        assert.deepEqual(await ask(red), []);
        plug(false);
        await until('the relay is open again', () => editor.pin('relay') === '0');
        assert.doesNotMatch(editor.output, /\[error\]/);
      }
      const started = () => editor.output.split('Started flows').length;
      /** The editor has its answer before the nodes have begun. */
      async function deploy(): Promise<void> {
        const before = started();
        await me.deploy();
        await until('the flows run', () => started() > before);
      }
      const selectThePacks = async () => {
        await me.selectAll();
        await me
          .node('inject')
          .locator('.red-ui-flow-node')
          .click({ modifiers: ['Control'] });
      };

      it('has every node, and each says what it lacks', async () => {
        await page.locator('#red-ui-palette-header-offline_charging', { hasText: category }).waitFor();
        assert.equal(await ask("document.documentElement.classList.contains('nr-theme-dark')"), theme === 'dark');
        for (const [index, type] of TYPES.entries())
          await me.drag(type, 130 + 210 * (index % 4), 110 + 100 * Math.floor(index / 4));
        for (const type of TYPES) await saysAll(type, me.id(type), [await usedBy(type)]);
        await me.node(TYPES[0]!).locator('.red-ui-flow-node-error').hover();
        await page.locator('.red-ui-flow-port-tooltip', { hasText: sentence }).waitFor();
        await look('palette');
      });

      for (const type of TYPES)
        it(`${type}: says beside each field and on the node what is wrong, and takes what is right`, async () => {
          await me.edit(type);
          const uses = await usedBy(type);
          const config = CONFIGS[uses];
          if ((await configOf(config)) === null) {
            assert.match(await page.locator(`#node-input-${uses} option`).first().innerText(), word);
            await me.add(uses);
            const wrong = await filled.wrongly(config);
            await me.done('node-config');
            const id = (await configOf(config))!;
            await saysAll(config, id, wrong);
            await me.editChosen(uses);
            await filled.rightly(config, RIGHT[config]!);
            await me.done('node-config');
            assert.deepEqual(await wrongs(id), []);
          }
          const wrong = await filled.wrongly(type);
          if (wrong.length > 0) {
            await me.done();
            await saysAll(type, me.id(type), wrong);
            await me.edit(type);
          }
          await filled.rightly(type, RIGHT[type] ?? {});
          await me.done();
          assert.deepEqual(await wrongs(me.id(type)), []);
          await me.node(type).locator('.red-ui-flow-node-error').waitFor({ state: 'hidden' });
        });

      it('charges a vehicle when it is wired and deployed', async () => {
        await me.drag('inject', 550, 410);
        for (const [from, to] of [
          ['inject', 'verify code'],
          ['verify code', 'run session'],
          ['detect vehicle', 'run session'],
          ['read meter', 'run session'],
          ['run session', 'control relay'],
          ['control relay', 'run session'],
        ] as const)
          await me.wire(from, 0, to);
        await deploy();
        await charges(heard + 1);
      });

      it('is exported without a secret', async () => {
        exported = await me.exportAll();
        for (const [name, secret] of Object.entries(SECRETS)) assert.ok(!exported.includes(secret), name);
        for (const type of [...TYPES, ...Object.values(CONFIGS)])
          assert.ok(exported.includes(`"type":"${type}"`), type);
      });

      it('is back when it was deleted and that is undone', async () => {
        const before = await flows();
        await me.selectAll();
        await page.keyboard.press('Delete');
        assert.equal(await ask('RED.nodes.filterNodes({}).length'), 0);
        await page.keyboard.press('Control+z');
        assert.deepEqual(await flows(), before);
      });

      it('is copied with all its settings', async () => {
        const before = await flows();
        await me.selectAll();
        await me.copyAndPaste(450, 600);
        const after = await flows();
        for (const type of TYPES) {
          const [original, copy] = after
            .filter((one) => one.type === type)
            .map(({ id: _, x: _x, y: _y, wires: _wires, ...settings }) => settings);
          assert.deepEqual(copy, original);
        }
        await page.keyboard.press('Control+z');
        assert.deepEqual(await flows(), before);
      });

      it('is quiet when it is disabled, and works when it is enabled again', async () => {
        const before = await flows();
        await selectThePacks();
        await me.act('disable selected nodes');
        await deploy();
        plug(true);
        await type(heard + 2);
        await look('disabled');
        assert.equal(editor.pin('relay'), '0');
        plug(false);
        await selectThePacks();
        await me.act('enable selected nodes');
        assert.deepEqual(await flows(), before);
        await deploy();
        await charges(heard + 2);
      });

      it('works in a subflow, and is back when that is undone', async () => {
        const before = await flows();
        await selectThePacks();
        await me.act('convert to subflow');
        await deploy();
        assert.equal(await ask('RED.nodes.filterNodes({ z: RED.workspaces.active() }).length'), 2);
        await charges(heard + 3);
        await page.keyboard.press('Control+z');
        assert.deepEqual(await flows(), before);
        await deploy();
      });

      it('is imported elsewhere as it was, and works once it has its keys', async () => {
        await empty();
        await editor.open(page);
        const own = (await flows()).map(({ id }) => id);
        await me.import(exported);
        assert.deepEqual(
          (await flows()).filter(({ id }) => !own.includes(id)),
          byId(JSON.parse(exported)),
        );
        const { z } = byId(JSON.parse(exported)).find(({ type }) => type === 'inject')!;
        await me.click(page.locator(`[id="red-ui-tab-${z}"]`));
        for (const [type, secrets] of [
          ['verify code', { key }],
          ['issue code', { masterKey: SECRETS.masterKey, alarmSecret: SECRETS.alarmSecret }],
        ] as const) {
          await me.edit(type);
          await me.editChosen(await usedBy(type));
          for (const [name, secret] of Object.entries(secrets)) await me.fill(name, secret);
          await me.done('node-config');
          await me.done();
        }
        await deploy();
        await charges(heard + 4);
      });

      it('never made the editor complain', () => assert.deepEqual(complaints, []));
    });
});
