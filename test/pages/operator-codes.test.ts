// Codes, refunds and the export on the dashboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { operatorsPage, plain } from './operators-page.ts';
import { violations } from './support.ts';

describe("the operator's dashboard: codes", function () {
  this.timeout(60_000);
  const here = operatorsPage();
  const { open, press } = here;
  let page: Page;
  let context: BrowserContext;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, context, cloud } = here);
  });

  it('finds codes, a page of them at a time, and what was settled', async () => {
    await open('codes');
    await page.waitForSelector('tbody tr');
    assert.equal(await page.locator('tbody tr').count(), 50);
    await page.click('button:has-text("Show more")');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 50);
    await page.fill('input[type="search"]', 'WH-0001');
    await page.waitForFunction(() =>
      [...document.querySelectorAll('tbody tr')].every((line) => line.textContent?.includes('WH-0001')),
    );
    await page.selectOption('select', 'listSettled');
    await page.waitForFunction(() => document.body.textContent?.includes('Nothing found'));
    await page.fill('input[type="search"]', 'CP-0001');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    const words = plain(await page.locator('tbody tr').innerText());
    assert.match(words, /CP-0001.*60 min.*€3\.00.*36 min unused, €1\.80/s);
    const request = (await page.locator('tbody tr td').last().innerText()).trim();
    await page.selectOption('select', 'listCodes');
    for (const part of [request, request.slice(5, 17), request.slice(-8).toUpperCase()]) {
      await page.fill('input[type="search"]', '');
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 50);
      await page.fill('input[type="search"]', part);
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
      assert.ok((await page.locator('tbody tr').innerText()).includes(request), part);
    }
    await page.fill('input[type="search"]', '');
    await page.fill('label:has-text("From") input >> visible=true', '2020-01-01');
    await page.fill('label:has-text("Up to") input >> visible=true', '2020-01-31');
    await page.waitForFunction(() => document.body.textContent?.includes('Nothing found'));
  });

  it('refunds an expired code by one button that warns, and a payment without a code leaves its list, both audited', async () => {
    const ledger = await cloud.ledger();
    const made = await ledger.createStation({
      id: 'FAST',
      sequence: 'counter',
      price: { minorUnits: 150, currency: 'EUR' },
    });
    assert.ok(!('refused' in made));
    const code = await ledger.issue({ client: 'app', station: 'FAST', amount: 60 });
    const reserved = await ledger.reserve({ client: 'app', station: 'FAST', amount: 60 });
    assert.ok(!('refused' in code) && !('refused' in reserved));
    await ledger.cancelReservation({ client: 'app', id: reserved.id });
    await ledger.markPaid({ id: reserved.id, payment: 'pi_stray', amount: { minorUnits: 300, currency: 'EUR' } });
    // So many newer numbers that the station takes neither its 10 nor its 12 digits.
    const newer = Array.from({ length: 48 }, () => ledger.issue({ client: 'app', station: 'FAST', amount: 30 }));
    await Promise.all(newer);
    await open('codes');
    await page.fill('input[type="search"]', code.id);
    await page.click('tbody button:has-text("Refund")');
    assert.match(
      await page.innerText('dialog[open]'),
      /A station whose clock is set back, or that does not have its new key yet, may still take it/,
    );
    assert.deepEqual(await violations(page), []);
    await page.fill('dialog[open] input', 'the customer called');
    await press('Refund');
    await page.waitForSelector('tbody tr:has-text("60 min unused, €3.00")');
    assert.equal(await page.locator('tbody button:has-text("Refund")').count(), 0);

    await page.selectOption('select', 'listPayments');
    await page.waitForSelector('tbody tr:has-text("pi_stray"):has-text("Came after the customer had cancelled")');
    assert.deepEqual(await violations(page), []);
    await page.click('tbody button:has-text("Given back")');
    await page.fill('dialog[open] input', 'sent back by bank');
    await press('Given back');
    await page.waitForSelector('p:has-text("Nothing found.")');
    const { items } = await ledger.listAudit({ limit: 500 });
    await ledger.close();
    for (const [action, why] of [
      ['expired-code-refunded', 'the customer called'],
      ['payment-returned', 'sent back by bank'],
    ] as const) {
      const entry = items.find((each) => each.action === action);
      assert.equal(entry?.client, 'dashboard');
      assert.ok(entry?.detail?.includes(why), action);
    }
  });

  it('hands the ledger out as CSV, by a link that works once', async () => {
    await open('codes');
    await page.click('button:has-text("CSV export")');
    const [file] = await Promise.all([page.waitForEvent('download'), press('Download')]);
    assert.equal(file.suggestedFilename(), 'ledger.csv');
    const lines = readFileSync((await file.path())!, 'utf8')
      .trim()
      .split('\r\n');
    assert.ok(lines.length > 60, lines[0]);
    assert.match(lines[0]!, /station/);
    assert.ok(lines.some((line) => line.includes('WH-0001')));
    assert.equal((await context.request.get(file.url())).status(), 403);
    assert.equal((await context.request.get(`${cloud.url}/operator/ledger.csv`)).status(), 403);
  });
});
