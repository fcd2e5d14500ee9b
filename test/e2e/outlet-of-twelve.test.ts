// A whole charge at one of twelve outlets, on the panel alone: code, outlet, plug, more of the same, stopped by its code.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Applications, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';

describe('a customer at outlet 3 of 12', function () {
  this.timeout(90_000);
  let running: Applications;
  let browser: Browser;
  let panel: Page;
  before(async () => {
    [running, browser] = await Promise.all([Applications.start({ env: { STATION_OUTLETS: '12' } }), launchBrowser()]);
    panel = await browser.newPage({ viewport: { width: 800, height: 480 } });
    await panel.goto(`${running.charger}/dashboard`);
    await panel.locator('.oc-outlets li').nth(11).waitFor();
  });
  after(async () => {
    await browser?.close();
    await running?.remove();
  });

  const press = async (keys: string) => {
    for (const key of keys)
      await panel
        .locator('.oc-keypad button')
        .filter({ has: panel.locator('.oc-sign', { hasText: key }) })
        .click();
  };
  const says = (words: RegExp) => panel.locator('.oc-words').filter({ hasText: words }).waitFor();
  const outlet = async () => ((await running.state()) as unknown as { outlets: Record<string, unknown>[] }).outlets[2]!;

  it('charges, adds more of the same, stops with the first code, and is given two receipts', async () => {
    const [first, second] = [(await running.buy(30)).code, (await running.buy(60)).code];
    await press(`${first}#`);
    await says(/Good for 30 min/);
    await press('3#');
    await says(/Outlet 3: now/);
    writeFileSync(join(running.dataDir, 'pins/vehicle-3'), '1');
    await says(/Outlet 3 charges/);
    assert.equal((await outlet()).relay, true);
    await panel.locator('.oc-outlets li').nth(2).filter({ hasText: /min/ }).waitFor();
    await press(`${second}#`);
    await says(/Good for 60 min/);
    await press('3#');
    await says(/Add 60 min.*to outlet 3/s);
    await press('1#');
    await until('both are redeemed', async () => ((await outlet()).vouchers as unknown[]).length === 2);
    await press(`${first}#`);
    await says(/Your code charges.*at outlet 3/s);
    await press('*');
    await says(/Stop outlet 3\?/);
    await press('1#');
    await until('it is over', async () => (await outlet()).relay === false);
    const vouchers = (await outlet()).vouchers as { amount: number; receipt: string | null }[];
    assert.deepEqual(
      vouchers.map(({ amount }) => amount),
      [30, 60],
    );
    await panel.locator('.oc-digits').waitFor({ timeout: 30_000 });
    for (const { receipt } of vouchers) {
      await until(
        'its receipt is shown',
        async () => (await panel.locator('.oc-digits').innerText()).replaceAll(' ', '') === receipt,
      );
      await press('*');
    }
  });
});
