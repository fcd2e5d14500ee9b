// Money that goes back, as the operator has it on the dashboard: what is owed, tried again, paid by hand, given back, and the month.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { Ledger } from '../../charging/cloud/ledger.ts';
import { receiptCode } from '../../charging/codes/index.ts';
import { granted } from '../charging/cloud/answers.ts';
import { PayingCloud } from '../flows/cloud/support/paying.ts';
import { launchBrowser } from '../support/browser.ts';
import { plain } from './operators-page.ts';
import { complaints, SIZES, violations, visitor } from './support.ts';

const EUR = (minorUnits: number) => ({ minorUnits, currency: 'EUR' });

describe("the operator's dashboard: refunds", function () {
  this.timeout(60_000);
  let paying: PayingCloud;
  let browser: Browser;
  let ledger: Ledger;
  let page: Page;
  let wrong: string[];
  before(async () => {
    const env = { VAT_PERCENT: '19', TIME_ZONE: 'Europe/Berlin' };
    [paying, browser] = await Promise.all([PayingCloud.start({ env }), launchBrowser()]);
    ledger = await paying.cloud.ledger();
    for (const id of ['BAY-1', 'BAY-2']) {
      const station = { id, site: 'Harbour <south>', sequence: 'counter', price: EUR(150) } as const;
      granted(await ledger.createStation(station));
    }
  });
  after(async () => {
    await ledger?.close();
    await browser?.close();
    await paying?.remove();
  });
  beforeEach(async () => {
    page = await (await visitor(browser, { viewport: SIZES[1] })).newPage();
    wrong = complaints(page);
    await page.goto(`${paying.cloud.url}/dashboard/codes`);
    await page.waitForSelector('.operator[aria-busy="false"]');
  });
  afterEach(async () => {
    await page.context().close();
    assert.deepEqual(wrong, []);
  });

  const show = (list: string) => page.selectOption('select', list);
  const row = (words: string) => page.locator(`tbody tr:has-text("${words}")`);
  const press = (name: string) => page.click(`dialog[open] button:has-text("${name}")`);

  /** Reserved and paid at Stripe. */
  async function paid(station: string): Promise<{ id: string; payment: string }> {
    const { body } = await paying.cloud.ask('POST', '/charging-requests', { station, amount: 60 });
    assert.equal((await paying.pay(body.pay)).status, 200);
    return { id: body.id, payment: `pi_${body.pay.slice(body.pay.lastIndexOf('/') + 1)}` };
  }
  /** Ended with all of it left. */
  async function endedEarly(station: string, request: string): Promise<void> {
    const { items } = await ledger.listCodes({ station });
    const { sequence } = items.find((code) => code.request === request)!;
    const key = Buffer.from(granted(await ledger.provisioning(station)).key, 'hex');
    const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 155, sequence });
    assert.equal((await paying.cloud.ask('POST', '/receipts', { station, receipt })).status, 200);
  }

  it('shows what the provider refused, and a button that has it tried again', async () => {
    const { stripe, cloud } = paying;
    stripe.refuses = (call) => {
      const error = { type: 'invalid_request_error', code: 'insufficient_funds', message: 'no' };
      return call === 'POST /v1/refunds' ? { status: 400, body: { error } } : undefined;
    };
    const { id, payment } = await paid('BAY-1');
    assert.match((await cloud.ask('GET', `/charging-requests/${id}`)).body.code, /^\d{10}$/);
    await endedEarly('BAY-1', id);
    await show('owedRefunds');
    // It is tried within seconds.
    await page.waitForFunction(
      () => {
        const select = document.querySelector('select')!;
        if (/refused/.test(document.querySelector('tbody')?.textContent ?? '')) return true;
        select.dispatchEvent(new Event('change'));
        return false;
      },
      undefined,
      { polling: 500 },
    );
    assert.match(
      plain(await row(payment).innerText()),
      /€3\.00.*what was left.*refused, tried again.*insufficient_funds/s,
    );
    assert.deepEqual(await violations(page), []);
    stripe.refuses = () => undefined;
    await row(payment)
      .getByRole('button', { name: /^Try again: refund/ })
      .click();
    await page.getByText('It is tried again.').waitFor();
    await page.waitForFunction(
      () => {
        document.querySelector('select')!.dispatchEvent(new Event('change'));
        return document.body.textContent?.includes('Nothing found');
      },
      undefined,
      { polling: 500 },
    );
    assert.equal(stripe.keptOf(payment), 0);
    await show('paidRefunds');
    await row(payment).waitFor();
    assert.match(await row(payment).innerText(), /paid/);
  });

  it('lists what no provider pays back, until the operator says that it was paid, and why', async () => {
    const sold = granted(await ledger.issue({ client: 'counter', station: 'BAY-2', amount: 60 }));
    await endedEarly('BAY-2', sold.id);
    await show('owedRefunds');
    await row('BAY-2').waitFor();
    assert.match(plain(await row('BAY-2').innerText()), /€3\.00.*to pay by hand/s);
    await row('BAY-2')
      .getByRole('button', { name: /^Paid: refund/ })
      .click();
    assert.match(await page.innerText('dialog[open]'), /Pay it first: in cash, or by bank/);
    assert.deepEqual(await violations(page), []);
    await page.fill('dialog[open] input', 'cash, slip 7');
    await press('Paid');
    await row('BAY-2').waitFor({ state: 'detached' });
    await show('paidRefunds');
    await row('BAY-2').waitFor();
    assert.match(await row('BAY-2').innerText(), /paid.*dashboard: cash, slip 7/s);
    const { items } = await ledger.listAudit({ limit: 100 });
    assert.match(items.find(({ action }) => action === 'refund-paid')!.detail!, /cash, slip 7/);
  });

  it('gives a payment back that nobody fetched the code of, and no code can be fetched any more', async () => {
    const { id, payment } = await paid('BAY-2');
    await show('listPayments');
    await row(payment).waitFor();
    assert.match(await row(payment).innerText(), /did not fetch the code yet/);
    await row(payment)
      .getByRole('button', { name: /^Give back: payment/ })
      .click();
    assert.match(await page.innerText('dialog[open]'), /No code can be made for it any more/);
    await page.fill('dialog[open] input', 'the customer called');
    await press('Give back');
    await page.getByText(`Payment ${payment} is off the list.`).waitFor();
    const { body } = await paying.cloud.ask('GET', `/charging-requests/${id}`);
    assert.equal(body.code, undefined);
    assert.equal(body.paidWithoutCode[0].payment, payment);
  });

  it('hands out the statement of a site and a month, with its sums', async () => {
    await page.click('button:has-text("Monthly statement")');
    assert.deepEqual(await violations(page), []);
    await page.fill('dialog[open] label:has-text("Only this site") input', 'Harbour <south>');
    const [file] = await Promise.all([page.waitForEvent('download'), press('Download')]);
    assert.match(file.suggestedFilename(), /^statement-\d{4}-\d\d\.csv$/);
    const lines = readFileSync((await file.path())!, 'utf8')
      .trim()
      .split('\r\n');
    const cells = lines.map((line) => line.split(','));
    assert.deepEqual(new Set(cells.slice(1).map((each) => each[5])), new Set(['Harbour <south>']));
    const of = (kind: string) => cells.filter((each) => each[2] === kind);
    assert.deepEqual([of('sale').length, of('payment').length, of('refund').length], [2, 1, 3]);
    // Two charges and one payment of 3.00 each, all of it given back.
    const [total] = of('site-total');
    assert.deepEqual(total!.slice(9, 14), ['0.00', '0.00', '0.00', '19', 'EUR']);
    assert.deepEqual(
      of('total').map((each) => [each[3], each[9]]),
      [
        ['BAY-1', '0.00'],
        ['BAY-2', '0.00'],
      ],
    );
  });
});
