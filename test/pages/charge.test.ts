import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Options, parse, tokenizer } from 'acorn';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { currencyCodes, decimalsOf } from '../../charging/cloud/currencies.ts';
import { hasValidCheckDigit, receiptCode } from '../../charging/codes/index.ts';
import { chargePage, served } from '../../flows/cloud/charge-page.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaints, LOOKS, violations, visitor } from './support.ts';

const folder = join(import.meta.dirname, '../../flows/cloud/pages/charge');
const files = readdirSync(folder);
const scripts = files.filter((name) => name.endsWith('.js'));
const source = (name: string) => readFileSync(join(folder, name), 'utf8');

describe("the customer's page, as it is written", () => {
  it('weighs at most 60 kB in all as a phone gets it, before it is zipped', () => {
    const serve = chargePage();
    const weighs = (url: string) => {
      let weight = 0;
      const response = { setHeader: () => {}, end: (body: Buffer) => (weight = body.length) };
      serve({ method: 'GET', url, headers: {} } as never, response as never, () => assert.fail(url));
      assert.ok(weight > 0, url);
      return weight;
    };
    const assets = [...files.filter((name) => name !== 'index.html'), 'settings.js'];
    const weight = assets.reduce((sum, name) => sum + weighs(`/charge-assets/${name}`), weighs('/charge/CP-0001'));
    assert.ok(weight <= 60_000, `${weight} bytes`);
  });

  it('is served without its comments and margins, and is the same program', () => {
    const options: Options = { ecmaVersion: 2015, sourceType: 'script' };
    const tokens = (text: string) =>
      [...tokenizer(text, options)].map((token) => `${token.type.label} ${(token as { value?: unknown }).value}`);
    for (const name of scripts) assert.deepEqual(tokens(served(name, source(name))), tokens(source(name)), name);
    assert.doesNotMatch(served('style.css', source('style.css')), /\/\*|\*\//);
    // A rule for all elements begins with the sign that a comment's lines begin with.
    const bare = (style: string) => style.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\s/g, '');
    assert.equal(bare(served('style.css', source('style.css'))), bare(source('style.css')));
  });

  it('is in the JavaScript of 2015, which phones of ten years ago run', () => {
    const options: Options = { ecmaVersion: 2015, sourceType: 'script' };
    for (const name of scripts) assert.doesNotThrow(() => parse(source(name), options), name);
    const younger =
      /\.(?:padStart|padEnd|entries|values|flat|flatMap|replaceAll|at|matchAll|finally|allSettled|randomUUID)\(|\.includes\(|URLSearchParams|\bfetch\((?!event)/;
    for (const name of scripts) assert.doesNotMatch(source(name), younger, name);
  });

  it('has no script and no style inline', () => {
    const page = source('index.html');
    assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  });

  it('says everything in both languages, with the same blanks to fill', () => {
    const window: { Charge?: { texts: Record<string, Record<string, string>> } } = {};
    new Function('window', 'document', 'navigator', source('texts.js'))(window, {}, {});
    const { en, 'zh-CN': chinese } = window.Charge!.texts as Record<string, Record<string, string>>;
    assert.deepEqual(Object.keys(chinese!), Object.keys(en!));
    const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, text] of Object.entries(en!)) assert.deepEqual(blanks(chinese![name]!), blanks(text), name);
    const used = [
      ...source('index.html').matchAll(/data-text="(\w+)"/g),
      ...scripts
        .filter((name) => name !== 'texts.js')
        .flatMap((name) => [...source(name).matchAll(/say\('(\w+)'|(?:title|text): '(\w+)'/g)]),
    ].map(([, said, meant]) => said ?? meant!);
    assert.deepEqual(
      used.filter((name) => !(name in en!)),
      [],
    );
  });

  it('leaves to the worker what the page loads', () => {
    const loaded = [...source('index.html').matchAll(/charge-assets\/([\w.]+)"/g)].map(([, name]) => name!);
    const kept = [...source('sw.js').matchAll(/'([\w-]+\.\w+)'/g)].map(([, name]) => name!);
    assert.deepEqual(kept.sort(), loaded.sort());
  });
});

describe("the customer's page", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  let phone: BrowserContext;
  let page: Page;
  let wrong: string[];

  before(async () => {
    [cloud, browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    const price = { minorUnits: 150, currency: 'EUR' };
    for (const [id, more] of Object.entries({
      'CP-0001': { name: 'Harbour, bay 3', price, sequence: 'counter' },
      'CP-0002': { price },
      'WH-0001': { unit: 'Wh', step: 500 },
      'OLD-01': {},
    })) {
      const created = await cloud.call('POST', '/stations', { id, ...more });
      assert.equal(created.status, 201);
    }
    assert.equal((await cloud.call('DELETE', '/stations/OLD-01')).status, 200);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });
  beforeEach(async () => {
    phone = await visitor(browser);
    page = await phone.newPage();
    wrong = complaints(page);
  });
  afterEach(async () => {
    await phone.close();
    assert.deepEqual(wrong, []);
  });

  const open = async (station = 'CP-0001', at: Page = page) => {
    await at.goto(`${cloud.url}/charge/${station}`);
    await at.waitForSelector('#order:not([hidden])');
  };
  const shown = (at: Page = page) => at.locator('#ticket-code').getAttribute('data-code');
  const digits = async (at: Page = page) => ((await shown(at)) ?? '').replaceAll(' ', '');
  const buy = async (at: Page = page) => {
    await at.click('#get');
    await at.waitForSelector('#ticket:not([hidden])');
    return digits(at);
  };
  const text = (selector: string) => page.locator(selector).innerText();
  const codesOf = async (station: string) => {
    const ledger = await cloud.ledger();
    try {
      return (await ledger.listCodes({ station, limit: 500 })).items;
    } finally {
      await ledger.close();
    }
  };

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
        ...['fetch', 'URLSearchParams', 'AbortController', 'structuredClone', 'queueMicrotask', 'BigInt'].map(
          (name) => [window, name] as [object, string],
        ),
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
    page = await phone.newPage();
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
    page = await phone.newPage();
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

  const receiptFor = async (station: string, unused: number, of?: number) => {
    const ledger = await cloud.ledger();
    try {
      const provisioning = await ledger.provisioning(station);
      assert.ok(!('refused' in provisioning));
      const [latest] = (await ledger.listCodes({ station, limit: 1 })).items;
      const { unit, step } = provisioning;
      return receiptCode(Buffer.from(provisioning.key, 'hex'), {
        unit,
        step,
        unused,
        sequence: of ?? latest!.sequence,
      });
    } finally {
      await ledger.close();
    }
  };

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
    assert.equal(await text('#receipt-error'), 'A receipt has 12 digits; these are 7.');
    await page.fill('#receipt', '041873629151');
    await page.press('#receipt', 'Enter');
    assert.equal(hasValidCheckDigit('041873629151'), false);
    assert.equal(await text('#receipt-error'), 'A digit is wrong. Please compare with the charger’s display.');
    assert.equal(await page.getAttribute('#receipt', 'aria-invalid'), 'true');
    assert.equal(asked, 0);
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
    assert.match(await text('#ticket-expiry'), /^Type it within (?:2 h|1 h \d+ min)/);
    const left = await page.evaluate(
      () => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!)[0].endsAt - Date.now(),
    );
    await page.clock.fastForward(left - 45_000);
    await page.waitForSelector('#ticket-expiry:has-text(" s.")');
    await page.waitForSelector('#announcer:has-text("five more minutes")', { state: 'attached' });
    await page.clock.fastForward(60_000);
    await page.waitForSelector('#ticket-expiry:has-text("12 digits")');
    // The same purchase, not another one.
    const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('charge:CP-0002:codes')!)[0]);
    assert.equal(await digits(), kept.rescue.code);
    const [latest] = await codesOf('CP-0002');
    const long = await phone.request.get(`${cloud.url}/charging-requests/${latest!.request}?layout=rescue`);
    assert.equal((await long.json()).code, kept.rescue.code);
    assert.match(await text('#ticket-expiry'), /You need not pay again/);
    const more = await page.evaluate(() => {
      const [code] = JSON.parse(localStorage.getItem('charge:CP-0002:codes')!);
      return code.rescueEndsAt - Date.now();
    });
    await page.clock.fastForward(more + 1000);
    await page.waitForSelector('#ticket-expiry:has-text("you get your money back. Please ask this charger")');
    assert.ok((await text('#ticket-number')).includes(latest!.request!));
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
      await page.waitForSelector('#receipt-error:has-text("10 or 12 digits")');
      await page.fill('#proof', index === 0 ? `${code.slice(0, 3)} ${code.slice(3)}` : request!);
      await page.click('#refund button');
      await page.waitForSelector('#refunded:has-text("You get €3.00 back.")');
      assert.match(await text('#refund-way'), /against your slip alone/);
      await page.reload();
      await page.waitForSelector('#refund:not([hidden])');
    }
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

  it('speaks the first of the browser’s languages that it knows, and remembers another choice', async () => {
    const other = await visitor(browser, { locale: 'zh-TW' });
    const there = await other.newPage();
    await open('CP-0001', there);
    assert.equal(await there.getAttribute('html', 'lang'), 'zh-CN');
    assert.equal(await there.innerText('#order-title'), '充多少？');
    await there.click('button[data-language="en"]');
    await there.reload();
    await there.waitForSelector('#order:not([hidden])');
    assert.equal(await there.getAttribute('html', 'lang'), 'en');
    assert.equal(await there.innerText('#order-title'), 'How much?');
    await other.close();
  });

  it('can be used with the keyboard alone', async () => {
    await open();
    const focused = () => page.evaluate(() => document.activeElement?.id);
    for (let press = 0; press < 20 && (await focused()) !== 'get'; press++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#ticket:not([hidden])');
    assert.equal(await focused(), 'ticket-title');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'copy');
  });

  it('fits 320 pixels, which is 400 % zoom on a desktop, with targets that a thumb hits', async () => {
    await page.setViewportSize({ width: 320, height: 256 });
    await open();
    await buy();
    await page.click('#says-step');
    await page.waitForSelector('#ticket-sync:not([hidden])');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('button, input, summary')]
        .map((element) => ({ id: element.id || element.textContent, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.height < 44 || box.width < 44))
        .map(({ id }) => id),
    );
    assert.deepEqual(small, []);
  });

  for (const look of LOOKS) {
    const { locale, colorScheme, viewport } = look;
    it(`has nothing that axe-core finds wrong: ${viewport.name}, ${locale}, ${colorScheme}`, async () => {
      const other = await visitor(browser, look);
      const there = await other.newPage();
      await open('CP-0001', there);
      assert.deepEqual(await violations(there), []);
      await buy(there);
      assert.deepEqual(await violations(there), []);
      await there.click('#says-step');
      await there.waitForSelector('#ticket-sync:not([hidden])');
      await there.click('details details summary');
      await there.fill('#receipt', '1');
      await there.press('#receipt', 'Enter');
      assert.deepEqual(await violations(there), []);
      await there.route('**/charging-requests', (route) =>
        route.fulfill({ status: 429, headers: { 'retry-after': '60' } }),
      );
      await there.click('#hide');
      await there.click('#get');
      await there.waitForSelector('#problem:not([hidden])');
      assert.deepEqual(await violations(there), []);
      await other.close();
    });
  }
});

describe("the customer's page on a cloud that asks for keys", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;

  const closed = async (env: Readonly<Record<string, string>>) => {
    cloud = await Cloud.start({ env });
    assert.equal((await cloud.call('POST', '/stations', { id: 'CP-0001' })).status, 201);
    const ledger = await cloud.ledger();
    await ledger.createApiKey({ name: 'an app', role: 'customer app' });
    await ledger.close();
    await until('keys are asked for', async () => (await cloud.call('GET', '/stations')).status === 401);
    browser = await launchBrowser();
  };
  afterEach(async () => {
    await browser?.close();
    await cloud?.remove();
  });

  it('sells to visitors where the operator lets them, gives a lost answer again, and hides it from others', async () => {
    await closed({ PUBLIC_CHARGING: 'true' });
    const phone = await visitor(browser);
    const page = await phone.newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.route('**/charging-requests', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.click('#get');
    await page.waitForSelector('#problem:not([hidden])');
    await page.unroute('**/charging-requests');
    await page.click('#problem-retry');
    await page.waitForSelector('#ticket:not([hidden])');
    const ledger = await cloud.ledger();
    const { items } = await ledger.listCodes();
    await ledger.close();
    assert.equal(items.length, 1);
    const address = `${cloud.url}/charging-requests/${items[0]!.request}`;
    assert.equal((await phone.request.get(address)).status(), 200);
    const stranger = await visitor(browser);
    await stranger.request.get(`${cloud.url}/charge/CP-0001`);
    assert.equal((await stranger.request.get(address)).status(), 404);
  });

  it('says so where visitors may not buy', async () => {
    await closed({});
    const page = await (await visitor(browser)).newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#problem-title:has-text("Not allowed")');
  });
});

const EUR_3 = { minorUnits: 300, currency: 'EUR' };

describe("the customer's page on a cloud that is paid first", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  const pay = (reference: string, payment: string) =>
    cloud.call(
      'POST',
      '/payments',
      { reference, payment, amount: EUR_3 },
      { 'x-payment-secret': 'shared with the provider' },
    );
  const order = async (page: Page) => {
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    return new URL((await page.getAttribute('#pay', 'href'))!).searchParams.get('reference')!;
  };

  before(async () => {
    // As the example's own comment says: its tab on, the two rows that it replaces off.
    const replaced = ['/charging-requests', '/charging-requests/:id'];
    [cloud, browser] = await Promise.all([
      Cloud.start({
        env: { PAYMENT_SECRET: 'shared with the provider', OPERATOR_CONTACT: '+49 711 555 0100' },
        flow: (nodes) => {
          const example = nodes.find(({ type, label }) => type === 'tab' && /^Payment/.test(String(label)))!;
          return nodes.map((node) => {
            if (node === example) return { ...node, disabled: false };
            const first = node.type === 'http in' && node.z !== example.id && replaced.includes(String(node.url));
            return first ? { ...node, d: true } : node;
          });
        },
      }),
      launchBrowser(),
    ]);
    const price = { minorUnits: 150, currency: 'EUR' };
    assert.equal((await cloud.call('POST', '/stations', { id: 'CP-0001', price })).status, 201);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });

  it('leads to the payment, and shows the code when it has arrived, also after a reload', async () => {
    const page = await (await visitor(browser)).newPage();
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#order:not([hidden])');
    await page.click('#get');
    await page.waitForSelector('#payment:not([hidden])');
    assert.equal(await page.textContent('#payment-title'), '60 min · €3.00');
    assert.deepEqual(await violations(page), []);
    const link = await page.getAttribute('#pay', 'href');
    const reference = new URL(link!).searchParams.get('reference')!;
    await page.reload();
    await page.waitForSelector('#payment:not([hidden])');
    assert.equal(await page.getAttribute('#pay', 'href'), link);
    const headers = { 'x-payment-secret': 'shared with the provider' };
    const paid = await cloud.call('POST', '/payments', { reference, payment: 'P-1', amount: EUR_3 }, headers);
    assert.equal(paid.status, 200);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.match((await page.getAttribute('#ticket-code', 'data-code'))!.replaceAll(' ', ''), /^\d{10}$/);
    assert.ok(await page.locator('#payment').isHidden());
  });

  it('tells the cloud of a cancellation, and shows a payment that comes all the same, and whom to ask', async () => {
    const page = await (await visitor(browser)).newPage();
    const reference = await order(page);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    const status = async () =>
      (await (await page.request.get(`${cloud.url}/charging-requests/${reference}`)).json()).status;
    await until('the cloud knows', async () => (await status()) === 'cancelled');
    assert.equal((await pay(reference, 'P-cancelled')).status, 410);
    await page.reload();
    await page.waitForSelector('#stray:not([hidden])');
    const words = await page.innerText('#stray');
    assert.match(words, /€3\.00.*paid after you had cancelled, has to be given back/);
    assert.ok(words.includes(reference));
    assert.match(words, /Please ask the operator: \+49 711 555 0100/);
    assert.deepEqual(await violations(page), []);
    await page.click('#stray-close');
    await page.reload();
    await page.waitForSelector('#order:not([hidden])');
    assert.ok(await page.locator('#stray').isHidden());
  });

  it('shows the code of an order that was paid, however long ago it was, and never that it was not answered', async () => {
    const context = await visitor(browser);
    let page = await context.newPage();
    const reference = await order(page);
    await page.close();
    assert.equal((await pay(reference, 'P-later')).status, 200);
    page = await context.newPage();
    await page.clock.install({ time: Date.now() + 25 * 60_000 });
    const seen: string[] = [];
    await page.exposeFunction('seen', (text: string) => seen.push(text));
    await page.addInitScript(() => {
      addEventListener('DOMContentLoaded', () => {
        const title = document.getElementById('problem-title')!;
        const tell = () => (window as unknown as { seen(text: string): void }).seen(title.textContent!);
        new MutationObserver(tell).observe(title, { childList: true, characterData: true, subtree: true });
      });
    });
    await page.goto(`${cloud.url}/charge/CP-0001`);
    await page.waitForSelector('#ticket:not([hidden])');
    assert.deepEqual(seen, []);
  });

  it('gives the code that was paid before the cancellation reached the cloud', async () => {
    const context = await visitor(browser);
    const page = await context.newPage();
    const reference = await order(page);
    await page.route('**/charging-requests/*', (route) => route.abort());
    assert.equal((await pay(reference, 'P-before')).status, 200);
    await page.click('#pay-drop');
    await page.waitForSelector('#order:not([hidden])');
    await page.unroute('**/charging-requests/*');
    await page.waitForSelector('#ticket:not([hidden])');
  });
});
