// The page for everybody: languages, keyboard, narrow screens, screen readers.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { customersPage } from './customers-page.ts';
import { LOOKS, violations, visitor } from './support.ts';

describe("the customer's page for everybody", function () {
  this.timeout(60_000);
  const here = customersPage();
  const { open, buy } = here;
  let page: Page;
  let browser: Browser;
  beforeEach(() => {
    ({ page, browser } = here);
  });

  it('speaks the first of the browser’s languages that it knows, and remembers another choice', async () => {
    const other = await visitor(browser, { locale: 'zh-TW' });
    const there = await other.newPage();
    await open('CP-0001', there);
    assert.equal(await there.getAttribute('html', 'lang'), 'zh-CN');
    assert.equal(await there.innerText('#order-title'), '充多少？');
    await there.click('button[data-language="en"]');
    await there.reload();
    await there.waitForSelector('#order:not([hidden])');
    assert.equal(await there.getAttribute('html', 'lang'), 'en');
    assert.equal(await there.innerText('#order-title'), 'How much?');
    await other.close();
  });

  it('can be used with the keyboard alone', async () => {
    await open();
    const focused = () => page.evaluate(() => document.activeElement?.id);
    for (let press = 0; press < 20 && (await focused()) !== 'get'; press++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(await focused(), 'ticket-title');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'copy');
  });

  it('fits 320 pixels, which is 400 % zoom on a desktop, with targets that a thumb hits', async () => {
    await page.setViewportSize({ width: 320, height: 256 });
    await open();
    await buy();
    await page.click('#says-step');
    await page.waitForSelector('#ticket-sync:not([hidden])');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, summary')]
        .map((element) => ({ id: element.id || element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
        .map(({ id }) => id),
    );
    assert.deepEqual(small, []);
  });

  for (const look of LOOKS) {
    const { locale, colorScheme, viewport } = look;
    it(`has nothing that axe-core finds wrong: ${viewport.name}, ${locale}, ${colorScheme}`, async () => {
      const other = await visitor(browser, look);
      const there = await other.newPage();
      await open('CP-0001', there);
      assert.deepEqual(await violations(there), []);
      await buy(there);
      assert.deepEqual(await violations(there), []);
      await there.click('#says-step');
      await there.waitForSelector('#ticket-sync:not([hidden])');
      await there.click('details details summary');
      await there.fill('#receipt', '1');
      await there.press('#receipt', 'Enter');
      assert.deepEqual(await violations(there), []);
      await there.route('**/charging-requests', (route) =>
        route.fulfill({ status: 429, headers: { 'retry-after': '60' } }),
      );
      await there.click('#hide');
      await there.click('#get');
      await there.waitForSelector('#problem:not([hidden])');
      assert.deepEqual(await violations(there), []);
      await other.close();
    });
  }
});
