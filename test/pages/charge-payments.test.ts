// A cloud whose codes are paid before they are given out.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { violations, visitor } from './support.ts';

const EUR_3 = { minorUnits: 300, currency: 'EUR' };

describe("the customer's page on a cloud that is paid first", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  const pay = (reference: string, payment: string) =>
    cloud.call(
      'POST',
      '/payments',
      { reference, payment, amount: EUR_3 },
      { 'x-payment-secret': 'shared with the provider' },
    );
  const order = async (page: Page) => {
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    return new URL((await page.getAttribute('#pay', 'href'))!).searchParams.get('reference')!;
  };

  before(async () => {
    // As the example's own comment says: its tab on, the two rows that it replaces off.
    const replaced = ['/charging-requests', '/charging-requests/:id'];
    [cloud, browser] = await Promise.all([
      Cloud.start({
        env: { PAYMENT_SECRET: 'shared with the provider', OPERATOR_CONTACT: '+49 711 555 0100' },
        flow: (nodes) => {
          const example = nodes.find(({ type, label }) => type === 'tab' && /^Payment/.test(String(label)))!;
          return nodes.map((node) => {
            if (node === example) return { ...node, disabled: false };
            const first = node.type === 'http in' && node.z !== example.id && replaced.includes(String(node.url));
            return first ? { ...node, d: true } : node;
          });
        },
      }),
      launchBrowser(),
    ]);
    const price = { minorUnits: 150, currency: 'EUR' };
    assert.equal((await cloud.call('POST', '/stations', { id: 'CP-0001', price })).status, 201);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
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
    const reference = new URL(link!).searchParams.get('reference')!;
    await page.reload();
    await page.waitForSelector('#payment:not([hidden])');
    assert.equal(await page.getAttribute('#pay', 'href'), link);
    const headers = { 'x-payment-secret': 'shared with the provider' };
    const paid = await cloud.call('POST', '/payments', { reference, payment: 'P-1', amount: EUR_3 }, headers);
    assert.equal(paid.status, 200);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.match((await page.getAttribute('#ticket-code', 'data-code'))!.replaceAll(' ', ''), /^\d{10}$/);
    assert.ok(await page.locator('#payment').isHidden());
  });

  it('tells the cloud of a cancellation, and shows a payment that comes all the same, and whom to ask', async () => {
    const page = await (await visitor(browser)).newPage();
    const reference = await order(page);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    const status = async () =>
      (await (await page.request.get(`${cloud.url}/charging-requests/${reference}`)).json()).status;
    await until('the cloud knows', async () => (await status()) === 'cancelled');
    assert.equal((await pay(reference, 'P-cancelled')).status, 410);
    await page.reload();
    await page.waitForSelector('#stray:not([hidden])');
    const words = await page.innerText('#stray');
    assert.match(words, /€3\.00.*paid after you had cancelled, has to be given back/);
    assert.ok(words.includes(reference));
    assert.match(words, /Please ask the operator: \+49 711 555 0100/);
    assert.deepEqual(await violations(page), []);
    await page.click('#stray-close');
    await page.reload();
    await page.waitForSelector('#order:not([hidden])');
    assert.ok(await page.locator('#stray').isHidden());
  });

  it('shows the code of an order that was paid, however long ago it was, and never that it was not answered', async () => {
    const context = await visitor(browser);
    let page = await context.newPage();
    const reference = await order(page);
    await page.close();
    assert.equal((await pay(reference, 'P-later')).status, 200);
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
    const reference = await order(page);
    await page.route('**/charging-requests/*', (route) => route.abort());
    assert.equal((await pay(reference, 'P-before')).status, 200);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    await page.unroute('**/charging-requests/*');
    await page.waitForSelector('#ticket:not([hidden])');
  });
});
