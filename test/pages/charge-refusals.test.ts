// The charger refuses, or the cloud does: what the page says and does then.
import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { hasValidCheckDigit } from '../../charging/codes/index.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { customersPage } from './customers-page.ts';

describe("the customer's page when something is refused", function () {
  this.timeout(60_000);
  const here = customersPage();
  const { open, digits, buy, text, codesOf } = here;
  let page: Page;
  let phone: BrowserContext;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, phone, cloud } = here);
  });

  it('answers LOCKED with the same voucher in 12 digits', async () => {
    await open();
    await buy();
    await page.click('#says-locked');
    await page.waitForFunction(() => document.querySelector('#ticket-title')?.textContent?.includes('12 digits'));
    const long = await digits();
    const [latest] = await codesOf('CP-0001');
    const asked = await phone.request.get(`${cloud.url}/charging-requests/${latest!.request}?layout=long`);
    assert.match(long, /^\d{12}$/);
    assert.equal(long, (await asked.json()).code);
  });

  it('answers LOCKED at a busy site with the same voucher in 14 digits, and takes a receipt of 14', async () => {
    await open('SITE-01');
    const code = await buy();
    assert.match(code, /^\d{12}$/);
    await page.click('#says-locked');
    await page.waitForFunction(() => document.querySelector('#ticket-title')?.textContent?.includes('14 digits'));
    const rescue = await digits();
    const [latest] = await codesOf('SITE-01');
    const asked = await phone.request.get(`${cloud.url}/charging-requests/${latest!.request}?layout=rescue`);
    assert.match(rescue, /^\d{14}$/);
    assert.equal(rescue, (await asked.json()).code);
    await page.click('#says-locked');
    assert.equal(await digits(), rescue);
    const receipt = await here.receiptFor('SITE-01', 155);
    assert.match(receipt, /^\d{14}$/);
    await page.goto(`${cloud.url}/charge/SITE-01?receipt=${receipt}`);
    await page.waitForFunction(() => document.activeElement?.id === 'refund-title');
    assert.equal(await page.inputValue('#receipt'), receipt);
    await page.click('#refund button');
    await page.waitForSelector('#refunded:has-text("You get €3.00 back.")');
  });

  it('answers OUT OF STEP and CLOCK with 15 digits, and then the same code', async () => {
    await open();
    const code = await buy();
    // Who asks twice gets the same digits: a synchronization draws no number.
    for (const button of ['#says-step', '#says-clock']) {
      const answered = page.waitForResponse(/synchronizations$/);
      await page.click(button);
      await answered;
      await page.waitForSelector('#ticket-sync:not([hidden])');
      const sync = (await page.locator('#ticket-sync').getAttribute('data-code'))!.replaceAll(' ', '');
      assert.match(sync, /^1\d{14}$/);
      assert.ok(hasValidCheckDigit(sync));
      assert.equal(await digits(), code);
    }
  });

  it('fetches the 15 digits for a charger that lost its clock before any code was bought', async () => {
    await open('CP-0002');
    await page.click('#says-title');
    await page.click('#says-clock');
    await page.waitForSelector('#lone-sync:not([hidden])');
    await page.reload();
    await page.waitForSelector('#lone-sync:not([hidden])');
    assert.match((await page.locator('#lone-sync-code').getAttribute('data-code'))!, /^1[\d ]+$/);
    await page.click('#lone-sync-done');
    assert.ok(await page.locator('#lone-sync').isHidden());
  });

  it('counts down when asked to wait, and then the same request goes on', async () => {
    await open();
    const keys = new Set<string | undefined>();
    let refusals = 2;
    await page.route('**/charging-requests', (route) => {
      keys.add(route.request().headers()['idempotency-key']);
      if (refusals-- <= 0) return route.continue();
      return route.fulfill({
        status: 429,
        headers: { 'retry-after': '2', 'content-type': 'application/problem+json' },
        body: JSON.stringify({ type: 'urn:offline-charging:problem:too-many-requests', status: 429 }),
      });
    });
    await page.click('#get');
    await page.waitForSelector('#problem-wait:has-text("You can try again in")');
    assert.ok(await page.isDisabled('#problem-retry'));
    for (let again = 0; again < 2; again++) await page.click('#problem-retry');
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(keys.size, 1);
  });

  it('takes a 404 of something else for no word about the station, and keeps its key', async () => {
    const missing = { status: 404, contentType: 'application/problem+json' };
    const bodies = ['{"type":"urn:offline-charging:problem:not-found"}', '<h1>404 Not Found</h1>', ''];
    await open();
    const keys: (string | undefined)[] = [];
    await page.route('**/charging-requests', (route) => {
      const body = bodies[keys.push(route.request().headers()['idempotency-key']) - 1];
      return body === undefined ? route.continue() : route.fulfill({ ...missing, body });
    });
    await page.click('#get');
    for (let asked = 1; asked < bodies.length; asked += 1) {
      await page.waitForSelector('#problem:not([hidden])');
      assert.doesNotMatch(await text('#problem'), /Unknown charger/);
      await page.click('#problem-retry');
      await until('it was asked again', () => keys.length === asked + 1);
    }
    await page.reload();
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(new Set(keys).size, 1, 'one purchase, one key');
    await page.unroute('**/charging-requests');
    await page.route('**/stations/CP-0001', (route) => route.fulfill({ ...missing, body: bodies[0]! }));
    // A visitor who was never here has no terms of the station to go by: what he reads is all that he knows.
    await page.evaluate(() => localStorage.clear());
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#problem:not([hidden])');
    assert.doesNotMatch(await text('#problem'), /Unknown charger/);
    assert.ok(await page.isVisible('#problem-retry'));
    await page.unroute('**/stations/CP-0001');
  });

  it('says every refusal in plain words, in both languages', async () => {
    const answers = [401, 402, 403, 404, 408, 409, 410, 413, 415, 422, 500, 503];
    for (const language of ['en', 'zh-CN']) {
      await open();
      await page.click(`button[data-language="${language}"]`);
      const heard = new Set<string>();
      for (const status of answers) {
        await page.route('**/charging-requests', (route) =>
          route.fulfill({ status, contentType: 'application/problem+json', body: '{"type":"urn:x:problem:x"}' }),
        );
        await page.click('#get');
        await page.waitForSelector('#problem:not([hidden])');
        const words = await text('#problem');
        assert.match(words, language === 'en' ? /^[^\u4e00-\u9fff]+$/ : /[\u4e00-\u9fff]{4}/, `${status}`);
        heard.add(words);
        assert.equal(await page.evaluate(() => document.activeElement?.id), 'problem-title');
        await page.click((await page.isVisible('#problem-drop')) ? '#problem-drop' : '#problem-close');
        await page.unroute('**/charging-requests');
      }
      assert.ok(heard.size >= 6, [...heard].join('\n'));
    }
  });

  it('says that a station is unknown or out of service, and sells nothing there', async () => {
    for (const [station, words] of [
      ['NOWHERE', 'Unknown charger'],
      ['OLD-01', 'Out of service'],
    ]) {
      await page.goto(`${cloud.url}/charge/${station}`);
      await page.waitForSelector(`#problem-title:has-text("${words}")`);
      assert.ok(await page.locator('#order').isHidden());
    }
  });

  it('counts the time down, and says when it is over', async () => {
    await page.clock.install();
    await open('CP-0002');
    await buy();
    const rescue = /The QR code, and its 12 digits, are good for (?:4 h|3 h \d+ min)/;
    assert.match(await text('#ticket-expiry'), /^Type it within (?:2 h|1 h \d+ min)/);
    assert.match(await text('#ticket-expiry'), rescue);
    await page.click('#says-locked');
    await page.waitForSelector('#ticket-expiry:has-text("The first 10 digits are good for")');
    await page.click('[data-language="zh-CN"]');
    assert.match(await text('#ticket-expiry'), /^请在 .+ 内输入。原来的 10 位数字在 .+ 内有效。$/);
    await page.click('[data-language="en"]');
    await page.click('#hide');
    await buy();
    const left = await page.evaluate(
      () => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!)[0].endsAt - Date.now(),
    );
    await page.clock.fastForward(left - 45_000);
    await page.waitForSelector('#ticket-expiry:has-text(" s.")');
    await page.waitForSelector('#announcer:has-text("five more minutes")', { state: 'attached' });
    await page.clock.fastForward(60_000);
    await page.waitForSelector('#ticket-expiry:has-text("You need not pay again")');
    // The same purchase, not another one.
    const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!)[0]);
    assert.equal(await digits(), kept.rescue.code);
    const [latest] = await codesOf('CP-0002');
    const long = await phone.request.get(`${cloud.url}/charging-requests/${latest!.request}?layout=rescue`);
    assert.equal((await long.json()).code, kept.rescue.code);
    const more = await page.evaluate(() => {
      const [code] = JSON.parse(localStorage.getItem('charge:CP-0002:codes')!);
      return code.rescueEndsAt - Date.now();
    });
    await page.clock.fastForward(more + 1000);
    await page.waitForSelector('#ticket-expiry:has-text("you get your money back. Please ask this charger")');
    assert.ok((await text('#ticket-number')).includes(latest!.request!));
  });
});
