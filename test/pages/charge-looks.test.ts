// How the customer's page writes: in the phone's own size, the names' own direction, the reader's own dates.
import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { launchBrowser } from '../support/browser.ts';
import { visitor } from './support.ts';

describe("the customer's page, as it looks", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  const phones: BrowserContext[] = [];
  before(async () => {
    [cloud, browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    const price = { minorUnits: 75, currency: 'EUR' };
    for (const [id, more] of Object.entries({
      'CP-0001': { name: 'موقف المرفأ 3', price, sequence: 'counter' },
      'WH-0001': { unit: 'Wh', step: 500, layout: 'long', price },
      'WH-0125': { unit: 'Wh', step: 125 },
    })) {
      assert.equal((await cloud.call('POST', '/stations', { id, ...more })).status, 201);
    }
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.close();
  });

  async function open(station: string, locale = 'en-GB', plain?: 'plain HTTP'): Promise<Page> {
    const phone = await visitor(browser, { locale });
    phones.push(phone);
    // Browsers give a page of another machine no worker over plain HTTP.
    if (plain) await phone.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', { value: undefined }));
    const page = await phone.newPage();
    await page.goto(`${cloud.url}/charge/${station}`);
    await page.waitForSelector('#order:not([hidden])');
    return page;
  }
  const buy = async (page: Page) => {
    await page.click('#get');
    await page.waitForSelector('#ticket:not([hidden])');
  };

  it('has buttons and fields in the letters of the page, as large as the phone is set to', async () => {
    const page = await open('CP-0001');
    const measured = () =>
      page.evaluate(() => {
        const body = getComputedStyle(document.body);
        return [...document.querySelectorAll<HTMLElement>('button, input, a.main, summary')].map((control) => {
          const { fontSize, fontFamily } = getComputedStyle(control);
          return {
            id: control.id || control.textContent,
            size: Number.parseFloat(fontSize),
            same: fontFamily === body.fontFamily,
          };
        });
      });
    const usual = await measured();
    for (const { id, size, same } of usual) {
      assert.ok(same, `${id} has letters of its own`);
      assert.ok(size >= 16, `${id}: ${size} px`);
    }
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    for (const [index, { id, size }] of (await measured()).entries())
      assert.equal(size, usual[index]!.size * 2, `${id}`);
  });

  it('writes a name in its own direction', async () => {
    const page = await open('CP-0001');
    assert.equal(await page.locator('#place').evaluate((place) => getComputedStyle(place).direction), 'rtl');
    assert.equal(await page.locator('#station').evaluate((place) => getComputedStyle(place).direction), 'ltr');
  });

  for (const [locale, pattern] of [
    ['en-GB', /· \d{1,2} [A-Z][a-z]{2,3}, \d{2}:\d{2}/],
    ['en-US', /· [A-Z][a-z]{2} \d{1,2}, \d{2}:\d{2}\s[AP]M/],
    ['en', /· \d{1,2} [A-Z][a-z]{2,3}, \d{2}:\d{2}/],
    ['zh-CN', /· \d{1,2}月\d{1,2}日 \d{2}:\d{2}/],
  ] as const) {
    it(`writes dates as they are written in ${locale}`, async () => {
      const page = await open('CP-0001', locale);
      await buy(page);
      assert.match(await page.locator('#codes li').innerText(), pattern);
    });
  }

  it('offers the most that is sold at one touch, and round amounts up to it', async () => {
    for (const [station, expected] of [
      ['CP-0001', ['30 min', '60 min', '2 h', '4 h', '8 h', '15 h 30 min']],
      ['WH-0001', ['500 Wh', '1 kWh', '2 kWh', '5 kWh', '10 kWh', '20 kWh', '50 kWh', '77.5 kWh']],
      ['WH-0125', ['500 Wh', '1 kWh', '2 kWh', '3.875 kWh']],
    ] as const) {
      const page = await open(station);
      assert.deepEqual(await page.locator('#presets button').allInnerTexts(), expected);
      await page.locator('#presets button').last().click();
      assert.match(await page.locator('#amount').innerText(), new RegExp(`^${expected.at(-1)}`));
      assert.ok(await page.locator('#more').isDisabled());
    }
  });

  it('says what a step costs, and a kilowatt-hour', async () => {
    assert.equal(await (await open('CP-0001')).locator('#unit-price').innerText(), '€0.75 for each 30 min');
    assert.equal(
      await (await open('WH-0001')).locator('#unit-price').innerText(),
      '€0.75 for each 500 Wh, €1.50 a kWh',
    );
    assert.equal(
      await (await open('WH-0001', 'zh-CN')).locator('#unit-price').innerText(),
      '每 500 Wh €0.75，即每千瓦时 €1.50',
    );
    assert.equal(await (await open('WH-0125')).locator('#unit-price').isVisible(), false);
  });

  it('promises to open without signal only where it can: over HTTPS, or on this machine', async () => {
    const secure = await open('CP-0001');
    await buy(secure);
    assert.match(await secure.locator('#ticket-kept').innerText(), /open this page again without signal/);
    const plain = await open('CP-0001', 'en-GB', 'plain HTTP');
    await buy(plain);
    assert.match(await plain.locator('#ticket-kept').innerText(), /does not open again/);
  });

  it('writes dates and money also where the browser names a language that its Intl does not know', async () => {
    const phone = await visitor(browser);
    phones.push(phone);
    await phone.addInitScript(() => Object.defineProperty(navigator, 'languages', { value: ['en-US@posix', 'en-US'] }));
    const page = await phone.newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    assert.equal(await page.locator('#unit-price').innerText(), '€0.75 for each 30 min');
    await buy(page);
    assert.match(await page.locator('#codes li').innerText(), /· [A-Z][a-z]{2} \d{1,2}, \d{2}:\d{2}\s[AP]M/);
  });

  it('says everything in the other language once it is chosen, what is wrong with a receipt and that a code was copied too', async () => {
    const page = await open('CP-0001');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await buy(page);
    await page.click('#copy');
    await page.waitForSelector('#copied:has-text("Copied.")');
    await page.fill('#receipt', '1234');
    await page.press('#receipt', 'Enter');
    await page.waitForSelector('#receipt-error:has-text("these are 4")');
    await page.click('[data-language="zh-CN"]');
    assert.equal(await page.locator('#copied').innerText(), '已复制。');
    assert.equal(await page.locator('#receipt-error').innerText(), '凭证为 12 或 14 位数字，现在是 4 位。');
  });

  it('has no blank between Chinese sentences', async () => {
    const page = await open('CP-0001', 'zh-CN');
    await page.route('**/charging-requests', (route) => route.abort());
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    assert.equal(
      await page.locator('#problem-text').innerText(),
      '手机可能没有信号。重试是安全的：您会得到同一个充电码，只付一次款。',
    );
  });

  it('does not say how to type a code whose time is over', async () => {
    const page = await open('WH-0001');
    await buy(page);
    await page.evaluate(() => {
      const codes = JSON.parse(localStorage.getItem('charge:WH-0001:codes')!);
      const ago = Date.now() - 60_000;
      localStorage.setItem('charge:WH-0001:codes', JSON.stringify([{ ...codes[0], endsAt: ago, rescueEndsAt: ago }]));
    });
    await page.reload();
    await page.waitForSelector('#ticket.over');
    assert.equal(await page.locator('.steps').isVisible(), false);
  });
});
