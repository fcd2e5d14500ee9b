// The customer's page: from the amount to a code that stays.
import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import { currencyCodes, decimalsOf } from '../../charging/cloud/currencies.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { customersPage } from './customers-page.ts';

describe("the customer's page", function () {
  this.timeout(60_000);
  const here = customersPage();
  const { open, digits, buy, text, codesOf } = here;
  let page: Page;
  let phone: BrowserContext;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, phone, cloud } = here);
  });

  it('shows the price before the code, and the code that the ledger has', async () => {
    await open();
    assert.equal(await text('#place'), 'Harbour, bay 3');
    await page.click('#presets button:has-text("2 h")');
    assert.equal(await text('#amount'), '2 h\n€6.00');
    assert.equal(await text('#get'), 'Get code · €6.00');
    await page.click('#less');
    assert.equal(await text('#get'), 'Get code · €4.50');
    const code = await buy();
    assert.match(code, /^\d{10}$/);
    assert.match(await text('#ticket-title'), /1 h 30 min · €4\.50/);
    const [latest] = await codesOf('CP-0001');
    assert.equal(latest!.amount, 90);
    const kept = await phone.request.get(`${cloud.url}/charging-requests/${latest!.request}`);
    assert.equal((await kept.json()).code, code);
  });

  it('says how many outlets the station has, and that the keypad asks for one', async () => {
    await open('SITE-01');
    assert.equal(await text('#place'), '12 outlets');
    assert.equal(await page.textContent('#step3'), 'Press #, then the number of your outlet and # again.');
    await page.click('[data-language="zh-CN"]');
    assert.equal(await text('#place'), '12 个插座');
    await open('CP-0002');
    assert.equal(await page.isVisible('#place'), false);
    assert.equal(await page.textContent('#step3'), '最后按 #。');
  });

  it('sells a code to a browser that has nothing younger than 2016', async () => {
    await page.addInitScript(() => {
      const younger: readonly [object | undefined, string][] = [
        ...['hasOwn', 'entries', 'values', 'fromEntries', 'groupBy', 'getOwnPropertyDescriptors'].map(
          (name) => [Object, name] as [object, string],
        ),
        ...['at', 'flat', 'flatMap', 'includes', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'with'].map(
          (name) => [Array.prototype, name] as [object, string],
        ),
        ...['at', 'padStart', 'padEnd', 'replaceAll', 'matchAll', 'trimStart', 'trimEnd', 'isWellFormed'].map(
          (name) => [String.prototype, name] as [object, string],
        ),
        ...['allSettled', 'any', 'withResolvers', 'try'].map((name) => [Promise, name] as [object, string]),
        [Promise.prototype, 'finally'],
        ...['replaceChildren', 'toggleAttribute', 'append', 'prepend', 'before', 'after', 'replaceWith'].map(
          (name) => [Element.prototype, name] as [object, string],
        ),
        [crypto, 'randomUUID'],
        [Object.getPrototypeOf(crypto), 'randomUUID'],
        ...[
          'fetch',
          'URLSearchParams',
          'TextEncoder',
          'AbortController',
          'structuredClone',
          'queueMicrotask',
          'BigInt',
        ].map((name) => [window, name] as [object, string]),
        ...['ResizeObserver', 'IntersectionObserver', 'requestIdleCallback', 'globalThis'].map(
          (name) => [window, name] as [object, string],
        ),
        ...['RelativeTimeFormat', 'PluralRules', 'ListFormat', 'DisplayNames', 'Segmenter', 'Locale'].map(
          (name) => [Intl, name] as [object, string],
        ),
        [Intl.NumberFormat.prototype, 'formatToParts'],
        [Intl.DateTimeFormat.prototype, 'formatToParts'],
        [Navigator.prototype, 'clipboard'],
        [Navigator.prototype, 'locks'],
        [Navigator.prototype, 'share'],
      ];
      for (const [of, name] of younger) if (of) Reflect.deleteProperty(of, name);
    });
    await open();
    assert.match(await buy(), /^\d{10}$/);
    await page.click('#copy');
    await page.click('[data-language]:not([aria-pressed="true"])');
    await page.reload();
    await page.waitForSelector('#ticket:not([hidden])');
  });

  it('keeps a long station id within the page', async () => {
    for (const id of ['X'.repeat(64), 'DE-STUTTGART-HAUPTBAHNHOF-TIEFGARAGE-EBENE2-PLATZ17']) {
      assert.equal((await cloud.call('POST', '/stations', { id })).status, 201);
      await open(id);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(beyond <= 0, `${id}: ${beyond} px`);
    }
  });

  it('reads a code out digit by digit and copies it', async () => {
    await phone.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open();
    const code = await buy();
    const heard = (await page.locator('#ticket-code .unseen').textContent())!;
    assert.equal(heard.replace(/[ ,]/g, ''), code);
    assert.match(heard, /^\d \d \d, /);
    await page.click('#copy');
    await page.waitForSelector('#copied:has-text("Copied.")');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
  });

  it('gives the same code when the answer was lost and asked for again', async () => {
    await open();
    const before = (await codesOf('CP-0001')).length;
    await page.route('**/charging-requests', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    assert.match(await text('#problem'), /No answer.*Trying again is safe/s);
    await page.unroute('**/charging-requests');
    await page.click('#problem-retry');
    await page.waitForSelector('#ticket:not([hidden])');
    const codes = await codesOf('CP-0001');
    assert.equal(codes.length, before + 1);
    const kept = await phone.request.get(`${cloud.url}/charging-requests/${codes[0]!.request}`);
    assert.equal((await kept.json()).code, await digits());
  });

  it('gives the same code when the tab was closed before the answer came', async () => {
    await open();
    const before = (await codesOf('CP-0001')).length;
    await phone.route('**/charging-requests', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    await page.close();
    await phone.unroute('**/charging-requests');
    page = await here.newTab();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#ticket:not([hidden])');
    const codes = await codesOf('CP-0001');
    assert.equal(codes.length, before + 1);
  });

  it('keeps the code readable without signal, after a reload and after the tab was closed', async () => {
    await open();
    await page.evaluate(() => navigator.serviceWorker.ready);
    const code = await buy();
    await phone.setOffline(true);
    await page.reload();
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(await digits(), code);
    assert.match(await text('#wire'), /No connection/);
    await page.close();
    page = await here.newTab();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(await digits(), code);
    await page.click('#hide');
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    await phone.setOffline(false);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.notEqual(await digits(), code);
    assert.equal(await page.locator('#codes li').count(), 2);
  });

  it('writes money with the decimals of ISO 4217, in every currency and both languages', async () => {
    await open();
    for (const language of ['en', 'zh-CN']) {
      await page.click(`button[data-language="${language}"]`);
      const written = await page.evaluate((codes) => {
        const { Charge } = window as unknown as { Charge: { money(price: object): string } };
        return codes.map((currency) => Charge.money({ minorUnits: 12_345_670, currency }));
      }, currencyCodes());
      for (const [index, currency] of currencyCodes().entries()) {
        const digits = written[index]!.replace(/[^\d.]/g, '').replace(/^\.+|\.+$/g, '');
        const decimals = decimalsOf(currency);
        assert.equal(digits, (12_345_670 / 10 ** decimals).toFixed(decimals), `${currency} ${written[index]}`);
      }
    }
  });

  it('shows the price of a station that sells in rupiah, in dinar and in yen', async () => {
    for (const [currency, minorUnits, expected] of [
      ['IDR', 1250, /IDR\s25\.00$/],
      ['KWD', 1505, /KWD\s3\.010$/],
      ['JPY', 120, /¥240$/],
    ] as const) {
      const id = `ISO-${currency}`;
      const made = await cloud.call('POST', '/stations', { id, price: { minorUnits, currency } });
      assert.equal(made.status, 201);
      await open(id);
      assert.match(await text('#get'), expected);
    }
  });

  it('says before the purchase until when a code can be typed', async () => {
    await open('CP-0002');
    assert.match(await text('#valid'), /can be typed until .*After that the same purchase has 12 digits, until /);
    assert.equal(await page.getAttribute('#get', 'aria-describedby'), 'valid');
    const { codeSeconds, rescueSeconds } = await (await phone.request.get(`${cloud.url}/stations/CP-0002`)).json();
    assert.deepEqual([codeSeconds, rescueSeconds], [23 * 300, 47 * 300]);
    await page.click('#get');
    await page.waitForSelector('#ticket:not([hidden])');
    const [code] = await page.evaluate(() => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!));
    const held = (Date.parse(code.expiresAt) - Date.parse(code.issuedAt)) / 1000;
    assert.ok(held >= codeSeconds, `${held}`);
    await open('CP-0001').catch(() => {});
    assert.match(await text('#valid'), /only after many newer codes were used/);
  });

  it('says that codes of a station that counts do not expire by the clock', async () => {
    await open();
    await buy();
    assert.match(await text('#ticket-expiry'), /No need to hurry/);
  });

  it('sells energy where the station does', async () => {
    await open('WH-0001');
    assert.equal(await text('#amount'), '1 kWh');
    assert.equal(await text('#get'), 'Get code');
    await buy();
    assert.match(await text('#ticket-title'), /1 kWh/);
  });

  it('forgets codes when told to', async () => {
    page.on('dialog', (dialog) => dialog.accept());
    await open();
    const first = await buy();
    await page.click('#hide');
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForFunction(() => document.querySelectorAll('#codes li').length === 2);
    await page.click('#codes li:nth-child(2) button[name="show"]');
    assert.equal(await digits(), first);
    await page.click('#codes li:nth-child(2) button[name="forget"]');
    assert.equal(await page.locator('#codes li').count(), 1);
    await page.click('#forget-all');
    await page.waitForSelector('#history', { state: 'hidden' });
    const left = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    assert.ok(!left.includes(first));
  });

  it('works where nothing is kept, and says so', async () => {
    await phone.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new Error('full');
      };
    });
    await open();
    assert.match(await buy(), /^\d{10}$/);
    assert.match(await text('#ticket-kept'), /write the code down/);
  });
});
