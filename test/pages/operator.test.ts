import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { receiptCode } from '../../charging/codes/index.ts';
import { assembledFlows } from '../../flows/assembly/assemble.ts';
import { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { launchBrowser } from '../support/browser.ts';
import { complaints, LOOKS, SIZES, violations, visitor } from './support.ts';

const folder = join(import.meta.dirname, '../../flows/cloud/operator/pages');
const PASSWORD = 'correct horse battery staple';

/** Numbers and their units are kept on one line by a space that does not break. */
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe("the operator's pages, as they are written", () => {
  it('are put into the shipped flow by the build, and stand in the sources once', async () => {
    const shipped = readFileSync(join(folder, '../../../../dist/flows/cloud/flow.json'), 'utf8');
    assert.deepEqual(JSON.parse(shipped), (await assembledFlows()).cloud, 'run: npm run build');
    assert.match(shipped, /<template>/);
    for (const source of ['../../flow.json', '../flow.json'])
      assert.doesNotMatch(readFileSync(join(folder, source), 'utf8'), /<template>/);
  });

  it('say everything in both languages, with the same blanks to fill', async () => {
    const { TEXTS } = (await import('../../flows/cloud/operator/pages/texts.js' as string)) as {
      TEXTS: Record<string, Record<string, readonly [string, string]>>;
    };
    const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [page, texts] of Object.entries(TEXTS)) {
      for (const [name, [english, chinese]] of Object.entries(texts)) {
        assert.deepEqual(blanks(chinese), blanks(english), `${page} ${name}`);
        assert.match(chinese, /[\u4e00-\u9fff]/, `${page} ${name}`);
      }
      const files = readdirSync(folder).filter((file) => file.startsWith(`${page}.`));
      const said = files.flatMap((file) => [
        ...readFileSync(join(folder, file), 'utf8').matchAll(/say\('([\w-]*\w)'/g),
      ]);
      const missing = said.map(([, name]) => name!).filter((name) => !(name in texts) && !(name in TEXTS.shared!));
      assert.deepEqual(missing, [], page);
    }
  });
});

describe("the operator's dashboard", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let wrong: string[];

  before(async () => {
    [cloud, browser] = await Promise.all([Cloud.start(), launchBrowser()]);
    for (const [id, more] of Object.entries({
      'CP-0001': { name: 'Harbour, bay 3', price: { minorUnits: 150, currency: 'EUR' }, sequence: 'counter' },
      'WH-0001': { name: 'Mill Lane', unit: 'Wh', step: 500, sequence: 'counter' },
    })) {
      assert.equal((await cloud.call('POST', '/stations', { id, ...more })).status, 201);
    }
    for (let sold = 0; sold < 60; sold++) {
      const call = { station: sold % 3 ? 'CP-0001' : 'WH-0001', amount: sold % 3 ? 60 : 1000 };
      assert.equal((await cloud.call('POST', '/charging-requests', call)).status, 201);
    }
    for (let often = 0; often < 5; often++) await cloud.call('POST', '/stations/WH-0001/synchronizations');
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning('CP-0001');
    const [latest] = (await ledger.listCodes({ station: 'CP-0001', limit: 1 })).items;
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    const key = Buffer.from(provisioning.key, 'hex');
    const receipt = receiptCode(key, { unit: 'min', step: 30, unused: 93, sequence: latest!.sequence });
    assert.equal((await cloud.call('POST', '/receipts', { station: 'CP-0001', receipt })).status, 200);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });
  beforeEach(async () => {
    context = await visitor(browser, { viewport: SIZES[1] });
    page = await context.newPage();
    wrong = complaints(page);
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });

  const open = async (name: string, at: Page = page) => {
    await at.goto(`${cloud.url}/dashboard/${name}`);
    await at.waitForSelector('.operator h1');
    await at.waitForSelector('.operator[aria-busy="false"]');
  };
  const row = (words: string) => page.locator(`tbody tr:has-text("${words}")`);
  const press = (name: string) => page.click(`dialog[open] button:has-text("${name}")`);

  it('shows what was sold, by day, and which stations ask for a look', async () => {
    await open('overview');
    const words = plain(await page.locator('.operator').innerText());
    assert.match(words, /60\s+codes issued/);
    assert.match(words, /20 kWh sold, 0 Wh given back/);
    assert.match(words, /40 h sold, 36 min given back/);
    assert.match(words, /€120\.00 sold, €1\.80 given back/);
    assert.match(words, /WH-0001\s+Often out of step: check its clock/);
    await page.click('.charts figure:has-text("Money") summary');
    assert.match(await page.locator('figure:has-text("Money") tbody').innerText(), /€120\.00\s+€1\.80/);
  });

  it('is written in a browser whose language its own Intl does not know', async () => {
    await context.addInitScript(() =>
      Object.defineProperty(navigator, 'languages', { value: ['en-US@posix', 'en-US'] }),
    );
    await open('overview');
    assert.match(plain(await page.locator('.operator').innerText()), /€120\.00 sold/);
  });

  it('goes from page to page without loading anew', async () => {
    await open('overview');
    for (const [link, heading] of [
      ['Stations', 'Stations'],
      ['Codes', 'Codes'],
      ['Access', 'Access'],
      ['Overview', 'Overview'],
    ]) {
      await page.click(`.operator nav a:has-text("${link}")`);
      await page.waitForSelector(`h1:has-text("${heading}")`);
      assert.equal(await page.getAttribute('.operator nav a[aria-current]', 'aria-current'), 'page');
      assert.match(await page.title(), new RegExp(heading!));
    }
  });

  it('sets a station up: created with a price, its QR code, its file', async () => {
    await open('stations');
    await page.click('button:has-text("New station")');
    await page.fill('dialog[open] input >> nth=0', 'CP-0100');
    await page.fill('dialog[open] input >> nth=1', 'Behind the mill');
    await page.fill('dialog[open] input >> nth=3', '2,50');
    await press('Save');
    await page.waitForSelector('dialog[open] .label svg path');
    assert.equal(await page.getAttribute('.label svg', 'aria-label'), `QR code of ${cloud.url}/charge/CP-0100`);
    const size = Number((await page.getAttribute('.label svg', 'viewBox'))!.split(' ')[2]);
    assert.ok(size >= 21 + 8);
    const [file] = await Promise.all([page.waitForEvent('download'), press('Download station-CP-0100.json')]);
    assert.equal(file.suggestedFilename(), 'station-CP-0100.json');
    assert.match(
      await page.locator('dialog[open] [role=alert]').innerText(),
      /No customer’s phone reaches this address/,
    );
    const given = JSON.parse(readFileSync((await file.path())!, 'utf8'));
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning('CP-0100');
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    const { provisionedAt } = given;
    assert.deepEqual(given, { ...provisioning, provisionedAt, page: `${cloud.url}/charge/CP-0100` });
    assert.deepEqual(given.price, { minorUnits: 250, currency: 'EUR' });
  });

  it('changes a price, and takes it away', async () => {
    await open('stations');
    const price = async () => (await (await fetch(`${cloud.url}/stations/WH-0001`)).json()).price;
    for (const [typed, expected] of [
      ['0.35', { minorUnits: 35, currency: 'EUR' }],
      ['', undefined],
    ] as const) {
      await row('WH-0001').locator('button:has-text("Change")').click();
      await page.fill('dialog[open] label:has-text("Price") input', typed);
      await press('Save');
      await page.waitForSelector('dialog[open]', { state: 'detached' });
      assert.deepEqual(await price(), expected);
    }
  });

  it('takes a price as it was typed, with the decimals of its currency, or says why not: nothing is rounded', async () => {
    await open('stations');
    const price = async () => (await (await fetch(`${cloud.url}/stations/CP-0001`)).json()).price;
    const before = await price();
    const type = async (amount: string, currency: string) => {
      await row('CP-0001').locator('button:has-text("Change")').click();
      await page.fill('dialog[open] label:has-text("Price") input', amount);
      await page.fill('dialog[open] label:has-text("Currency") input', currency);
      await press('Save');
    };
    for (const [amount, currency, words] of [
      ['1.505', 'EUR', 'Prices in EUR have at most 2 decimals'],
      ['1.500', 'EUR', 'at most 2 decimals'],
      ['12.5', 'JPY', 'Prices in JPY have no decimals'],
      ['0,0001', 'kwd', 'Prices in KWD have at most 3 decimals'],
      ['1.50', '', 'A price needs its currency'],
      ['1.50', 'ABC', 'ABC is no currency of ISO 4217'],
      ['a lot', 'EUR', 'The price is not a number'],
    ] as const) {
      await type(amount, currency);
      await page.waitForSelector(`dialog[open] .problem:has-text("${words}")`);
      assert.deepEqual(await price(), before);
      await press('Cancel');
    }
    for (const [amount, currency, minorUnits, shown] of [
      ['12.50', 'IDR', 1250, 'IDR 12.50'],
      ['0,125', 'kwd', 125, 'KWD 0.125'],
      ['120', 'JPY', 120, '¥120'],
      ['1.5', 'EUR', 150, '€1.50'],
    ] as const) {
      await type(amount, currency);
      await page.waitForSelector('dialog[open]', { state: 'detached' });
      assert.deepEqual(await price(), { minorUnits, currency: currency.toUpperCase() });
      await until('the list shows it', async () => plain(await row('CP-0001').innerText()).includes(shown));
    }
  });

  it('says why a station cannot be made', async () => {
    await open('stations');
    await page.click('button:has-text("New station")');
    await page.fill('dialog[open] input >> nth=0', 'CP-0001');
    await press('Save');
    await page.waitForSelector('dialog[open] .problem:has-text("There is a station with this id already.")');
  });

  it('makes service codes', async () => {
    await open('stations');
    await row('WH-0001').locator('button:has-text("Service code")').click();
    await press('Test the relay');
    await page.waitForSelector('dialog[open] .code');
    assert.match((await page.locator('dialog[open] .code').textContent())!.replace(/\D/g, ''), /^3\d{14}$/);
  });

  it('retires a station after asking', async () => {
    assert.equal((await cloud.call('POST', '/stations', { id: 'OLD-01' })).status, 201);
    await open('stations');
    await page.fill('input[type="search"]', 'OLD-0');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await row('OLD-01').locator('button:has-text("Retire")').click();
    await press('Retire');
    await page.waitForSelector('p:has-text("Nothing found.")');
    await page.selectOption('select', 'retired');
    await page.waitForSelector('tbody tr:has-text("OLD-01"):has-text("retired")');
    assert.equal((await (await fetch(`${cloud.url}/stations/OLD-01`)).json()).retired, true);
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

  it('keeps what it answers to the browser that asked', async () => {
    const other = await context.newPage();
    const heard: string[] = [];
    other.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
    await open('stations', other);
    await open('stations');
    await row('CP-0001').locator('button:has-text("Set up")').click();
    await page.waitForSelector('dialog[open] .label');
    await other.reload();
    await open('stations', other);
    const ledger = await cloud.ledger();
    const provisioning = await ledger.provisioning('CP-0001');
    await ledger.close();
    assert.ok(!('refused' in provisioning));
    assert.ok(heard.length > 0);
    assert.ok(!heard.some((frame) => frame.includes(provisioning.key)));
  });

  for (const look of LOOKS) {
    it(`has nothing that axe-core finds wrong: ${look.viewport.name}, ${look.locale}, ${look.colorScheme}`, async () => {
      const other = await visitor(browser, look);
      const there = await other.newPage();
      const first = look.locale === 'zh-CN' ? 'zh-CN' : 'en';
      await open('overview', there);
      for (const name of ['overview', 'stations', 'codes', 'access']) {
        await there.click(`.operator nav a[href="./${name}"]`);
        await there.waitForSelector(`.operator nav a[href="./${name}"][aria-current]`);
        await there.waitForSelector('.operator[aria-busy="false"]');
        assert.equal(await there.getAttribute('html', 'lang'), first);
        assert.deepEqual(await violations(there), [], name);
        assert.ok((await there.evaluate(() => document.documentElement.scrollWidth)) <= look.viewport.width, name);
      }
      await there.click('.operator nav a[href="./stations"]');
      await there.waitForSelector('tbody tr:has-text("CP-0001") .buttons');
      await there.click('.heading button.main');
      assert.deepEqual(await violations(there), [], 'new station');
      await there.keyboard.press('Escape');
      await there.click('tbody tr:has-text("CP-0001") .buttons button');
      await there.waitForSelector('dialog[open] .label');
      assert.deepEqual(await violations(there), [], 'set up');
      await other.close();
    });
  }
});

describe("the operator's dashboard and strangers", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let browser: Browser;

  before(async () => {
    [cloud, browser] = await Promise.all([
      Cloud.start({ env: { ADMIN_PASSWORD: PASSWORD, PUBLIC_CHARGING: 'true' } }),
      launchBrowser(),
    ]);
  });
  after(async () => {
    await browser?.close();
    await cloud?.remove();
  });

  it('makes API keys, shows each once, and lets nobody in without the password from the first key on', async () => {
    const open = await visitor(browser, { viewport: SIZES[1] });
    const page = await open.newPage();
    await page.goto(`${cloud.url}/dashboard/access`);
    await page.click('button:has-text("New API key")');
    await page.fill('dialog[open] input', 'our app');
    await page.click('dialog[open] button.main');
    const key = (await page.locator('dialog[open] .secret').textContent())!;
    await page.click('dialog[open] button:has-text("Done")');
    await page.waitForSelector('tbody tr:has-text("our app")');
    assert.ok(!(await page.content()).includes(key));
    await open.close();

    const stranger = await visitor(browser);
    const closed = async () => (await stranger.request.get(`${cloud.url}/dashboard/overview`)).status() === 401;
    await until('the dashboard asks for the password', closed);
    for (const path of ['/dashboard', '/dashboard/access', '/dashboard/_setup', '/Dashboard/overview']) {
      assert.equal((await stranger.request.get(cloud.url + path)).status(), 401, path);
    }
    const handshake = `${cloud.url}/dashboard/socket.io/?EIO=4&transport=polling`;
    assert.equal(
      (await stranger.request.get(handshake)).status(),
      401,
      'no socket either, not even the beginning of one',
    );
    await stranger.close();

    const operator = await visitor(browser, {
      httpCredentials: { username: 'admin', password: PASSWORD },
      viewport: SIZES[1],
    });
    const there = await operator.newPage();
    await there.goto(`${cloud.url}/dashboard/access`);
    const use = () =>
      cloud.call('GET', '/charging-requests/00000000000000000000000000000000', undefined, {
        authorization: `Bearer ${key}`,
      });
    assert.equal((await use()).status, 404);
    await there.click('tbody tr:has-text("our app") button:has-text("Revoke")');
    await there.click('dialog[open] button:has-text("Revoke")');
    await there.waitForSelector('tbody tr:has-text("our app"):has-text("revoked")');
    await until('the key is refused', async () => (await use()).status === 401);
    await there.reload();
    await there.waitForSelector('section:has-text("Log") tr:has-text("Revoked API key tried")');
    await operator.close();
  });
});
