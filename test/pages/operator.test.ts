// The dashboard as a whole: its figures, its ways, its looks.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { operatorsPage, plain } from './operators-page.ts';
import { LOOKS, violations, visitor } from './support.ts';

describe("the operator's dashboard", function () {
  this.timeout(60_000);
  const here = operatorsPage();
  const { open, row } = here;
  let page: Page;
  let context: BrowserContext;
  let cloud: Cloud;
  let browser: Browser;
  beforeEach(() => {
    ({ page, context, cloud, browser } = here);
  });

  it('shows what was sold, by day, and which stations ask for a look', async () => {
    await open('overview');
    const words = plain(await page.locator('.operator').innerText());
    assert.match(words, /60\s+codes issued/);
    assert.match(words, /20 kWh sold, 0 Wh given back/);
    assert.match(words, /40 h sold, 36 min given back/);
    assert.match(words, /€120\.00 sold, €1\.80 given back/);
    assert.match(words, /WH-0001\s+Often out of step: check its clock/);
    await page.click('.charts figure:has-text("Money") summary');
    assert.match(await page.locator('figure:has-text("Money") tbody').innerText(), /€120\.00\s+€1\.80/);
  });

  it('is written in a browser whose language its own Intl does not know', async () => {
    await context.addInitScript(() =>
      Object.defineProperty(navigator, 'languages', { value: ['en-US@posix', 'en-US'] }),
    );
    await open('overview');
    assert.match(plain(await page.locator('.operator').innerText()), /€120\.00 sold/);
  });

  it('goes from page to page without loading anew', async () => {
    await open('overview');
    for (const [link, heading] of [
      ['Stations', 'Stations'],
      ['Codes', 'Codes'],
      ['Access', 'Access'],
      ['Overview', 'Overview'],
    ]) {
      await page.click(`.operator nav a:has-text("${link}")`);
      await page.waitForSelector(`h1:has-text("${heading}")`);
      assert.equal(await page.getAttribute('.operator nav a[aria-current]', 'aria-current'), 'page');
      assert.match(await page.title(), new RegExp(heading!));
    }
  });

  it('keeps what it answers to the browser that asked', async () => {
    const other = await context.newPage();
    const heard: string[] = [];
    other.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
    await open('stations', other);
    await open('stations');
    await row('CP-0001').locator('button:has-text("Set up")').click();
    await page.waitForSelector('dialog[open] .label');
    await other.reload();
    await open('stations', other);
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning('CP-0001');
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    assert.ok(heard.length > 0);
    assert.ok(!heard.some((frame) => frame.includes(provisioning.key)));
  });

  for (const look of LOOKS) {
    it(`has nothing that axe-core finds wrong: ${look.viewport.name}, ${look.locale}, ${look.colorScheme}`, async () => {
      const other = await visitor(browser, look);
      const there = await other.newPage();
      const first = look.locale === 'zh-CN' ? 'zh-CN' : 'en';
      await open('overview', there);
      for (const name of ['overview', 'stations', 'reports', 'codes', 'access']) {
        await there.click(`.operator nav a[href="./${name}"]`);
        await there.waitForSelector(`.operator nav a[href="./${name}"][aria-current]`);
        await there.waitForSelector('.operator[aria-busy="false"]');
        assert.equal(await there.getAttribute('html', 'lang'), first);
        assert.deepEqual(await violations(there), [], name);
        assert.ok((await there.evaluate(() => document.documentElement.scrollWidth)) <= look.viewport.width, name);
      }
      await there.click('.operator nav a[href="./stations"]');
      await there.waitForSelector('tbody tr:has-text("CP-0001") .buttons');
      await there.click('.heading button.main');
      assert.deepEqual(await violations(there), [], 'new station');
      await there.keyboard.press('Escape');
      await there.click('tbody tr:has-text("CP-0001") .buttons button');
      await there.waitForSelector('dialog[open] .label');
      assert.deepEqual(await violations(there), [], 'set up');
      await other.close();
    });
  }
});
