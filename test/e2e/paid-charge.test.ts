// From the scan to the refund, with a payment in between: on the applications, and on the example as the editor imports it.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { Applications, freePort, until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';

/** At the page of the simulated bank; resolves where it leads back to. */
async function payAt(bank: Page): Promise<void> {
  await bank.getByText('No money is moved here.').waitFor();
  await bank.getByRole('button', { name: 'Pay 3.00 EUR' }).click();
}

describe('a customer who pays first', function () {
  this.timeout(120_000);
  let running: Applications;
  let browser: Browser;
  before(async () => {
    const env = { PAYMENT_PROVIDER: 'simulated', PAYMENT_ADDRESS: 'http://127.0.0.1:0', STATION_SEQUENCE: 'counter' };
    [running, browser] = await Promise.all([Applications.start({ env }), launchBrowser()]);
    const price = { minorUnits: 150, currency: 'EUR' };
    const changed = await fetch(`${running.cloud}/stations/CP-0001`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ price }),
    });
    assert.equal(changed.status, 200);
  });
  after(async () => {
    await browser?.close();
    await running?.remove();
  });

  it('scans, pays, types the code, charges, stops early, and sees the rest come back; the operator sees it too', async () => {
    const customer = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: 'en' });
    const phone = await customer.newPage();
    await phone.goto(`${running.cloud}/charge/CP-0001`);
    await phone.locator('#get').click();
    await phone.locator('#pay').click();
    await payAt(phone);
    await phone.waitForURL(`${running.cloud}/charge/CP-0001`);
    await phone.locator('#ticket-code[data-code]').waitFor();
    const code = (await phone.locator('#ticket-code').getAttribute('data-code'))!.replaceAll(' ', '');
    assert.match(code, /^\d{10}$/);
    await phone.goBack();
    assert.match(await phone.innerText('body'), /Paid: 3\.00 EUR/, 'back at the bank it is paid');

    running.plug(true);
    assert.equal((await running.keys(`${code}#`)).outcome, 'accepted');
    await until('the relay is on', () => running.relayPin() === '1');
    await running.keys('*1#');
    await until('the relay is off', () => running.relayPin() === '0');
    const { receipt } = await running.settled('the receipt', ({ state }) => state === 'receipt');

    await phone.goto(`${running.cloud}/charge/CP-0001?receipt=${receipt}`);
    await phone.getByRole('button', { name: /refund/i }).click();
    await phone.locator('#refund-way', { hasText: 'It goes back the way you paid.' }).waitFor();
    await until('the refund is paid', async () => {
      await phone.reload();
      await phone.locator('#codes li').waitFor();
      return /€2\.\d\d was paid back/.test(await phone.innerText('#codes'));
    });
    const desk = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en' });
    await desk.goto(`${running.cloud}/dashboard/codes`);
    await desk.waitForSelector('.operator[aria-busy="false"]');
    await desk.selectOption('select', 'paidRefunds');
    const row = desk.locator('tbody tr:has-text("CP-0001")');
    await row.waitFor();
    assert.match(await row.innerText(), /€2\.\d\d.*what was left.*paid.*simulated-/s);
  });
});

describe('the example of a payment, as an integrator imports it', function () {
  this.timeout(120_000);
  let editor: Editor;
  let browser: Browser;
  before(async () => {
    [editor, browser] = await Promise.all([Editor.start([], {}, await freePort()), launchBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await editor?.end();
  });

  it('leads from the scan to the refund: its page, its bank, its buttons', async () => {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1400 } });
    await editor.open(page);
    await editor.importExample(page, '8 Payment');
    await page.locator('#red-ui-workspace-tabs').getByText('8 Payment').click();
    await page.locator('#red-ui-header-button-deploy').click();
    await page.getByText('Successfully deployed').waitFor();
    const press = (name: string) =>
      page.locator('.red-ui-flow-node-group', { hasText: name }).locator('.red-ui-flow-node-button-button').click();

    const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
    await until(
      'the station is registered',
      async () => {
        await phone.goto(`${editor.url}/try/charge`);
        return phone.url().startsWith('http://127.0.0.1:') && !phone.url().startsWith(editor.url);
      },
      30_000,
    );
    await payAt(phone);
    await phone.waitForURL(/\/try\/charge\?order=/);
    assert.match((await phone.innerText('#code')).replaceAll(/\s/g, ''), /^\d{10}$/);

    await press('types the code at the station');
    await press('plugs in');
    await until('the relay is closed', () => editor.pin('relay8', 'pay') === '1');
    await press('unplugs: 60 min were paid');
    await until('the relay is open', () => editor.pin('relay8', 'pay') === '0');
    // The page looks again by itself.
    await phone.locator('#refunds', { hasText: /^2\.\d\d EUR \(paid\)$/ }).waitFor();
    assert.equal(await page.locator('.red-ui-flow-node-status[fill="#c00"]').count(), 0);
    assert.doesNotMatch(editor.output, /\[error\]/);
    if (process.env.SCREENSHOTS) {
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/example-payment.png` });
      await phone.screenshot({ path: `${process.env.SCREENSHOTS}/example-phone.png` });
    }
  });
});
