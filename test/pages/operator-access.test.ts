// Who gets in once an API key was made.
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { SIZES, visitor } from './support.ts';

const PASSWORD = 'correct horse battery staple';

describe("the operator's dashboard and strangers", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;

  before(async () => {
    [cloud, browser] = await Promise.all([
      Cloud.start({ env: { ADMIN_PASSWORD: PASSWORD, PUBLIC_CHARGING: 'true' } }),
      launchBrowser(),
    ]);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });

  it('makes API keys, shows each once, and lets nobody in without the password from the first key on', async () => {
    const open = await visitor(browser, { viewport: SIZES[1] });
    const page = await open.newPage();
    await page.goto(`${cloud.url}/dashboard/access`);
    await page.click('button:has-text("New API key")');
    await page.fill('dialog[open] input', 'our app');
    await page.click('dialog[open] button.main');
    const key = (await page.locator('dialog[open] .secret').textContent())!;
    await page.click('dialog[open] button:has-text("Done")');
    await page.waitForSelector('tbody tr:has-text("our app")');
    assert.ok(!(await page.content()).includes(key));
    await open.close();

    const stranger = await visitor(browser);
    const closed = async () => (await stranger.request.get(`${cloud.url}/dashboard/overview`)).status() === 401;
    await until('the dashboard asks for the password', closed);
    for (const path of ['/dashboard', '/dashboard/access', '/dashboard/_setup', '/Dashboard/overview']) {
      assert.equal((await stranger.request.get(cloud.url + path)).status(), 401, path);
    }
    const handshake = `${cloud.url}/dashboard/socket.io/?EIO=4&transport=polling`;
    assert.equal(
      (await stranger.request.get(handshake)).status(),
      401,
      'no socket either, not even the beginning of one',
    );
    await stranger.close();

    const operator = await visitor(browser, {
      httpCredentials: { username: 'admin', password: PASSWORD },
      viewport: SIZES[1],
    });
    const there = await operator.newPage();
    await there.goto(`${cloud.url}/dashboard/access`);
    const use = () =>
      cloud.call('GET', '/charging-requests/00000000000000000000000000000000', undefined, {
        authorization: `Bearer ${key}`,
      });
    assert.equal((await use()).status, 404);
    await there.click('tbody tr:has-text("our app") button:has-text("Revoke")');
    await there.click('dialog[open] button:has-text("Revoke")');
    await there.waitForSelector('tbody tr:has-text("our app"):has-text("revoked")');
    await until('the key is refused', async () => (await use()).status === 401);
    await there.reload();
    await there.waitForSelector('section:has-text("Log") tr:has-text("Revoked API key tried")');
    await operator.close();
  });
});
