// The first minutes of an integrator, as the README has them: import "1 Start here", deploy, click, and a relay closes.
import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

const MOST_ACTIONS = 8;
const MOST_MS = 60_000;

describe('an integrator’s first minutes', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  let page: Page;
  let actions = 0;
  before(async () => {
    [editor, browser] = await Promise.all([Editor.start(), launchBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await editor.open(page);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  const click = (what: Locator) => {
    actions += 1;
    return what.click();
  };
  async function importExample(name: string): Promise<void> {
    actions += 1;
    await editor.importExample(page, name, click);
  }

  const configs = () =>
    page.evaluate(`(() => {
      const found = [];
      RED.nodes.eachConfig(({ type, valid }) => { found.push(type + (valid ? '' : ': not valid')); });
      return found.sort();
    })()`);

  it(`“1 Start here” closes a relay after at most ${MOST_ACTIONS} actions and one deploy, within a minute`, async () => {
    const began = performance.now();
    await importExample('1 Start here');
    await click(page.locator('#red-ui-workspace-tabs').getByText('1 Start here'));
    await click(page.locator('#red-ui-header-button-deploy'));
    await page.getByText('Successfully deployed').waitFor();
    // The station is registered at each start, and nothing is sold before.
    await page.locator('.red-ui-flow-node-status-label', { hasText: 'CP-TRY' }).waitFor();
    const pay = page.locator('.red-ui-flow-node-group', { hasText: 'pay for 60 min' });
    await click(pay.locator('.red-ui-flow-node-button-button'));
    await until('the relay is closed', () => editor.pin('relay') === '1', 20_000);
    assert.ok(performance.now() - began < MOST_MS);
    assert.ok(actions <= MOST_ACTIONS, `${actions} actions`);
    assert.doesNotMatch(editor.output, /\[error\]/);
  });

  it('the next example goes on with the same station and ledger', async () => {
    assert.deepEqual(await configs(), ['charging station', 'code issuer']);
    await importExample('4 A whole charger');
    await click(page.getByText('Import copy'));
    await page.locator('#red-ui-workspace-tabs').getByText('4 A whole charger').waitFor();
    assert.deepEqual(await configs(), ['charging station', 'code issuer']);
  });
});
