import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Applications, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';

describe('a customer with a phone, at the station', function () {
  this.timeout(90_000);
  let running: Applications;
  let browser: Browser;
  let customer: BrowserContext;
  before(async () => {
    [running, browser] = await Promise.all([Applications.start(), launchBrowser()]);
    customer = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en' });
  });
  after(async () => {
    await browser?.close();
    await running?.remove();
  });

  /** Kept where `SCREENSHOTS` says, for looking at. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  it('gets a code on the page, types it on the panel, plugs in, charges, unplugs', async () => {
    const phone = await customer.newPage();
    await phone.goto(`${running.cloud}/charge/CP-0001`);
    await picture(phone, 'charge-1-order');
    await phone.locator('#get').click();
    await phone.locator('#ticket-code[data-code]').waitFor();
    const code = (await phone.locator('#ticket-code').getAttribute('data-code'))?.replaceAll(' ', '') ?? '';
    assert.match(code, /^\d{10}$/);
    await picture(phone, 'charge-2-code');

    const panel = await browser.newPage({ viewport: { width: 1024, height: 768 } });
    await panel.goto(`${running.charger}/dashboard`);
    const plug = panel.getByRole('switch');
    await plug.waitFor();
    await picture(panel, 'panel-1-idle');
    await plug.click();
    for (const digit of code) await panel.getByRole('button', { name: digit, exact: true }).click();
    await picture(panel, 'panel-2-typed');
    await panel.getByRole('button', { name: /^#/ }).click();
    await until('the relay is on', () => running.relayPin() === '1');
    await panel
      .getByText(/Charging/)
      .first()
      .waitFor();
    await picture(panel, 'panel-3-charging');

    await plug.click();
    await until('the relay is off', () => running.relayPin() === '0');
    await running.settled('the receipt', ({ state }) => state === 'receipt');
    const { receipt } = await running.state();
    await panel
      .getByText(new RegExp(receipt!.replace(/(....)(....)(....)/, '$1\\s*$2\\s*$3')))
      .first()
      .waitFor();
    await picture(panel, 'panel-4-receipt');
  });

  it('gets the money back for what was left, with the receipt that the panel shows', async () => {
    const { receipt } = await running.state();
    const phone = await customer.newPage();
    await phone.goto(`${running.cloud}/charge/CP-0001?receipt=${receipt}`);
    await phone.getByRole('button', { name: /refund/i }).click();
    await phone.locator('#refunded').filter({ hasText: /\d/ }).waitFor();
    await picture(phone, 'charge-3-refund');
    const settled = await running.post('/receipts', { station: 'CP-0001', receipt });
    assert.ok([404, 409].includes(settled.status), 'the same receipt again gives nothing');
  });
});
