// A cloud whose codes are paid before they are given out.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { PayingCloud, referenceIn } from '../flows/cloud/support/paying.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { violations, visitor } from './support.ts';

describe("the customer's page on a cloud that is paid first", function () {
  this.timeout(60_000);
  let paying: PayingCloud;
  let cloud: Cloud;
  let browser: Browser;
  const order = async (page: Page) => {
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    const pay = (await page.getAttribute('#pay', 'href'))!;
    return { pay, reference: paying.stripe.sessions.get(referenceIn(pay)).client_reference_id as string };
  };

  before(async () => {
    const env = { OPERATOR_CONTACT: '+49 711 555 0100' };
    [paying, browser] = await Promise.all([PayingCloud.start({ env }), launchBrowser()]);
    cloud = paying.cloud;
  });
  after(async () => {
    await browser?.close();
    await paying?.remove();
  });

  it('leads to the payment, and shows the code when it has arrived, also after a reload', async () => {
    const page = await (await visitor(browser)).newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    assert.equal(await page.textContent('#payment-title'), '60 min · €3.00');
    assert.deepEqual(await violations(page), []);
    const link = await page.getAttribute('#pay', 'href');
    await page.reload();
    await page.waitForSelector('#payment:not([hidden])');
    assert.equal(await page.getAttribute('#pay', 'href'), link);
    assert.equal((await paying.pay(link!)).status, 200);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.match((await page.getAttribute('#ticket-code', 'data-code'))!.replaceAll(' ', ''), /^\d{10}$/);
    assert.ok(await page.locator('#payment').isHidden());
  });

  it('tells the cloud of a cancellation, and shows a payment that comes all the same, and whom to ask', async () => {
    const page = await (await visitor(browser)).newPage();
    const { pay, reference } = await order(page);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    const status = async () =>
      (await (await page.request.get(`${cloud.url}/charging-requests/${reference}`)).json()).status;
    await until('the cloud knows', async () => (await status()) === 'cancelled');
    assert.equal((await paying.pay(pay)).status, 200);
    await page.reload();
    await page.waitForSelector('#stray:not([hidden])');
    const words = await page.innerText('#stray');
    assert.match(words, /€3\.00.*: (paid after you had cancelled, has to be )?given back/);
    assert.ok(words.includes(reference));
    assert.match(words, /Please ask the operator: \+49 711 555 0100/);
    assert.deepEqual(await violations(page), []);
    // It goes back by itself, which is told once more to whoever had closed it before.
    await until('it went back', async () => {
      await page.reload();
      await page.waitForSelector('#stray:not([hidden])');
      return /€3\.00.*: given back/.test(await page.innerText('#stray'));
    });
    await page.click('#stray-close');
    await page.reload();
    await page.waitForSelector('#order:not([hidden])');
    assert.ok(await page.locator('#stray').isHidden());
  });

  it('shows the code of an order that was paid, however long ago it was, and never that it was not answered', async () => {
    const context = await visitor(browser);
    let page = await context.newPage();
    const { pay } = await order(page);
    await page.close();
    assert.equal((await paying.pay(pay)).status, 200);
    page = await context.newPage();
    await page.clock.install({ time: Date.now() + 25 * 60_000 });
    const seen: string[] = [];
    await page.exposeFunction('seen', (text: string) => seen.push(text));
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const title = document.getElementById('problem-title')!;
        const tell = () => (window as unknown as { seen(text: string): void }).seen(title.textContent!);
        new MutationObserver(tell).observe(title, { childList: true, characterData: true, subtree: true });
      });
    });
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.deepEqual(seen, []);
  });

  it('gives the code that was paid before the cancellation reached the cloud', async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    const { pay } = await order(page);
    await page.route('**/charging-requests/*', (route) => route.abort());
    assert.equal((await paying.pay(pay)).status, 200);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    await page.unroute('**/charging-requests/*');
    await page.waitForSelector('#ticket:not([hidden])');
  });
});
