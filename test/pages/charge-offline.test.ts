// At the charger without signal, which refuses: what the phone can do by itself, and what it says of the rest.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type EntryEvent, EntryReader } from '../../hardware/keypad/entry.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { launchBrowser } from '../support/browser.ts';
import { scanned, visitor } from './support.ts';

describe("the customer's page without signal, at a charger that refuses", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  let phone: BrowserContext;
  let page: Page;
  before(async () => {
    [cloud, browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    for (const station of [
      { id: 'CP-0001', sequence: 'counter' },
      { id: 'SITE-01', layout: 'wide', slotSeconds: 120 },
    ])
      assert.equal((await cloud.call('POST', '/stations', station)).status, 201);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });
  afterEach(() => phone.close());

  async function offlineWithCode(locale = 'en-GB', station = 'CP-0001', dark = false): Promise<string> {
    phone = await visitor(browser, { locale, colorScheme: dark ? 'dark' : 'light' });
    page = await phone.newPage();
    await page.goto(`${cloud.url}/charge/${station}`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#ticket:not([hidden])');
    await phone.setOffline(true);
    return digits();
  }
  const digits = async () => ((await page.locator('#ticket-code').getAttribute('data-code')) ?? '').replaceAll(' ', '');
  const problem = () => page.locator('#problem').innerText();

  for (const [station, length, locale, dark] of [
    ['CP-0001', 12, 'en-GB', false],
    ['SITE-01', 14, 'zh-CN', true],
  ] as const) {
    it(`shows the rescue code of ${station} for a scanner from the start, and to who hears the page (${locale})`, async () => {
      const code = await offlineWithCode(locale, station, dark);
      await page.locator('#ticket-qr').scrollIntoViewIfNeeded();
      const read = (await scanned(page)) ?? 'nothing';
      const entries: EntryEvent[] = [];
      const keypad = new EntryReader({ emit: (event) => entries.push(event) });
      for (const key of `${read}#`) keypad.press(key);
      await page.click('#says-locked');
      const rescue = await digits();
      assert.match(rescue, new RegExp(`^\\d{${length}}$`));
      assert.notEqual(rescue, code);
      assert.deepEqual(entries.at(-1), { entry: rescue });
      const heard = await page.locator('#ticket-qr').getAttribute('aria-label');
      assert.ok(heard!.includes([...rescue].join(' ')) && heard!.includes(String(length)), heard!);
      assert.equal(await scanned(page), rescue, 'also where the charger says LOCKED');
    });
  }

  it('answers LOCKED with the longer digits, which were kept with the purchase', async () => {
    const code = await offlineWithCode();
    await page.click('#says-locked');
    await page.waitForFunction(() => document.querySelector('#ticket-title')?.textContent?.includes('12 digits'));
    const long = await digits();
    assert.match(long, /^\d{12}$/);
    assert.notEqual(long, code);
    assert.equal(await page.locator('#problem').isVisible(), false);
    await phone.setOffline(false);
    const id = await page.evaluate(
      () => (JSON.parse(localStorage.getItem('charge:CP-0001:codes')!) as { id: string }[])[0]!.id,
    );
    const asked = await phone.request.get(`${cloud.url}/charging-requests/${id}?layout=long`);
    assert.equal(long, (await asked.json()).code, 'it is the same voucher');
  });

  for (const [button, locale, expected] of [
    ['#says-step', 'en-GB', /needs signal for a moment[\s\S]*any phone with signal[\s\S]*Your code stays good/],
    ['#says-clock', 'zh-CN', /需要片刻信号[\s\S]*任何一部有信号的手机[\s\S]*您的充电码仍有效/],
  ] as const) {
    it(`says what can be done about ${button.slice(6)} without signal (${locale}), and goes on when it is back`, async () => {
      const code = await offlineWithCode(locale);
      await page.click(button);
      await page.waitForSelector('#problem:not([hidden])');
      assert.match(await problem(), expected);
      assert.equal(await digits(), code);
      await phone.setOffline(false);
      await page.waitForSelector('#ticket-sync:not([hidden])');
      assert.match((await page.locator('#ticket-sync').getAttribute('data-code'))!.replaceAll(' ', ''), /^1\d{14}$/);
      assert.equal(await digits(), code);
    });
  }
});
