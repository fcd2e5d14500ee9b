// The first minutes of an integrator, step by step as docs/first-minutes.md has them: import "1 Start here", deploy, click, and a
// relay closes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { stepsBelow } from '../support/first-minutes.ts';

const MOST_ACTIONS = 8;
const MOST_MS = 60_000;
/** As the page has them, where the browser has another name for them. */
const KEYS: Readonly<Record<string, string>> = { '↓': 'ArrowDown', '→': 'ArrowRight' };
const root = new URL('../../', import.meta.url).pathname;

describe('an integrator’s first minutes', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  /** What the browser's console said was wrong. */
  const wrong: string[] = [];
  before(async () => {
    [editor, browser] = await Promise.all([Editor.start(), launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('console', (said) => {
      // Node-RED asks for its list of packages, which a machine without a network has not.
      const { url } = said.location();
      if (said.type() === 'error' && !url.startsWith('https://catalogue.nodered.org/'))
        wrong.push(`${said.text()} ${url}`);
    });
    await editor.open(page);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  const configs = () =>
    page.evaluate(`(() => {
      const found = [];
      RED.nodes.eachConfig(({ type, valid }) => { found.push(type + (valid ? '' : ': not valid')); });
      return found.sort();
    })()`);
  const dialog = () => page.locator('#red-ui-clipboard-dialog');
  const entry = (name: string) => dialog().locator('.red-ui-treeList-label:visible', { hasText: name });
  const tab = (name: string) => page.locator('#red-ui-workspace-tabs').getByText(name);
  const button = (name: string): Locator =>
    page.locator('.red-ui-flow-node-group', { hasText: name }).locator('.red-ui-flow-node-button-button');

  /** What each sentence of the page stands for. */
  const DOES: readonly (readonly [RegExp, (name: string) => Promise<unknown>])[] = [
    [/^Press Ctrl\+I\.$/, () => page.keyboard.press('Control+i')],
    [/^Choose \*(Examples)\*\.$/, (name) => dialog().getByRole('link', { name }).click()],
    [/^Choose \*(.+)\* in the list\.$/, (name) => entry(name).click()],
    [/^Press \*Import\*\.$/, () => page.locator('#red-ui-clipboard-dialog-ok').click()],
    [/^Open the tab \*(.+)\*\.$/, (name) => tab(name).click()],
    [
      /^Press \*Deploy\*\.$/,
      async () => {
        await page.locator('#red-ui-header-button-deploy').click();
        await page.getByText('Successfully deployed').waitFor();
        // The station is registered at each start, and nothing is sold before.
        await page.locator('.red-ui-flow-node-status-label', { hasText: 'CP-TRY' }).waitFor();
      },
    ],
    [/^Press the button left of \*(.+)\*\.$/, (name) => button(name).click()],
  ];
  async function does(step: string): Promise<void> {
    for (const [sentence, act] of DOES) {
      const said = sentence.exec(step);
      if (said) {
        await act(said[1] ?? '');
        return;
      }
    }
    assert.fail(`nobody knows how to: ${step}`);
  }

  it(`“1 Start here” closes a relay after at most ${MOST_ACTIONS} actions and one deploy, within a minute`, async function () {
    const steps = stepsBelow('An example: a relay closes');
    const began = performance.now();
    for (const step of steps) await does(step);
    await until('the relay is closed', () => editor.pin('relay') === '1', 20_000);
    const took = performance.now() - began;
    assert.ok(took < MOST_MS);
    assert.ok(steps.length <= MOST_ACTIONS, `${steps.length} actions`);
    assert.equal(steps.filter((step) => step.includes('*Deploy*')).length, 1);
    assert.doesNotMatch(editor.output, /\[error\]/);
    this.test!.title += `: ${steps.length}, in ${(took / 1000).toFixed(1)} s`;
  });

  it('all of it goes by keyboard alone, as the page says', async () => {
    const [own, fresh] = await Promise.all([
      Editor.start(),
      browser.newPage({ viewport: { width: 1280, height: 900 } }),
    ]);
    try {
      await own.open(fresh);
      await fresh.locator('#red-ui-workspace-chart').focus();
      const shown = (name: string) =>
        fresh
          .locator('#red-ui-clipboard-dialog .red-ui-treeList-label:visible, button:visible, .red-ui-flow-node-group')
          .filter({ hasText: name })
          .first()
          .waitFor();
      const marked = () =>
        fresh.evaluate(`[
          ...$('#red-ui-clipboard-dialog .red-ui-treeList-label.focus').toArray().map((one) => one.innerText.trim()),
          ...(document.activeElement.tagName === 'BUTTON' ? [document.activeElement.innerText.trim()] : []),
          ...(RED.view.selection().nodes ?? []).map(({ name }) => name),
        ]`) as Promise<string[]>;
      const press = (key: string) => fresh.keyboard.press(KEYS[key] ?? key.replace('Ctrl', 'Control'));
      for (const step of stepsBelow('The same by keyboard alone')) {
        const [, key = '', name, typed] =
          /^Press ([^ ]+?)(?: until \*(.+)\* is marked|, type `(.+)`, press Enter)?\.$/.exec(step) ?? assert.fail(step);
        if (name === undefined) await press(key);
        else {
          await shown(name);
          for (let pressed = 0; !(await marked()).includes(name); pressed++) {
            assert.ok(pressed < 20, step);
            await press(key);
          }
        }
        if (typed !== undefined) {
          await fresh.locator('#red-ui-actionList input:focus').pressSequentially(typed);
          await fresh.locator('#red-ui-actionList li.selected', { hasText: new RegExp(typed, 'i') }).waitFor();
          await press('Enter');
          await fresh.locator('#red-ui-actionList').waitFor({ state: 'hidden' });
        }
        // What a person sees before the next key.
        if (key === 'Enter') await fresh.waitForFunction('RED.nodes.dirty()');
        if (key === 'Ctrl+D') await until('the flows run', () => own.output.split('Started flows').length > 2, 20_000);
      }
      await until('the relay is closed', () => own.pin('relay') === '1', 20_000);
    } finally {
      await fresh.close();
      await own.end();
    }
  });

  it('README has as many actions as the page', () => {
    const [first, keypad, http] = [
      'An example: a relay closes',
      'From scratch: keypad → verify → relay',
      'From scratch: http in → admit → issue → response',
    ].map((heading) => stepsBelow(heading).length);
    assert.match(
      readFileSync(join(root, 'README.md'), 'utf8'),
      new RegExp(`\\| ${first} actions and one deploy, [\\d.]+ s; ${keypad} and ${http} actions, one deploy each \\|`),
    );
  });

  it('the next example goes on with the same station and ledger', async () => {
    assert.deepEqual(await configs(), ['charging station', 'code issuer']);
    await editor.importExample(page, '4 A whole charger');
    await page.getByText('Import copy').click();
    await tab('4 A whole charger').waitFor();
    assert.deepEqual(await configs(), ['charging station', 'code issuer']);
  });

  it('the links of the help open in the editor, without a network', async () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    for (const name of pages) {
      const answer = await fetch(`${editor.url}/offline-charging/docs/${name}`);
      assert.equal(answer.status, 200, name);
      assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      const [title] = readFileSync(join(root, 'docs', name), 'utf8').split('\n');
      assert.ok((await answer.text()).includes(`${title}</b>`), name);
    }
    for (const strange of ['nothing.md', 'pictures', '..%2Fpackage.json', '..%2FREADME.md']) {
      assert.equal((await fetch(`${editor.url}/offline-charging/docs/${strange}`)).status, 404, strange);
    }
    const read = await browser.newPage();
    await read.goto(`${editor.url}/offline-charging/docs/hardware.md#meters`);
    await read.locator('b#meters').waitFor();
    await read.locator('a[href="deploying-a-station.md#3-settings"]').first().click();
    await read.locator('b[id="3-settings"]').waitFor();
    await read.close();
  });

  it('the browser’s console said nothing was wrong', () => assert.deepEqual(wrong, []));
});
