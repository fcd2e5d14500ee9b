// Stations on the dashboard: made, priced, set up, served, retired.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { readProvisioning } from '../../charging/codes/provisioning.ts';
import type { Cloud } from '../flows/cloud/support/cloud.ts';
import { until } from '../support/applications.ts';
import { operatorsPage, plain } from './operators-page.ts';
import { scanned } from './support.ts';

describe("the operator's dashboard: stations", function () {
  this.timeout(60_000);
  const here = operatorsPage();
  const { open, row, press } = here;
  let page: Page;
  let cloud: Cloud;
  beforeEach(() => {
    ({ page, cloud } = here);
  });

  it('sets a station up: created with a price, its QR code, its file', async () => {
    await open('stations');
    await page.click('button:has-text("New station")');
    await page.fill('dialog[open] input >> nth=0', 'CP-0100');
    await page.fill('dialog[open] input >> nth=1', 'Behind the mill');
    await page.fill('dialog[open] input >> nth=4', '2,50');
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

  it('makes a station of several outlets wide, and gives its provisioning as one text and as a QR code', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('stations');
    await page.click('button:has-text("New station")');
    await page.fill('dialog[open] input >> nth=0', 'CP-0200');
    await page.fill('dialog[open] label:has-text("Outlets") input', '4');
    await press('Save');
    await page.waitForSelector('dialog[open] .label svg path');
    await page.fill('dialog[open] input[type=url]', 'https://example.com/shop');
    await press('Copy');
    let copied = '';
    await until('it is copied', async () => {
      copied = await page.evaluate(() => navigator.clipboard.readText());
      return copied.startsWith('OC1:');
    });
    const ledger = await cloud.ledger();
    const given = await ledger.provisioning('CP-0200');
    await ledger.close();
    assert.ok(!('refused' in given));
    const { version, price, provisionedAt, ...terms } = given;
    const { provisionedAt: then, ...read } = readProvisioning(copied);
    assert.deepEqual(read, { ...terms, new: read.new, page: 'https://example.com/shop/charge/CP-0200' });
    assert.deepEqual([read.layout, read.slotSeconds, read.outlets], ['wide', 120, 4]);
    await press('Show');
    const code = await page.locator('dialog[open] .label >> nth=1').locator('svg').screenshot();
    assert.equal(await scanned(page, code), copied);
    // To be taken by hand where the browser does not copy.
    assert.equal(await page.locator('dialog[open] code.secret').innerText(), copied);
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

  it('says so in the language that is chosen, and in the other as soon as that is, with the rule that was broken', async () => {
    await open('stations');
    await page.click('.operator header button[lang="zh-CN"]');
    await page.click('.heading button.main');
    await page.fill('dialog[open] input >> nth=0', 'CP-0001');
    await press('保存');
    await page.waitForSelector('dialog[open] .problem:has-text("已有使用此编号的充电桩。")');
    await page.fill('dialog[open] input >> nth=0', 'bay three');
    await press('保存');
    await page.waitForSelector('dialog[open] .problem:has-text("充电桩的设置无效。")');
    const said = () => page.locator('dialog[open] .problem').innerText();
    assert.match(await said(), /编号：1 到 64 个字母和数字/);
    assert.doesNotMatch(await said(), /[a-z]{2,}/i);
    await page.evaluate(() => document.querySelector<HTMLElement>('.operator header button[lang="en"]')!.click());
    await page.waitForSelector('dialog[open] .problem:has-text("A station cannot be like this.")');
    assert.match(await said(), /Id: 1 to 64 letters and digits/);
    assert.doesNotMatch(await said(), /[\u4e00-\u9fff]/);
    await press('Cancel');
    assert.equal(await page.locator('.problem').count(), 0, 'what was wrong in the dialog is over with it');
  });

  it('makes service codes', async () => {
    await open('stations');
    await row('WH-0001').locator('button:has-text("Service code")').click();
    await press('Test the relay');
    await page.waitForSelector('dialog[open] .code');
    assert.match((await page.locator('dialog[open] .code').textContent())!.replace(/\D/g, ''), /^3\d{14}$/);
    await press('Show the report');
    // The code before goes away until the next one is there.
    await page.waitForFunction(() => /^5/.test(document.querySelector('dialog[open] .code')?.textContent ?? ''));
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
});
