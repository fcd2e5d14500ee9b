// Who may buy where calls need keys.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { visitor } from './support.ts';

describe("the customer's page on a cloud that asks for keys", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;

  const closed = async (env: Readonly<Record<string, string>>) => {
    cloud = await Cloud.start({ env });
    assert.equal((await cloud.call('POST', '/stations', { id: 'CP-0001' })).status, 201);
    const ledger = await cloud.ledger();
    await ledger.createApiKey({ name: 'an app', role: 'customer app' });
    await ledger.close();
    await until('keys are asked for', async () => (await cloud.call('GET', '/stations')).status === 401);
    browser = await launchBrowser();
  };
  afterEach(async () => {
    await browser?.close();
    await cloud?.remove();
  });

  it('sells to visitors where the operator lets them, gives a lost answer again, and hides it from others', async () => {
    await closed({ PUBLIC_CHARGING: 'true' });
    const phone = await visitor(browser);
    const page = await phone.newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.route('**/charging-requests', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    await page.unroute('**/charging-requests');
    await page.click('#problem-retry');
    await page.waitForSelector('#ticket:not([hidden])');
    const ledger = await cloud.ledger();
    const { items } = await ledger.listCodes();
    await ledger.close();
    assert.equal(items.length, 1);
    const address = `${cloud.url}/charging-requests/${items[0]!.request}`;
    assert.equal((await phone.request.get(address)).status(), 200);
    const stranger = await visitor(browser);
    await stranger.request.get(`${cloud.url}/charge/CP-0001`);
    assert.equal((await stranger.request.get(address)).status(), 404);
  });

  it('says so where visitors may not buy', async () => {
    await closed({});
    const page = await (await visitor(browser)).newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#problem-title:has-text("Not allowed")');
  });
});
