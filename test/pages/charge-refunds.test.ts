// What a receipt of the charger becomes on the page.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { hasValidCheckDigit } from '../../charging/codes/index.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { customersPage } from './customers-page.ts';

describe("the customer's page, given a receipt", function () {
  this.timeout(60_000);
  const here = customersPage();
  const { open, buy, text, codesOf, receiptFor } = here;
  let page: Page;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, cloud } = here);
  });

  it('turns a receipt into a refund, once', async () => {
    await open();
    await buy();
    const receipt = await receiptFor('CP-0001', 93);
    await page.fill('#receipt', receipt.replace(/(\d{4})/g, '$1 '));
    await page.click('#refund button');
    await page.waitForSelector('#refunded:not(:empty)');
    assert.equal(await text('#refunded'), 'You bought 60 min and 36 min was left. You get €1.80 back.');
    assert.match(await text('#codes'), /36 min refunded/);
    await page.click('#refund button');
    await page.waitForSelector('#refunded:has-text("claimed before")');
  });

  it('takes the receipt from the address that the QR code on the panel holds', async () => {
    await open();
    await buy();
    const receipt = await receiptFor('CP-0001', 155);
    await page.goto(`${cloud.url}/charge/CP-0001?receipt=${receipt}`);
    await page.waitForFunction(() => document.activeElement?.id === 'refund-title');
    assert.equal(await page.inputValue('#receipt'), receipt);
    assert.equal(page.url(), `${cloud.url}/charge/CP-0001`);
    await page.click('#refund button');
    await page.waitForSelector('#refunded:has-text("You get €3.00 back.")');
  });

  it('finds a mistyped receipt by itself', async () => {
    await open();
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/receipts')) asked += 1;
    });
    await page.fill('#receipt', '0418736');
    await page.press('#receipt', 'Enter');
    assert.equal(await text('#receipt-error'), 'A receipt has 12 or 14 digits; these are 7.');
    await page.fill('#receipt', '041873629151');
    await page.press('#receipt', 'Enter');
    assert.equal(hasValidCheckDigit('041873629151'), false);
    assert.equal(await text('#receipt-error'), 'A digit is wrong. Please compare with the charger’s display.');
    assert.equal(await page.getAttribute('#receipt', 'aria-invalid'), 'true');
    assert.equal(asked, 0);
  });

  it('settles the receipt of what another phone bought, with its code or the number of the purchase', async () => {
    const sold: { id: string; code: string }[] = [];
    for (let n = 0; n < 2; n++) {
      const order = { station: 'CP-0001', amount: 60 };
      const bought = await cloud.ask('POST', '/charging-requests', order, { cookie: `visitor=${'a'.repeat(22)}` });
      sold.push(bought.body);
    }
    await open();
    const sequences = (await codesOf('CP-0001')).filter(({ request }) => sold.some(({ id }) => id === request));
    for (const [index, { sequence, request }] of sequences.entries()) {
      const { code } = sold.find(({ id }) => id === request)!;
      await page.fill('#receipt', await receiptFor('CP-0001', 155, sequence));
      await page.click('#refund button');
      await page.waitForSelector('#problem-text:has-text("Bought elsewhere?")');
      assert.equal(await page.getAttribute('#elsewhere', 'open'), '');
      await page.fill('#proof', '12345');
      await page.click('#refund button');
      await page.waitForSelector('#receipt-error:has-text("10, 12 or 14 digits")');
      await page.fill('#proof', index === 0 ? `${code.slice(0, 3)} ${code.slice(3)}` : request!);
      await page.click('#refund button');
      await page.waitForSelector('#refunded:has-text("You get €3.00 back.")');
      assert.match(await text('#refund-way'), /against your slip alone/);
      await page.reload();
      await page.waitForSelector('#refund:not([hidden])');
    }
  });
});
